#include "base/clock.h"
#include "store/statements.h"
#include "store/status_store.h"
#include "support/store_fixture.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SQL_SIZE = 16384 };

#define DAY INT64_C(86400000000)

static struct pg_cluster *cluster;
static struct store store;
static struct status_page page;

static void setup(void)
{
    store_open(cluster, &store);
}

static void teardown(void)
{
    store_close(&store);
}

static void put(int32_t sender_id, const char *reference, const char *reportee, int64_t created)
{
    struct letter letter;

    letter_make(&letter, reference, "", 0);
    letter.facts.caller.sender_id = sender_id;
    letter.message.reportee = reportee;
    letter.decision.now = created;
    letter.put.digest = NULL;
    letter_put(&store, &letter);
}

static void ask(int32_t sender_id, const char *const *references, size_t count, size_t limit)
{
    struct err err = {0};

    ck_assert_msg(status_store_by_references(store.db, store.arena, sender_id, references, count,
                                             limit, &page, &err),
                  "%s", err.msg);
}

START_TEST(answer_has_what_was_stored)
{
    const int64_t created = 1510000000123456;
    const struct status_change *changes = NULL;
    size_t count = 0;

    put(1, "ref-1", "910820605", created);
    ask(1, (const char *const[]){"ref-1"}, 1, 10);

    ck_assert_uint_eq(page.count, 1);
    ck_assert_int_eq(page.entries[0].created, created);
    ck_assert_str_eq(page.entries[0].reportee, "910820605");
    ck_assert_str_eq(page.entries[0].reference, "ref-1");
    ck_assert(status_history_unpack(store.arena, page.entries[0].history, &changes, &count));
    ck_assert_uint_eq(count, 1);
    ck_assert_int_eq(changes[0].when, created);
    ck_assert_int_eq(changes[0].type, STATUS_CREATED);
    ck_assert_uint_eq(page.entries[0].notifications.len, 0);
}
END_TEST

START_TEST(order_is_that_of_the_request_then_of_the_ids)
{
    put(1, "b", "910820605", 3);
    put(1, "a", "910820605", 2);
    put(1, "b", "910820605", 1);
    put(1, "ø", "910820605", 1);
    ask(1, (const char *const[]){"nothing", "ø", "b", "", "a", "B"}, 6, 10);

    ck_assert_uint_eq(page.count, 4);
    ck_assert(!page.limit_reached);
    ck_assert_str_eq(page.entries[0].reference, "ø");
    ck_assert_str_eq(page.entries[1].reference, "b");
    ck_assert_str_eq(page.entries[2].reference, "b");
    ck_assert_int_lt(page.entries[1].correspondence_id, page.entries[2].correspondence_id);
    ck_assert_str_eq(page.entries[3].reference, "a");
}
END_TEST

START_TEST(no_reference_no_answer)
{
    put(1, "a", "910820605", 1);
    ask(1, NULL, 0, 10);
    ck_assert_uint_eq(page.count, 0);
}
END_TEST

START_TEST(messages_of_others_are_not_there)
{
    struct err err = {0};
    const struct status_filter filter = {.service_code = "4255", .service_edition = 10};

    put(1, "a", "910820605", 1);
    ask(2, (const char *const[]){"a"}, 1, 10);
    ck_assert_uint_eq(page.count, 0);
    ck_assert(status_store_by_filter(store.db, store.arena, 2, &filter, 10, &page, &err));
    ck_assert_uint_eq(page.count, 0);
}
END_TEST

START_TEST(beyond_the_limit_the_first_ones_in_order_are_answered)
{
    for (int i = 0; i < 6; i++)
        put(1, i % 2 == 0 ? "even" : "odd", "910820605", i);
    ask(1, (const char *const[]){"odd", "even"}, 2, 5);
    ck_assert(page.limit_reached);
    ck_assert_uint_eq(page.count, 5);
    for (size_t i = 0; i < 5; i++)
        ck_assert_str_eq(page.entries[i].reference, i < 3 ? "odd" : "even");
    ask(1, (const char *const[]){"odd", "even"}, 2, 6);
    ck_assert(!page.limit_reached);
    ck_assert_uint_eq(page.count, 6);
}
END_TEST

static void fill_for_filters(void)
{
    put(1, "a", "910820605", 1 * DAY);
    put(1, "b", "910820605", 2 * DAY);
    put(1, "c", "810514442", 3 * DAY);
    put(1, "d", "910820605", 4 * DAY);
    pg_run(cluster, store.name, "dpvd_owner",
           "UPDATE dpvd.correspondence_state SET current_status = 2, notified = true "
           "WHERE senders_reference IN ('b', 'c')");
}

#define SERVICE .service_code = "4255", .service_edition = 10

static const struct {
    struct status_filter filter;
    const char *expected;
} filters[] = {
    {{SERVICE}, "dcba"},
    {{.service_code = "4255", .service_edition = 9}, ""},
    {{.service_code = "5504", .service_edition = 10}, ""},
    {{SERVICE, .created_after = {true, 2 * DAY}}, "dcb"},
    {{SERVICE, .created_before = {true, 2 * DAY}}, "a"},
    {{SERVICE, .created_after = {true, 2 * DAY}, .created_before = {true, 4 * DAY}}, "cb"},
    {{SERVICE, .created_after = {true, 4 * DAY}, .created_before = {true, 2 * DAY}}, ""},
    {{SERVICE, .created_after = {true, INT64_MIN}, .created_before = {true, INT64_MAX}}, "dcba"},
    {{SERVICE, .current = STATUS_READ}, "cb"},
    {{SERVICE, .current = STATUS_CREATED}, "da"},
    {{SERVICE, .current = STATUS_CONFIRMED}, ""},
    {{SERVICE, .notification_sent = CHOICE_YES}, "cb"},
    {{SERVICE, .notification_sent = CHOICE_NO}, "da"},
    {{SERVICE, .reportee = "910820605"}, "dba"},
    {{SERVICE, .reportee = "910820605", .current = STATUS_READ}, "b"},
    {{SERVICE, .reference = "c"}, "c"},
    {{SERVICE, .reference = "C"}, ""},
    {{SERVICE, .reference = "c", .reportee = "810514442"}, "c"},
    {{SERVICE, .reference = "c", .reportee = "910820605"}, ""},
};

/* One database for all cases: making one takes longer than asking it. */
START_TEST(filters_are_combined_and_the_newest_come_first)
{
    fill_for_filters();
    for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
        char got[16] = "";
        struct err err = {0};

        ck_assert_msg(
            status_store_by_filter(store.db, store.arena, 1, &filters[i].filter, 10, &page, &err),
            "%s", err.msg);
        for (size_t k = 0; k < page.count; k++)
            got[k] = page.entries[k].reference[0];
        ck_assert_msg(strcmp(got, filters[i].expected) == 0, "case %zu: %s, not %s", i, got,
                      filters[i].expected);
        ck_assert(!page.limit_reached);
    }
}
END_TEST

START_TEST(filter_gives_the_newest_up_to_the_limit)
{
    const struct status_filter filter = {SERVICE};
    struct err err = {0};

    fill_for_filters();
    ck_assert(status_store_by_filter(store.db, store.arena, 1, &filter, 3, &page, &err));
    ck_assert(page.limit_reached);
    ck_assert_uint_eq(page.count, 3);
    ck_assert_str_eq(page.entries[2].reference, "b");
}
END_TEST

/* ------------------------------------------------------------------ digital mailboxes */

/* A row for every letter of text: its number is the place there, its service 4255/10. */
static void put_letters(int32_t sender_id, const char *text, const char *reportee)
{
    for (int i = 0; text[i] != '\0'; i++) {
        char sql[512];

        snprintf(sql, sizeof(sql),
                 "INSERT INTO dpvd.sdp_state VALUES (%d, %d, %s, '%c', '%s', '4255', 10, "
                 "'1970-01-01'::timestamptz + %d * interval '1 day', '1970-02-01', '\\x%020d')",
                 (int)sender_id, i + 1, i == 0 ? "NULL" : "77", text[i], reportee, i + 1, i);
        store_run(&store, sql);
    }
}

static void check_letters(const char *expected)
{
    char got[16] = "";

    for (size_t i = 0; i < page.letter_count; i++)
        got[i] = page.letters[i].reference[0];
    ck_assert_str_eq(got, expected);
}

START_TEST(letters_are_answered_beside_messages_in_the_order_of_the_references)
{
    put(1, "b", "910820605", 1);
    put_letters(1, "abca", "810514442");
    put_letters(2, "abc", "810514442");
    ask(1, (const char *const[]){"c", "a", "b"}, 3, 10);
    ck_assert_uint_eq(page.count, 1);
    check_letters("caab");
    ck_assert(!page.letter_limit_reached);
    ck_assert_int_eq(page.letters[1].id, 1);
    ck_assert_int_eq(page.letters[1].correspondence_id, 0);
    ck_assert_int_eq(page.letters[1].created, DAY);
    ck_assert_int_eq(page.letters[1].last_changed, 31 * DAY);
    ck_assert_str_eq(page.letters[1].reportee, "810514442");
    ck_assert_int_eq(page.letters[2].id, 4);
    ck_assert_int_eq(page.letters[2].correspondence_id, 77);
    ck_assert_uint_eq(page.letters[2].history.len, 10);
    ck_assert_uint_eq(page.letters[2].history.data[9], 3);
    ck_assert_str_eq(page.entries[0].reference, "b"); /* still there */
    ask(3, (const char *const[]){"a"}, 1, 10);
    check_letters("");
}
END_TEST

START_TEST(letters_have_a_limit_of_their_own)
{
    put_letters(1, "abab", "810514442");
    ask(1, (const char *const[]){"b", "a"}, 2, 3);
    check_letters("bba");
    ck_assert(page.letter_limit_reached && !page.limit_reached);
    ask(1, (const char *const[]){"b", "a"}, 2, 4);
    check_letters("bbaa");
    ck_assert(!page.letter_limit_reached);
}
END_TEST

static const struct {
    struct status_filter filter;
    const char *messages;
    const char *letters;
} letter_filters[] = {
    {{SERVICE}, "m", ""},
    {{SERVICE, .sdp = true}, "m", "edcba"},
    {{SERVICE, .sdp = true, .sdp_only = true}, "", "edcba"},
    {{.service_code = "4255", .service_edition = 9, .sdp = true}, "", ""},
    {{SERVICE, .sdp = true, .reference = "c"}, "", "c"},
    {{SERVICE, .sdp = true, .reportee = "910820605"}, "m", ""},
    {{SERVICE, .sdp = true, .reportee = "810514442", .reference = "c"}, "", "c"},
    {{SERVICE, .sdp = true, .reportee = "910820605", .reference = "c"}, "", ""},
    {{SERVICE, .sdp = true, .created_after = {true, 2 * DAY}, .created_before = {true, 4 * DAY}},
     "",
     "cb"},
    /* a letter has neither of these */
    {{SERVICE, .sdp = true, .current = STATUS_READ}, "", "edcba"},
    {{SERVICE, .sdp = true, .notification_sent = CHOICE_YES}, "", "edcba"},
};

START_TEST(filters_of_letters_are_those_that_a_letter_has)
{
    put(1, "m", "910820605", 9 * DAY);
    put_letters(1, "abcde", "810514442");
    put_letters(2, "abcde", "810514442");
    for (size_t i = 0; i < sizeof(letter_filters) / sizeof(letter_filters[0]); i++) {
        struct err err = {0};

        ck_assert_msg(status_store_by_filter(store.db, store.arena, 1, &letter_filters[i].filter, 5,
                                             &page, &err),
                      "%s", err.msg);
        check_letters(letter_filters[i].letters);
        ck_assert(!page.letter_limit_reached);
        ck_assert_msg(page.count == strlen(letter_filters[i].messages), "case %zu", i);
    }
    ck_assert(status_store_by_filter(store.db, store.arena, 1, &letter_filters[1].filter, 4, &page,
                                     &(struct err){0}));
    check_letters("edcb");
    ck_assert(page.letter_limit_reached && !page.limit_reached);
}
END_TEST

/* ------------------------------------------------------------------ plans */

static void fill_registers(void)
{
    store_run(&store,
              "INSERT INTO dpvd.organization (number, name, parent_number) "
              "SELECT (300000000 + i)::text, '', (300000000 + i / 2 * 2 + 1)::text "
              "FROM generate_series(2, 10000, 2) AS i; "
              "INSERT INTO dpvd.notification_address (organization_number, kind, address) "
              "SELECT number, 2, 'a@b.example' FROM dpvd.organization; "
              "INSERT INTO dpvd.organization_role (organization_number, type, holder) "
              "SELECT number, 'DAGL', '1' || right(number, 8) || '00' FROM dpvd.organization; "
              "INSERT INTO dpvd.personal_contact (organization_number, person_number) "
              "SELECT number, '1' || right(number, 8) || '00' FROM dpvd.organization; "
              "INSERT INTO dpvd.person_contact (number) "
              "SELECT (10000000000 + i)::text FROM generate_series(1, 10000) AS i; "
              "INSERT INTO dpvd.usage_count (year, actual_number, sender_id, messages) "
              "SELECT 2026, number, 1, 1 FROM dpvd.organization; "
              "INSERT INTO dpvd.sdp_state SELECT 1 + i % 3, i, NULL, 'ref-' || i, '1', '4255', "
              "1 + i % 10, '2026-01-01'::timestamptz + i * interval '1 second', now(), '\\x' "
              "FROM generate_series(1, 10000) AS i");
}

static void fill_big_tables(void)
{
    store_run(&store,
              "INSERT INTO dpvd.correspondence_state SELECT 1 + i % 3, i, 'ref-' || i, "
              "'2026-01-01'::timestamptz + i * interval '1 second', (910000000 + i % 5000)::text, "
              "'4255', 1 + i % 10, 1, false, '\\x', '\\x' FROM generate_series(1, 30000) AS i");
    store_run(&store,
              "INSERT INTO dpvd.correspondence (sender_id, id, receipt_id, digest, created, "
              "system_user_id, senders_reference, service_code, service_edition, reportee, "
              "reportee_is_person, reportee_name, technical_number, technical_name, "
              "actual_number, actual_name, display_sender, language_code, title, body, visible, "
              "allow_forwarding, is_reservable) SELECT 1 + i % 3, i, i, sha256(i::text::bytea), "
              "now(), 1, 'ref-' || i, '4255', 1, '910820605', false, '', '', '', '', '', '', "
              "'1044', '', '', now(), true, false FROM generate_series(1, 10000) AS i; "
              "INSERT INTO dpvd.receipt SELECT 1 + i % 3, i, NULL, i, 2, 1, now(), now(), '', '', "
              "'ref-' || i FROM generate_series(1, 10000) AS i; "
              "INSERT INTO dpvd.person (number, first_name, last_name) "
              "SELECT (10000000000 + i)::text, '', '' FROM generate_series(1, 3000) AS i; "
              "INSERT INTO dpvd.notification (sender_id, correspondence_id, number, order_number, "
              "transport, recipient, address, reminder, due) SELECT 1 + i % 3, i, 1, 1, 2, 'a', "
              "'a', i % 2 = 0, now() FROM generate_series(1, 10000) AS i; "
              "INSERT INTO dpvd.status_event SELECT 1 + i % 3, i, 1, now() "
              "FROM generate_series(1, 10000) AS i");
    store_run(&store, "ANALYZE");
}

static void explain(const char *statement, const char *role, char sql[SQL_SIZE])
{
    int params = 0;
    size_t n = 0;

    for (const char *p = strchr(statement, '$'); p != NULL; p = strchr(p + 1, '$'))
        params = atoi(p + 1) > params ? atoi(p + 1) : params;
    n = (size_t)snprintf(sql, SQL_SIZE,
                         "SET ROLE %s; SET plan_cache_mode = force_generic_plan; "
                         "PREPARE s AS %s; EXPLAIN EXECUTE s%s",
                         role, statement, params > 0 ? "(NULL" : "");
    for (int i = 1; i < params; i++)
        n += (size_t)snprintf(sql + n, SQL_SIZE - n, ", NULL");
    snprintf(sql + n, SQL_SIZE - n, params > 0 ? ")" : "");
}

/* The plan of a statement as every connection of its role keeps it, with row-level security and no
 * tenant yet, but with whole-table scans allowed. */
static char *plan_of(const char *statement)
{
    char sql[SQL_SIZE];

    explain(statement, "dpvd_app", sql);
    if (strcmp(pg_try(cluster, store.name, "postgres", sql), "42501") == 0)
        explain(statement, "dpvd_background", sql);
    return pg_text(cluster, store.name, sql);
}

static void check_no_big_scan(const char *plan)
{
    static const char *const big[] = {
        "correspondence",    "correspondence_state", "receipt",        "person",
        "organization",      "notification_address", "person_contact", "personal_contact",
        "organization_role", "usage_count",          "sdp_state",      "notification",
        "status_event"};

    for (size_t i = 0; i < sizeof(big) / sizeof(big[0]); i++) {
        char scan[64];

        snprintf(scan, sizeof(scan), "Seq Scan on %s ", big[i]);
        ck_assert_msg(strstr(plan, scan) == NULL, "%s", plan);
    }
}

static const char *const indexes[STMT_COUNT] = {
    [STMT_STATUS_BY_REFERENCES] = "correspondence_state_reference",
    [STMT_STATUS_BY_REFERENCES_ORDERED] = "correspondence_state_reference",
    [STMT_STATUS_BY_SERVICE] = "correspondence_state_service",
    [STMT_STATUS_BY_REPORTEE] = "correspondence_state_reportee",
    [STMT_STATUS_BY_REFERENCE] = "correspondence_state_reference",
    [STMT_SDP_ANY] = "sdp_state_pkey",
    [STMT_SDP_BY_REFERENCES] = "sdp_state_reference",
    [STMT_SDP_BY_SERVICE] = "sdp_state_service",
    [STMT_SDP_BY_REFERENCE] = "sdp_state_reference",
    [STMT_FACTS] = "correspondence_digest",
    [STMT_FACTS_RARE] = "usage_count_pkey",
    [STMT_ORGANIZATION] = "organization_pkey",
    [STMT_REACH_ORGANIZATION] = "notification_address_organization_number_kind_address_key",
    [STMT_REACH_PERSON] = "person_contact_pkey",
    [STMT_SUB_RECEIPTS] = "receipt_parent",
    [STMT_RECEIPT_BY_ID] = "receipt_pkey",
    [STMT_RECEIPT_BY_REFERENCE] = "receipt_senders_reference",
    [STMT_RECEIPT_LIST] = "receipt_changed",
    [STMT_RECEIPT_UPDATE] = "receipt_pkey",
    [STMT_NOTIFIER_QUEUE] = "notification_waiting",
    [STMT_NOTIFIER_CLAIM] = "notification_waiting",
    [STMT_NOTIFIER_BEGIN] = "notification_pkey",
    [STMT_NOTIFIER_TASK] = "notification_pkey",
    [STMT_NOTIFIER_SENT] = "notification_pkey",
    [STMT_NOTIFIER_NOT_SENT] = "notification_pkey",
    [STMT_NOTIFIER_RELEASE] = "notification_pkey",
};

START_TEST(no_statement_reads_a_big_table_from_end_to_end)
{
    fill_registers();
    fill_big_tables();
    for (int i = 0; i < STMT_COUNT; i++) {
        char *plan = plan_of(statement_text((enum statement)i));

        check_no_big_scan(plan);
        ck_assert_msg(indexes[i] == NULL || strstr(plan, indexes[i]) != NULL, "%s", plan);
        free(plan);
    }
}
END_TEST

/* A plan lives as long as its connection, and may be made when there is nothing in the tables yet:
 * by then it must not be cheaper to read the index of digests from end to end. */
START_TEST(in_an_empty_database_a_digest_is_looked_up_by_its_whole_key)
{
    char question[SQL_SIZE];
    char sql[SQL_SIZE + 64];
    char condition[1024] = "";
    char *plan = NULL;
    const char *scan = NULL;

    explain(statement_text(STMT_FACTS), "dpvd_app", question);
    snprintf(sql, sizeof(sql), "SET enable_seqscan = off; %s", question);
    plan = pg_text(cluster, store.name, sql);
    scan = strstr(plan, "using correspondence_digest");
    if (scan != NULL)
        scan = strstr(scan, "Index Cond: ");
    if (scan != NULL)
        snprintf(condition, sizeof(condition), "%.*s", (int)strcspn(scan, "\n"), scan);
    ck_assert_msg(strstr(condition, "(sender_id = ") != NULL, "%s", plan);
    ck_assert_msg(strstr(condition, "(digest = ") != NULL, "%s", plan);
    free(plan);
}
END_TEST

START_TEST(appending_a_status_is_a_hot_update)
{
    /* In one transaction, which knows its own counts at once. */
    static const char updates[] =
        "DO $$ BEGIN FOR i IN 1..5 LOOP UPDATE dpvd.correspondence_state SET current_status = 2, "
        "history = history || int8send(1) || int2send(2::int2); END LOOP; END $$; "
        "SELECT n_tup_upd * 10 + n_tup_hot_upd FROM pg_stat_xact_user_tables "
        "WHERE relname = 'correspondence_state'";

    put(1, "a", "910820605", 1);
    ck_assert_int_eq(store_number(&store, updates), 55);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("status_store");
    TCase *tc = tcase_create("status_store");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, answer_has_what_was_stored);
    tcase_add_test(tc, order_is_that_of_the_request_then_of_the_ids);
    tcase_add_test(tc, no_reference_no_answer);
    tcase_add_test(tc, messages_of_others_are_not_there);
    tcase_add_test(tc, beyond_the_limit_the_first_ones_in_order_are_answered);
    tcase_add_test(tc, filters_are_combined_and_the_newest_come_first);
    tcase_add_test(tc, filter_gives_the_newest_up_to_the_limit);
    tcase_add_test(tc, letters_are_answered_beside_messages_in_the_order_of_the_references);
    tcase_add_test(tc, letters_have_a_limit_of_their_own);
    tcase_add_test(tc, filters_of_letters_are_those_that_a_letter_has);
    tcase_add_test(tc, no_statement_reads_a_big_table_from_end_to_end);
    tcase_add_test(tc, in_an_empty_database_a_digest_is_looked_up_by_its_whole_key);
    tcase_add_test(tc, appending_a_status_is_a_hot_update);
    suite_add_tcase(s, tc);
    return s;
}

int main(void)
{
    return store_main(suite(), &cluster);
}
