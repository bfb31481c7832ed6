#include "support/pg_query.h"

#include "base/buf.h"
#include "support/pg_cluster.h"
#include "support/pg_process.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>

static PGconn *try_connect(const struct pg_cluster *cluster, const char *database, const char *role)
{
    const char *const keywords[] = {"host", "dbname", "user", "options", NULL};
    const char *const values[] = {pg_cluster_folder(cluster), database, role,
                                  "-c client_min_messages=warning", NULL};

    return PQconnectdbParams(keywords, values, 0);
}

static PGconn *connect_as(const struct pg_cluster *cluster, const char *database, const char *role)
{
    PGconn *conn = try_connect(cluster, database, role);

    if (PQstatus(conn) != CONNECTION_OK)
        pg_die("%s", PQerrorMessage(conn));
    return conn;
}

bool pg_answers(const struct pg_cluster *cluster)
{
    PGconn *conn = try_connect(cluster, "postgres", "postgres");
    const bool up = PQstatus(conn) == CONNECTION_OK;

    PQfinish(conn);
    return up;
}

const char *pg_try(const struct pg_cluster *cluster, const char *database, const char *role,
                   const char *sql)
{
    static char sqlstate[8];
    PGconn *conn = connect_as(cluster, database, role);
    PGresult *result = PQexec(conn, sql);
    const char *code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const ExecStatusType status = PQresultStatus(result);

    snprintf(sqlstate, sizeof(sqlstate), "%s", code == NULL ? "00000" : code);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && code == NULL)
        snprintf(sqlstate, sizeof(sqlstate), "08006");
    PQclear(result);
    PQfinish(conn);
    return sqlstate;
}

/* The first columns of all rows; columns 0: all of them. */
static char *read_rows(const struct pg_cluster *cluster, const char *database, const char *sql,
                       int columns)
{
    PGconn *conn = connect_as(cluster, database, "postgres");
    PGresult *result = PQexec(conn, sql);
    struct buf text = {0};

    if (PQresultStatus(result) != PGRES_TUPLES_OK || !buf_add_text(&text, ""))
        pg_die("%s: %s", sql, PQerrorMessage(conn));
    for (int i = 0; i < PQntuples(result); i++) {
        buf_add_text(&text, i > 0 ? "\n" : "");
        for (int k = 0; k < (columns == 0 ? PQnfields(result) : columns); k++) {
            buf_add_text(&text, k > 0 ? "|" : "");
            buf_add_text(&text, PQgetvalue(result, i, k));
        }
    }
    PQclear(result);
    PQfinish(conn);
    return text.data;
}

char *pg_text(const struct pg_cluster *cluster, const char *database, const char *sql)
{
    return read_rows(cluster, database, sql, 1);
}

char *pg_rows(const struct pg_cluster *cluster, const char *database, const char *sql)
{
    return read_rows(cluster, database, sql, 0);
}

int64_t pg_number(const struct pg_cluster *cluster, const char *database, const char *sql)
{
    char *text = pg_text(cluster, database, sql);
    const int64_t number = strtoll(text, NULL, 10);

    free(text);
    return number;
}

void pg_run(const struct pg_cluster *cluster, const char *database, const char *role,
            const char *sql)
{
    PGconn *conn = connect_as(cluster, database, role);
    PGresult *result = PQexec(conn, sql);
    const ExecStatusType status = PQresultStatus(result);

    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        pg_die("%.80s: %s", sql, PQerrorMessage(conn));
    PQclear(result);
    PQfinish(conn);
}
