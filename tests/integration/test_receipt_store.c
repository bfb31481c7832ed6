#include "base/clock.h"
#include "store/receipt_store.h"
#include "support/store_fixture.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECOND INT64_C(1000000)

static struct pg_cluster *cluster;
static struct store store;
static struct err err;
static const struct caller owner = {
    .found = true, .system_user_id = 1, .sender_id = 1, .organization_number = "910646192"};
static const struct caller other = {
    .found = true, .system_user_id = 2, .sender_id = 2, .organization_number = "991825827"};
static const struct call call = {.endpoint = "ReceiptAgencyExternalBasic",
                                 .operation = "UpdateReceiptBasic"};

static void setup(void)
{
    err = (struct err){0};
    store_open(cluster, &store);
}

static void teardown(void)
{
    store_close(&store);
}

/* A stored message's receipt. */
static int32_t put(const char *reference, const char *actual_number, int64_t when)
{
    struct letter letter;

    letter_make(&letter, reference, "", 0);
    letter.decision.actual_number = actual_number;
    letter.decision.now = when;
    letter.put.digest = NULL;
    letter_put(&store, &letter);
    return letter.put.receipt.id;
}

static int32_t put_sub(int32_t parent)
{
    char sql[512];

    snprintf(sql, sizeof(sql),
             "INSERT INTO dpvd.receipt (sender_id, id, parent_id, status, created, last_changed, "
             "text) SELECT sender_id, nextval('dpvd.receipt_id'), id, 4, created, last_changed, "
             "'sub' FROM dpvd.receipt WHERE id = %d RETURNING id",
             parent);
    return (int32_t)store_number(&store, sql);
}

static bool find(const struct caller *caller, const struct receipt_search *search,
                 struct receipt *receipt_out)
{
    bool found = false;

    ck_assert_msg(
        receipt_store_find(store.db, store.arena, caller, search, &found, receipt_out, &err), "%s",
        err.msg);
    return found;
}

static bool find_id(const struct caller *caller, int32_t id, struct receipt *receipt_out)
{
    return find(caller, &(struct receipt_search){.id = id}, receipt_out);
}

static bool find_reference(const struct caller *caller, enum reference_type type, const char *value,
                           struct receipt *receipt_out)
{
    return find(caller, &(struct receipt_search){.type = type, .value = value}, receipt_out);
}

/* Changes to "new"; false: somebody was faster. */
static bool change(const struct receipt *const *receipts, size_t count,
                   const struct receipt_reference *references, size_t reference_count,
                   struct receipt *receipt_out)
{
    struct receipt_change changes[4] = {{0}};
    const struct receipt_update update = {
        .changes = changes, .count = count, .now = 9 * SECOND, .reference = "ref"};
    bool stored = false;

    for (size_t i = 0; i < count; i++)
        changes[i] = (struct receipt_change){.id = receipts[i]->id,
                                             .seen = receipts[i]->last_changed,
                                             .status = RECEIPT_REJECTED,
                                             .text = "new",
                                             .history = "old"};
    changes[0].references = references;
    changes[0].reference_count = reference_count;
    ck_assert_msg(receipt_store_update(store.db, store.arena, &owner, &call, &update, &stored,
                                       receipt_out, &err),
                  "%s", err.msg);
    return stored;
}

/* ------------------------------------------------------------------ finding */

START_TEST(receipt_is_found_as_it_was_stored)
{
    const int32_t id = put("ref", "910646192", 5 * SECOND + 7);
    struct receipt receipt = {0};

    ck_assert(find_id(&owner, id, &receipt));
    ck_assert_int_eq(receipt.id, id);
    ck_assert_int_eq(receipt.last_changed, 5 * SECOND + 7);
    ck_assert_int_eq(receipt.status, RECEIPT_OK);
    ck_assert_int_eq(receipt.type, RECEIPT_TYPE_CORRESPONDENCE);
    ck_assert_str_eq(receipt.text, RECEIPT_SAVED_TEXT);
    ck_assert_str_eq(receipt.history, "");
    ck_assert_str_eq(receipt.reference, "ref");
    ck_assert_str_eq(receipt.owner_number, "910646192");
    ck_assert_str_eq(receipt.party_number, "910820605");
    ck_assert_uint_eq(receipt.reference_count + receipt.sub_receipt_count, 0);
    ck_assert(!find_id(&owner, id + 1, &receipt));
    ck_assert(find_reference(&owner, REFERENCE_EXTERNAL_SHIPMENT, "ref", &receipt));
    ck_assert(!find_reference(&owner, REFERENCE_SENDERS, "ref", &receipt));
    ck_assert(!find_reference(&owner, REFERENCE_EXTERNAL_SHIPMENT, "REF", &receipt));
}
END_TEST

START_TEST(only_owner_and_actual_sender_find_it)
{
    const int32_t own = put("own", "910646192", SECOND);
    const int32_t theirs = put("theirs", "991825827", SECOND);
    struct receipt receipt = {0};

    ck_assert(!find_id(&other, own, &receipt));
    ck_assert(!find_reference(&other, REFERENCE_EXTERNAL_SHIPMENT, "own", &receipt));
    ck_assert(find_id(&other, theirs, &receipt));
    ck_assert_str_eq(receipt.owner_number, "910646192");
    ck_assert(find_reference(&other, REFERENCE_EXTERNAL_SHIPMENT, "theirs", &receipt));
    ck_assert_int_eq(receipt.id, theirs);
    ck_assert(find_id(&owner, theirs, &receipt));
}
END_TEST

START_TEST(newest_of_several_is_found)
{
    struct receipt receipt = {0};
    int32_t last = 0;

    for (int i = 0; i < 3; i++)
        last = put("many", "910646192", (9 - i) * SECOND);
    ck_assert(find_reference(&owner, REFERENCE_EXTERNAL_SHIPMENT, "many", &receipt));
    ck_assert_int_eq(receipt.id, last);
}
END_TEST

START_TEST(sub_receipts_and_references_come_along)
{
    static const struct receipt_reference references[] = {
        {REFERENCE_ARCHIVE, "b"}, {REFERENCE_BATCH, "x"}, {REFERENCE_ARCHIVE, "a"}};
    const int32_t id = put("ref", "910646192", SECOND);
    const int32_t subs[] = {put_sub(id), put_sub(id)};
    struct receipt receipt = {0};

    ck_assert(find_id(&owner, id, &receipt));
    ck_assert(change(&(const struct receipt *){&receipt}, 1, references, 3, &receipt));
    ck_assert(find_reference(&owner, REFERENCE_ARCHIVE, "b", &receipt));
    ck_assert_int_eq(receipt.id, id);
    ck_assert_uint_eq(receipt.reference_count, 3);
    ck_assert_str_eq(receipt.references[0].value, "x");
    ck_assert_str_eq(receipt.references[1].value, "a");
    ck_assert_int_eq(receipt.references[2].type, REFERENCE_ARCHIVE);
    ck_assert_uint_eq(receipt.sub_receipt_count, 2);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(receipt.sub_receipts[i].id, subs[i]);
        ck_assert_int_eq(receipt.sub_receipts[i].parent_id, id);
        ck_assert_uint_eq(receipt.sub_receipts[i].reference_count, 0);
    }
    ck_assert(!find_reference(&other, REFERENCE_ARCHIVE, "b", &receipt));
}
END_TEST

/* ------------------------------------------------------------------ lists */

static struct receipt_page list(int32_t sender_id, struct moment from, struct moment to,
                                size_t limit)
{
    const struct receipt_span span = {RECEIPT_TYPE_CORRESPONDENCE, from, to};
    struct receipt_page page = {0};

    ck_assert_msg(receipt_store_list(store.db, store.arena, sender_id, &span, limit, &page, &err),
                  "%s", err.msg);
    return page;
}

START_TEST(list_is_newest_first_within_its_time)
{
    const struct moment any = {0};
    struct receipt_page page = {0};

    put("a", "910646192", 1 * SECOND);
    put_sub(put("c", "910646192", 3 * SECOND));
    put("b", "910646192", 2 * SECOND);
    page = list(1, any, any, 10);
    ck_assert_uint_eq(page.count, 3);
    ck_assert_str_eq(page.receipts[0].reference, "c");
    ck_assert_uint_eq(page.receipts[0].sub_receipt_count, 1);
    ck_assert_str_eq(page.receipts[1].reference, "b");
    ck_assert_uint_eq(page.receipts[1].sub_receipt_count, 0);
    ck_assert_uint_eq(list(1, any, any, 2).count, 2);
    page = list(1, (struct moment){true, 2 * SECOND}, (struct moment){true, 2 * SECOND}, 10);
    ck_assert_uint_eq(page.count, 1);
    ck_assert_str_eq(page.receipts[0].reference, "b");
    ck_assert_uint_eq(
        list(1, (struct moment){true, INT64_MIN}, (struct moment){true, INT64_MAX}, 9).count, 3);
    ck_assert_uint_eq(list(2, any, any, 10).count, 0);
}
END_TEST

/* ------------------------------------------------------------------ writing */

START_TEST(update_changes_all_or_nothing)
{
    const int32_t id = put("ref", "910646192", SECOND);
    struct receipt receipt = {0};
    struct receipt changed = {0};
    struct receipt stale = {0};

    put_sub(id);
    ck_assert(find_id(&owner, id, &receipt));
    stale = receipt.sub_receipts[0];
    stale.last_changed--;
    ck_assert(!change((const struct receipt *const[]){&receipt, &stale}, 2, NULL, 0, &changed));
    ck_assert_int_eq(store_number(&store, "SELECT count(*) FROM dpvd.receipt WHERE text = 'new'"),
                     0);
    ck_assert_int_eq(
        store_number(&store, "SELECT count(*) FROM dpvd.audit_log WHERE result = 'updated'"), 0);

    ck_assert(change((const struct receipt *const[]){&receipt, receipt.sub_receipts}, 2, NULL, 0,
                     &changed));
    ck_assert_str_eq(changed.text, "new");
    ck_assert_str_eq(changed.history, "old");
    ck_assert_int_eq(changed.status, RECEIPT_REJECTED);
    ck_assert_int_eq(changed.last_changed, 9 * SECOND);
    ck_assert_str_eq(changed.sub_receipts[0].text, "new");
    ck_assert_int_eq(store_number(&store, "SELECT count(*) FROM dpvd.audit_log "
                                          "WHERE result = 'updated' AND sender_id = 1 AND "
                                          "senders_reference = 'ref'"),
                     1);
    ck_assert(!change(&(const struct receipt *){&receipt}, 1, NULL, 0, &changed));
}
END_TEST

START_TEST(reference_is_added_once)
{
    static const struct receipt_reference references[] = {{REFERENCE_BATCH, "1"},
                                                          {REFERENCE_BATCH, "1"}};
    struct receipt receipt = {0};

    ck_assert(find_id(&owner, put("ref", "910646192", SECOND), &receipt));
    ck_assert(change(&(const struct receipt *){&receipt}, 1, references, 2, &receipt));
    ck_assert(change(&(const struct receipt *){&(const struct receipt){
                         .id = receipt.id, .last_changed = receipt.last_changed}},
                     1, references, 1, &receipt));
    ck_assert_uint_eq(receipt.reference_count, 1);
}
END_TEST

START_TEST(foreign_receipt_is_not_changed)
{
    struct receipt receipt = {0};
    struct receipt_change one = {.text = "new", .history = "", .status = RECEIPT_OK};
    const struct receipt_update update = {.changes = &one, .count = 1, .now = 9 * SECOND};
    bool stored = true;

    ck_assert(find_id(&owner, put("ref", "991825827", SECOND), &receipt));
    one.id = receipt.id;
    one.seen = receipt.last_changed;
    ck_assert_msg(receipt_store_update(store.db, store.arena, &other, &call, &update, &stored,
                                       &receipt, &err),
                  "%s", err.msg);
    ck_assert(!stored);
    ck_assert_int_eq(store_number(&store, "SELECT count(*) FROM dpvd.receipt WHERE text = 'new'"),
                     0);
}
END_TEST

START_TEST(created_receipt_is_found)
{
    static const struct receipt_reference references[] = {{REFERENCE_BATCH, "1"}};
    struct receipt made = {.last_changed = 4 * SECOND,
                           .status = RECEIPT_REJECTED,
                           .type = RECEIPT_TYPE_OUTBOUND,
                           .text = "made",
                           .references = references,
                           .reference_count = 1};
    struct receipt receipt = {0};

    ck_assert_msg(receipt_store_create(store.db, store.arena, &owner, &call, &made, &err), "%s",
                  err.msg);
    ck_assert(find_reference(&owner, REFERENCE_BATCH, "1", &receipt));
    ck_assert_int_eq(receipt.id, made.id);
    ck_assert_int_eq(receipt.type, RECEIPT_TYPE_OUTBOUND);
    ck_assert_int_eq(receipt.last_changed, 4 * SECOND);
    ck_assert_str_eq(receipt.text, "made");
    ck_assert_ptr_null(receipt.reference);
    ck_assert_ptr_null(receipt.party_number);
    ck_assert_int_eq(store_number(&store, "SELECT receipt_id FROM dpvd.audit_log "
                                          "WHERE result = 'created'"),
                     made.id);
}
END_TEST

/* The role of the server may change what an update changes, and nothing else of a receipt. */
static const struct {
    const char *sql;
    const char *sqlstate;
} rights[] = {
    {"UPDATE dpvd.receipt SET text = '', history = '', status = 1, last_changed = now()", "00000"},
    {"UPDATE dpvd.receipt SET sender_id = 2", "42501"},
    {"UPDATE dpvd.receipt SET created = now()", "42501"},
    {"UPDATE dpvd.receipt SET senders_reference = ''", "42501"},
    {"UPDATE dpvd.receipt SET parent_id = 1", "42501"},
    {"UPDATE dpvd.receipt SET type = 1", "42501"},
    {"DELETE FROM dpvd.receipt", "42501"},
    {"UPDATE dpvd.receipt_reference SET value = ''", "42501"},
    {"DELETE FROM dpvd.receipt_reference", "42501"},
};

START_TEST(server_may_change_only_what_an_update_changes)
{
    for (size_t i = 0; i < sizeof(rights) / sizeof(rights[0]); i++)
        ck_assert_msg(
            strcmp(pg_try(cluster, store.name, "dpvd_app", rights[i].sql), rights[i].sqlstate) == 0,
            "%s", rights[i].sql);
}
END_TEST

/* ------------------------------------------------------------------ speed */

/* Far more receipts, sub-receipts and references than an answer holds. */
static void fill_big_tables(void)
{
    store_run(&store,
              "INSERT INTO dpvd.receipt SELECT 1, i, NULL, i, 2, 1, w, w, 'text', '', 'ref-' || i "
              "FROM (SELECT i, '2026-01-01'::timestamptz + i * interval '1 s' AS w "
              "FROM generate_series(1, 60000) AS i) g; "
              "INSERT INTO dpvd.receipt SELECT 1, 100000 + i, i, NULL, 2, 4, w, w, 'sub', '', NULL "
              "FROM (SELECT i, '2026-01-01'::timestamptz AS w "
              "FROM generate_series(1, 60000, 3) AS i) g; "
              "INSERT INTO dpvd.receipt_reference SELECT 1, i, 6, 'batch-' || i "
              "FROM generate_series(1, 60000, 2) AS i; "
              "INSERT INTO dpvd.correspondence_state SELECT 1, i, 'ref-' || i, now(), '910820605', "
              "'4255', 1, 1, false, '\\x', '\\x' FROM generate_series(1, 60000) AS i; ANALYZE; "
              "SELECT pg_stat_force_next_flush()");
}

/* Rows that the server read from a table and its indexes. */
static int64_t rows_read(void)
{
    return store_number(&store, "SELECT sum(coalesce(idx_tup_fetch, 0) + seq_tup_read)::int8 "
                                "FROM pg_stat_user_tables WHERE relname IN ('receipt', "
                                "'receipt_reference', 'correspondence_state')");
}

/* Statistics of a session are there soon after it has ended: at least what was answered. */
static int64_t rows_read_since(int64_t before, int64_t answered)
{
    int64_t rows = 0;

    db_close(&store.db);
    for (int i = 0; i < 3000 && rows < answered; i++) {
        usleep(20000);
        rows = rows_read() - before;
    }
    return rows;
}

START_TEST(answers_read_no_more_than_they_hold)
{
    struct receipt receipt = {0};
    int64_t before = 0;
    int64_t rows = 0;

    fill_big_tables();
    before = rows_read();
    ck_assert(find_id(&owner, 30001, &receipt));
    ck_assert(find_reference(&owner, REFERENCE_EXTERNAL_SHIPMENT, "ref-40001", &receipt));
    ck_assert(find_reference(&owner, REFERENCE_BATCH, "batch-50001", &receipt));
    ck_assert_uint_eq(list(1, (struct moment){0}, (struct moment){0}, 100).count, 100);
    rows = rows_read_since(before, 100);
    ck_assert_int_ge(rows, 100);
    ck_assert_int_lt(rows, 1000);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("receipt_store");
    TCase *tc = tcase_create("receipt_store");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, receipt_is_found_as_it_was_stored);
    tcase_add_test(tc, only_owner_and_actual_sender_find_it);
    tcase_add_test(tc, newest_of_several_is_found);
    tcase_add_test(tc, sub_receipts_and_references_come_along);
    tcase_add_test(tc, list_is_newest_first_within_its_time);
    tcase_add_test(tc, update_changes_all_or_nothing);
    tcase_add_test(tc, reference_is_added_once);
    tcase_add_test(tc, foreign_receipt_is_not_changed);
    tcase_add_test(tc, created_receipt_is_found);
    tcase_add_test(tc, server_may_change_only_what_an_update_changes);
    tcase_add_test(tc, answers_read_no_more_than_they_hold);
    suite_add_tcase(s, tc);
    return s;
}

int main(void)
{
    return store_main(suite(), &cluster);
}
