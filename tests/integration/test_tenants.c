/* Row-level security: what the server's own role sees and may write of whom (sql/007_tenants.sql).
 */
#include "base/buf.h"
#include "store/audit_store.h"
#include "store/exchange.h"
#include "store/facts_store.h"
#include "store/message_write.h"
#include "store/receipt_store.h"
#include "store/statements.h"
#include "store/status_store.h"
#include "support/store_fixture.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SQL_SIZE = 16384 };

#define TABLES                                                                                     \
    "(SELECT c.oid, c.relname::text AS name, c.relrowsecurity AND EXISTS (SELECT FROM pg_policy "  \
    "p WHERE p.polrelid = c.oid) AS guarded FROM pg_class c WHERE c.relnamespace = "               \
    "'dpvd'::regnamespace AND c.relkind IN ('r', 'p') AND EXISTS (SELECT FROM pg_attribute a "     \
    "WHERE a.attrelid = c.oid AND a.attname = 'sender_id')) t "
#define AS_SERVER "SET SESSION AUTHORIZATION dpvd_app; "
#define TENANT_1 "SELECT set_config('dpvd.tenant', '1', false); "
#define ORGANIZATION_1 "SELECT set_config('dpvd.organization', '910646192', false); "

static struct pg_cluster *cluster;
static struct store store;
static struct err err;

static const struct reply_option option = {.has_url = true, .link_url = "https://a.example"};
static const struct text_token token = {0, "tekst"};
static const struct receiver_end_point end_point = {TRANSPORT_EMAIL, "post@a.example"};
static const struct notification_order order = {.type = "VarselDPVMedRevarsel",
                                                .tokens = &token,
                                                .token_count = 1,
                                                .end_points = &end_point,
                                                .end_point_count = 1};
static const struct sdp_options sdp = {.has_setting = true, .primary_document = "Vedlegg.pdf"};
static const struct planned planned = {0,     TRANSPORT_EMAIL, "post@a.example", "post@a.example",
                                       false, 1000000};
static const struct problem problem = {RECEIPT_REJECTED, 30304, "No address (30304)"};

static void setup(void)
{
    err = (struct err){0};
    store_open(cluster, &store);
}

static void teardown(void)
{
    store_close(&store);
}

static void check_text(const char *sql, const char *expected)
{
    char *text = pg_text(cluster, store.name, sql);

    ck_assert_msg(strcmp(text, expected) == 0, "%s: %s instead of %s", sql, text, expected);
    free(text);
}

static struct caller caller_of(int32_t sender_id)
{
    return (struct caller){.found = true,
                           .system_user_id = sender_id,
                           .sender_id = sender_id,
                           .organization_number = sender_id == 1 ? "910646192" : "991825827"};
}

/* A message with all that a message can have; the same one of each sender. */
static void make_full(struct letter *letter, int32_t sender_id)
{
    static uint8_t content[1100000];

    letter_make(letter, "ref-1", content, sizeof(content));
    letter->facts.caller = caller_of(sender_id);
    letter->message.reply_options = &option;
    letter->message.reply_option_count = 1;
    letter->message.notifications = &order;
    letter->message.notification_count = 1;
    letter->message.sdp = &sdp;
    letter->decision.technical_number = letter->facts.caller.organization_number;
    letter->decision.actual_number = letter->facts.caller.organization_number;
    letter->decision.plan =
        (struct plan){.items = &planned, .count = 1, .problems = &problem, .problem_count = 1};
    letter->decision.reserved = true;
    letter->put.claim_reference = true;
    ck_assert(message_digest(&letter->message, letter->digest));
}

/* What its rights keep from the server anyway (test_rights.c), row-level security keeps too. */
#define READ_ALL "; GRANT SELECT ON ALL TABLES IN SCHEMA dpvd TO dpvd_app"

/* Rows of both senders in every table that has rows of a sender; those of the second come last. */
static void fill_all(void)
{
    for (int32_t sender_id = 1; sender_id <= 2; sender_id++) {
        struct letter letter;

        make_full(&letter, sender_id);
        letter_put(&store, &letter);
        letter_free(&letter);
    }
    store_run(&store,
              "INSERT INTO dpvd.receipt_reference SELECT sender_id, id, 6, 'batch' "
              "FROM dpvd.receipt; INSERT INTO dpvd.withdrawal SELECT sender_id, id, now(), 'x' "
              "FROM dpvd.correspondence; INSERT INTO dpvd.standalone SELECT sender_id, id, "
              "system_user_id, created, digest FROM dpvd.correspondence; "
              "INSERT INTO dpvd.usage_count SELECT 2026, "
              "actual_number, sender_id, 1 FROM dpvd.correspondence; INSERT INTO "
              "dpvd.sender_contact SELECT id, 1, 'x' FROM dpvd.sender" READ_ALL);
}

/* A query over all guarded tables: part with their names for %1$s, put together by between. */
static void for_tables(const char *part, const char *between, char sql[SQL_SIZE])
{
    char query[SQL_SIZE];
    char *text = NULL;

    snprintf(query, sizeof(query),
             "SELECT string_agg(format($a$%s$a$, name), '%s' ORDER BY name) FROM " TABLES
             "WHERE guarded AND name <> 'audit_log'",
             part, between);
    text = pg_text(cluster, store.name, query);
    ck_assert_uint_lt(strlen(text), SQL_SIZE);
    snprintf(sql, SQL_SIZE, "%s", text);
    free(text);
}

/* What "name: senders" is for each guarded table, behind a preparation of the session. */
static void check_seen(const char *preparation, const char *expected_senders)
{
    char unions[SQL_SIZE];
    char sql[2 * SQL_SIZE];

    for_tables("SELECT '%1$s' AS name, coalesce(string_agg(DISTINCT sender_id::text, ',' "
               "ORDER BY sender_id::text), '') AS senders FROM dpvd.%1$s",
               " UNION ALL ", unions);
    snprintf(sql, sizeof(sql),
             "%sSELECT coalesce(string_agg(name || ' ' || senders, ';' ORDER BY name) "
             "FILTER (WHERE senders <> '%s'), 'all of %s') FROM (%s) seen",
             preparation, expected_senders, expected_senders, unions);
    snprintf(unions, sizeof(unions), "all of %s", expected_senders);
    check_text(sql, unions);
}

/* ------------------------------------------------------------------ tables */

/* A new table has its policy in its migration, or a reason here why it needs none. */
START_TEST(every_table_of_senders_is_guarded)
{
    check_text("SELECT string_agg(name, ',' ORDER BY name) FROM " TABLES "WHERE NOT guarded",
               "sender_contact," /* the server has no right to it at all */
               "system_user,"    /* says who a caller is, before there is a tenant */
               "usage_count");   /* quotas count over all technical senders */
    ck_assert_str_eq(pg_try(cluster, store.name, "dpvd_app", "TABLE dpvd.sender_contact"), "42501");
    check_text("SELECT string_agg(relname, ',') FROM pg_class WHERE relnamespace = "
               "'dpvd'::regnamespace AND relkind IN ('v', 'm')",
               "sent_on_behalf"); /* guarded by the organisation: see below */
}
END_TEST

START_TEST(without_a_tenant_nothing_is_seen)
{
    fill_all();
    check_seen("", "1,2");
    check_seen(AS_SERVER, "");
    check_seen(AS_SERVER "SELECT set_config('dpvd.tenant', '', false);", "");
    check_seen(AS_SERVER "SELECT set_config('dpvd.tenant', '3', false);", "");
}
END_TEST

START_TEST(a_tenant_sees_its_own_rows_and_no_others)
{
    fill_all();
    check_seen(AS_SERVER TENANT_1, "1");
    check_seen(AS_SERVER "SELECT set_config('dpvd.tenant', '2', false);", "2");
}
END_TEST

START_TEST(a_row_for_another_tenant_is_refused)
{
    char each[SQL_SIZE];
    char sql[2 * SQL_SIZE];

    fill_all();
    for_tables("CREATE TABLE copy_%1$s AS SELECT * FROM dpvd.%1$s WHERE sender_id = 2; "
               "GRANT SELECT ON copy_%1$s TO dpvd_app",
               "; ", each);
    store_run(&store, each);
    store_run(&store, "CREATE FUNCTION outcome(command text) RETURNS text LANGUAGE plpgsql AS "
                      "$$BEGIN EXECUTE command; RETURN 'done'; "
                      "EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE; END$$");
    for_tables("SELECT outcome('INSERT INTO dpvd.%1$s SELECT * FROM copy_%1$s')", " UNION ALL ",
               each);
    snprintf(sql, sizeof(sql),
             AS_SERVER TENANT_1
             "SELECT string_agg(DISTINCT outcome, ',') FROM (%s) tried (outcome)",
             each);
    check_text(sql, "42501");
    /* It is for the tenant that they were refused: 23505, all rows are there already. The server
     * never writes withdrawals. */
    snprintf(sql, sizeof(sql),
             AS_SERVER "SELECT set_config('dpvd.tenant', '2', false); "
                       "SELECT string_agg(DISTINCT outcome, ',') FROM (%s) tried (outcome)",
             each);
    check_text(sql, "23505,42501");
    check_text("SELECT count(*) FROM copy_status_event", "2");
}
END_TEST

START_TEST(rows_of_others_cannot_be_changed)
{
    fill_all();
    check_text(AS_SERVER TENANT_1
               "WITH done AS (UPDATE dpvd.receipt SET text = 'mine' RETURNING sender_id) "
               "SELECT string_agg(DISTINCT sender_id::text, ',') FROM done",
               "1");
}
END_TEST

START_TEST(the_tenant_ends_with_its_transaction)
{
    fill_all();
    check_text(AS_SERVER "BEGIN; SELECT set_config('dpvd.tenant', '1', true); "
                         "SELECT count(*) FROM dpvd.correspondence",
               "1");
    check_text(AS_SERVER "BEGIN; SELECT set_config('dpvd.tenant', '1', true); COMMIT; "
                         "SELECT count(*) FROM dpvd.correspondence",
               "0");
}
END_TEST

/* ------------------------------------------------------------------ the server's statements */

/* Asked by the first sender of what both have, or only the second. */
static const struct {
    enum statement statement;
    const char *arguments;
} questions[] = {
    {STMT_STATUS_BY_REFERENCES, "1, '{ref-1}', 99"},
    {STMT_STATUS_BY_REFERENCES_ORDERED, "1, '{ref-1}', 99"},
    {STMT_STATUS_BY_SERVICE, "1, '4255', 10, '-infinity', 'infinity', 0::int2, NULL, 99"},
    {STMT_STATUS_BY_REPORTEE,
     "1, '4255', 10, '-infinity', 'infinity', 0::int2, NULL, 99, '910820605'"},
    {STMT_STATUS_BY_REFERENCE,
     "1, '4255', 10, '-infinity', 'infinity', 0::int2, NULL, 99, 'ref-1', NULL"},
    {STMT_SDP_BY_REFERENCES, "1, '{ref-1}', 99"},
    {STMT_SDP_BY_SERVICE, "1, '4255', 10, '-infinity', 'infinity', 99, NULL"},
    {STMT_SDP_BY_REFERENCE, "1, '4255', 10, '-infinity', 'infinity', 99, NULL, 'ref-1'"},
    {STMT_RECEIPT_BY_ID, "1, '910646192', 3"},
    {STMT_RECEIPT_BY_REFERENCE, "1, '910646192', 1::int2, 'ref-1'"},
    {STMT_RECEIPT_BY_REFERENCE, "1, '910646192', 6::int2, 'batch'"},
    {STMT_RECEIPT_LIST, "1, 2::int2, '-infinity', 'infinity', 99"},
    {STMT_SUB_RECEIPTS, "1, '\\x01'"},
    {STMT_MESSAGE_REPEAT, "1, now(), 1, 'e', 'o', 'r', 'c', 1, '\\x01'"},
    {STMT_RECEIPT_UPDATE, "1, now(), 1, 'e', 'o', 'r', 'c', 1, now(), '{3}', "
                          "'{2026-01-02Z}', '{1}', '{x}', '{x}', 'r', '{}', "
                          "'{}', '{}'"},
};

/* The statement without what keeps it to the sender $1. */
static void forget_sender(const char *statement, struct buf *out)
{
    static const char condition[] = "sender_id = $1";
    const char *found = NULL;

    while ((found = strstr(statement, condition)) != NULL) {
        size_t n = (size_t)(found - statement);

        while (n > 0 && statement[n - 1] != ' ')
            n--; /* its alias */
        buf_add(out, statement, n);
        buf_add_text(out, "$1::int4 IS NOT NULL");
        statement = found + strlen(condition);
    }
    buf_add_text(out, statement);
}

static char *answer(const char *statement, const char *arguments, const char *preparation)
{
    struct buf sql = {0};
    char *rows = NULL;

    buf_add_format(&sql, "%sPREPARE asked AS %s; EXECUTE asked (%s)", preparation, statement,
                   arguments);
    rows = pg_rows(cluster, store.name, sql.data);
    free(sql.data);
    return rows;
}

START_TEST(a_forgotten_where_shows_nothing_of_others)
{
    const char *const whole = statement_text(questions[_i].statement);
    const char *const arguments = questions[_i].arguments;
    struct buf torn = {0};
    char *own = NULL;
    char *seen = NULL;
    char *all = NULL;

    fill_all();
    store_run(&store, "UPDATE dpvd.correspondence SET digest = '\\x01'; "
                      "UPDATE dpvd.receipt SET last_changed = '2026-01-02Z'");
    forget_sender(whole, &torn);
    ck_assert_str_ne(torn.data, whole);
    own = answer(whole, arguments, AS_SERVER TENANT_1);
    seen = answer(torn.data, arguments, AS_SERVER TENANT_1);
    all = answer(torn.data, arguments, "");
    ck_assert_msg(strcmp(seen, own) == 0, "%s\n%s", torn.data, seen);
    ck_assert_msg(strcmp(seen, all) != 0, "the question proves nothing: %s", seen);
    free(own);
    free(seen);
    free(all);
    free(torn.data);
}
END_TEST

START_TEST(a_status_without_a_tenant_is_empty)
{
    struct params params = {0};
    const char *const reference = "ref-1";
    struct status_page page = {0};

    fill_all();
    ck_assert_msg(
        status_store_by_references(store.db, store.arena, 1, &reference, 1, 99, &page, &err), "%s",
        err.msg);
    ck_assert_uint_eq(page.count, 1);
    params_int4(&params, 1);
    ck_assert(params_texts(&params, store.arena, &reference, 1));
    params_int8(&params, 99);
    ck_assert(exchange_one(store.db, STMT_STATUS_BY_REFERENCES, &params, false, &err));
    ck_assert_int_eq(PQntuples(exchange_result(store.db, 0)), 0);
}
END_TEST

START_TEST(a_repeat_is_found_in_the_first_look)
{
    struct letter letter;
    struct facts facts = {0};

    ck_assert(config_assign(&store.config, "duplicate_reference=refuse", &err));
    make_full(&letter, 2);
    letter_put(&store, &letter);
    for (int i = 1; i <= 2; i++) {
        const struct login login = {i == 1 ? "demo" : "demo2", "192.0.2.1"};

        ck_assert_msg(
            facts_load(store.db, store.arena, &login, &letter.message, letter.digest, &facts, &err),
            "%s", err.msg);
        ck_assert_int_eq(facts.caller.sender_id, i);
        ck_assert_int_eq(facts.repeated, i == 2);
        ck_assert_int_eq(facts.reference_used, i == 2);
    }
    letter_free(&letter);
}
END_TEST

START_TEST(messages_of_two_tenants_share_a_transaction)
{
    struct letter letters[4];
    struct message_write writes[4] = {0};
    struct message_write *all[4];

    for (int i = 0; i < 4; i++) {
        make_full(&letters[i], 1 + i / 2);
        letters[i].message.reference = i % 2 == 0 ? "ref-1" : "ref-2";
        letters[i].put.digest = NULL;
        writes[i] = (struct message_write){.put = &letters[i].put, .arena = store.arena};
        all[i] = &writes[i];
    }
    ck_assert_msg(message_write_all(store.db, all, 4, &err), "%s", err.msg);
    for (int i = 0; i < 4; i++) {
        ck_assert_msg(writes[i].stored, "%s", writes[i].err.msg);
        letter_free(&letters[i]);
    }
    check_text("SELECT count(DISTINCT transaction) FROM dpvd.audit_log", "1");
    check_text("SELECT string_agg(concat_ws('-', sender_id, rows), ' ' ORDER BY sender_id) FROM ("
               "SELECT sender_id, count(*) AS rows FROM dpvd.correspondence c "
               "JOIN dpvd.attachment_chunk USING (sender_id) "
               "JOIN dpvd.notification n USING (sender_id) WHERE c.id = n.correspondence_id "
               "AND c.id = attachment_chunk.correspondence_id GROUP BY sender_id) counted",
               "1-2 2-2");
}
END_TEST

START_TEST(a_call_of_nobody_is_audited)
{
    const struct call call = {.endpoint = "E", .operation = "O"};
    const struct audit_entry entry = {.call = &call, .user_name = "mallory", .result = "fault"};

    ck_assert_msg(audit_store_add(store.db, &entry, true, &err), "%s", err.msg);
    check_text("SELECT count(*) FROM dpvd.audit_log WHERE sender_id IS NULL", "1");
    ck_assert_str_eq(pg_try(cluster, store.name, "dpvd_app", "TABLE dpvd.audit_log"), "42501");
}
END_TEST

/* ------------------------------------------------------------------ actual senders */

/* Two messages of the second sender, one of them for the first one's organisation. */
static void send_on_behalf(void)
{
    for (int i = 0; i < 2; i++) {
        struct letter letter;

        make_full(&letter, 2);
        letter.message.reference = i == 0 ? "for-1" : "for-3";
        letter.decision.actual_number = i == 0 ? "910646192" : "974760673";
        letter.put.digest = NULL;
        letter_put(&store, &letter);
        letter_free(&letter);
    }
    store_run(&store, "INSERT INTO dpvd.receipt_reference SELECT sender_id, id, 6, 'batch' "
                      "FROM dpvd.receipt" READ_ALL);
}

START_TEST(the_actual_sender_sees_receipts_and_nothing_else)
{
    static const char sees[] =
        "SELECT concat_ws(',', (SELECT string_agg(senders_reference || (parent_id IS NOT NULL), "
        "'+' ORDER BY id) FROM dpvd.receipt), (SELECT count(*) FROM dpvd.receipt_reference), "
        "(SELECT count(*) FROM dpvd.sent_on_behalf), (SELECT count(*) FROM dpvd.correspondence), "
        "(SELECT count(*) FROM dpvd.correspondence_state), "
        "(SELECT count(*) FROM dpvd.attachment))";
    char sql[SQL_SIZE];

    send_on_behalf();
    snprintf(sql, sizeof(sql), AS_SERVER TENANT_1 "%s", sees);
    check_text(sql, "0,0,0,0,0");
    snprintf(sql, sizeof(sql), AS_SERVER TENANT_1 ORGANIZATION_1 "%s", sees);
    check_text(sql, "for-1false+for-1true,2,1,0,0,0");
    snprintf(sql, sizeof(sql), AS_SERVER ORGANIZATION_1 "%s", sees);
    check_text(sql, "for-1false+for-1true,2,1,0,0,0");
}
END_TEST

START_TEST(the_actual_sender_cannot_change_a_receipt)
{
    send_on_behalf();
    check_text(AS_SERVER TENANT_1 ORGANIZATION_1
               "WITH done AS (UPDATE dpvd.receipt SET text = 'mine' RETURNING id) "
               "SELECT count(*) FROM done",
               "0");
}
END_TEST

START_TEST(a_list_is_of_the_tenants_own_receipts)
{
    const struct receipt_span span = {.type = RECEIPT_TYPE_CORRESPONDENCE};
    const struct caller first = caller_of(1);
    const struct receipt_search search = {.type = REFERENCE_EXTERNAL_SHIPMENT, .value = "for-1"};
    struct receipt receipt = {0};
    struct receipt_page page = {0};
    bool found = false;

    send_on_behalf();
    ck_assert(receipt_store_find(store.db, store.arena, &first, &search, &found, &receipt, &err));
    ck_assert(found);
    ck_assert_str_eq(receipt.party_number, "910820605");
    ck_assert_uint_eq(receipt.sub_receipt_count, 1);
    ck_assert_uint_eq(receipt.reference_count, 1);
    ck_assert(receipt_store_list(store.db, store.arena, 1, &span, 99, &page, &err));
    ck_assert_uint_eq(page.count, 0);
}
END_TEST

/* ------------------------------------------------------------------ roles */

START_TEST(the_server_is_not_above_the_rules)
{
    check_text("SELECT string_agg(rolname, ',') FROM pg_roles WHERE rolname LIKE 'dpvd%' "
               "AND (rolsuper OR rolbypassrls OR rolcreaterole)",
               "");
    check_text("SELECT pg_has_role('dpvd_app', 'dpvd_owner', 'MEMBER') "
               "OR pg_has_role('dpvd_app', 'dpvd_background', 'MEMBER')",
               "f");
}
END_TEST

/* The policies of other roles would not be there for them. */
START_TEST(background_jobs_see_all_senders)
{
    fill_all();
    check_text("SET SESSION AUTHORIZATION dpvd_background; "
               "SELECT string_agg(DISTINCT sender_id::text, ',') FROM dpvd.audit_log",
               "1,2");
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("tenants");
    TCase *tc = tcase_create("tenants");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, every_table_of_senders_is_guarded);
    tcase_add_test(tc, without_a_tenant_nothing_is_seen);
    tcase_add_test(tc, a_tenant_sees_its_own_rows_and_no_others);
    tcase_add_test(tc, a_row_for_another_tenant_is_refused);
    tcase_add_test(tc, rows_of_others_cannot_be_changed);
    tcase_add_test(tc, the_tenant_ends_with_its_transaction);
    tcase_add_loop_test(tc, a_forgotten_where_shows_nothing_of_others, 0,
                        sizeof(questions) / sizeof(questions[0]));
    tcase_add_test(tc, a_status_without_a_tenant_is_empty);
    tcase_add_test(tc, a_repeat_is_found_in_the_first_look);
    tcase_add_test(tc, messages_of_two_tenants_share_a_transaction);
    tcase_add_test(tc, a_call_of_nobody_is_audited);
    tcase_add_test(tc, the_actual_sender_sees_receipts_and_nothing_else);
    tcase_add_test(tc, the_actual_sender_cannot_change_a_receipt);
    tcase_add_test(tc, a_list_is_of_the_tenants_own_receipts);
    tcase_add_test(tc, the_server_is_not_above_the_rules);
    tcase_add_test(tc, background_jobs_see_all_senders);
    suite_add_tcase(s, tc);
    return s;
}

int main(void)
{
    return store_main(suite(), &cluster);
}
