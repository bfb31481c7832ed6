/* The operator's place at the database: one transaction at a time, statements as text, COPY. For
 * commands of `dpvd admin`; requests go through exchange.h. */
#ifndef DPVD_STORE_DESK_H
#define DPVD_STORE_DESK_H

#include "base/config.h"
#include "base/err.h"
#include "store/params.h"

#include <libpq-fe.h>

struct desk;

/* Connects by a libpq connection string, checks that the schema is the one this program knows, and
 * begins a transaction. Statements may take as long as they need. */
bool desk_open(const struct config *config, const char *conninfo, struct desk **desk_out,
               struct err *err);

/* Rolls back what was not committed, and disconnects. */
void desk_close(struct desk **desk);

/* Commits and begins the next transaction. */
bool desk_commit(struct desk *desk, struct err *err);

/* Gives up what was not committed, also after a statement that failed, and begins the next
 * transaction. */
bool desk_rollback(struct desk *desk, struct err *err);

/* One statement in binary form; params may be NULL. The caller clears *result_out (PQclear); with
 * result_out NULL only success counts. */
bool desk_query(struct desk *desk, const char *sql, const struct params *params,
                PGresult **result_out, struct err *err);

/* A number in the first column of the first row, or what an INSERT, UPDATE or DELETE without
 * RETURNING changed. */
bool desk_number(struct desk *desk, const char *sql, const struct params *params,
                 int64_t *number_out, struct err *err);

/* COPY ... FROM STDIN: begin, any number of pieces, end. An error ends the COPY. */
bool desk_copy_begin(struct desk *desk, const char *sql, struct err *err);
bool desk_copy(struct desk *desk, const char *data, size_t n, struct err *err);
bool desk_copy_end(struct desk *desk, int64_t *rows_out, struct err *err);

#endif
