#include "model/decision.h"
#include "no_memory.h"

#include <check.h>
#include <stdlib.h>

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))
#define SECOND INT64_C(1000000)

static const int64_t now = INT64_C(1508151330) * SECOND;

static struct arena *arena;
static struct rule_limits limits;
static struct facts facts;

static const struct facts good_facts = {
    .caller = {.system_user_code = "OWN",
               .organization_number = "991825827",
               .name = "Technical AS",
               .kind = SENDER_DPV_CUSTOMER,
               .status = SENDER_ACTIVE},
    .service = {.found = true, .edition = 10, .name = "Service"},
    .reportee = {true, "Recipient AS", PARTY_ACTIVE},
    .on_behalf_of = {true, "Actual AS", PARTY_ACTIVE},
};

static void set_up(void)
{
    arena = arena_new();
    facts = good_facts;
    limits = (struct rule_limits){.reminder_delay = 7 * SECOND};
}

static void tear_down(void)
{
    arena_free(&arena);
}

static struct message a_message(void)
{
    return (struct message){.system_user_code = "ABC", .reportee = "910820605"};
}

static struct decision decide(const struct message *message)
{
    struct decision decision = {0};

    ck_assert(message_decide(arena, message, &facts, &limits, now, &decision));
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
    struct decision decision;

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
    struct decision decision;

    message.service_edition = NULL;
    decision = decide(&message);
    ck_assert_int_eq(decision.service_edition, 10);
    ck_assert_str_eq(decision.reportee_name, "Recipient AS");
}
END_TEST

/* Who sends for itself needs no check (domain.md 4.6). */
static const struct {
    const char *on_behalf_of;
    enum on_behalf_of_check check;
    int actual_status;
    enum choice verified;
} checks[] = {
    {NULL, CHECK_OFF, 0, CHOICE_YES},
    {"", CHECK_WARN, 0, CHOICE_YES},
    {"991825827", CHECK_WARN, SENDER_ACTIVE, CHOICE_YES},
    {"991825827", CHECK_OFF, 0, CHOICE_YES},
    {"974760673", CHECK_OFF, SENDER_ACTIVE, CHOICE_NOT_GIVEN},
    {"974760673", CHECK_OFF, 0, CHOICE_NOT_GIVEN},
    {"974760673", CHECK_WARN, 0, CHOICE_NO},
    {"974760673", CHECK_WARN, SENDER_ACTIVE, CHOICE_YES},
    {"974760673", CHECK_WARN, SENDER_TERMINATED, CHOICE_NO},
    {"974760673", CHECK_ENFORCE, SENDER_ACTIVE, CHOICE_YES},
};

START_TEST(actual_sender_is_verified_where_it_is_checked)
{
    struct message message = a_message();

    message.on_behalf_of = checks[_i].on_behalf_of;
    limits.on_behalf_of_check = checks[_i].check;
    facts.actual_status = (enum sender_status)checks[_i].actual_status;
    ck_assert_int_eq(decide(&message).actual_verified, checks[_i].verified);
}
END_TEST

/* ------------------------------------------------------------------ notifications */

static const struct template template = {"VarselDPVMedRevarsel", "1044", true, true, true};
static const struct contact contact = {TRANSPORT_SMS, "91929394"};
static const struct receiver_end_point points[] = {{TRANSPORT_SMS, NULL}, {TRANSPORT_EMAIL, "a"}};
static const struct notification_order order = {.language_code = "1044",
                                                .type = "VarselDPVMedRevarsel",
                                                .end_points = points,
                                                .end_point_count = 2};

/* One number will be notified twice; one address is bad. */
static struct message a_notified_message(void)
{
    struct message message = a_message();

    message.notifications = &order;
    message.notification_count = 1;
    facts.reach = (struct reach){&contact, 1, &template, 1};
    return message;
}

START_TEST(plan_is_due_when_the_message_is_visible)
{
    struct message message = a_notified_message();
    struct plan plan = {0};

    message.visible = (struct moment){true, now + SECOND};
    plan = decide(&message).plan;
    ck_assert_uint_eq(plan.count, 2);
    ck_assert_int_eq(plan.items[0].due, now + SECOND);
    ck_assert_int_eq(plan.items[1].due, now + SECOND + limits.reminder_delay);
    ck_assert_uint_eq(plan.problem_count, 1);
    ck_assert_int_eq(plan.problems[0].error_id, 30010);
}
END_TEST

static const struct {
    const char *reportee;
    enum choice is_reservable;
    bool has_opted_out;
    bool reserved;
} reservations[] = {
    {"31019650025", CHOICE_YES, true, true}, {"31019650025", CHOICE_YES, false, false},
    {"31019650025", CHOICE_NO, true, false}, {"31019650025", CHOICE_NOT_GIVEN, true, false},
    {"910820605", CHOICE_YES, true, false},
};

START_TEST(reserved_person_gets_no_notification_and_the_sender_is_told)
{
    struct message message = a_notified_message();
    struct decision decision;

    message.reportee = reservations[_i].reportee;
    message.is_reservable = reservations[_i].is_reservable;
    facts.reportee_reserved = reservations[_i].has_opted_out;
    decision = decide(&message);
    ck_assert_int_eq(decision.reserved, reservations[_i].reserved);
    ck_assert_uint_eq(decision.plan.count, reservations[_i].reserved ? 0 : 2);
    ck_assert_uint_eq(decision.plan.problem_count, 1);
    if (!reservations[_i].reserved)
        return;
    ck_assert_int_eq(decision.plan.problems[0].status, RECEIPT_REJECTED);
    ck_assert_str_eq(decision.plan.problems[0].text,
                     "Reportee is reserved against electronic communication");
}
END_TEST

START_TEST(letter_to_a_digital_mailbox_is_told_to_be_impossible)
{
    static const struct sdp_options sdp = {.copy_altinn = true};
    struct message message = a_notified_message();
    struct plan plan = {0};

    message.sdp = &sdp;
    plan = decide(&message).plan;
    ck_assert_uint_eq(plan.count, 2);
    ck_assert_uint_eq(plan.problem_count, 2);
    ck_assert_int_eq(plan.problems[0].error_id, 30010);
    ck_assert_int_eq(plan.problems[1].status, RECEIPT_REJECTED);
    ck_assert_str_eq(
        plan.problems[1].text,
        "SdpOptions: the letter could not be sent, no digital mailbox is known for the reportee");
}
END_TEST

START_TEST(reservation_and_mailbox_are_both_told)
{
    static const struct sdp_options sdp = {.copy_altinn = true};
    struct message message = a_notified_message();
    struct plan plan = {0};

    message.sdp = &sdp;
    message.reportee = "31019650025";
    message.is_reservable = CHOICE_YES;
    facts.reportee_reserved = true;
    plan = decide(&message).plan;
    ck_assert_uint_eq(plan.count, 0);
    ck_assert_uint_eq(plan.problem_count, 2);
}
END_TEST

START_TEST(decision_without_memory_is_none)
{
    static const struct sdp_options sdp = {.copy_altinn = true};
    struct message message = a_notified_message();
    int failures = 0;
    bool ok = false;

    message.sdp = &sdp;
    for (size_t left = 0; !ok; left += 16) {
        struct arena *small = arena_new();
        struct decision decision = {.now = 77};

        ck_assert_ptr_nonnull(arena_alloc(small, 64 * 1024 - left));
        memory_fails_at(1);
        ok = message_decide(small, &message, &facts, &limits, now, &decision);
        memory_fails_at(0);
        failures += !ok;
        ck_assert_int_eq(decision.now, ok ? now : 77);
        arena_free(&small);
        ck_assert_uint_lt(left, 16384);
    }
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    ck_assert_int_gt(failures, 5);
#endif
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("decision");
    TCase *tcase = tcase_create("decision");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    suite_add_tcase(suite, tcase);
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, senders_are_technical_actual_and_displayed, 0, COUNT(senders));
    tcase_add_loop_test(tcase, message_is_visible_at_once_or_in_the_future, 0, COUNT(times));
    tcase_add_loop_test(tcase, forwarding_is_allowed_unless_forbidden, 0, 3);
    tcase_add_loop_test(tcase, reservation_counts_only_when_asked_for, 0, 3);
    tcase_add_loop_test(tcase, missing_system_user_code_is_the_system_users_own, 0, 4);
    tcase_add_test(tcase, reportee_is_told_apart_by_its_digits);
    tcase_add_test(tcase, edition_and_names_are_those_of_the_registers);
    tcase_add_loop_test(tcase, actual_sender_is_verified_where_it_is_checked, 0, COUNT(checks));
    tcase_add_test(tcase, plan_is_due_when_the_message_is_visible);
    tcase_add_loop_test(tcase, reserved_person_gets_no_notification_and_the_sender_is_told, 0,
                        COUNT(reservations));
    tcase_add_test(tcase, letter_to_a_digital_mailbox_is_told_to_be_impossible);
    tcase_add_test(tcase, reservation_and_mailbox_are_both_told);
    tcase_add_test(tcase, decision_without_memory_is_none);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
