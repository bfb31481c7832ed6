/* Statements that go to PostgreSQL together, in one round trip and one transaction. */
#ifndef DPVD_STORE_EXCHANGE_H
#define DPVD_STORE_EXCHANGE_H

#include "base/config.h"
#include "store/db.h"
#include "store/params.h"
#include "store/statements.h"

#include <libpq-fe.h>

/* One pipeline: statements, then one Sync, which ends the implicit transaction. */
struct exchange {
    PGresult **results; /* one for each statement that is answered */
    size_t room;
    size_t sent;
    size_t answered;
    size_t hidden;     /* of these, the first ones that were not the caller's */
    size_t unflushed;  /* bytes handed to libpq since all was written out */
    bool writes;       /* it matters whether it was committed */
    bool ended;        /* the Sync was sent: a commit may be under way */
    bool acknowledged; /* the Sync came back: the transaction is over */
    bool failed;       /* a statement was refused: nothing will be committed */
    bool doubtful;     /* a warning came with the commit (security.md 1.1, rule 1) */
    int64_t deadline;  /* on clock_monotonic */
    struct err err;    /* of the first refused statement */
    char sqlstate[8];  /* of it */
};

struct db {
    const struct config *config;
    const char *conninfo;
    PGconn *conn; /* NULL: lost */
    int64_t used; /* when it was last known to be there, on clock_monotonic */
    bool standby_missing;
    bool unsafe;    /* fsync or full_page_writes are off */
    bool unguarded; /* row-level security does not hold for this role */
    struct exchange exchange;
    PGresult *page; /* what a status_page points into */
};

/* Begins an exchange, on a new connection if the old one was lost. Whatever fails from here on has
 * ended the exchange, with the connection either ready for the next one or dropped. */
bool exchange_begin(struct db *db, bool writes, struct err *err);

/* Hands over one more statement and reads what has come back meanwhile. */
bool exchange_send(struct db *db, enum statement statement, const struct params *params,
                   struct err *err);

/* Ends the transaction. true: committed, all results are there. ERR_UNCERTAIN only if it writes and
 * the answer to the commit was lost; any other error: nothing was stored. */
bool exchange_finish(struct db *db, struct err *err);

/* All three for one statement. */
bool exchange_one(struct db *db, enum statement statement, const struct params *params, bool writes,
                  struct err *err);

/* How many statements were sent so far: the index that the next one's result will have. What names
 * the tenant (tenant.h) is not counted. */
size_t exchange_count(const struct db *db);

/* The result of a statement, after exchange_finish and until the next exchange_begin. */
const PGresult *exchange_result(const struct db *db, size_t index);

/* The same, but the caller owns it now. */
PGresult *exchange_take(struct db *db, size_t index);

/* The connection is there, as far as is known. */
bool exchange_connected(const struct db *db);

/* Gives up the answer that the last status page points into. */
void exchange_forget_page(struct db *db);

/* Breaks the connection off: an unfinished transaction is rolled back. */
void exchange_drop(struct db *db);

/* For db.c, while a connection is set up: an exchange on it as it is; sends of its own; a Sync. */
void exchange_start(struct db *db, bool writes);
bool exchange_sent(struct db *db, int sent, size_t bytes, struct err *err);

#endif
