/* SQL on a test cluster, as a test needs it: what fails ends the test. */
#ifndef DPVD_TESTS_SUPPORT_PG_QUERY_H
#define DPVD_TESTS_SUPPORT_PG_QUERY_H

#include <stdbool.h>
#include <stdint.h>

struct pg_cluster;

/* Runs SQL in a database as a role ("postgres" may do all). */
void pg_run(const struct pg_cluster *cluster, const char *database, const char *role,
            const char *sql);

/* The same where it may fail: the SQLSTATE, "00000" when it did not. */
const char *pg_try(const struct pg_cluster *cluster, const char *database, const char *role,
                   const char *sql);

/* The first column of the first row, or of all rows, a line each; the caller frees the text. */
int64_t pg_number(const struct pg_cluster *cluster, const char *database, const char *sql);
char *pg_text(const struct pg_cluster *cluster, const char *database, const char *sql);

/* All rows, a line each, columns between bars; the caller frees the text. */
char *pg_rows(const struct pg_cluster *cluster, const char *database, const char *sql);

/* The server accepts connections. */
bool pg_answers(const struct pg_cluster *cluster);

#endif
