#include "store/facts_store.h"
#include "support/store_fixture.h"

#include <check.h>

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

START_TEST(facts_know_the_earlier_receipt)
{
    struct letter letter;
    struct facts facts = {0};
    struct err err = {0};

    letter_make(&letter, "ref-1", "", 0);
    letter_put(&store, &letter);
    ck_assert(
        facts_load(store.db, store.arena, &demo, &letter.message, letter.digest, &facts, &err));
    ck_assert(facts.repeated);
    ck_assert_int_eq(facts.earlier.id, letter.put.receipt.id);
    ck_assert_str_eq(facts.earlier.owner_number, "910646192");
    ck_assert_str_eq(facts.earlier.text, RECEIPT_SAVED_TEXT);
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

static Suite *suite(void)
{
    Suite *s = suite_create("facts");
    TCase *tc = tcase_create("facts");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, facts_know_caller_service_reportee_and_actual_sender);
    tcase_add_test(tc, facts_of_nothing_known_are_not_found);
    tcase_add_test(tc, facts_know_persons);
    tcase_add_test(tc, edition_is_a_number_and_the_newest_one_when_missing);
    tcase_add_test(tc, facts_know_the_earlier_receipt);
    tcase_add_test(tc, used_reference_is_looked_for_when_the_setting_says_so);
    tcase_add_test(tc, caller_and_service_are_found_alone);
    tcase_add_test(tc, credential_version_changes_with_password_lock_and_status);
    suite_add_tcase(s, tc);
    return s;
}

int main(void)
{
    return store_main(suite(), &cluster);
}
