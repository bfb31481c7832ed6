#include "store/db.h"

#include "base/clock.h"
#include "base/log.h"
#include "store/cluster.h"
#include "store/connect.h"
#include "store/exchange.h"
#include "store/migrations.h"
#include "store/row.h"
#include "store/sqlstate.h"
#include "store/standby.h"

#include <embedded.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SETTINGS_SIZE = 1024 };

/* A connection that was used so many microseconds ago is taken to be there still. */
#define FRESH INT64_C(1000)

/* Asked of every new connection before anything else. */
static const char migrations_query[] =
    "SELECT name, sha256 FROM dpvd.schema_migration ORDER BY name";
static const char durability_query[] =
    "SELECT current_setting('fsync') = 'on' AND current_setting('full_page_writes') = 'on', "
    "current_setting('synchronous_standby_names'), row_security_active('dpvd.correspondence')";

/* What every statement can rely on. All are planned once, for look-ups by key: no plan may hang on
 * what tables were like when a connection was new, so no scan of a whole table is ever chosen. The
 * server gives up a little before we do, so that the outcome is mostly known for certain. */
static void session_settings(const struct config *config, char text[SETTINGS_SIZE])
{
    const long long deadline = (long long)config->database_deadline;

    snprintf(text, SETTINGS_SIZE,
             "-c search_path=dpvd,pg_catalog -c TimeZone=UTC -c synchronous_commit=on "
             "-c default_transaction_isolation=read\\ committed "
             "-c lock_timeout=%lld -c statement_timeout=%lld "
             "-c idle_in_transaction_session_timeout=%lld -c tcp_keepalives_idle=30 "
             "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c jit=off "
             "-c max_parallel_workers_per_gather=0 -c bytea_output=hex",
             (long long)config->database_lock_timeout, deadline - deadline / 8, 2 * deadline);
}

/* A cancelled wait for the standby ends as a success with a warning (security.md 1.1). The text may
 * be in any language, and nothing else that we do warns: every warning is taken for this one. */
static void receive_notice(void *context, const PGresult *notice)
{
    struct db *db = context;
    const char *severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);

    if (severity != NULL && strcmp(severity, "WARNING") == 0)
        db->exchange.doubtful = true;
}

static bool send_checks(struct db *db, struct err *err)
{
    const char *const queries[] = {migrations_query, durability_query, cluster_query};

    for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
        const int sent = PQsendQueryParams(db->conn, queries[i], 0, NULL, NULL, NULL, NULL, 1);

        if (!exchange_sent(db, sent, 0, err))
            return false;
    }
    return true;
}

static bool send_prepares(struct db *db, struct err *err)
{
    for (int i = 0; i < STMT_COUNT; i++) {
        char name[16];

        snprintf(name, sizeof(name), "%d", i);
        if (!exchange_sent(
                db, PQsendPrepare(db->conn, name, statement_text((enum statement)i), 0, NULL), 0,
                err))
            return false;
    }
    return true;
}

static bool check_migrations(const PGresult *rows, struct err *err)
{
    size_t present = 0;

    if (!migrations_compare(embedded_migrations, rows, &present, err))
        return false;
    if (embedded_migrations[present].name != NULL)
        return err_set(err, ERR_INTERNAL, "migration %s is missing: run dpvd migrate",
                       embedded_migrations[present].name);
    return true;
}

static void note_durability(struct db *db, const PGresult *result)
{
    struct row row = {.result = result};

    db->unsafe = !row_bool(&row);
    db->standby_missing =
        standby_count(row_text_inside(&row)) < (size_t)db->config->require_standby;
    db->unguarded = !row_bool(&row);
}

/* One round trip: what the database is, and all statements prepared. A wrong schema is named as
 * such, although statements that do not fit it fail as well. */
static bool set_up(struct db *db, struct err *err)
{
    struct err failure = {0};
    bool ready = false;

    exchange_start(db, false);
    ready = send_checks(db, err) && send_prepares(db, err) && exchange_finish(db, err);
    if (!ready && strcmp(db->exchange.sqlstate, "42P01") == 0 && db->exchange.results[0] == NULL)
        return err_set(err, ERR_INTERNAL, "the database has no schema: run dpvd migrate");
    if (db->exchange.sent > 0 && db->exchange.results[0] != NULL &&
        !check_migrations(db->exchange.results[0], &failure)) {
        *err = failure;
        return false;
    }
    if (ready)
        note_durability(db, db->exchange.results[1]);
    return ready && cluster_check(db->exchange.results[2], err);
}

static bool connect_db(struct db *db, struct err *err)
{
    char settings[SETTINGS_SIZE];

    session_settings(db->config, settings);
    db->conn = connect_open(db->config, db->conninfo, settings, err);
    if (db->conn == NULL)
        return false;
    PQsetNoticeReceiver(db->conn, receive_notice, db);
    if (PQsetnonblocking(db->conn, 1) != 0 || !PQenterPipelineMode(db->conn)) {
        exchange_drop(db);
        return err_no_memory(err);
    }
    if (!set_up(db, err)) {
        exchange_drop(db);
        return false;
    }
    return true;
}

bool db_open(const struct config *config, struct db **db_out, struct err *err)
{
    return db_open_as(config, config->database, db_out, err);
}

bool db_open_as(const struct config *config, const char *conninfo, struct db **db_out,
                struct err *err)
{
    struct db *db = calloc(1, sizeof(*db));

    if (db == NULL)
        return err_no_memory(err);
    db->config = config;
    db->conninfo = conninfo;
    if (!connect_db(db, err)) {
        db_close(&db);
        return false;
    }
    *db_out = db;
    return true;
}

/* Nothing is under way, so whatever can be read is the end of the connection, or news that a new
 * connection will know as well. */
static bool is_alive(struct db *db)
{
    struct pollfd fd = {.events = POLLIN};

    if (db->conn == NULL || PQstatus(db->conn) != CONNECTION_OK)
        return false;
    if (clock_monotonic() - db->used < FRESH)
        return true;
    fd.fd = PQsocket(db->conn);
    if (poll(&fd, 1, 0) != 0)
        return false;
    db->used = clock_monotonic();
    return true;
}

bool db_ensure(struct db *db, struct err *err)
{
    if (is_alive(db))
        return true;
    exchange_drop(db);
    if (!connect_db(db, err))
        return false;
    log_event(LOG_INFO, "database_reconnected", F_INT("pid", PQbackendPID(db->conn)));
    return true;
}

void db_close(struct db **db)
{
    if (*db == NULL)
        return;
    exchange_start(*db, false);
    free((*db)->exchange.results);
    PQclear((*db)->page);
    PQfinish((*db)->conn);
    free(*db);
    *db = NULL;
}
