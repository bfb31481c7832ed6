/* Stand-alone notifications: what makes two calls the same, which rule answers first, and what is
 * planned (domain.md 6.7). */
#include "model/standalone.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))
#define ORGANIZATION "910820605"
#define PERSON "31019650025"
#define HOUR INT64_C(3600000000)

static const int64_t now = INT64_C(1508151330) * 1000000;

static const struct template templates[] = {
    {"Twice", "1044", true, true, true},
    {"MailOnly", "1044", true, false, false},
    {"Mute", "1044", false, false, false},
};
static const struct contact mail = {TRANSPORT_EMAIL, "a@example.no"};
static const struct contact mail_and_number[] = {{TRANSPORT_EMAIL, "a@example.no"},
                                                 {TRANSPORT_SMS, "91929394"}};

static struct arena *arena;
static struct receiver_end_point points[2];
static struct text_token tokens[2];
static struct notification_order orders[2];
static struct standalone items[2];
static struct standalone_call call;
static struct facts facts[2];
static struct standalone_facts known;
static struct rule_limits limits;
static struct standalone_plan plan;
static struct verdict verdict;
static bool personal;

static void set_up(void)
{
    arena = arena_new();
    ck_assert_ptr_nonnull(arena);
    for (int i = 0; i < 2; i++) {
        points[i] = (struct receiver_end_point){TRANSPORT_EMAIL, NULL};
        tokens[i] = (struct text_token){0, "tekst"};
        orders[i] = (struct notification_order){.type = "Twice",
                                                .language_code = "1044",
                                                .tokens = &tokens[i],
                                                .token_count = 1,
                                                .end_points = &points[i],
                                                .end_point_count = 1};
        items[i].message = (struct message){
            .reportee = ORGANIZATION, .notifications = &orders[i], .notification_count = 1};
        items[i].short_name = false;
        facts[i] = (struct facts){
            .caller = {.found = true, .sender_id = 7, .kind = SENDER_SERVICE_OWNER},
            .reportee = {true, "B", PARTY_ACTIVE},
            .reach = {mail_and_number, 2, templates, COUNT(templates)},
        };
        facts[i].caller.status = SENDER_ACTIVE;
    }
    call = (struct standalone_call){items, 2};
    known = (struct standalone_facts){false, facts};
    limits = (struct rule_limits){.notifications = 1, .end_points = 2};
}

static void tear_down(void)
{
    arena_free(&arena);
}

static void judge(void)
{
    ck_assert(standalone_judge(arena, &call, &known, &limits, now, &verdict, &personal, &plan));
}

static void check_refused(const char *rule, int error_id)
{
    judge();
    ck_assert_int_eq(verdict.outcome, OUTCOME_FAULT);
    ck_assert_str_eq(verdict.rule, rule);
    ck_assert_int_eq(verdict.error_id, error_id);
}

/* ------------------------------------------------------------------ the same call */

static bool is_other(void (*change)(void))
{
    uint8_t before[32];
    uint8_t after[32];

    ck_assert(standalone_digest(&call, now, before));
    change();
    ck_assert(standalone_digest(&call, now, after));
    return memcmp(before, after, sizeof(before)) != 0;
}

static void another_reportee(void)
{
    items[1].message.reportee = PERSON;
}

static void another_type(void)
{
    orders[1].type = "MailOnly";
}

static void another_text(void)
{
    tokens[1].value = "mer tekst";
}

static void another_address(void)
{
    points[0].address = "b@example.no";
}

static void another_service(void)
{
    items[0].message.service_code = "4255";
}

static void another_sender_of_sms(void)
{
    items[0].short_name = true;
}

static void one_entry_less(void)
{
    call.count = 1;
}

static void the_entries_the_other_way_round(void)
{
    orders[1].language_code = "1033";
    another_sender_of_sms();
}

static void shipped_tomorrow(void)
{
    orders[1].shipment = (struct moment){true, now + 24 * HOUR};
}

static void shipped_the_day_after(void)
{
    orders[1].shipment = (struct moment){true, now + 48 * HOUR};
}

static void shipped_soon(void)
{
    orders[1].shipment = (struct moment){true, now + HOUR};
}

static void shipped_long_ago(void)
{
    orders[1].shipment = (struct moment){true, now - 48 * HOUR};
}

static void numbered_otherwise(void)
{
    tokens[1].number = 7;
}

START_TEST(what_is_said_or_to_whom_makes_another_call)
{
    static void (*const changes[])(void) = {
        another_reportee, another_type,          another_text,   another_address,
        another_service,  another_sender_of_sms, one_entry_less, the_entries_the_other_way_round,
        shipped_tomorrow};

    for (int i = 0; i < COUNT(changes); i++) {
        tear_down();
        set_up();
        ck_assert_msg(is_other(changes[i]), "change %d", i);
    }
    shipped_tomorrow();
    ck_assert(is_other(shipped_the_day_after));
}
END_TEST

START_TEST(what_clients_make_anew_on_each_try_does_not)
{
    ck_assert(!is_other(shipped_soon));
    ck_assert(!is_other(shipped_long_ago));
    ck_assert(!is_other(numbered_otherwise));
}
END_TEST

/* ------------------------------------------------------------------ rules */

START_TEST(all_entries_are_planned_together)
{
    orders[1].shipment = (struct moment){true, now + HOUR};
    points[1] = (struct receiver_end_point){TRANSPORT_BOTH, NULL};
    judge();
    ck_assert_int_eq(verdict.outcome, OUTCOME_ACCEPT);
    ck_assert_uint_eq(plan.plan.count, 3);
    for (size_t i = 0; i < 3; i++) {
        ck_assert_uint_eq(plan.plan.items[i].order, i == 0 ? 0 : 1);
        ck_assert_int_eq(plan.plan.items[i].due, i == 0 ? now : now + HOUR);
        ck_assert(!plan.plan.items[i].reminder);
    }
    ck_assert_str_eq(plan.items[1].reportee_name, "B");
    ck_assert(!plan.items[1].reportee_is_person);
}
END_TEST

START_TEST(an_entry_that_is_wrong_refuses_all)
{
    orders[1].type = NULL;
    check_refused("notification_type_missing", 1);
    orders[0].language_code = "1083";
    check_refused("notification_language_missing", 40001);
    facts[0].caller.status = SENDER_SUSPENDED;
    check_refused("sender_not_active", 5);
}
END_TEST

START_TEST(a_service_is_looked_at_if_there_is_one)
{
    judge();
    ck_assert_int_eq(verdict.outcome, OUTCOME_ACCEPT);
    ck_assert_int_eq(plan.items[1].service_edition, 0);
    items[1].message.service_code = "4255";
    check_refused("service_unknown", 40013);
    facts[1].service = (struct service){.found = true, .active = true, .edition = 10};
    check_refused("service_of_another", 5);
    facts[1].service.common = true;
    judge();
    ck_assert_int_eq(verdict.outcome, OUTCOME_ACCEPT);
    ck_assert_int_eq(plan.items[1].service_edition, 10);
}
END_TEST

START_TEST(both_needs_both_kinds)
{
    points[1].transport = TRANSPORT_BOTH;
    facts[1].reach.contacts = &mail;
    facts[1].reach.contact_count = 1;
    check_refused("both_not_possible", 30309);
    ck_assert(!personal);
    orders[1].end_point_count = 0;
    check_refused("both_not_possible", 30309);
    orders[1].type = "MailOnly"; /* which has nothing to say in an SMS */
    judge();
    ck_assert_int_eq(verdict.outcome, OUTCOME_ACCEPT);
}
END_TEST

START_TEST(a_template_without_text_reaches_nobody)
{
    orders[1].type = "Mute";
    check_refused("template_without_text", 1);
    orders[1].type = "MailOnly";
    points[1].transport = TRANSPORT_SMS;
    check_refused("template_without_text", 1);
    orders[1].type = "None";
    check_refused("template_unknown", 1);
}
END_TEST

START_TEST(a_missing_address_is_a_fault)
{
    points[1].transport = TRANSPORT_SMS;
    facts[1].reach.contacts = &mail;
    facts[1].reach.contact_count = 1;
    check_refused("address_problem", 30301);
    ck_assert_ptr_nonnull(strstr(verdict.text, ORGANIZATION));
    ck_assert_ptr_null(strstr(verdict.text, "30301"));
}
END_TEST

START_TEST(a_wrong_address_is_told_and_is_personal)
{
    points[1].address = "a@b-.example";
    check_refused("address_problem", 30010);
    ck_assert(personal);
    ck_assert_str_eq(verdict.text, "The ReceiverAddress/User profile must contain a valid "
                                   "emailaddress. Address: a@b-.example, User: " ORGANIZATION);
}
END_TEST

START_TEST(a_long_address_is_cut_between_characters)
{
    char address[2 * 254 + 2] = "";

    for (int odd = 0; odd < 2; odd++) {
        address[0] = odd ? 'a' : '\0';
        address[odd] = '\0';
        for (int i = 0; i < 254 - odd; i++)
            strcat(address, "ø");
        points[1].address = address;
        check_refused("address_problem", 30010);
        ck_assert_uint_le(strlen(verdict.text), VERDICT_TEXT_SIZE - 1);
        ck_assert_str_eq(verdict.text + strlen(verdict.text) - 2, "ø");
    }
}
END_TEST

START_TEST(a_reserved_person_is_not_told)
{
    items[1].message.reportee = PERSON;
    facts[1].reportee_reserved = true;
    judge();
    ck_assert_uint_eq(plan.plan.count, 2);
    items[1].message.is_reservable = CHOICE_YES;
    facts[1].reach.contact_count = 0; /* nobody asks for addresses then */
    judge();
    ck_assert_int_eq(verdict.outcome, OUTCOME_ACCEPT);
    ck_assert_uint_eq(plan.plan.count, 1);
    ck_assert(plan.items[1].reportee_is_person);
}
END_TEST

START_TEST(the_call_is_looked_at_before_its_entries)
{
    standalone_judge_call(&call, &facts[0].caller, &limits, 2, &verdict);
    ck_assert_int_eq(verdict.outcome, OUTCOME_ACCEPT);
    standalone_judge_call(&call, &facts[0].caller, &limits, 1, &verdict);
    ck_assert_int_eq(verdict.error_id, 40014);
    call.count = 0;
    standalone_judge_call(&call, &facts[0].caller, &limits, 1, &verdict);
    ck_assert_int_eq(verdict.error_id, 1);
    facts[0].caller.status = SENDER_SUSPENDED;
    standalone_judge_call(&call, &facts[0].caller, &limits, 1, &verdict);
    ck_assert_int_eq(verdict.error_id, 5);
    ck_assert_str_eq(verdict.rule, "sender_not_active");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("standalone");
    TCase *tc = tcase_create("standalone");
    SRunner *runner = srunner_create(s);
    int failed = 0;

    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, what_is_said_or_to_whom_makes_another_call);
    tcase_add_test(tc, what_clients_make_anew_on_each_try_does_not);
    tcase_add_test(tc, all_entries_are_planned_together);
    tcase_add_test(tc, an_entry_that_is_wrong_refuses_all);
    tcase_add_test(tc, a_service_is_looked_at_if_there_is_one);
    tcase_add_test(tc, both_needs_both_kinds);
    tcase_add_test(tc, a_template_without_text_reaches_nobody);
    tcase_add_test(tc, a_missing_address_is_a_fault);
    tcase_add_test(tc, a_wrong_address_is_told_and_is_personal);
    tcase_add_test(tc, a_long_address_is_cut_between_characters);
    tcase_add_test(tc, a_reserved_person_is_not_told);
    tcase_add_test(tc, the_call_is_looked_at_before_its_entries);
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
