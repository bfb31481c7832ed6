/* Counting messages for the quota while others write, and warning once (domain.md 10.6). */
#include "service/usage.h"
#include "store/usage_store.h"
#include "support/pg_writer.h"
#include "support/store_fixture.h"

#include <check.h>
#include <libpq-fe.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROWS_EACH = 60, MANY = 1000, QUOTA = 10, SQL_SIZE = 1024 };

#define COLUMNS "received, duration, endpoint, operation, result, sender_id, actual_number"
#define CUSTOMER "974760673"
#define OWNER "910646192" /* a service owner */

/* What was counted, and what should have been. */
#define COUNTED                                                                                    \
    "(SELECT coalesce(string_agg(concat_ws(' ', year, actual_number, sender_id, messages, "        \
    "unverified), ',' ORDER BY year, actual_number, sender_id), 'nothing') FROM dpvd.usage_count)"
#define EXPECTED                                                                                   \
    "(SELECT coalesce(string_agg(concat_ws(' ', year, actual_number, sender_id, messages, "        \
    "unverified), ',' ORDER BY year, actual_number, sender_id), 'nothing') FROM ("                 \
    "SELECT to_char(received AT TIME ZONE 'Europe/Oslo', 'YYYY') AS year, actual_number, "         \
    "sender_id, count(*) AS messages, sum((NOT coalesce(actual_verified, true))::int) AS "         \
    "unverified FROM dpvd.audit_log WHERE result = 'accepted' GROUP BY 1, 2, 3) e)"

static const char insert_row[] = "INSERT INTO dpvd.audit_log (" COLUMNS ") "
                                 "VALUES (now(), 1, 'e', 'o', 'accepted', 1, '" CUSTOMER "')";

static struct pg_cluster *cluster;
static struct store store;
static struct usage_step step;
static struct err err;

static struct db *open_background(void)
{
    struct db *db = NULL;

    ck_assert_msg(db_open_as(&store.config, store.config.database_background, &db, &err), "%s",
                  err.msg);
    return db;
}

static void setup(void)
{
    err = (struct err){0};
    store_open(cluster, &store);
    db_close(&store.db);
    store.db = open_background();
}

static void teardown(void)
{
    store_close(&store);
}

static void check_text(const char *sql, const char *expected)
{
    char *text = pg_text(cluster, store.name, sql);

    ck_assert_str_eq(text, expected);
    free(text);
}

static void add(const char *values)
{
    char sql[SQL_SIZE];

    snprintf(sql, sizeof(sql), "INSERT INTO dpvd.audit_log (" COLUMNS ") VALUES %s", values);
    store_run(&store, sql);
}

static bool try_count(struct db *db, int64_t limit)
{
    step = (struct usage_step){0};
    return usage_store_count(db, store.arena, limit, QUOTA, &step, &err);
}

static int64_t count(int64_t limit)
{
    ck_assert_msg(try_count(store.db, limit), "%s", err.msg);
    return step.rows;
}

static int64_t waiting(void)
{
    return store_number(&store, "SELECT count(*) FROM dpvd.audit_log l, dpvd.usage_mark m "
                                "WHERE l.transaction > m.transaction");
}

/* Whatever the cluster does besides may hold rows up for a moment. */
static void count_all(int64_t limit)
{
    for (int tries = 0; tries < MANY; tries++) {
        while (count(limit) > 0)
            ;
        if (waiting() == 0)
            return;
        usleep(10000);
    }
    ck_abort_msg("rows stay without being counted");
}

static void check_counted(void)
{
    check_text("SELECT " COUNTED " IS NOT DISTINCT FROM " EXPECTED, "t");
}

/* ------------------------------------------------------------------ what is counted */

START_TEST(messages_are_counted_by_year_and_actual_and_technical_sender)
{
    add("('2025-05-01Z', 1, 'e', 'o', 'accepted', 1, '" CUSTOMER "'), "
        "('2025-06-01Z', 1, 'e', 'o', 'accepted', 1, '" CUSTOMER "'), "
        "('2025-06-01Z', 1, 'e', 'o', 'accepted', 2, '" CUSTOMER "'), "
        "('2026-06-01Z', 1, 'e', 'o', 'accepted', 1, '" CUSTOMER "'), "
        "('2026-06-01Z', 1, 'e', 'o', 'accepted', 1, '" OWNER "')");
    count_all(100);
    check_text("SELECT " COUNTED, "2025 974760673 1 2 0,2025 974760673 2 1 0,"
                                  "2026 910646192 1 1 0,2026 974760673 1 1 0");
}
END_TEST

START_TEST(only_what_was_accepted_counts)
{
    add("('2025-05-01Z', 1, 'e', 'o', 'retry', 1, '" CUSTOMER "'), "
        "('2025-05-01Z', 1, 'e', 'o', 'rejected', 1, NULL), "
        "('2025-05-01Z', 1, 'e', 'o', 'fault', NULL, NULL), "
        "('2025-05-01Z', 1, 'e', 'o', 'accepted', NULL, NULL)");
    count_all(100);
    check_text("SELECT " COUNTED, "nothing");
}
END_TEST

START_TEST(unverified_actual_senders_are_told)
{
    add("('2025-05-01Z', 1, 'e', 'o', 'accepted', 1, '" CUSTOMER "')");
    store_run(&store, "INSERT INTO dpvd.audit_log (" COLUMNS ", actual_verified) VALUES "
                      "('2025-05-01Z', 1, 'e', 'o', 'accepted', 1, '" CUSTOMER "', false), "
                      "('2025-05-01Z', 1, 'e', 'o', 'accepted', 1, '" CUSTOMER "', true)");
    count_all(1);
    check_text("SELECT " COUNTED, "2025 974760673 1 3 1");
}
END_TEST

START_TEST(the_year_is_that_of_norway)
{
    add("('2025-12-31T22:59:59.999Z', 1, 'e', 'o', 'accepted', 1, '" CUSTOMER "'), "
        "('2025-12-31T23:00:00Z', 1, 'e', 'o', 'accepted', 1, '" CUSTOMER "'), "
        "('2026-12-31T22:59:59Z', 1, 'e', 'o', 'accepted', 1, '" CUSTOMER "')");
    count_all(100);
    check_text("SELECT " COUNTED, "2025 974760673 1 1 0,2026 974760673 1 2 0");
}
END_TEST

START_TEST(a_stored_message_is_counted)
{
    struct db *server = NULL;
    struct letter letter;

    ck_assert(db_open(&store.config, &server, &err));
    letter_make(&letter, "ref-1", "", 0);
    ck_assert_msg(message_store_put(NULL, server, store.arena, &letter.put, &err), "%s", err.msg);
    letter_free(&letter);
    db_close(&server);
    count_all(100);
    check_text("SELECT messages FROM dpvd.usage_count WHERE actual_number = '" OWNER "'", "1");
}
END_TEST

/* ------------------------------------------------------------------ exactly once */

START_TEST(what_has_piled_up_is_counted_in_steps)
{
    for (int i = 0; i < 25; i++)
        store_run(&store, insert_row);
    while (waiting() > 0) {
        const int64_t before = store_number(&store, "SELECT coalesce(sum(messages), 0) "
                                                    "FROM dpvd.usage_count");

        count(10);
        ck_assert_int_le(step.rows, 10);
        ck_assert_int_eq(
            store_number(&store, "SELECT coalesce(sum(messages), 0) FROM dpvd.usage_count"),
            before + step.rows);
    }
    check_counted();
    ck_assert_int_eq(count(10), 0);
    check_counted();
}
END_TEST

START_TEST(a_transaction_is_never_divided)
{
    store_run(&store, insert_row);
    store_run(&store, "INSERT INTO dpvd.audit_log (" COLUMNS ") SELECT now(), 1, 'e', 'o', "
                      "'accepted', 1, '" CUSTOMER "' FROM generate_series(1, 20)");
    store_run(&store, insert_row);
    count_all(5);
    check_text("SELECT messages FROM dpvd.usage_count", "22");
}
END_TEST

START_TEST(a_row_that_commits_late_is_counted_late)
{
    PGconn *late = pg_writer_open(store.config.database);

    pg_writer_run(late, "BEGIN");
    pg_writer_run(late, insert_row);
    store_run(&store, insert_row);
    ck_assert_int_eq(count(100), 0);
    check_text("SELECT " COUNTED, "nothing");
    pg_writer_run(late, "COMMIT");
    PQfinish(late);
    count_all(100);
    check_text("SELECT messages FROM dpvd.usage_count", "2");
}
END_TEST

START_TEST(a_step_that_fails_counts_nothing)
{
    bool failed = false;

    store_run(&store, insert_row);
    store_run(&store, "CREATE TRIGGER fails BEFORE UPDATE ON dpvd.usage_mark "
                      "FOR EACH ROW EXECUTE FUNCTION dpvd.refuse_change()");
    for (int tries = 0; !failed && tries < MANY; tries++) {
        failed = !try_count(store.db, 100);
        usleep(1000);
    }
    ck_assert(failed);
    check_text("SELECT " COUNTED, "nothing");
    store_run(&store, "DROP TRIGGER fails ON dpvd.usage_mark");
    count_all(100);
    check_text("SELECT messages FROM dpvd.usage_count", "1");
}
END_TEST

static void *count_in_thread(void *argument)
{
    const bool *counted = argument;

    return try_count(store.db, 100) ? (void *)(uintptr_t)counted : NULL;
}

/* It is ended between counting and its commit: there it waits for a lock. */
START_TEST(a_step_that_is_cut_off_counts_nothing)
{
    PGconn *other = NULL;
    pthread_t thread;
    bool counted = false;
    void *result = &counted;
    int64_t ended = 0;

    store_run(&store, insert_row);
    other = PQconnectdb(store.config.database_owner);
    pg_writer_run(other, "BEGIN; LOCK TABLE dpvd.usage_warning IN ACCESS EXCLUSIVE MODE");
    ck_assert_int_eq(pthread_create(&thread, NULL, count_in_thread, &counted), 0);
    for (int tries = 0; ended == 0 && tries < MANY; tries++) {
        usleep(10000);
        ended = store_number(&store, "SELECT count(pg_terminate_backend(pid)) "
                                     "FROM pg_stat_activity WHERE usename = 'dpvd_background' "
                                     "AND wait_event_type = 'Lock'");
    }
    pthread_join(thread, &result);
    ck_assert_int_eq(ended, 1);
    ck_assert_ptr_null(result);
    check_text("SELECT " COUNTED, "nothing");
    pg_writer_run(other, "ROLLBACK");
    PQfinish(other);
    count_all(100);
    check_text("SELECT messages FROM dpvd.usage_count", "1");
}
END_TEST

START_TEST(each_row_counts_once_while_many_write_and_two_count)
{
    struct pg_writers writers = {.conninfo = store.config.database,
                                 .begin = "BEGIN",
                                 .insert = insert_row,
                                 .rows_each = ROWS_EACH,
                                 .longest_pause = 2000};
    struct usage *counters[2] = {NULL, NULL};

    store.config.usage_interval = 2;
    for (int i = 0; i < 2; i++)
        ck_assert_msg(usage_start(&store.config, &counters[i], &err), "%s", err.msg);
    pg_writers_start(&writers);
    pg_writers_wait(&writers);
    for (int tries = 0; waiting() > 0 && tries < MANY; tries++)
        usleep(10000);
    for (int i = 0; i < 2; i++)
        usage_stop(&counters[i]);
    ck_assert_int_eq(waiting(), 0);
    check_counted();
}
END_TEST

START_TEST(who_finds_the_mark_taken_counts_nothing)
{
    PGconn *other = PQconnectdb(store.config.database_owner);

    store_run(&store, insert_row);
    pg_writer_run(other, "BEGIN; SELECT FROM dpvd.usage_mark FOR UPDATE");
    ck_assert_int_eq(count(100), 0);
    pg_writer_run(other, "COMMIT");
    PQfinish(other);
    count_all(100);
    check_text("SELECT messages FROM dpvd.usage_count", "1");
}
END_TEST

static const char *const restored[] = {"UPDATE dpvd.usage_mark SET transaction = '99999999'",
                                       "INSERT INTO dpvd.audit_log (" COLUMNS ", transaction) "
                                       "VALUES (now(), 1, 'e', 'o', 'accepted', 1, '" CUSTOMER
                                       "', '99999999')"};

START_TEST(a_cluster_whose_transactions_begin_anew_is_noticed)
{
    store_run(&store, insert_row);
    count_all(100);
    store_run(&store, restored[_i]);
    ck_assert(!step.ahead);
    count(100);
    ck_assert(step.ahead);
    check_text("SELECT messages FROM dpvd.usage_count", "1");
}
END_TEST

/* ------------------------------------------------------------------ warnings */

static void add_many(int rows, const char *actual_number, int sender_id, const char *received)
{
    char sql[SQL_SIZE];

    snprintf(sql, sizeof(sql),
             "INSERT INTO dpvd.audit_log (" COLUMNS ") SELECT %s, 1, 'e', 'o', 'accepted', %d, "
             "'%s' FROM generate_series(1, %d)",
             received, sender_id, actual_number, rows);
    store_run(&store, sql);
}

/* Counts until a step has warnings, or all is counted. */
static size_t warnings(void)
{
    for (int tries = 0; waiting() > 0 && tries < MANY; tries++) {
        count(100);
        if (step.warning_count > 0)
            return step.warning_count;
        usleep(1000);
    }
    ck_assert_int_eq(waiting(), 0);
    return 0;
}

START_TEST(each_share_of_the_quota_is_warned_of_once)
{
    add_many(7, CUSTOMER, 1, "now()");
    ck_assert_uint_eq(warnings(), 0);
    add_many(1, CUSTOMER, 2, "now()"); /* the sum over technical senders */
    ck_assert_uint_eq(warnings(), 1);
    ck_assert_str_eq(step.warnings[0].actual_number, CUSTOMER);
    ck_assert_int_eq(step.warnings[0].percent, 80);
    ck_assert_int_eq(step.warnings[0].messages, 8);
    ck_assert_int_eq(step.warnings[0].year,
                     store_number(&store, "SELECT extract(year FROM now() AT TIME ZONE "
                                          "'Europe/Oslo')"));
    add_many(1, CUSTOMER, 2, "now()");
    ck_assert_uint_eq(warnings(), 0);
    add_many(5, CUSTOMER, 1, "now()");
    ck_assert_uint_eq(warnings(), 1);
    ck_assert_int_eq(step.warnings[0].percent, 100);
    ck_assert_int_eq(step.warnings[0].messages, 14);
    add_many(50, CUSTOMER, 1, "now()");
    ck_assert_uint_eq(warnings(), 0);
}
END_TEST

START_TEST(a_leap_over_both_shares_is_warned_of_twice)
{
    add_many(10, CUSTOMER, 1, "now()");
    ck_assert_uint_eq(warnings(), 2);
    ck_assert_int_eq(step.warnings[0].percent, 80);
    ck_assert_int_eq(step.warnings[1].percent, 100);
}
END_TEST

START_TEST(service_owners_and_years_long_past_are_not_warned_of)
{
    add_many(50, OWNER, 1, "now()");
    add_many(50, CUSTOMER, 1, "now() - interval '2 years'");
    ck_assert_uint_eq(warnings(), 0);
    add_many(8, CUSTOMER, 1, "now() - interval '1 year'"); /* counted late */
    ck_assert_uint_eq(warnings(), 1);
}
END_TEST

START_TEST(the_job_counts_and_tells_its_warnings)
{
    struct usage *usage = NULL;

    store.config.usage_interval = 2;
    store.config.quota = QUOTA;
    add_many(20, CUSTOMER, 1, "now()");
    ck_assert_msg(usage_start(&store.config, &usage, &err), "%s", err.msg);
    for (int tries = 0; usage_warnings(usage) < 2 && tries < MANY; tries++)
        usleep(10000);
    ck_assert_int_eq(usage_warnings(usage), 2);
    usage_stop(&usage);
    ck_assert_ptr_null(usage);
    check_counted();
}
END_TEST

static void add_counting(TCase *tc)
{
    tcase_add_test(tc, messages_are_counted_by_year_and_actual_and_technical_sender);
    tcase_add_test(tc, only_what_was_accepted_counts);
    tcase_add_test(tc, unverified_actual_senders_are_told);
    tcase_add_test(tc, the_year_is_that_of_norway);
    tcase_add_test(tc, a_stored_message_is_counted);
    tcase_add_test(tc, what_has_piled_up_is_counted_in_steps);
    tcase_add_test(tc, a_transaction_is_never_divided);
    tcase_add_test(tc, a_row_that_commits_late_is_counted_late);
    tcase_add_test(tc, a_step_that_fails_counts_nothing);
    tcase_add_test(tc, a_step_that_is_cut_off_counts_nothing);
    tcase_add_test(tc, each_row_counts_once_while_many_write_and_two_count);
    tcase_add_test(tc, who_finds_the_mark_taken_counts_nothing);
    tcase_add_loop_test(tc, a_cluster_whose_transactions_begin_anew_is_noticed, 0,
                        sizeof(restored) / sizeof(restored[0]));
}

static Suite *suite(void)
{
    Suite *s = suite_create("usage");
    TCase *tc = tcase_create("usage");

    tcase_add_checked_fixture(tc, setup, teardown);
    add_counting(tc);
    tcase_add_test(tc, each_share_of_the_quota_is_warned_of_once);
    tcase_add_test(tc, a_leap_over_both_shares_is_warned_of_twice);
    tcase_add_test(tc, service_owners_and_years_long_past_are_not_warned_of);
    tcase_add_test(tc, the_job_counts_and_tells_its_warnings);
    suite_add_tcase(s, tc);
    return s;
}

int main(void)
{
    return store_main(suite(), &cluster);
}
