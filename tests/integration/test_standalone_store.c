/* Calls for stand-alone notifications: stored once, answered from what is stored, looked up along
 * their indexes (domain.md 6.7). */
#include "base/clock.h"
#include "store/facts_store.h"
#include "store/standalone_store.h"
#include "store/statements.h"
#include "support/pg_query.h"
#include "support/store_fixture.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOUR INT64_C(3600000000)

enum { SQL_SIZE = 8192 };

static struct pg_cluster *cluster;
static struct store store;
static struct err err;

static const struct caller owner = {
    .found = true, .system_user_id = 1, .sender_id = 1, .organization_number = "910646192"};
static const struct caller other = {
    .found = true, .system_user_id = 2, .sender_id = 2, .organization_number = "991825827"};
static const struct call call = {.endpoint = "NotificationAgencyExternalBasic",
                                 .operation = "SendStandaloneNotificationBasicV3"};

static const struct text_token token = {0, "tekst"};
static const struct receiver_end_point points[] = {{TRANSPORT_EMAIL, " a@b.example\t"},
                                                   {TRANSPORT_SMS, NULL}};
static const struct notification_order orders[] = {
    {.type = "General",
     .tokens = &token,
     .token_count = 1,
     .end_points = points,
     .end_point_count = 2},
    {.type = "TokenTextOnly", .tokens = &token, .token_count = 1}};
static const struct standalone items[] = {
    {.message = {.reportee = "910820605",
                 .service_code = "4255",
                 .service_edition = "10",
                 .notifications = &orders[0],
                 .notification_count = 1},
     .short_name = true},
    {.message = {.reportee = "15819010029", .notifications = &orders[1], .notification_count = 1}}};
static const struct standalone_call what = {items, 2};
static const struct standalone_decision decisions[] = {{false, "BLÅBÆR", 10}, {true, "Åse", 0}};
static const struct planned planned[] = {
    {0, TRANSPORT_EMAIL, "a@b.example", "a@b.example", false, HOUR},
    {0, TRANSPORT_SMS, "91929394", "+4791929394", false, HOUR}};
static const uint8_t digest[32] = "a digest";

static struct standalone_plan plan;
static struct standalone_put put;

static void setup(void)
{
    err = (struct err){0};
    store_open(cluster, &store);
    plan = (struct standalone_plan){clock_now(), decisions, {.items = planned, .count = 2}};
    put = (struct standalone_put){&what, &plan, &owner, &call, digest, plan.now - HOUR};
}

static void teardown(void)
{
    store_close(&store);
}

static void check_answer(const struct standalone_answer *answer)
{
    const struct standalone_end_point *point = answer->results[0].end_points;

    ck_assert_uint_eq(answer->count, 2);
    ck_assert_str_eq(answer->results[0].type, "General");
    ck_assert_str_eq(answer->results[0].reportee, "910820605");
    ck_assert_uint_eq(answer->results[0].count, 2);
    ck_assert_str_eq(point[0].address, "a@b.example");
    ck_assert_int_eq(point[0].transport, TRANSPORT_EMAIL);
    ck_assert(!point[0].registered && point[0].name == NULL);
    ck_assert_str_eq(point[1].address, "91929394");
    ck_assert_int_eq(point[1].transport, TRANSPORT_SMS);
    ck_assert(point[1].registered);
    ck_assert_str_eq(point[1].name, "BLÅBÆR");
    ck_assert_str_eq(answer->results[1].reportee, "15819010029");
    ck_assert_uint_eq(answer->results[1].count, 0);
}

/* Whether it was new; its answer is looked at then. */
static bool is_stored(void)
{
    struct standalone_answer answer = {0};
    bool stored = false;

    ck_assert_msg(standalone_store_put(store.db, store.arena, &put, &stored, &answer, &err), "%s",
                  err.msg);
    if (stored)
        check_answer(&answer);
    return stored;
}

static bool is_found(void)
{
    struct standalone_answer answer = {0};
    bool found = false;

    ck_assert_msg(standalone_store_repeat(store.db, store.arena, &put, &found, &answer, &err), "%s",
                  err.msg);
    if (found)
        check_answer(&answer);
    return found;
}

static void check_rows(const char *sql, const char *expected)
{
    char *text = pg_rows(cluster, store.name, sql);

    ck_assert_str_eq(text, expected);
    free(text);
}

START_TEST(a_call_is_stored_whole)
{
    ck_assert(is_stored());
    check_rows("SELECT number, type, short_name, reportee, reportee_is_person, reportee_name, "
               "service_code, service_edition FROM dpvd.notification_order ORDER BY number",
               "1|General|t|910820605|f|BLÅBÆR|4255|10\n"
               "2|TokenTextOnly|f|15819010029|t|Åse||");
    check_rows("SELECT number, order_number, transport, recipient, address, reminder, "
               "extract(epoch FROM due)::int FROM dpvd.notification ORDER BY number",
               "1|1|2|a@b.example|a@b.example|f|3600\n2|1|1|91929394|+4791929394|f|3600");
    check_rows("SELECT a.sender_id, a.result, a.correspondence_id = s.id, a.digest = s.digest, "
               "a.organization, a.receipt_id, s.system_user_id FROM dpvd.audit_log a, "
               "dpvd.standalone s",
               "1|ordered|t|t|||1");
}
END_TEST

START_TEST(the_same_call_is_stored_once)
{
    ck_assert(!is_found());
    ck_assert(is_stored());
    ck_assert(!is_stored());
    ck_assert(is_found());
    check_rows(
        "SELECT (SELECT count(*) FROM dpvd.notification), "
        "(SELECT count(*) FROM dpvd.notification_order), string_agg(result, ',' ORDER BY id) "
        "FROM dpvd.audit_log",
        "2|2|ordered,retry");
}
END_TEST

START_TEST(of_another_sender_it_is_another_call)
{
    ck_assert(is_stored());
    put.caller = &other;
    ck_assert(!is_found());
    ck_assert(is_stored());
    check_rows("SELECT sender_id, count(*) FROM dpvd.notification GROUP BY 1 ORDER BY 1",
               "1|2\n2|2");
}
END_TEST

START_TEST(after_its_time_it_is_another_call)
{
    ck_assert(is_stored());
    put.since = plan.now + 1;
    ck_assert(is_stored());
    put.since = plan.now;
    ck_assert(!is_stored());
    check_rows("SELECT digest IS NULL, count(*) FROM dpvd.standalone GROUP BY 1 ORDER BY 1",
               "f|1\nt|1");
}
END_TEST

START_TEST(without_a_digest_every_call_is_stored)
{
    put.digest = NULL;
    ck_assert(is_stored() && is_stored());
    check_rows("SELECT digest IS NULL, count(*) FROM dpvd.standalone GROUP BY 1", "t|2");
}
END_TEST

START_TEST(what_is_known_of_every_entry_is_read_at_once)
{
    struct standalone_facts facts = {0};

    ck_assert(is_stored());
    ck_assert_msg(facts_load_standalone(store.db, store.arena, &owner, &what, digest, put.since,
                                        &facts, &err),
                  "%s", err.msg);
    ck_assert(facts.repeated);
    ck_assert(facts.items[0].service.found && facts.items[0].reportee.found);
    ck_assert_int_eq(facts.items[0].service.edition, 10);
    ck_assert_str_eq(facts.items[0].reportee.name, "BLÅBÆR OG RØMME AS");
    ck_assert_uint_gt(facts.items[0].reach.contact_count, 0);
    ck_assert(!facts.items[1].service.found && facts.items[1].reportee.found);
    ck_assert_str_eq(facts.items[1].reportee.name, "Åse Bjørnstø");
    ck_assert(facts_load_standalone(store.db, store.arena, &other, &what, digest, put.since, &facts,
                                    &err));
    ck_assert(!facts.repeated);
    ck_assert(facts_load_standalone(store.db, store.arena, &owner, &what, digest, plan.now + 1,
                                    &facts, &err));
    ck_assert(!facts.repeated);
}
END_TEST

/* As every connection keeps it. */
static char *plan_of(enum statement statement, const char *role)
{
    const char *text = statement_text(statement);
    char sql[SQL_SIZE] = "";
    size_t n = 0;
    long params = 0;

    for (const char *p = strchr(text, '$'); p != NULL; p = strchr(p + 1, '$'))
        params = strtol(p + 1, NULL, 10) > params ? strtol(p + 1, NULL, 10) : params;
    n = (size_t)snprintf(sql, SQL_SIZE,
                         "SET ROLE %s; SET plan_cache_mode = force_generic_plan; "
                         "PREPARE s AS %s; EXPLAIN EXECUTE s(NULL",
                         role, text);
    for (long i = 1; i < params; i++)
        n += (size_t)snprintf(sql + n, SQL_SIZE - n, ", NULL");
    snprintf(sql + n, SQL_SIZE - n, ")");
    return pg_text(cluster, store.name, sql);
}

START_TEST(no_statement_reads_a_table_from_end_to_end)
{
    static const enum statement asked[] = {STMT_STANDALONE_FIND,      STMT_STANDALONE_FORGET,
                                           STMT_STANDALONE_ORDER_PUT, STMT_STANDALONE_REPEAT,
                                           STMT_STANDALONE_ANSWER,    STMT_NOTIFIER_BEGIN,
                                           STMT_NOTIFIER_TASK};
    static const char *const tables[] = {"standalone", "notification_order", "notification",
                                         "organization", "person"};

    store_run(&store,
              "INSERT INTO dpvd.standalone SELECT 1 + i % 3, i, 1, now(), sha256(i::text::bytea) "
              "FROM generate_series(1, 10000) AS i; "
              "INSERT INTO dpvd.notification_order (sender_id, correspondence_id, number, "
              "token_numbers, token_values, endpoint_transports, endpoint_addresses, reportee) "
              "SELECT 1 + i % 3, i, 1, '{}', '{}', '{}', '{}', '910820605' "
              "FROM generate_series(1, 10000) AS i; "
              "INSERT INTO dpvd.notification (sender_id, correspondence_id, number, order_number, "
              "transport, recipient, address, reminder, due) SELECT 1 + i % 3, i, 1, 1, 2, 'a', "
              "'a', false, now() FROM generate_series(1, 10000) AS i; "
              "INSERT INTO dpvd.organization (number, name) SELECT (300000000 + i)::text, '' "
              "FROM generate_series(1, 10000) AS i; "
              "INSERT INTO dpvd.person (number, first_name, last_name) "
              "SELECT (10000000000 + i)::text, '', '' FROM generate_series(1, 3000) AS i");
    store_run(&store, "ANALYZE");
    for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
        char *text =
            plan_of(asked[i], asked[i] < STMT_NOTIFIER_ENTER ? "dpvd_app" : "dpvd_background");

        for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++) {
            char scan[64];

            snprintf(scan, sizeof(scan), "Seq Scan on %s ", tables[t]);
            ck_assert_msg(strstr(text, scan) == NULL, "%s", text);
        }
        free(text);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("standalone_store");
    TCase *tc = tcase_create("standalone_store");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_call_is_stored_whole);
    tcase_add_test(tc, the_same_call_is_stored_once);
    tcase_add_test(tc, of_another_sender_it_is_another_call);
    tcase_add_test(tc, after_its_time_it_is_another_call);
    tcase_add_test(tc, without_a_digest_every_call_is_stored);
    tcase_add_test(tc, what_is_known_of_every_entry_is_read_at_once);
    tcase_add_test(tc, no_statement_reads_a_table_from_end_to_end);
    suite_add_tcase(s, tc);
    return store_main(s, &cluster);
}
