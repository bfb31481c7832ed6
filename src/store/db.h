/* One connection to PostgreSQL: connect, prepare, execute, with deadlines. The only users of libpq
 * are the files of this folder. */
#ifndef DPVD_STORE_DB_H
#define DPVD_STORE_DB_H

#include "base/config.h"
#include "base/err.h"

struct db;

/* Connects by config->database (several hosts allowed, a read-write one is taken), checks that
 * migrations and durability settings are as this program needs them, and prepares all statements.
 * ERR_BUSY: not now, try again; ERR_INTERNAL: wrong schema or settings. config outlives db. */
bool db_open(const struct config *config, struct db **db_out, struct err *err);

/* The same by another connection string, which outlives db. */
bool db_open_as(const struct config *config, const char *conninfo, struct db **db_out,
                struct err *err);

/* Reconnects if the connection was lost; cheap when it is there. */
bool db_ensure(struct db *db, struct err *err);

void db_close(struct db **db);

#endif
