/* Registers that are imported: entries go into a temporary table, from which one comparison makes
 * what the register lacks (domain.md 2.2). Everything belongs to the desk's transaction. */
#ifndef DPVD_STORE_REGISTER_STORE_H
#define DPVD_STORE_REGISTER_STORE_H

#include "store/desk.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum register_id {
    REGISTER_ORGANIZATIONS,
    REGISTER_SUB_UNITS,
    REGISTER_ROLES,
    REGISTER_ADDRESSES,
    REGISTER_PERSONS,
    REGISTER_CONTACTS,
    REGISTER_PERSONAL_CONTACTS,
};

/* Makes the temporary table and begins the COPY into it. Of two imports into one register at one
 * time the second one is told ERR_BUSY. Rows then go by desk_copy, ended by desk_copy_end: position
 * (ascending), number of the entry, line, whether it was refused (then only its key counts), and
 * the columns of the registry, in COPY's text form. */
bool register_store_begin(struct desk *desk, enum register_id id, struct err *err);

/* Takes out what another row of the same key follows. With a column that the file lacks the entries
 * keep the value that the register has: given has a flag for each column outside of the key. */
bool register_store_prepare(struct desk *desk, enum register_id id, const bool *given,
                            size_t columns, int64_t *doubles_out, struct err *err);

/* Where an entry stands in the file. */
struct register_place {
    int64_t entry;
    int64_t line;
};

/* Takes out entries of organisations that are not known: *refused_out of them, of which the first
 * *listed_out (at most max) are in places_out. */
bool register_store_refuse_unknown(struct desk *desk, enum register_id id, size_t max,
                                   struct register_place *places_out, size_t *listed_out,
                                   int64_t *refused_out, struct err *err);

/* How many entries are new and how many differ. Nothing is written yet. */
bool register_store_compare(struct desk *desk, enum register_id id, int64_t *added_out,
                            int64_t *changed_out, struct err *err);

/* Entries that the register has, and how many of them the file has not. With organizations_only, of
 * roles those alone that organisations hold. */
bool register_store_missing(struct desk *desk, enum register_id id, bool organizations_only,
                            int64_t *present_out, int64_t *missing_out, struct err *err);

/* Of this register entries can be removed. */
bool register_store_removes(enum register_id id);

/* Writes what register_store_compare found, and nothing else. now: microseconds since 1970 UTC. */
bool register_store_merge(struct desk *desk, enum register_id id, int64_t now, struct err *err);

/* Removes what the file has not: an organisation is then marked as deleted, an address too; roles
 * and contact data go. */
bool register_store_remove(struct desk *desk, enum register_id id, bool organizations_only,
                           int64_t now, struct err *err);

/* Tells the planner how large the register is now. */
bool register_store_settle(struct desk *desk, enum register_id id, struct err *err);

#endif
