/* Who is notified, and when (domain.md 5.5, 6.3, 6.4). */
#include "plan_rig.h"

#include <stdio.h>

/* ------------------------------------------------------------------ end points */

/* One end point without an address: domain.md 6.4, the codes of 6.5. */
static const struct {
    enum transport_type transport;
    int registered;
    const char *sendings; /* by a template without reminder */
    const char *problem;
    const char *reminders; /* what one with reminder adds; NULL: as sendings */
} rows[] = {
    {TRANSPORT_SMS, MAIL + SMS, NUMBERS, "", NUMBERS_AGAIN},
    {TRANSPORT_SMS, SMS, NUMBERS, "", NUMBERS_AGAIN},
    {TRANSPORT_SMS, MAIL, "", "R30301", ""},
    {TRANSPORT_SMS, NONE, "", "R30301", ""},
    {TRANSPORT_EMAIL, MAIL + SMS, MAILS, "", MAILS_AGAIN},
    {TRANSPORT_EMAIL, MAIL, MAILS, "", MAILS_AGAIN},
    {TRANSPORT_EMAIL, SMS, "", "R30304", ""},
    {TRANSPORT_EMAIL, NONE, "", "R30304", ""},
    {TRANSPORT_BOTH, MAIL + SMS, MAILS ", " NUMBERS, "", MAILS_AGAIN ", " NUMBERS_AGAIN},
    {TRANSPORT_BOTH, SMS, NUMBERS, "", NUMBERS_AGAIN},
    {TRANSPORT_BOTH, MAIL, MAILS, "", MAILS_AGAIN},
    {TRANSPORT_BOTH, NONE, "", "R30304", ""},
    {TRANSPORT_SMS_PREFERRED, MAIL + SMS, NUMBERS, "", NUMBERS_AGAIN},
    {TRANSPORT_SMS_PREFERRED, SMS, NUMBERS, "", NUMBERS_AGAIN},
    {TRANSPORT_SMS_PREFERRED, MAIL, MAILS, "", MAILS_AGAIN},
    {TRANSPORT_SMS_PREFERRED, NONE, "", "R30307", ""},
    {TRANSPORT_EMAIL_PREFERRED, MAIL + SMS, MAILS, "", MAILS_AGAIN},
    {TRANSPORT_EMAIL_PREFERRED, SMS, NUMBERS, "", NUMBERS_AGAIN},
    {TRANSPORT_EMAIL_PREFERRED, MAIL, MAILS, "", MAILS_AGAIN},
    {TRANSPORT_EMAIL_PREFERRED, NONE, "", "R30308", ""},
    {TRANSPORT_PRIORITY_EMAIL_SMS_REMINDER, MAIL + SMS, MAILS, "", NUMBERS_AGAIN},
    {TRANSPORT_PRIORITY_EMAIL_SMS_REMINDER, SMS, NUMBERS, "", NUMBERS_AGAIN},
    {TRANSPORT_PRIORITY_EMAIL_SMS_REMINDER, MAIL, MAILS, "", MAILS_AGAIN},
    {TRANSPORT_PRIORITY_EMAIL_SMS_REMINDER, NONE, "", "R30312", ""},
};

START_TEST(registered_addresses_are_used_by_transport_type)
{
    register_some(rows[_i].registered);
    order_to(rows[_i].transport, _i % 2 == 0 ? NULL : "");
    ck_assert_str_eq(sendings(), rows[_i].sendings);
    ck_assert_str_eq(problems(), rows[_i].problem);
}
END_TEST

START_TEST(reminder_goes_where_the_transport_type_says)
{
    char expected[400];

    orders[0].type = TWICE;
    register_some(rows[_i].registered);
    order_to(rows[_i].transport, NULL);
    snprintf(expected, sizeof(expected), "%s%s%s", rows[_i].sendings,
             rows[_i].reminders[0] == '\0' ? "" : ", ", rows[_i].reminders);
    ck_assert_str_eq(sendings(), expected);
    ck_assert_str_eq(problems(), rows[_i].problem);
}
END_TEST

START_TEST(person_without_address_has_a_code_of_its_own)
{
    static const struct {
        enum transport_type transport;
        const char *problem;
    } codes[] = {{TRANSPORT_SMS, "R30301"},
                 {TRANSPORT_EMAIL, "R30306"},
                 {TRANSPORT_BOTH, "R30306"},
                 {TRANSPORT_SMS_PREFERRED, "R30307"},
                 {TRANSPORT_EMAIL_PREFERRED, "R30308"},
                 {TRANSPORT_PRIORITY_EMAIL_SMS_REMINDER, "R30312"}};

    message.reportee = PERSON;
    for (int i = 0; i < COUNT(codes); i++) {
        orders[0].end_point_count = 0;
        order_to(codes[i].transport, NULL);
        ck_assert_str_eq(problems(), codes[i].problem);
    }
}
END_TEST

START_TEST(no_end_points_are_as_both)
{
    register_some(MAIL + SMS);
    ck_assert_str_eq(sendings(), MAILS ", " NUMBERS);
    reach.contact_count = 0;
    ck_assert_str_eq(problems(), "R30304");
}
END_TEST

START_TEST(given_address_is_used_instead_of_registered_ones)
{
    orders[0].type = TWICE;
    register_some(MAIL + SMS);
    order_to(TRANSPORT_SMS, " 454 64 748 ");
    order_to(TRANSPORT_EMAIL, "c@example.no");
    ck_assert_str_eq(sendings(), "E c@example.no, S 454 64 748, E* c@example.no, S* 454 64 748");
    ck_assert_str_eq(plan.items[1].address, "+4745464748");
    ck_assert_str_eq(problems(), "");
}
END_TEST

START_TEST(blank_address_is_none)
{
    register_some(SMS);
    order_to(TRANSPORT_SMS, " \n");
    ck_assert_str_eq(sendings(), NUMBERS);
}
END_TEST

START_TEST(message_without_notifications_has_an_empty_plan)
{
    register_some(MAIL + SMS);
    message.notification_count = 0;
    ck_assert_str_eq(sendings(), "");
    ck_assert_str_eq(problems(), "");
}
END_TEST

START_TEST(transport_type_that_is_not_usable_reaches_nobody)
{
    register_some(MAIL + SMS);
    order_to(TRANSPORT_IM, NULL);
    order_to(TRANSPORT_NOT_GIVEN, "a@example.no");
    ck_assert_str_eq(sendings(), "");
}
END_TEST

/* ------------------------------------------------------------------ order and time */

/* The example of the documentation: e-mails and a number registered, both asked for. */
START_TEST(worked_example_has_six_entries)
{
    static const struct planned expected[] = {
        {0, TRANSPORT_EMAIL, "a@example.no", "a@example.no", false, 0},
        {0, TRANSPORT_EMAIL, "b@example.no", "b@example.no", false, 0},
        {0, TRANSPORT_SMS, "91929394", "+4791929394", false, 0},
        {0, TRANSPORT_EMAIL, "a@example.no", "a@example.no", true, 0},
        {0, TRANSPORT_EMAIL, "b@example.no", "b@example.no", true, 0},
        {0, TRANSPORT_SMS, "91929394", "+4791929394", true, 0},
    };

    orders[0].type = TWICE;
    orders[0].shipment = (struct moment){true, visible - 1};
    registered("a@example.no", TRANSPORT_EMAIL);
    registered("b@example.no", TRANSPORT_EMAIL);
    registered("91929394", TRANSPORT_SMS);
    order_to(TRANSPORT_EMAIL, NULL);
    order_to(TRANSPORT_SMS, NULL);
    make_plan();

    ck_assert_uint_eq(plan.count, COUNT(expected));
    ck_assert_uint_eq(plan.problem_count, 0);
    for (int i = 0; i < COUNT(expected); i++) {
        ck_assert_uint_eq(plan.items[i].order, expected[i].order);
        ck_assert_int_eq(plan.items[i].transport, expected[i].transport);
        ck_assert_str_eq(plan.items[i].recipient, expected[i].recipient);
        ck_assert_str_eq(plan.items[i].address, expected[i].address);
        ck_assert_int_eq(plan.items[i].reminder, expected[i].reminder);
        ck_assert_int_eq(plan.items[i].due, expected[i].reminder ? visible + week : visible);
    }
}
END_TEST

START_TEST(emails_of_all_notifications_come_before_their_sms)
{
    static const size_t asked_by[] = {0, 1, 0, 1, 0, 0};

    message.notification_count = 2;
    orders[0].type = TWICE;
    register_some(NONE);
    order_to(TRANSPORT_SMS, "91929394");
    order_to(TRANSPORT_EMAIL, "a@example.no");
    orders[1].end_points = points;
    orders[1].end_point_count = 2;
    ck_assert_str_eq(sendings(), "E a@example.no, E a@example.no, S 91929394, S 91929394, "
                                 "E* a@example.no, S* 91929394");
    for (size_t i = 0; i < plan.count; i++)
        ck_assert_uint_eq(plan.items[i].order, asked_by[i]);
}
END_TEST

/* The later of ShipmentDateTime and VisibleDateTime; a reminder so much later than that. */
START_TEST(due_is_the_later_of_shipment_and_visible)
{
    static const struct {
        bool given;
        int64_t after;
        int64_t due_after;
    } times[] = {{false, 1000, 0}, {true, -1000, 0}, {true, 0, 0}, {true, 1000, 1000}};

    orders[0].type = TWICE;
    orders[0].shipment = (struct moment){times[_i].given, visible + times[_i].after};
    order_to(TRANSPORT_SMS, "91929394");
    make_plan();
    ck_assert_uint_eq(plan.count, 2);
    ck_assert_int_eq(plan.items[0].due, visible + times[_i].due_after);
    ck_assert_int_eq(plan.items[1].due, visible + times[_i].due_after + week);
}
END_TEST

START_TEST(each_notification_has_its_own_time)
{
    message.notification_count = 2;
    orders[1].shipment = (struct moment){true, visible + 1};
    register_some(SMS);
    reach.contact_count = 1;
    make_plan();
    ck_assert_uint_eq(plan.count, 2);
    ck_assert_int_eq(plan.items[0].due, visible);
    ck_assert_int_eq(plan.items[1].due, visible + 1);
}
END_TEST

/* ------------------------------------------------------------------ duplicates */

START_TEST(address_named_twice_is_notified_once)
{
    orders[0].type = TWICE;
    registered("919 29 394", TRANSPORT_SMS);
    registered("a@example.no", TRANSPORT_EMAIL);
    registered("+4791929394", TRANSPORT_SMS);
    registered("A@EXAMPLE.no ", TRANSPORT_EMAIL);
    registered("004791929394", TRANSPORT_SMS);
    order_to(TRANSPORT_BOTH, NULL);
    order_to(TRANSPORT_SMS, "91929394");
    order_to(TRANSPORT_EMAIL_PREFERRED, NULL);
    ck_assert_str_eq(sendings(), "E a@example.no, S 919 29 394, E* a@example.no, S* 919 29 394");
}
END_TEST

START_TEST(same_digits_of_another_country_are_no_duplicate)
{
    order_to(TRANSPORT_SMS, "91929394");
    order_to(TRANSPORT_SMS, "+4591929394");
    ck_assert_str_eq(sendings(), "S 91929394, S +4591929394");
}
END_TEST

/* The texts of two Notifications differ. */
START_TEST(two_notifications_may_go_to_one_address)
{
    message.notification_count = 2;
    registered("91929394", TRANSPORT_SMS);
    ck_assert_str_eq(sendings(), "S 91929394, S 91929394");
}
END_TEST

/* ------------------------------------------------------------------ confidential mail */

/* By an order of its own, which no end point asked for. */
START_TEST(unopened_confidential_mail_is_reminded_of_at_all_registered_addresses)
{
    terms.remind_unopened = true;
    register_some(MAIL + SMS);
    registered("22334455", TRANSPORT_SMS);
    order_to(TRANSPORT_EMAIL, "other@example.no");
    orders[0].language_code = "1033";
    ck_assert_str_eq(sendings(), "E other@example.no, " MAILS_AGAIN ", " NUMBERS_AGAIN);
    ck_assert_str_eq(plan.own->type, "UnopenedConfidential");
    ck_assert_str_eq(plan.own->language_code, "1033");
    ck_assert_uint_eq(plan.own->end_point_count, 0);
    for (size_t i = 1; i < plan.count; i++) {
        ck_assert_uint_eq(plan.items[i].order, 1);
        ck_assert_int_eq(plan.items[i].due, visible + week);
    }
    ck_assert_str_eq(problems(), "");
}
END_TEST

START_TEST(an_address_that_the_sender_reminds_is_reminded_once)
{
    terms.remind_unopened = true;
    orders[0].type = TWICE;
    register_some(MAIL + SMS);
    order_to(TRANSPORT_EMAIL, NULL);
    ck_assert_str_eq(sendings(), MAILS ", " MAILS_AGAIN ", " NUMBERS_AGAIN);
    ck_assert_ptr_nonnull(plan.own);
    order_to(TRANSPORT_SMS, NULL);
    ck_assert_str_eq(sendings(), MAILS ", " NUMBERS ", " MAILS_AGAIN ", " NUMBERS_AGAIN);
    ck_assert_ptr_null(plan.own);
}
END_TEST

START_TEST(nobody_else_has_a_reminder_of_ours)
{
    register_some(MAIL);
    ck_assert_str_eq(sendings(), MAILS);
    ck_assert_ptr_null(plan.own);
    terms.remind_unopened = true;
    message.reportee = PERSON;
    ck_assert_str_eq(sendings(), MAILS);
    ck_assert_ptr_null(plan.own);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("plan");
    TCase *tcase = tcase_create("plan");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    suite_add_tcase(suite, tcase);
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, registered_addresses_are_used_by_transport_type, 0, COUNT(rows));
    tcase_add_loop_test(tcase, reminder_goes_where_the_transport_type_says, 0, COUNT(rows));
    tcase_add_test(tcase, person_without_address_has_a_code_of_its_own);
    tcase_add_test(tcase, no_end_points_are_as_both);
    tcase_add_test(tcase, given_address_is_used_instead_of_registered_ones);
    tcase_add_test(tcase, blank_address_is_none);
    tcase_add_test(tcase, message_without_notifications_has_an_empty_plan);
    tcase_add_test(tcase, transport_type_that_is_not_usable_reaches_nobody);
    tcase_add_test(tcase, worked_example_has_six_entries);
    tcase_add_test(tcase, emails_of_all_notifications_come_before_their_sms);
    tcase_add_loop_test(tcase, due_is_the_later_of_shipment_and_visible, 0, 4);
    tcase_add_test(tcase, each_notification_has_its_own_time);
    tcase_add_test(tcase, address_named_twice_is_notified_once);
    tcase_add_test(tcase, same_digits_of_another_country_are_no_duplicate);
    tcase_add_test(tcase, two_notifications_may_go_to_one_address);
    tcase_add_test(tcase, unopened_confidential_mail_is_reminded_of_at_all_registered_addresses);
    tcase_add_test(tcase, an_address_that_the_sender_reminds_is_reminded_once);
    tcase_add_test(tcase, nobody_else_has_a_reminder_of_ours);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
