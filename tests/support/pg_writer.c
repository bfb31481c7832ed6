#include "support/pg_writer.h"

#include <check.h>
#include <stdlib.h>
#include <unistd.h>

PGconn *pg_writer_open(const char *conninfo)
{
    PGconn *conn = PQconnectdb(conninfo);

    ck_assert_msg(PQstatus(conn) == CONNECTION_OK, "%s", PQerrorMessage(conn));
    return conn;
}

void pg_writer_run(PGconn *conn, const char *sql)
{
    PGresult *result = PQexec(conn, sql);
    const ExecStatusType status = PQresultStatus(result);

    ck_assert_msg(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK, "%s",
                  PQerrorMessage(conn));
    PQclear(result);
}

static void *write_rows(void *argument)
{
    const struct pg_writer *writer = argument;
    const struct pg_writers *writers = writer->one_of;
    unsigned seed = writer->seed;
    PGconn *conn = pg_writer_open(writers->conninfo);

    for (int written = 0; written < writers->rows_each;) {
        pg_writer_run(conn, writers->begin);
        for (int i = rand_r(&seed) % 3; i >= 0; i--) {
            usleep((useconds_t)rand_r(&seed) % writers->longest_pause);
            pg_writer_run(conn, writers->insert);
            written++;
        }
        pg_writer_run(conn, rand_r(&seed) % 4 == 0 ? "ROLLBACK" : "COMMIT");
    }
    PQfinish(conn);
    return NULL;
}

void pg_writers_start(struct pg_writers *writers)
{
    for (unsigned i = 0; i < PG_WRITERS; i++) {
        struct pg_writer *writer = &writers->writers[i];

        *writer = (struct pg_writer){.one_of = writers, .seed = i};
        ck_assert_int_eq(pthread_create(&writer->thread, NULL, write_rows, writer), 0);
    }
}

void pg_writers_wait(struct pg_writers *writers)
{
    for (int i = 0; i < PG_WRITERS; i++)
        ck_assert_int_eq(pthread_join(writers->writers[i].thread, NULL), 0);
}
