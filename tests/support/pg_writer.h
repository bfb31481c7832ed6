/* Connections with which a test itself writes rows: one that it holds open, or many at a time. */
#ifndef DPVD_TESTS_SUPPORT_PG_WRITER_H
#define DPVD_TESTS_SUPPORT_PG_WRITER_H

#include <libpq-fe.h>
#include <pthread.h>

enum { PG_WRITERS = 4 };

/* As the role of the connection string; PQfinish closes it. */
PGconn *pg_writer_open(const char *conninfo);

/* What fails ends the test. */
void pg_writer_run(PGconn *conn, const char *sql);

/* Each writes so many rows, in transactions of one to three of which some are rolled back, with
 * pauses within. */
struct pg_writers;
struct pg_writer {
    const struct pg_writers *one_of;
    unsigned seed;
    pthread_t thread;
};
struct pg_writers {
    const char *conninfo;
    const char *begin;
    const char *insert; /* one row */
    int rows_each;
    unsigned longest_pause; /* microseconds */
    struct pg_writer writers[PG_WRITERS];
};

void pg_writers_start(struct pg_writers *writers);
void pg_writers_wait(struct pg_writers *writers);

#endif
