/* Status answers, read from the narrow row per message only (architecture D4b). */
#ifndef DPVD_STORE_STATUS_STORE_H
#define DPVD_STORE_STATUS_STORE_H

#include "base/arena.h"
#include "model/status.h"
#include "store/db.h"

/* Entries point into the database's answer: valid until facts are loaded or a status is asked for
 * on the same db again, so that an audit row may be written first. */
struct status_page {
    const struct status_entry *entries;
    size_t count;
    bool limit_reached; /* there was more than limit */
};

/* The sender's messages with these references, in the order of the references (distinct, not
 * empty), then by id; at most limit entries. */
bool status_store_by_references(struct db *db, struct arena *arena, int32_t sender_id,
                                const char *const *references, size_t count, size_t limit,
                                struct status_page *page_out, struct err *err);

/* The sender's messages that pass the filter, newest first, at most limit entries. */
bool status_store_by_filter(struct db *db, struct arena *arena, int32_t sender_id,
                            const struct status_filter *filter, size_t limit,
                            struct status_page *page_out, struct err *err);

#endif
