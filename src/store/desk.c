#include "store/desk.h"

#include "store/cluster.h"
#include "store/connect.h"
#include "store/migrations.h"
#include "store/row.h"
#include "store/sqlstate.h"

#include <embedded.h>
#include <stdlib.h>

struct desk {
    PGconn *conn;
};

static void ignore_notice(void *context, const PGresult *notice)
{
    (void)context;
    (void)notice;
}

/* false: *result is of an error, and cleared. */
static bool succeeded(PGresult **result, struct err *err)
{
    const ExecStatusType status = PQresultStatus(*result);

    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_COPY_IN)
        return true;
    sqlstate_err(*result, err);
    PQclear(*result);
    *result = NULL;
    return false;
}

bool desk_query(struct desk *desk, const char *sql, const struct params *params,
                PGresult **result_out, struct err *err)
{
    static const struct params none = {0};
    int formats[PARAMS_MAX];
    PGresult *result = NULL;

    if (params == NULL)
        params = &none;
    for (int i = 0; i < params->count; i++)
        formats[i] = 1;
    result = PQexecParams(desk->conn, sql, params->count, NULL, params->values, params->lengths,
                          formats, 1);
    if (!succeeded(&result, err))
        return false;
    if (result_out != NULL)
        *result_out = result;
    else
        PQclear(result);
    return true;
}

static int64_t read_number(const PGresult *result)
{
    struct row row = {.result = result};

    if (PQresultStatus(result) != PGRES_TUPLES_OK)
        return strtoll(PQcmdTuples((PGresult *)(uintptr_t)result), NULL, 10);
    if (PQntuples(result) == 0 || PQgetisnull(result, 0, 0))
        return 0;
    switch (PQgetlength(result, 0, 0)) {
    case 1:
        return row_bool(&row);
    case 2:
        return row_int2(&row);
    case 4:
        return row_int4(&row);
    default:
        return row_int8(&row);
    }
}

bool desk_number(struct desk *desk, const char *sql, const struct params *params,
                 int64_t *number_out, struct err *err)
{
    PGresult *result = NULL;

    if (!desk_query(desk, sql, params, &result, err))
        return false;
    *number_out = read_number(result);
    PQclear(result);
    return true;
}

static bool command(struct desk *desk, const char *sql, struct err *err)
{
    return desk_query(desk, sql, NULL, NULL, err);
}

static bool check_schema(struct desk *desk, struct err *err)
{
    PGresult *rows = NULL;
    size_t present = 0;
    bool ok = false;

    if (!desk_query(desk, "SELECT name, sha256 FROM dpvd.schema_migration ORDER BY name", NULL,
                    &rows, err))
        return err_wrap(err, "the database's schema");
    ok = migrations_compare(embedded_migrations, rows, &present, err);
    PQclear(rows);
    if (ok && embedded_migrations[present].name != NULL)
        return err_set(err, ERR_INTERNAL, "migration %s is missing: run dpvd migrate",
                       embedded_migrations[present].name);
    return ok;
}

static bool check_cluster(struct desk *desk, struct err *err)
{
    PGresult *answer = NULL;
    bool ok = false;

    if (!desk_query(desk, cluster_query, NULL, &answer, err))
        return false;
    ok = cluster_check(answer, err);
    PQclear(answer);
    return ok;
}

bool desk_open(const struct config *config, const char *conninfo, struct desk **desk_out,
               struct err *err)
{
    struct desk *desk = calloc(1, sizeof(*desk));

    if (desk == NULL)
        return err_no_memory(err);
    desk->conn = connect_open(config, conninfo,
                              "-c search_path=pg_catalog,pg_temp -c synchronous_commit=on", err);
    if (desk->conn != NULL)
        PQsetNoticeReceiver(desk->conn, ignore_notice, NULL);
    if (desk->conn == NULL || !check_schema(desk, err) || !check_cluster(desk, err) ||
        !command(desk, "BEGIN", err)) {
        desk_close(&desk);
        return false;
    }
    *desk_out = desk;
    return true;
}

void desk_close(struct desk **desk)
{
    if (*desk == NULL)
        return;
    PQfinish((*desk)->conn);
    free(*desk);
    *desk = NULL;
}

bool desk_commit(struct desk *desk, struct err *err)
{
    return command(desk, "COMMIT", err) && command(desk, "BEGIN", err);
}

bool desk_rollback(struct desk *desk, struct err *err)
{
    return command(desk, "ROLLBACK", err) && command(desk, "BEGIN", err);
}

bool desk_copy_begin(struct desk *desk, const char *sql, struct err *err)
{
    return command(desk, sql, err);
}

bool desk_copy(struct desk *desk, const char *data, size_t n, struct err *err)
{
    enum { PIECE = 1 << 20 };

    for (; n > 0; data += PIECE) {
        const int piece = n < PIECE ? (int)n : PIECE;

        if (PQputCopyData(desk->conn, data, piece) != 1)
            return err_set(err, ERR_BUSY, "the connection was lost in COPY");
        n -= (size_t)piece;
        if (n == 0)
            break;
    }
    return true;
}

bool desk_copy_end(struct desk *desk, int64_t *rows_out, struct err *err)
{
    PGresult *result = NULL;
    bool ok = PQputCopyEnd(desk->conn, NULL) == 1 ||
              err_set(err, ERR_BUSY, "the connection was lost in COPY");

    while ((result = PQgetResult(desk->conn)) != NULL) {
        if (ok && succeeded(&result, err))
            *rows_out = read_number(result);
        else
            ok = false;
        PQclear(result);
    }
    return ok;
}
