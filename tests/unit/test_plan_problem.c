/* What is not sent: end points without a text or an address, and what the sender is told of them
 * (domain.md 4.10, 6.2, 6.5). */
#include "no_memory.h"
#include "plan_rig.h"

#include <stdio.h>
#include <string.h>

/* ------------------------------------------------------------------ templates */

START_TEST(end_points_without_a_text_are_dropped)
{
    orders[0].language_code = "1033"; /* e-mail only */
    register_some(MAIL + SMS);
    order_to(TRANSPORT_SMS, NULL);
    order_to(TRANSPORT_SMS, "no number");
    order_to(TRANSPORT_BOTH, NULL);
    ck_assert_str_eq(sendings(), MAILS);
    ck_assert_str_eq(problems(), "");
}
END_TEST

/* What is preferred cannot be sent, so it is as if it were not registered. */
START_TEST(preferred_channel_without_a_text_is_not_chosen)
{
    orders[0].language_code = "1033";
    register_some(MAIL + SMS);
    order_to(TRANSPORT_SMS_PREFERRED, NULL);
    ck_assert_str_eq(sendings(), MAILS);
    reach.contact_count = 0;
    register_some(SMS);
    ck_assert_str_eq(sendings(), "");
    ck_assert_str_eq(problems(), "R30307");
}
END_TEST

START_TEST(template_is_that_of_the_notifications_language)
{
    orders[0].type = TWICE;
    orders[0].language_code = "1033"; /* SMS only */
    register_some(MAIL + SMS);
    ck_assert_str_eq(sendings(), NUMBERS ", " NUMBERS_AGAIN);
}
END_TEST

static const struct {
    const char *type;
    const char *language_code;
    enum transport_type transport;
} dropped[] = {
    {ONCE, "1033", TRANSPORT_SMS},
    {TWICE, "1033", TRANSPORT_EMAIL},
    {TWICE, "2068", TRANSPORT_BOTH}, /* no text at all */
    {ONCE, "2068", TRANSPORT_BOTH},  /* not in this language */
};

START_TEST(notification_without_any_end_point_left_is_told)
{
    orders[0].type = dropped[_i].type;
    orders[0].language_code = dropped[_i].language_code;
    register_some(MAIL + SMS);
    order_to(dropped[_i].transport, NULL);
    order_to(dropped[_i].transport, NULL);
    ck_assert_str_eq(sendings(), "");
    ck_assert_str_eq(problems(), "R0");
    ck_assert_str_eq(plan.problems[0].text, "Unable to properly identify notification receivers");
}
END_TEST

/* ------------------------------------------------------------------ problems */

START_TEST(bad_given_address_is_told_and_the_others_go_on)
{
    order_to(TRANSPORT_EMAIL, "post@appoint-.no");
    order_to(TRANSPORT_SMS, "+999 1");
    order_to(TRANSPORT_SMS, "22334455");
    order_to(TRANSPORT_SMS, "91929394");
    register_some(MAIL);
    ck_assert_str_eq(sendings(), "S 91929394");
    ck_assert_str_eq(problems(), "V30010, V30302, V30303");
}
END_TEST

START_TEST(bad_registered_address_is_told_and_the_others_go_on)
{
    registered("22334455", TRANSPORT_SMS);
    register_some(MAIL + SMS);
    registered("nobody", TRANSPORT_EMAIL);
    ck_assert_str_eq(sendings(), MAILS ", " NUMBERS);
    ck_assert_str_eq(problems(), "V30303, V30010");
}
END_TEST

START_TEST(bad_addresses_alone_are_as_none)
{
    registered("22334455", TRANSPORT_SMS);
    order_to(TRANSPORT_SMS, NULL);
    ck_assert_str_eq(sendings(), "");
    ck_assert_str_eq(problems(), "V30303, R30301");
}
END_TEST

START_TEST(bad_addresses_of_the_preferred_channel_give_way_to_the_other)
{
    registered("22334455", TRANSPORT_SMS);
    register_some(MAIL);
    order_to(TRANSPORT_SMS_PREFERRED, NULL);
    ck_assert_str_eq(sendings(), MAILS);
    ck_assert_str_eq(problems(), "V30303");
}
END_TEST

START_TEST(bad_address_of_a_channel_that_is_not_used_is_not_told)
{
    registered("22334455", TRANSPORT_SMS);
    register_some(MAIL);
    order_to(TRANSPORT_EMAIL, NULL);
    order_to(TRANSPORT_EMAIL_PREFERRED, NULL);
    ck_assert_str_eq(sendings(), MAILS);
    ck_assert_str_eq(problems(), "");
}
END_TEST

START_TEST(identical_problems_are_told_once)
{
    message.notification_count = 2;
    orders[0].type = orders[1].type = TWICE;
    registered("22334455", TRANSPORT_SMS);
    order_to(TRANSPORT_SMS, NULL);
    order_to(TRANSPORT_SMS, "22334455 ");
    order_to(TRANSPORT_SMS, NULL);
    orders[1].end_point_count = 3;
    ck_assert_str_eq(problems(), "V30303, R30301");
}
END_TEST

#define NO_ADDRESS                                                                                 \
    "One or more notification endpoint addresses is missing. Altinn does not have an address to "  \
    "fill the missing address Reportee: "
#define PROFILE "The ReceiverAddress/User profile must contain "

/* What a sub-receipt says; identity numbers of persons are masked. */
static const struct {
    const char *reportee;
    enum transport_type transport;
    const char *address;
    const char *text;
} texts[] = {
    {ORGANIZATION, TRANSPORT_EMAIL, NULL,
     NO_ADDRESS ORGANIZATION ", no official (kofuvi) notification endpoints found (30304)"},
    {ORGANIZATION, TRANSPORT_SMS, NULL,
     NO_ADDRESS ORGANIZATION ", no official (kofuvi) notification endpoints found (30301)"},
    {PERSON, TRANSPORT_EMAIL, NULL, NO_ADDRESS "310196***** (30306)"},
    {PERSON, TRANSPORT_SMS_PREFERRED, NULL, NO_ADDRESS "310196***** (30307)"},
    {ORGANIZATION, TRANSPORT_EMAIL, " post@appoint-.no",
     PROFILE "a valid emailaddress. Address: post@appoint-.no, User: " ORGANIZATION " (30010)"},
    {PERSON, TRANSPORT_EMAIL, "31019650025@",
     PROFILE "a valid emailaddress. Address: 310196*****@, User: 310196***** (30010)"},
    {ORGANIZATION, TRANSPORT_EMAIL, "a\nb\tc",
     PROFILE "a valid emailaddress. Address: a b c, User: " ORGANIZATION " (30010)"},
    {ORGANIZATION, TRANSPORT_SMS, "+999 1",
     PROFILE "a mobile number with a valid country code. Address: +999 1, User: " ORGANIZATION
             " (30302)"},
    {ORGANIZATION, TRANSPORT_SMS, "22334455",
     PROFILE "a valid Norwegian mobile number. Address: 22334455, User: " ORGANIZATION " (30303)"},
};

START_TEST(problem_is_told_in_the_documented_words)
{
    message.reportee = texts[_i].reportee;
    order_to(texts[_i].transport, texts[_i].address);
    make_plan();
    ck_assert_uint_eq(plan.problem_count, 1);
    ck_assert_str_eq(plan.problems[0].text, texts[_i].text);
}
END_TEST

/* An identity number where it is cut would not be known as one any more. */
START_TEST(long_address_is_masked_and_then_cut)
{
    char address[600] = "";
    char told[1000] = "";

    for (int i = 0; i < 246; i++)
        memcpy(address + strlen(address), "\xc3\xb8", 2);
    snprintf(told, sizeof(told), " Address: %s 310196*, User: ", address);
    snprintf(address + strlen(address), 100, " %s more", PERSON);
    order_to(TRANSPORT_EMAIL, address);
    make_plan();
    ck_assert_uint_eq(plan.problem_count, 1);
    ck_assert_msg(strstr(plan.problems[0].text, told) != NULL, "%s", plan.problems[0].text);
}
END_TEST

/* ------------------------------------------------------------------ memory */

/* The arena is left with so many bytes that each of its pieces is once the one that does not fit.
 */
START_TEST(plan_without_memory_is_none)
{
    struct arena *small = NULL;
    size_t left = 0;
    int failures = 0;
    bool ok = false;

    orders[0].type = TWICE;
    terms.remind_unopened = true;
    register_some(MAIL + SMS);
    registered("22334455", TRANSPORT_SMS);
    order_to(TRANSPORT_BOTH, NULL);
    order_to(TRANSPORT_SMS, "454 64 748");
    order_to(TRANSPORT_EMAIL, "nobody");
    for (; !ok; left += 16) {
        struct plan made = {.count = 77};

        small = arena_new();
        ck_assert_ptr_nonnull(arena_alloc(small, 64 * 1024 - left));
        memory_fails_at(1);
        ok = plan_make(small, &message, &reach, &terms, &made);
        memory_fails_at(0);
        failures += !ok;
        ck_assert_uint_eq(made.count, ok ? 10 : 77);
        arena_free(&small);
        ck_assert_uint_lt(left, 16384);
    }
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    ck_assert_int_gt(failures, 20);
#endif
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("plan_problem");
    TCase *tcase = tcase_create("plan_problem");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    suite_add_tcase(suite, tcase);
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, end_points_without_a_text_are_dropped);
    tcase_add_test(tcase, preferred_channel_without_a_text_is_not_chosen);
    tcase_add_test(tcase, template_is_that_of_the_notifications_language);
    tcase_add_loop_test(tcase, notification_without_any_end_point_left_is_told, 0, COUNT(dropped));
    tcase_add_test(tcase, bad_given_address_is_told_and_the_others_go_on);
    tcase_add_test(tcase, bad_registered_address_is_told_and_the_others_go_on);
    tcase_add_test(tcase, bad_addresses_alone_are_as_none);
    tcase_add_test(tcase, bad_addresses_of_the_preferred_channel_give_way_to_the_other);
    tcase_add_test(tcase, bad_address_of_a_channel_that_is_not_used_is_not_told);
    tcase_add_test(tcase, identical_problems_are_told_once);
    tcase_add_loop_test(tcase, problem_is_told_in_the_documented_words, 0, COUNT(texts));
    tcase_add_test(tcase, long_address_is_masked_and_then_cut);
    tcase_add_test(tcase, plan_without_memory_is_none);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
