/* What most tests of the store begin with: a database, a connection and a message. */
#ifndef DPVD_TESTS_SUPPORT_STORE_FIXTURE_H
#define DPVD_TESTS_SUPPORT_STORE_FIXTURE_H

#include "base/arena.h"
#include "base/config.h"
#include "store/message_store.h"
#include "support/pg_cluster.h"
#include "support/pg_query.h"

/* One test's own database and one worker's things. */
struct store {
    struct pg_cluster *cluster;
    char name[PG_NAME_SIZE];
    struct config config;
    struct db *db;
    struct arena *arena;
};

/* Runs a suite around a cluster that all its tests share; what main returns. */
struct Suite;
int store_main(struct Suite *suite, struct pg_cluster **cluster);

void store_open(struct pg_cluster *cluster, struct store *store);
void store_close(struct store *store);

/* SQL on the test's database. */
int64_t store_number(const struct store *store, const char *sql);
void store_run(const struct store *store, const char *sql); /* as postgres */

/* A message of the demo sender with all that goes with it; attachment is "" for none. */
struct letter {
    struct message message;
    struct attachment attachment;
    struct facts facts;
    struct decision decision;
    struct call call;
    struct blob *content;
    uint8_t digest[32];
    struct message_put put;
};

void letter_make(struct letter *letter, const char *reference, const void *content, size_t n);
void letter_free(struct letter *letter);

/* Puts it, or ends the test. */
void letter_put(struct store *store, struct letter *letter);

#endif
