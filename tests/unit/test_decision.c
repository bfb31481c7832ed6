#include "model/decision.h"

#include <check.h>
#include <stdlib.h>

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))
#define SECOND INT64_C(1000000)

static const int64_t now = INT64_C(1508151330) * SECOND;

static const struct facts facts = {
    .caller = {.system_user_code = "OWN",
               .organization_number = "991825827",
               .name = "Technical AS",
               .kind = SENDER_DPV_CUSTOMER,
               .status = SENDER_ACTIVE},
    .service = {.found = true, .edition = 10, .name = "Service"},
    .reportee = {true, "Recipient AS", PARTY_ACTIVE},
    .on_behalf_of = {true, "Actual AS", PARTY_ACTIVE},
};

static struct message a_message(void)
{
    return (struct message){.system_user_code = "ABC", .reportee = "910820605"};
}

static struct decision decide(const struct message *message)
{
    struct decision decision = {0};

    message_decide(message, &facts, now, &decision);
    return decision;
}

/* domain.md 4.6 */
static const struct {
    const char *on_behalf_of;
    const char *message_sender;
    const char *actual_number;
    const char *actual_name;
    const char *display_sender;
} senders[] = {
    {NULL, NULL, "991825827", "Technical AS", "Technical AS"},
    {NULL, "Shown", "991825827", "Technical AS", "Shown"},
    {"974760673", NULL, "974760673", "Actual AS", "Actual AS"},
    {"974760673", "Shown", "974760673", "Actual AS", "Shown"},
    {"", "", "991825827", "Technical AS", "Technical AS"},
    {"974760673", " ", "974760673", "Actual AS", "Actual AS"},
};

START_TEST(senders_are_technical_actual_and_displayed)
{
    struct message message = a_message();
    struct decision decision = {0};

    message.on_behalf_of = senders[_i].on_behalf_of;
    message.message_sender = senders[_i].message_sender;
    decision = decide(&message);

    ck_assert_str_eq(decision.technical_number, "991825827");
    ck_assert_str_eq(decision.technical_name, "Technical AS");
    ck_assert_str_eq(decision.actual_number, senders[_i].actual_number);
    ck_assert_str_eq(decision.actual_name, senders[_i].actual_name);
    ck_assert_str_eq(decision.display_sender, senders[_i].display_sender);
}
END_TEST

static const struct {
    struct moment asked;
    int64_t visible;
} times[] = {
    {{false, 0}, INT64_C(1508151330) * SECOND},
    {{false, INT64_MAX}, INT64_C(1508151330) * SECOND},
    {{true, 0}, INT64_C(1508151330) * SECOND},
    {{true, INT64_C(1508151330) * SECOND - 1}, INT64_C(1508151330) * SECOND},
    {{true, INT64_C(1508151330) * SECOND + 1}, INT64_C(1508151330) * SECOND + 1},
};

START_TEST(message_is_visible_at_once_or_in_the_future)
{
    struct message message = a_message();

    message.visible = times[_i].asked;
    ck_assert_int_eq(decide(&message).visible, times[_i].visible);
    ck_assert_int_eq(decide(&message).now, now);
}
END_TEST

START_TEST(forwarding_is_allowed_unless_forbidden)
{
    static const bool allowed[] = {
        [CHOICE_NOT_GIVEN] = true, [CHOICE_NO] = false, [CHOICE_YES] = true};
    struct message message = a_message();

    message.allow_forwarding = (enum choice)_i;
    ck_assert_int_eq(decide(&message).allow_forwarding, allowed[_i]);
}
END_TEST

START_TEST(reservation_counts_only_when_asked_for)
{
    static const bool reservable[] = {
        [CHOICE_NOT_GIVEN] = false, [CHOICE_NO] = false, [CHOICE_YES] = true};
    struct message message = a_message();

    message.is_reservable = (enum choice)_i;
    ck_assert_int_eq(decide(&message).is_reservable, reservable[_i]);
}
END_TEST

START_TEST(missing_system_user_code_is_the_system_users_own)
{
    static const char *const given[] = {NULL, "", "  ", "ABC"};
    static const char *const taken[] = {"OWN", "OWN", "OWN", "ABC"};
    struct message message = a_message();

    message.system_user_code = given[_i];
    ck_assert_str_eq(decide(&message).system_user_code, taken[_i]);
}
END_TEST

START_TEST(reportee_is_told_apart_by_its_digits)
{
    struct message message = a_message();

    ck_assert(!decide(&message).reportee_is_person);
    message.reportee = "31019650025";
    ck_assert(decide(&message).reportee_is_person);
}
END_TEST

START_TEST(edition_and_names_are_those_of_the_registers)
{
    struct message message = a_message();
    struct decision decision = {0};

    message.service_edition = NULL;
    decision = decide(&message);
    ck_assert_int_eq(decision.service_edition, 10);
    ck_assert_str_eq(decision.reportee_name, "Recipient AS");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("decision");
    TCase *tcase = tcase_create("decision");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    suite_add_tcase(suite, tcase);
    tcase_add_loop_test(tcase, senders_are_technical_actual_and_displayed, 0, COUNT(senders));
    tcase_add_loop_test(tcase, message_is_visible_at_once_or_in_the_future, 0, COUNT(times));
    tcase_add_loop_test(tcase, forwarding_is_allowed_unless_forbidden, 0, 3);
    tcase_add_loop_test(tcase, reservation_counts_only_when_asked_for, 0, 3);
    tcase_add_loop_test(tcase, missing_system_user_code_is_the_system_users_own, 0, 4);
    tcase_add_test(tcase, reportee_is_told_apart_by_its_digits);
    tcase_add_test(tcase, edition_and_names_are_those_of_the_registers);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
