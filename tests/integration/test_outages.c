#include "base/clock.h"
#include "store/facts_store.h"
#include "store/monitor.h"
#include "support/pg_writer.h"
#include "support/store_fixture.h"

#include <check.h>
#include <libpq-fe.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { INSERTERS = 4, LETTERS = 40, PATIENCE = 12000, PAUSE_MICROSECONDS = 5000, TEXT_SIZE = 64 };

static struct pg_cluster *cluster;
static struct pg_cluster *own; /* of tests that stop it or set it otherwise */
static struct store store;
static struct letter letter;

static void wait_until(const struct pg_cluster *where, const char *database, const char *sql)
{
    int tries = 0;

    while (pg_number(where, database, sql) == 0 && tries++ < PATIENCE)
        usleep(PAUSE_MICROSECONDS);
    ck_assert_int_lt(tries, PATIENCE);
}

static void setup(void)
{
    store_open(cluster, &store);
    letter_make(&letter, "ref-1", "%PDF", 4);
}

static void open_own(bool durable)
{
    own = pg_cluster_start(durable);
    store_open(own, &store);
    letter_make(&letter, "ref-1", "%PDF", 4);
}

static void setup_own(void)
{
    open_own(false);
}

static void setup_durable(void)
{
    open_own(true);
}

static void teardown(void)
{
    letter_free(&letter);
    store_close(&store);
    pg_cluster_stop(&own);
}

static void set(const char *assignment)
{
    struct err err = {0};

    ck_assert_msg(config_assign(&store.config, assignment, &err), "%s", err.msg);
}

/* A session has the limits of the settings when it began; how long its answers are waited for is
 * looked up with each call. */
static void reopen(void)
{
    struct err err = {0};

    db_close(&store.db);
    ck_assert_msg(db_open(&store.config, &store.db, &err), "%s", err.msg);
}

/* Lets go at once, not when the server sees that the connection was closed. */
static void release(PGconn *holder)
{
    pg_writer_run(holder, "ROLLBACK");
    PQfinish(holder);
}

static bool put(struct err *err)
{
    *err = (struct err){0};
    return message_store_put(NULL, store.db, store.arena, &letter.put, err);
}

static void check_put_fails(enum err_kind kind)
{
    struct err err;

    ck_assert(!put(&err));
    ck_assert_msg(err.kind == kind, "%s: %s", err_kind_name(err.kind), err.msg);
}

static void check_put_works(void)
{
    struct err err;

    ck_assert_msg(put(&err), "%s", err.msg);
}

static void check_find(bool expected)
{
    struct receipt receipt = {0};
    struct err err = {0};
    bool found = !expected;

    ck_assert_msg(message_store_find(store.db, store.arena, &letter.put, &found, &receipt, &err),
                  "%s", err.msg);
    ck_assert_int_eq(found, expected);
}

static int64_t messages(void)
{
    return store_number(&store, "SELECT count(*) FROM dpvd.correspondence");
}

static void set_standbys(const char *names)
{
    char sql[128];

    snprintf(sql, sizeof(sql), "synchronous_standby_names = '%s'", names);
    pg_cluster_configure(cluster, sql);
    pg_run(cluster, "postgres", "postgres", "SELECT pg_reload_conf()");
    snprintf(sql, sizeof(sql),
             "SELECT count(*) FROM pg_settings "
             "WHERE name = 'synchronous_standby_names' AND setting = '%s'",
             names);
    wait_until(cluster, "postgres", sql);
    pg_run(cluster, "postgres", "postgres", "CHECKPOINT"); /* by whoever switches the waiting */
}

static void setup_standby(void)
{
    set_standbys("");
    setup();
}

static void teardown_standby(void)
{
    set_standbys("");
    teardown();
}

static void wait_for(const char *sql)
{
    wait_until(cluster, store.name, sql);
}

/* A put on another thread, for as long as it takes. */
static void *put_aside(void *argument)
{
    struct err *err = argument;

    if (put(err))
        err->kind = ERR_NONE;
    return NULL;
}

#define BACKENDS "FROM pg_stat_activity WHERE usename = 'dpvd_app' AND datname = current_database()"

static PGconn *hold(const char *table)
{
    char text[256];
    PGconn *conn = NULL;

    snprintf(text, sizeof(text), "%s user=postgres", store.config.database);
    conn = pg_writer_open(text);
    snprintf(text, sizeof(text), "BEGIN; LOCK TABLE dpvd.%s IN EXCLUSIVE MODE", table);
    pg_writer_run(conn, text);
    return conn;
}

START_TEST(a_backend_that_is_terminated_in_mid_put_leaves_nothing)
{
    PGconn *holder = hold("attachment");
    pthread_t thread;
    struct err err;

    ck_assert_int_eq(pthread_create(&thread, NULL, put_aside, &err), 0);
    wait_for("SELECT count(*) " BACKENDS " AND wait_event_type = 'Lock'");
    store_run(&store, "SELECT pg_terminate_backend(pid) " BACKENDS);
    pthread_join(thread, NULL);
    PQfinish(holder);

    ck_assert_msg(err.kind == ERR_BUSY, "%s: %s", err_kind_name(err.kind), err.msg);
    ck_assert_int_eq(messages(), 0);
    ck_assert_int_eq(store_number(&store, "SELECT count(*) FROM dpvd.audit_log"), 0);
    check_put_works();
    ck_assert_int_eq(messages(), 1);
}
END_TEST

START_TEST(an_idle_connection_that_was_cut_is_replaced_unnoticed)
{
    store_run(&store, "SELECT pg_terminate_backend(pid, 60000) " BACKENDS);
    check_put_works();
}
END_TEST

START_TEST(a_lock_that_is_held_too_long_is_busy)
{
    PGconn *holder = NULL;

    set("database_lock_timeout=200ms");
    reopen();
    holder = hold("correspondence");
    check_put_fails(ERR_BUSY);
    release(holder);
    check_put_works();
}
END_TEST

START_TEST(a_server_that_does_not_answer_in_time_may_have_stored)
{
    const pid_t backend = (pid_t)store_number(&store, "SELECT pid " BACKENDS);

    ck_assert_int_eq(kill(backend, SIGSTOP), 0);
    set("database_deadline=300ms");
    check_put_fails(ERR_UNCERTAIN);
    set("database_deadline=120s");
    ck_assert_int_eq(kill(backend, SIGCONT), 0);
    check_put_works();
    ck_assert_int_eq(messages(), 1);
}
END_TEST

/* With an eighth of the time left the server gives up before we do: on a machine that stalls or is
 * slow that may not be enough, nor the time for connecting, and then both get more. */
START_TEST(a_statement_that_takes_too_long_stores_nothing_for_certain)
{
    struct err err = {.kind = ERR_UNCERTAIN};

    for (int seconds = 1; err.kind != ERR_BUSY; seconds *= 2) {
        PGconn *holder = NULL;
        char assignment[32];

        ck_assert_int_le(seconds, 64);
        snprintf(assignment, sizeof(assignment), "database_deadline=%ds", seconds);
        set(assignment);
        db_close(&store.db);
        if (!db_open(&store.config, &store.db, &err)) {
            err.kind = ERR_UNCERTAIN;
            continue;
        }
        holder = hold("correspondence");
        ck_assert(!put(&err));
        wait_for("SELECT (count(*) = 0)::int " BACKENDS " AND wait_event_type = 'Lock'");
        release(holder);
        ck_assert_int_eq(messages(), 0);
    }
    ck_assert_ptr_nonnull(strstr(err.msg, "57014"));
    set("database_deadline=120s");
    check_put_works();
}
END_TEST

START_TEST(a_read_that_is_not_answered_is_busy)
{
    PGconn *holder = hold("correspondence");
    const struct login login = {"demo", "192.0.2.1"};
    struct caller caller = {0};
    struct err err = {0};

    pg_writer_run(holder, "LOCK TABLE dpvd.system_user IN ACCESS EXCLUSIVE MODE");
    set("database_deadline=300ms");
    ck_assert(!facts_load_caller(store.db, store.arena, &login, &caller, &err));
    ck_assert_int_eq(err.kind, ERR_BUSY);
    PQfinish(holder);
}
END_TEST

START_TEST(a_database_that_comes_back_is_used_at_once)
{
    check_put_works();
    pg_cluster_halt(own);
    check_put_fails(ERR_BUSY);
    check_put_fails(ERR_BUSY);
    pg_cluster_resume(own);
    check_find(true);
    check_put_works();
    ck_assert(letter.put.repeated);
}
END_TEST

static bool comes_soon(const struct monitor *monitor, bool ready)
{
    const int64_t since = clock_monotonic();

    for (int tries = 0; monitor_ready(monitor) != ready; tries++) {
        ck_assert_int_lt(tries, PATIENCE);
        usleep(PAUSE_MICROSECONDS);
    }
    return clock_monotonic() - since < 2000000;
}

/* Always in the end, and so fast unless the machine stalls meanwhile. */
START_TEST(readiness_follows_the_database_within_two_seconds)
{
    struct monitor *monitor = NULL;
    struct err err = {0};
    int fast = 0;

    ck_assert(monitor_start(&store.config, &monitor, &err));
    for (int round = 0; fast < 2; round++) {
        const bool up_soon = comes_soon(monitor, true);

        ck_assert_int_lt(round, 20);
        pg_cluster_halt(own);
        fast += comes_soon(monitor, false) && up_soon;
        pg_cluster_resume(own);
    }
    monitor_stop(&monitor);
    ck_assert_ptr_null(monitor);
}
END_TEST

/* Puts its own letters until the server is gone; says which ones were acknowledged. */
struct inserter {
    pthread_t thread;
    struct db *db;
    struct arena *arena;
    struct commit_queue *queue;
    struct letter letters[LETTERS];
    char references[LETTERS][TEXT_SIZE];
    size_t acknowledged;
    size_t tried;
};

static void open_inserter(struct inserter *inserter, size_t number, struct commit_queue *queue)
{
    struct err err = {0};

    *inserter = (struct inserter){.queue = queue, .arena = arena_new()};
    ck_assert_msg(db_open(&store.config, &inserter->db, &err), "%s", err.msg);
    for (size_t k = 0; k < LETTERS; k++) {
        snprintf(inserter->references[k], TEXT_SIZE, "ref-%zu-%zu", number, k);
        letter_make(&inserter->letters[k], inserter->references[k], "%PDF", 4);
    }
}

static void close_inserter(struct inserter *inserter)
{
    for (size_t k = 0; k < LETTERS; k++)
        letter_free(&inserter->letters[k]);
    db_close(&inserter->db);
    arena_free(&inserter->arena);
}

static void *insert_until_gone(void *argument)
{
    struct inserter *inserter = argument;
    struct err err = {0};

    for (; inserter->tried < LETTERS; inserter->acknowledged++) {
        struct letter *next = &inserter->letters[inserter->tried++];

        if (!message_store_put(inserter->queue, inserter->db, inserter->arena, &next->put, &err))
            break;
    }
    return NULL;
}

/* What a sender does that got no answer, and one that did not notice its answer. */
static void retry_all(struct inserter *inserter)
{
    for (size_t k = 0; k < inserter->tried; k++) {
        struct letter *again = &inserter->letters[k];
        const struct receipt first = again->put.receipt;
        struct err err = {0};

        ck_assert_msg(message_store_put(NULL, store.db, store.arena, &again->put, &err), "%s",
                      err.msg);
        ck_assert(k >= inserter->acknowledged || again->put.repeated);
        ck_assert(k >= inserter->acknowledged || again->put.receipt.id == first.id);
    }
}

START_TEST(what_was_acknowledged_survives_a_kill_and_retries_double_nothing)
{
    static struct inserter inserters[INSERTERS];
    struct commit_queue *queue = commit_queue_new(&store.config);
    size_t tried = 0;

    for (size_t i = 0; i < INSERTERS; i++)
        open_inserter(&inserters[i], i, queue);
    for (size_t i = 0; i < INSERTERS; i++)
        pthread_create(&inserters[i].thread, NULL, insert_until_gone, &inserters[i]);
    usleep(10 * PAUSE_MICROSECONDS);
    pg_cluster_kill(own);
    for (size_t i = 0; i < INSERTERS; i++)
        pthread_join(inserters[i].thread, NULL);
    pg_cluster_resume(own);
    for (size_t i = 0; i < INSERTERS; i++) {
        retry_all(&inserters[i]);
        tried += inserters[i].tried;
        close_inserter(&inserters[i]);
    }
    ck_assert_uint_eq((size_t)messages(), tried);
    ck_assert_uint_eq((size_t)store_number(&store, "SELECT count(*) FROM dpvd.attachment"), tried);
    commit_queue_free(&queue);
}
END_TEST

START_TEST(a_commit_that_hangs_is_uncertain_until_it_ends)
{
    set("database_lock_timeout=200ms");
    reopen();
    set_standbys("nobody");
    set("database_deadline=400ms");
    check_put_fails(ERR_UNCERTAIN);
    set("database_deadline=120s");
    wait_for("SELECT count(*) " BACKENDS " AND wait_event = 'SyncRep'");
    check_find(false); /* not yet: its transaction still waits */
    check_put_fails(ERR_BUSY);
    set_standbys("");
    wait_for("SELECT count(*) FROM dpvd.correspondence");
    check_find(true);
    check_put_works();
    ck_assert(letter.put.repeated);
    ck_assert_int_eq(messages(), 1);
}
END_TEST

START_TEST(a_cancelled_wait_for_the_standby_is_no_success)
{
    pthread_t thread;
    struct err err;

    set_standbys("nobody");
    ck_assert_int_eq(pthread_create(&thread, NULL, put_aside, &err), 0);
    wait_for("SELECT count(*) " BACKENDS " AND wait_event = 'SyncRep'");
    store_run(&store, _i == 0 ? "SELECT pg_cancel_backend(pid) " BACKENDS
                              : "SELECT pg_terminate_backend(pid) " BACKENDS);
    pthread_join(thread, NULL);
    ck_assert_msg(err.kind == ERR_UNCERTAIN, "%s: %s", err_kind_name(err.kind), err.msg);
    set_standbys("");
    check_find(true);
}
END_TEST

START_TEST(without_the_standbys_that_are_required_nothing_is_accepted)
{
    struct monitor *monitor = NULL;
    struct err err = {0};

    set("require_standby=1");
    reopen();
    check_put_fails(ERR_BUSY);
    ck_assert_int_eq(messages(), 0);
    ck_assert(monitor_start(&store.config, &monitor, &err));
    usleep(50 * PAUSE_MICROSECONDS);
    ck_assert(!monitor_ready(monitor));
    monitor_stop(&monitor);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("outages");
    TCase *shared = tcase_create("shared");
    TCase *standby = tcase_create("standby");
    TCase *alone = tcase_create("alone");
    TCase *durable = tcase_create("durable");

    tcase_add_checked_fixture(shared, setup, teardown);
    tcase_add_test(shared, a_backend_that_is_terminated_in_mid_put_leaves_nothing);
    tcase_add_test(shared, an_idle_connection_that_was_cut_is_replaced_unnoticed);
    tcase_add_test(shared, a_lock_that_is_held_too_long_is_busy);
    tcase_add_test(shared, a_server_that_does_not_answer_in_time_may_have_stored);
    tcase_add_test(shared, a_statement_that_takes_too_long_stores_nothing_for_certain);
    tcase_add_test(shared, a_read_that_is_not_answered_is_busy);
    suite_add_tcase(s, shared);

    tcase_add_checked_fixture(standby, setup_standby, teardown_standby);
    tcase_add_test(standby, a_commit_that_hangs_is_uncertain_until_it_ends);
    tcase_add_loop_test(standby, a_cancelled_wait_for_the_standby_is_no_success, 0, 2);
    tcase_add_test(standby, without_the_standbys_that_are_required_nothing_is_accepted);
    suite_add_tcase(s, standby);

    tcase_add_checked_fixture(alone, setup_own, teardown);
    tcase_add_test(alone, a_database_that_comes_back_is_used_at_once);
    tcase_add_test(alone, readiness_follows_the_database_within_two_seconds);
    suite_add_tcase(s, alone);

    tcase_add_checked_fixture(durable, setup_durable, teardown);
    tcase_add_test(durable, what_was_acknowledged_survives_a_kill_and_retries_double_nothing);
    suite_add_tcase(s, durable);
    return s;
}

int main(void)
{
    return store_main(suite(), &cluster);
}
