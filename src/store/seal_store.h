/* Rows of the audit log in the order in which they are sealed, and their seals. */
#ifndef DPVD_STORE_SEAL_STORE_H
#define DPVD_STORE_SEAL_STORE_H

#include "model/seal.h"
#include "store/db.h"

#include <stdbool.h>

struct pg_result;

/* How the chain ends, and what stands behind it. */
struct seal_head {
    bool found;     /* there is a head, and the seal that it names */
    int64_t number; /* 0: nothing was sealed yet */
    int64_t newest; /* greatest number of a seal; the same, unless somebody had his hands in it */
    uint8_t hash[RECORD_HASH_SIZE];
    struct audit_place last; /* of the rows that are sealed */
    uint64_t next;           /* a transaction that has not begun yet */
    bool has_waiting;
    int64_t waiting_since; /* received of the first row behind last */
};

bool seal_store_head(struct db *db, struct seal_head *head_out, struct err *err);

/* Makes this connection the one that seals. *held_out false: another one is. */
bool seal_store_lease(struct db *db, bool *held_out, struct err *err);

/* Which rows stand behind a place: how many, and how many of them claim to be of a transaction that
 * has not begun yet, which no honest row can. */
bool seal_store_count_behind(struct db *db, struct audit_place place, int64_t *count_out,
                             int64_t *impossible_out, struct err *err);

/* The next rows behind a place, at most limit, whose transactions and all before them are over. The
 * caller frees them. */
bool seal_store_rows(struct db *db, struct audit_place behind, int32_t limit,
                     struct pg_result **rows_out, struct err *err);

/* The next seals above a number, at most limit. The caller frees them. */
bool seal_store_seals(struct db *db, int64_t above, int32_t limit, struct pg_result **seals_out,
                      struct err *err);

/* The least and the greatest number of the seals that hold a row received from..to (exclusive); 0
 * if there is none. */
bool seal_store_range(struct db *db, int64_t from, int64_t to, int64_t *first_out,
                      int64_t *last_out, struct err *err);

/* One of what the two above returned. The record of the row is its canonical form. */
int seal_store_count(const struct pg_result *items);
bool seal_store_row(const struct pg_result *rows, int index, struct record *record,
                    struct audit_row *row_out, struct err *err);
void seal_store_seal(const struct pg_result *seals, int index, struct seal *seal_out);
void seal_store_free(struct pg_result **items);

/* Adds the seal and commits. *added_out false: it does not follow the last one, because another
 * sealer was faster. */
bool seal_store_add(struct db *db, const struct seal *seal, bool *added_out, struct err *err);

#endif
