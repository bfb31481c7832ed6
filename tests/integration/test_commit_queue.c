#include "base/clock.h"
#include "base/ident.h"
#include "store/commit_queue.h"
#include "support/store_fixture.h"

#include <check.h>
#include <libpq-fe.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { THREADS = 10, ROUNDS = 8, TEXT_SIZE = 64, PATIENCE = 12000, PAUSE_MICROSECONDS = 5000 };

static struct pg_cluster *cluster;
static struct store store;
static struct commit_queue *queue;

/* One worker with its own connection, which puts its letters one after the other. */
struct writer {
    pthread_t thread;
    struct db *db;
    struct arena *arena;
    struct letter *letters;
    size_t count;
    bool ok;
    struct err err;
};

static struct writer writers[THREADS];

static void setup(void)
{
    store_open(cluster, &store);
    queue = commit_queue_new(&store.config);
    ck_assert_ptr_nonnull(queue);
    commit_queue_set_leaders(queue, 2);
    for (size_t i = 0; i < THREADS; i++) {
        struct err err = {0};

        writers[i] = (struct writer){.arena = arena_new()};
        ck_assert_msg(db_open(&store.config, &writers[i].db, &err), "%s", err.msg);
    }
}

static void teardown(void)
{
    for (size_t i = 0; i < THREADS; i++) {
        db_close(&writers[i].db);
        arena_free(&writers[i].arena);
    }
    commit_queue_free(&queue);
    store_close(&store);
}

static void *write_letters(void *argument)
{
    struct writer *writer = argument;

    writer->ok = true;
    for (size_t i = 0; i < writer->count && writer->ok; i++)
        writer->ok = message_store_put(queue, writer->db, writer->arena, &writer->letters[i].put,
                                       &writer->err);
    return NULL;
}

static void start_all(struct letter *letters, size_t each)
{
    for (size_t i = 0; i < THREADS; i++) {
        writers[i].letters = letters + i * each;
        writers[i].count = each;
        ck_assert_int_eq(pthread_create(&writers[i].thread, NULL, write_letters, &writers[i]), 0);
    }
}

static void join_all(void)
{
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(writers[i].thread, NULL);
}

/* Holds the table until commit, so that those who write meet. */
static PGconn *hold_table(void)
{
    PGconn *conn = NULL;
    char conninfo[256];

    snprintf(conninfo, sizeof(conninfo), "%s user=postgres", store.config.database);
    conn = PQconnectdb(conninfo);
    ck_assert_int_eq(PQstatus(conn), CONNECTION_OK);
    PQclear(PQexec(conn, "BEGIN; LOCK TABLE dpvd.correspondence IN EXCLUSIVE MODE"));
    return conn;
}

/* Until two leaders stand before the held table and all others wait behind them. */
static void wait_until_all_meet(void)
{
    static const char blocked[] = "SELECT count(*) FROM pg_stat_activity "
                                  "WHERE usename = 'dpvd_app' AND wait_event_type = 'Lock'";
    int tries = 0;

    while ((commit_queue_waiting(queue) != THREADS - 2 || store_number(&store, blocked) != 2) &&
           tries++ < PATIENCE)
        usleep(PAUSE_MICROSECONDS);
    ck_assert_int_lt(tries, PATIENCE);
}

START_TEST(ten_identical_messages_at_once_become_one)
{
    struct letter letters[THREADS];

    if (_i == 1)
        commit_queue_free(&queue);
    for (size_t i = 0; i < THREADS; i++)
        letter_make(&letters[i], "same", "%PDF", 4);
    start_all(letters, 1);
    join_all();
    for (size_t i = 0; i < THREADS; i++) {
        ck_assert_msg(writers[i].ok, "%s", writers[i].err.msg);
        ck_assert_int_eq(letters[i].put.receipt.id, letters[0].put.receipt.id);
        ck_assert_int_eq(letters[i].put.receipt.correspondence_id,
                         letters[0].put.receipt.correspondence_id);
        letter_free(&letters[i]);
    }
    ck_assert_int_eq(store_number(&store, "SELECT count(*) FROM dpvd.correspondence"), 1);
    ck_assert_int_eq(store_number(&store, "SELECT count(*) FROM dpvd.attachment"), 1);
    ck_assert_int_eq(store_number(&store, "SELECT count(*) FROM dpvd.receipt"), 1);
    ck_assert_int_eq(store_number(&store, "SELECT count(*) FROM dpvd.audit_log"), THREADS);
    ck_assert_int_eq(
        store_number(&store, "SELECT count(*) FROM dpvd.audit_log WHERE result = 'accepted'"), 1);
}
END_TEST

START_TEST(every_message_gets_its_own_receipt_and_content)
{
    static struct letter letters[THREADS * ROUNDS];
    static char references[THREADS * ROUNDS][TEXT_SIZE];

    for (size_t i = 0; i < THREADS * ROUNDS; i++) {
        snprintf(references[i], TEXT_SIZE, "ref-%zu", i);
        letter_make(&letters[i], references[i], references[i], strlen(references[i]));
    }
    start_all(letters, ROUNDS);
    join_all();
    for (size_t i = 0; i < THREADS * ROUNDS; i++) {
        char sql[512];

        snprintf(
            sql, sizeof(sql),
            "SELECT count(*) FROM dpvd.correspondence c "
            "JOIN dpvd.attachment a ON a.sender_id = c.sender_id AND a.correspondence_id = c.id "
            "JOIN dpvd.receipt r ON r.sender_id = c.sender_id AND r.id = c.receipt_id "
            "WHERE c.id = %d AND r.id = %d AND c.senders_reference = '%.20s' "
            "AND r.senders_reference = '%.20s' AND convert_from(a.content, 'UTF8') = '%.20s'",
            letters[i].put.receipt.correspondence_id, letters[i].put.receipt.id, references[i],
            references[i], references[i]);
        ck_assert_int_eq(store_number(&store, sql), 1);
        letter_free(&letters[i]);
    }
    ck_assert_int_eq(store_number(&store, "SELECT count(*) FROM dpvd.correspondence"),
                     THREADS * ROUNDS);
}
END_TEST

START_TEST(messages_that_wait_share_a_transaction)
{
    struct letter letters[THREADS];
    char references[THREADS][TEXT_SIZE];
    PGconn *holder = hold_table();

    for (size_t i = 0; i < THREADS; i++) {
        snprintf(references[i], TEXT_SIZE, "ref-%zu", i / 2); /* pairs of the same */
        letter_make(&letters[i], references[i], "", 0);
    }
    start_all(letters, 1);
    wait_until_all_meet();
    PQfinish(holder);
    join_all();
    for (size_t i = 0; i < THREADS; i++) {
        ck_assert_msg(writers[i].ok, "%s", writers[i].err.msg);
        ck_assert_int_eq(letters[i].put.receipt.id, letters[i ^ 1].put.receipt.id);
    }
    ck_assert_int_eq(store_number(&store, "SELECT count(*) FROM dpvd.correspondence"), THREADS / 2);
    /* One for each leader that met the others; all that waited go to whom these two hand over. */
    ck_assert_int_le(store_number(&store, "SELECT count(DISTINCT transaction) FROM dpvd.audit_log "
                                          "WHERE result = 'accepted'"),
                     4);
}
END_TEST

START_TEST(a_message_that_fails_fails_alone)
{
    struct letter letters[THREADS];
    char references[THREADS][TEXT_SIZE];
    PGconn *holder = hold_table();

    for (size_t i = 0; i < THREADS; i++) {
        snprintf(references[i], TEXT_SIZE, "ref-%zu", i);
        letter_make(&letters[i], references[i], "", 0);
    }
    letters[7].message.title = "\xff"; /* no UTF-8: the server refuses it */
    start_all(letters, 1);
    wait_until_all_meet();
    PQfinish(holder);
    join_all();
    for (size_t i = 0; i < THREADS; i++)
        ck_assert_msg(writers[i].ok == (i != 7), "%zu: %s", i, writers[i].err.msg);
    ck_assert_int_eq(writers[7].err.kind, ERR_INTERNAL);
    ck_assert_int_eq(store_number(&store, "SELECT count(*) FROM dpvd.correspondence"), THREADS - 1);
}
END_TEST

START_TEST(everybody_is_told_when_the_database_goes_away)
{
    struct letter letters[THREADS];
    char references[THREADS][TEXT_SIZE];
    PGconn *holder = hold_table();

    for (size_t i = 0; i < THREADS; i++) {
        snprintf(references[i], TEXT_SIZE, "ref-%zu", i);
        letter_make(&letters[i], references[i], "", 0);
    }
    start_all(letters, 1);
    wait_until_all_meet();
    pg_run(cluster, "postgres", "postgres",
           "ALTER ROLE dpvd_app NOLOGIN; "
           "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'dpvd_app'");
    join_all();
    pg_run(cluster, "postgres", "postgres", "ALTER ROLE dpvd_app LOGIN");
    PQfinish(holder);
    for (size_t i = 0; i < THREADS; i++) {
        ck_assert(!writers[i].ok);
        ck_assert_int_eq(writers[i].err.kind, ERR_BUSY);
    }
    ck_assert_int_eq(store_number(&store, "SELECT count(*) FROM dpvd.correspondence"), 0);
    start_all(letters, 1);
    join_all();
    for (size_t i = 0; i < THREADS; i++)
        ck_assert_msg(writers[i].ok, "%s", writers[i].err.msg);
}
END_TEST

START_TEST(a_large_message_goes_alone)
{
    static char content[128 * 1024];
    struct letter letter;
    struct err err = {0};

    letter_make(&letter, "ref", content, sizeof(content));
    ck_assert(!commit_queue_takes(queue, &letter.put));
    ck_assert(message_store_put(queue, store.db, store.arena, &letter.put, &err));
    ck_assert_int_gt(letter.put.receipt.id, 0);
    letter_free(&letter);
}
END_TEST

/* From 0 to 2 orders with 1 or 2 tokens and end points each, and a planned notification for each
 * end point; every second letter has an attachment. */
static void letter_make_varied(struct letter *letter, const char *reference, size_t i)
{
    static const struct text_token tokens[] = {{1, "Brev"}, {2, "\"{frist}\", \\1"}};
    static const struct receiver_end_point points[] = {{TRANSPORT_EMAIL, "post@example.com"},
                                                       {TRANSPORT_SMS, NULL}};
    static const struct notification_order orders[] = {
        {NULL, {0}, "1044", "VarselDPVUtenRevarsel", tokens, 2, points, 1},
        {"fra@example.com",
         {true, INT64_C(1900000000000000)},
         NULL,
         "VarselDPV",
         tokens + 1,
         1,
         points,
         2},
    };
    static const struct planned items[] = {
        {0, TRANSPORT_EMAIL, "post@example.com", "post@example.com", false, 1900000000000000},
        {1, TRANSPORT_EMAIL, "Post@example.com", "Post@example.com", false, 1900000000000001},
        {1, TRANSPORT_SMS, "91929394", "+4791929394", true, 1900000000000002},
    };

    letter_make(letter, reference, "%PDF", i % 2 == 0 ? 4 : 0);
    letter->message.notifications = orders;
    letter->message.notification_count = i % 3;
    letter->decision.plan.items = items;
    letter->decision.plan.count = i % 3 == 0 ? 0 : 2 * (i % 3) - 1;
    letter->decision.now = letter->decision.visible = letter->call.received = 1800000000000000;
    letter->message.due = (struct moment){i % 4 == 0, 1900000000000000};
    letter->decision.actual_verified = i % 5 == 0 ? CHOICE_NOT_GIVEN : CHOICE_YES;
}

/* What is stored of the letters whose references begin with a letter, but for what differs anyhow.
 */
#define STORED(first)                                                                              \
    "SELECT to_jsonb(m) - '{id,uuid,receipt_id,digest,senders_reference}'::text[], "               \
    "to_jsonb(s) - '{id,senders_reference}'::text[], "                                             \
    "(SELECT to_jsonb(r) - '{id,correspondence_id,senders_reference}'::text[] "                    \
    "FROM dpvd.receipt r WHERE r.id = m.receipt_id AND r.correspondence_id = m.id), "              \
    "(SELECT to_jsonb(e) - 'correspondence_id' FROM dpvd.status_event e "                          \
    "WHERE e.correspondence_id = m.id), "                                                          \
    "(SELECT to_jsonb(a) - '{id,transaction,duration,receipt_id,correspondence_id,digest,"         \
    "senders_reference}'::text[] FROM dpvd.audit_log a WHERE a.correspondence_id = m.id "          \
    "AND a.receipt_id = m.receipt_id AND a.digest = m.digest), "                                   \
    "(SELECT to_jsonb(f) - '{id,correspondence_id}'::text[] FROM dpvd.attachment f "               \
    "WHERE f.correspondence_id = m.id), "                                                          \
    "(SELECT jsonb_agg(to_jsonb(o) - 'correspondence_id' ORDER BY o.number) "                      \
    "FROM dpvd.notification_order o WHERE o.correspondence_id = m.id), "                           \
    "(SELECT jsonb_agg(to_jsonb(n) - 'correspondence_id' ORDER BY n.number) "                      \
    "FROM dpvd.notification n WHERE n.correspondence_id = m.id) "                                  \
    "FROM dpvd.correspondence m JOIN dpvd.correspondence_state s ON s.id = m.id "                  \
    "WHERE m.senders_reference LIKE '" first "%' AND s.senders_reference = m.senders_reference"

START_TEST(a_batch_stores_what_single_messages_store)
{
    static const char all[] = "SELECT count(*) FROM (" STORED("batch") ") b";
    static const char differing[] =
        "SELECT count(*) FROM (" STORED("single") " EXCEPT ALL " STORED("batch") ") d";
    struct letter letters[THREADS];
    struct letter single;
    char references[THREADS][TEXT_SIZE];
    PGconn *holder = NULL;

    for (size_t i = 0; i < THREADS; i++) {
        snprintf(references[i], TEXT_SIZE, "single-%zu", i);
        letter_make_varied(&single, references[i], i);
        letter_put(&store, &single);
        letter_free(&single);
        snprintf(references[i], TEXT_SIZE, "batch-%zu", i);
        letter_make_varied(&letters[i], references[i], i);
    }
    holder = hold_table();
    start_all(letters, 1);
    wait_until_all_meet();
    PQfinish(holder);
    join_all();
    for (size_t i = 0; i < THREADS; i++) {
        ck_assert_msg(writers[i].ok, "%s", writers[i].err.msg);
        letter_free(&letters[i]);
    }
    ck_assert_int_eq(store_number(&store, all), THREADS);
    ck_assert_int_eq(store_number(&store, differing), 0);
    ck_assert_int_eq(store_number(&store, "SELECT count(*) FROM dpvd.notification"), 2 * 12);
    ck_assert_int_eq(store_number(&store, "SELECT max(c) FROM (SELECT count(*) AS c "
                                          "FROM dpvd.audit_log GROUP BY transaction) t") > 2,
                     1);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("commit_queue");
    TCase *tc = tcase_create("commit_queue");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, ten_identical_messages_at_once_become_one, 0, 2);
    tcase_add_test(tc, every_message_gets_its_own_receipt_and_content);
    tcase_add_test(tc, messages_that_wait_share_a_transaction);
    tcase_add_test(tc, a_batch_stores_what_single_messages_store);
    tcase_add_test(tc, a_message_that_fails_fails_alone);
    tcase_add_test(tc, everybody_is_told_when_the_database_goes_away);
    tcase_add_test(tc, a_large_message_goes_alone);
    suite_add_tcase(s, tc);
    return s;
}

int main(void)
{
    return store_main(suite(), &cluster);
}
