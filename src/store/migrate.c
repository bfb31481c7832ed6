#include "store/migrate.h"

#include "base/ident.h"
#include "base/log.h"
#include "store/connect.h"
#include "store/migrations.h"
#include "store/params.h"
#include "store/sqlstate.h"

#include <embedded.h>
#include <string.h>

/* Any number that nothing else in this database locks. */
static const char lock_query[] = "SELECT pg_advisory_lock(8101718523409)";
static const char exists_query[] = "SELECT to_regclass('dpvd.schema_migration') IS NOT NULL";
static const char list_query[] = "SELECT name, sha256 FROM dpvd.schema_migration ORDER BY name";
static const char follow_query[] = "SELECT dpvd.follow_cluster()";
static const char record_query[] =
    "INSERT INTO dpvd.schema_migration (name, sha256) VALUES ($1::text, $2::bytea)";

/* Warnings of DDL are no concern of whoever runs this. */
static void ignore_notice(void *context, const PGresult *notice)
{
    (void)context;
    (void)notice;
}

static bool succeeded(const PGresult *result, struct err *err)
{
    const ExecStatusType status = PQresultStatus(result);

    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || sqlstate_err(result, err);
}

/* Parameters may be NULL. The caller clears the result; NULL: it failed. */
static PGresult *query(PGconn *conn, const char *text, const struct params *params, struct err *err)
{
    static const int binary[] = {1, 1};
    const int count = params == NULL ? 0 : params->count;
    PGresult *result =
        PQexecParams(conn, text, count, NULL, count == 0 ? NULL : params->values,
                     count == 0 ? NULL : params->lengths, count == 0 ? NULL : binary, 1);

    if (succeeded(result, err))
        return result;
    PQclear(result);
    return NULL;
}

static bool command(PGconn *conn, const char *text, struct err *err)
{
    PGresult *result = query(conn, text, NULL, err);

    PQclear(result);
    return result != NULL;
}

/* The whole text of a migration: several statements, as only the simple protocol takes them. */
static bool run_script(PGconn *conn, const char *text, struct err *err)
{
    PGresult *result = NULL;
    bool ok = PQsendQuery(conn, text) == 1 || err_set(err, ERR_BUSY, "connection lost");

    while ((result = PQgetResult(conn)) != NULL) {
        ok = ok && succeeded(result, err);
        PQclear(result);
    }
    return ok;
}

static bool record(PGconn *conn, const struct embedded_file *migration, struct err *err)
{
    struct params params = {0};
    uint8_t digest[IDENT_DIGEST_SIZE];
    PGresult *result = NULL;

    ident_sha256(migration->text, migration->size, digest);
    params_text(&params, migration->name);
    params_bytes(&params, digest, sizeof(digest));
    result = query(conn, record_query, &params, err);
    PQclear(result);
    return result != NULL;
}

/* All of a migration or nothing: a crash on the way leaves the schema as it was. */
static bool apply(PGconn *conn, const struct embedded_file *migration, struct err *err)
{
    const bool ok = command(conn, "BEGIN", err) && run_script(conn, migration->text, err) &&
                    record(conn, migration, err) && command(conn, "COMMIT", err);

    if (!ok)
        return err_wrap(err, "migration %s", migration->name);
    log_event(LOG_INFO, "migrated", F_STR("migration", migration->name));
    return true;
}

static bool find_present(PGconn *conn, const struct embedded_file *known, size_t *present_out,
                         struct err *err)
{
    PGresult *result = query(conn, exists_query, NULL, err);
    bool ok = result != NULL;

    if (ok && *PQgetvalue(result, 0, 0) == 0) {
        *present_out = 0;
    } else if (ok) {
        PQclear(result);
        result = query(conn, list_query, NULL, err);
        ok = result != NULL && migrations_compare(known, result, present_out, err);
    }
    PQclear(result);
    return ok;
}

static bool migrate(PGconn *conn, const struct embedded_file *known, struct err *err)
{
    size_t present = 0;

    /* Held until the connection is closed, so that two of us never migrate at the same time. */
    if (!command(conn, lock_query, err) || !find_present(conn, known, &present, err))
        return false;
    for (; known[present].name != NULL; present++) {
        if (!apply(conn, &known[present], err))
            return false;
    }
    return true;
}

static PGconn *open_owner(const struct config *config, struct err *err)
{
    PGconn *conn = connect_open(config, config->database_owner,
                                "-c search_path=pg_catalog -c synchronous_commit=on", err);

    if (conn != NULL)
        PQsetNoticeReceiver(conn, ignore_notice, NULL);
    return conn;
}

bool migrate_run_list(const struct config *config, const struct embedded_file *known,
                      struct err *err)
{
    PGconn *conn = open_owner(config, err);
    bool ok = false;

    if (conn == NULL)
        return false;
    ok = migrate(conn, known, err);
    PQfinish(conn);
    return ok;
}

/* After a dump was loaded into another cluster the audit log has to go on behind what it holds. */
static bool follow_cluster(const struct config *config, struct err *err)
{
    PGconn *conn = open_owner(config, err);
    PGresult *result = conn == NULL ? NULL : query(conn, follow_query, NULL, err);

    if (result != NULL && *PQgetvalue(result, 0, 0) != 0)
        log_event(LOG_WARN, "restored",
                  F_STR("cluster", "another one; the audit log goes on behind its last row"));
    PQclear(result);
    PQfinish(conn);
    return result != NULL || err_wrap(err, "after a restore");
}

bool migrate_run(const struct config *config, struct err *err)
{
    return migrate_run_list(config, embedded_migrations, err) && follow_cluster(config, err);
}
