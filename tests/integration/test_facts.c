#include "base/clock.h"
#include "store/facts_store.h"
#include "support/store_fixture.h"

#include <check.h>
#include <stdio.h>

static struct pg_cluster *cluster;
static struct store store;
static const struct login demo = {"demo", "192.0.2.1"};
static const struct login demo2 = {"demo2", "192.0.2.1"};
static const struct login nobody = {"nobody", "unknown"};

static void setup(void)
{
    store_open(cluster, &store);
}

static void teardown(void)
{
    store_close(&store);
}

static struct facts load(const char *user_name, const struct message *message)
{
    const struct login login = {user_name, "192.0.2.1"};
    const uint8_t digest[32] = {0};
    struct facts facts = {0};
    struct err err = {0};

    ck_assert_msg(facts_load(store.db, store.arena, &login, message, digest, &facts, &err), "%s",
                  err.msg);
    return facts;
}

START_TEST(facts_know_caller_service_reportee_and_actual_sender)
{
    const struct message message = {.service_code = "5504",
                                    .service_edition = "1",
                                    .reportee = "810514442",
                                    .on_behalf_of = "974760673"};
    const struct facts facts = load("demo", &message);

    ck_assert(facts.caller.found && facts.caller.kind == SENDER_SERVICE_OWNER &&
              facts.caller.status == SENDER_ACTIVE);
    ck_assert_str_eq(facts.caller.organization_number, "910646192");
    ck_assert_str_eq(facts.caller.system_user_code, "TTD_DEMO");
    ck_assert_str_eq(facts.caller.system_user_name, "demo");
    ck_assert(facts.service.found && facts.service.confidential && facts.service.common &&
              facts.service.correspondence && facts.service.active);
    ck_assert_int_eq(facts.service.owner_id, 0);
    ck_assert(facts.reportee.found && facts.reportee.status == PARTY_ACTIVE);
    ck_assert_str_eq(facts.reportee.name, "FJÆREHEIM BÅTFØRERLAG");
    ck_assert_str_eq(facts.on_behalf_of.name, "ØVRE SANDVÆR KOMMUNE");
    ck_assert(!facts.repeated && !facts.reference_used);
}
END_TEST

START_TEST(facts_of_nothing_known_are_not_found)
{
    const struct message message = {.reportee = "123456789", .on_behalf_of = ""};
    const struct facts facts = load("Demo", &message);

    ck_assert(!facts.caller.found && !facts.service.code_known && !facts.service.found);
    ck_assert(!facts.reportee.found && !facts.on_behalf_of.found && !facts.repeated);
    ck_assert(!load(NULL, &(struct message){0}).caller.found);
}
END_TEST

START_TEST(facts_know_persons)
{
    const struct facts alive = load("demo", &(struct message){.reportee = "55819010012"});
    const struct facts dead = load("demo", &(struct message){.reportee = "24889110011"});

    ck_assert_str_eq(alive.reportee.name, "Øyvind Sæther Grønnås");
    ck_assert_int_eq(alive.reportee.status, PARTY_ACTIVE);
    ck_assert_int_eq(dead.reportee.status, PARTY_DEAD);
}
END_TEST

static const struct {
    const char *edition;
    bool found;
    int32_t number;
} editions[] = {{NULL, true, 10},  {"1", true, 1},           {"10", true, 10},
                {"010", true, 10}, {"11", false, 0},         {"", true, 10},
                {"-1", false, 0},  {"4294967297", false, 0}, {"99999999999999999999", false, 0},
                {"1 ", false, 0},  {"1.0", false, 0}};

START_TEST(edition_is_a_number_and_the_newest_one_when_missing)
{
    for (size_t i = 0; i < sizeof(editions) / sizeof(editions[0]); i++) {
        const struct message message = {.service_code = "4255",
                                        .service_edition = editions[i].edition};
        const struct facts facts = load("demo", &message);

        ck_assert(facts.service.code_known);
        ck_assert_msg(facts.service.found == editions[i].found &&
                          facts.service.edition == editions[i].number,
                      "case %zu: edition %d", i, facts.service.edition);
    }
}
END_TEST

START_TEST(facts_know_that_a_message_is_stored)
{
    struct letter letter;
    struct facts facts = {0};
    struct err err = {0};

    letter_make(&letter, "ref-1", "", 0);
    letter_put(&store, &letter);
    ck_assert(
        facts_load(store.db, store.arena, &demo, &letter.message, letter.digest, &facts, &err));
    ck_assert(facts.repeated);
    ck_assert(
        facts_load(store.db, store.arena, &demo2, &letter.message, letter.digest, &facts, &err));
    ck_assert(!facts.repeated);
}
END_TEST

START_TEST(used_reference_is_looked_for_when_the_setting_says_so)
{
    struct letter letter;
    struct err err = {0};

    letter_make(&letter, "ref-1", "", 0);
    letter_put(&store, &letter);
    ck_assert(!load("demo", &letter.message).reference_used);
    ck_assert(config_assign(&store.config, "duplicate_reference=refuse", &err));
    ck_assert(load("demo", &letter.message).reference_used);
    ck_assert(!load("demo2", &letter.message).reference_used);
}
END_TEST

START_TEST(caller_and_service_are_found_alone)
{
    struct caller caller = {0};
    struct service service = {0};
    struct err err = {0};

    ck_assert(facts_load_caller(store.db, store.arena, &demo2, &caller, &err));
    ck_assert(caller.found && caller.kind == SENDER_DPV_CUSTOMER);
    ck_assert(facts_load_caller(store.db, store.arena, &nobody, &caller, &err));
    ck_assert(!caller.found);
    ck_assert(facts_load_service(store.db, store.arena, "4255", 3, &service, &err));
    ck_assert(service.found);
    ck_assert(facts_load_service(store.db, store.arena, "4255", 99, &service, &err));
    ck_assert(service.code_known && !service.found);
}
END_TEST

static const char *const credential_changes[] = {
    "UPDATE dpvd.system_user SET password_hash = 'x' WHERE name = 'demo'",
    "UPDATE dpvd.system_user SET locked_until = now() WHERE name = 'demo'",
    "UPDATE dpvd.sender SET status = 2, status_reason = 'breach' WHERE code = 'TTD'"};

START_TEST(credential_version_changes_with_password_lock_and_status)
{
    const int64_t other = load("demo2", &(struct message){0}).caller.credential_version;

    for (size_t i = 0; i < sizeof(credential_changes) / sizeof(credential_changes[0]); i++) {
        const int64_t before = load("demo", &(struct message){0}).caller.credential_version;

        pg_run(cluster, store.name, "dpvd_owner", credential_changes[i]);
        ck_assert_int_gt(load("demo", &(struct message){0}).caller.credential_version, before);
    }
    ck_assert_int_eq(load("demo2", &(struct message){0}).caller.credential_version, other);
}
END_TEST

/* ------------------------------------------------------------------ what few messages ask for */

static void set_clock(int64_t seconds)
{
    clock_shift(0);
    clock_shift(seconds - clock_now() / 1000000);
}

START_TEST(reservation_of_a_person_is_known)
{
    struct message message = {.reportee = "55819010012"};

    ck_assert(load("demo", &message).reportee_reserved);
    message.reportee = "15819010029";
    ck_assert(!load("demo", &message).reportee_reserved);
    message.reportee = "15519010094"; /* not in the register at all */
    ck_assert(!load("demo", &message).reportee_reserved);
    message.reportee = "910820605";
    ck_assert(!load("demo", &message).reportee_reserved);
}
END_TEST

START_TEST(actual_sender_is_known_as_a_sender)
{
    const struct message customer = {.on_behalf_of = "991825827"};
    const struct message nobody_here = {.on_behalf_of = "974760673"};
    struct facts facts = load("demo", &customer);

    ck_assert_int_eq(facts.actual_status, SENDER_ACTIVE);
    ck_assert_int_eq(facts.actual_kind, SENDER_DPV_CUSTOMER);
    store_run(&store, "UPDATE dpvd.sender SET status = 2, status_reason = 'breach' "
                      "WHERE organization_number = '991825827'");
    ck_assert_int_eq(load("demo", &customer).actual_status, SENDER_SUSPENDED);
    facts = load("demo", &nobody_here);
    ck_assert(facts.on_behalf_of.found && facts.actual_status == 0 && facts.actual_kind == 0);
}
END_TEST

/* Half an hour before the year ends in Norway, and half an hour after. */
START_TEST(messages_of_the_norwegian_year_are_counted_for_the_actual_sender)
{
    const struct message own = {.on_behalf_of = ""};
    const struct message other = {.on_behalf_of = "974760673"};
    struct err err = {0};

    store_run(&store, "INSERT INTO dpvd.usage_count (year, actual_number, sender_id, messages) "
                      "VALUES (2030, '910646192', 1, 5), (2030, '910646192', 2, 20), "
                      "(2031, '910646192', 1, 100), (2030, '974760673', 1, 7)");
    ck_assert(config_assign(&store.config, "quota_block=on", &err));
    set_clock(1924986600); /* 2030-12-31T23:30:00+01:00 */
    ck_assert_int_eq(load("demo", &own).sent_this_year, 25);
    ck_assert_int_eq(load("demo", &other).sent_this_year, 7);
    ck_assert_int_eq(load("demo2", &own).sent_this_year, 0);
    set_clock(1924990200);
    ck_assert_int_eq(load("demo", &own).sent_this_year, 100);
    ck_assert(config_assign(&store.config, "quota_block=off", &err));
    ck_assert_int_eq(load("demo", &own).sent_this_year, 0);
}
END_TEST

static const struct {
    const char *code;
    bool of_another;
} codes[] = {{NULL, false},    {"", false},     {"TTD", false},     {"TTD_DEMO", false},
             {"TTD-X", false}, {"demo", false}, {"DEM", true},      {"DEM_DEMO", true},
             {"DEM-X", true},  {"DEM_", true},  {"DEMO", false},    {"dem_x", false},
             {"X_DEM", false}, {"ABC", true},   {"TTD_ABC", false}, {"DEM DEMO", false},
             {"A-B_C", true},  {"KEY", true},   {"KEY_X", false},   {"KEY_Y", true}};

START_TEST(code_of_another_sender_is_known_as_such)
{
    store_run(&store, "INSERT INTO dpvd.sender (kind, organization_number, code, name) VALUES "
                      "(1, '974760673', 'ABC', ''), (1, '910820605', 'A-B_C', ''), "
                      "(1, '810514442', 'KEY', ''); "
                      "UPDATE dpvd.sender SET code = 'KEY_X' WHERE code = 'TTD'");
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        const struct facts facts =
            load("demo", &(struct message){.system_user_code = codes[i].code});

        ck_assert_msg(facts.code_of_another == codes[i].of_another, "%s", codes[i].code);
    }
}
END_TEST

/* A system user may have been given a code by the operator that looks like another sender's. */
START_TEST(own_code_is_never_that_of_another)
{
    const struct message message = {.system_user_code = "DEM_FOR_TTD"};

    ck_assert(load("demo", &message).code_of_another);
    store_run(&store, "UPDATE dpvd.system_user SET code = 'DEM_FOR_TTD' WHERE name = 'demo'");
    ck_assert(!load("demo", &message).code_of_another);
    ck_assert(!load("demo2", &message).code_of_another);
}
END_TEST

/* Roles of an organisation, and whether one of them is a key role on 2030-06-15. */
static const struct {
    const char *roles; /* type, holder, from, to */
    bool has;
} roles[] = {
    {"('DAGL', '15819010029', '2020-01-01', NULL)", true},
    {"('DAGL', '974760673', '2020-01-01', NULL)", true},
    {"('LEDE', '15819010029', '-infinity', '2030-06-15')", true},
    {"('LEDE', '15819010029', '-infinity', '2030-06-14')", false},
    {"('INNH', '15819010029', '2030-06-15', NULL)", true},
    {"('INNH', '15819010029', '2030-06-16', NULL)", false},
    {"('DTSO', '15819010029', '2020-01-01', NULL)", true},
    {"('DTSO', '974760673', '2020-01-01', NULL)", false},
    {"('BEST', '974760673', '2020-01-01', NULL)", true},
    {"('BOBE', '15819010029', '2020-01-01', NULL)", false},
    {"('REVI', '974760673', '2020-01-01', NULL)", false},
    {"('BOBE', '15819010029', '2020-01-01', NULL), ('KOMP', '15819010029', '2020-01-01', NULL)",
     true},
};

START_TEST(key_roles_count_while_they_are_valid_also_those_of_the_main_unit)
{
    const struct message confidential = {.service_code = "5504", .reportee = "910820605"};
    const struct message of_sub_unit = {.service_code = "5504", .reportee = "910568183"};
    const struct message ordinary = {.service_code = "4255", .reportee = "910820605"};

    set_clock(1907704860); /* 2030-06-15T00:01:00+02:00 */
    for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
        char sql[512];

        snprintf(sql, sizeof(sql),
                 "DELETE FROM dpvd.organization_role; INSERT INTO dpvd.organization_role "
                 "SELECT '910820605', type, holder, f::date, t::date FROM (VALUES %s) "
                 "AS v (type, holder, f, t)",
                 roles[i].roles);
        store_run(&store, sql);
        ck_assert_msg(load("demo", &confidential).reportee_has_key_role == roles[i].has, "%s",
                      roles[i].roles);
        ck_assert_msg(load("demo", &of_sub_unit).reportee_has_key_role == roles[i].has, "%s",
                      roles[i].roles);
        ck_assert(!load("demo", &ordinary).reportee_has_key_role);
    }
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("facts");
    TCase *tc = tcase_create("facts");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, facts_know_caller_service_reportee_and_actual_sender);
    tcase_add_test(tc, facts_of_nothing_known_are_not_found);
    tcase_add_test(tc, facts_know_persons);
    tcase_add_test(tc, edition_is_a_number_and_the_newest_one_when_missing);
    tcase_add_test(tc, facts_know_that_a_message_is_stored);
    tcase_add_test(tc, used_reference_is_looked_for_when_the_setting_says_so);
    tcase_add_test(tc, caller_and_service_are_found_alone);
    tcase_add_test(tc, credential_version_changes_with_password_lock_and_status);
    tcase_add_test(tc, reservation_of_a_person_is_known);
    tcase_add_test(tc, actual_sender_is_known_as_a_sender);
    tcase_add_test(tc, messages_of_the_norwegian_year_are_counted_for_the_actual_sender);
    tcase_add_test(tc, code_of_another_sender_is_known_as_such);
    tcase_add_test(tc, own_code_is_never_that_of_another);
    tcase_add_test(tc, key_roles_count_while_they_are_valid_also_those_of_the_main_unit);
    suite_add_tcase(s, tc);
    return s;
}

int main(void)
{
    return store_main(suite(), &cluster);
}
