/* Status answers, read from the narrow row per message only (architecture D4b). */
#ifndef DPVD_STORE_STATUS_STORE_H
#define DPVD_STORE_STATUS_STORE_H

#include "base/arena.h"
#include "model/sdp.h"
#include "model/status.h"
#include "store/db.h"

/* Entries point into the database's answer: valid until facts are loaded or a status is asked for
 * on the same db again, so that an audit row may be written first. Letters live in arena. */
struct status_page {
    const struct status_entry *entries;
    size_t count;
    bool limit_reached; /* there was more than limit */
    const struct sdp_entry *letters;
    size_t letter_count;
    bool letter_limit_reached;
};

/* The sender's messages and letters to digital mailboxes with these references, in the order of the
 * references (distinct, not empty), then by id; at most limit of each. */
bool status_store_by_references(struct db *db, struct arena *arena, int32_t sender_id,
                                const char *const *references, size_t count, size_t limit,
                                struct status_page *page_out, struct err *err);

/* The sender's messages and letters to digital mailboxes that pass the filter, as far as it asks
 * for them, newest first, at most limit of each. A letter has no status of a message and no
 * notifications: these members of the filter do not concern it. */
bool status_store_by_filter(struct db *db, struct arena *arena, int32_t sender_id,
                            const struct status_filter *filter, size_t limit,
                            struct status_page *page_out, struct err *err);

#endif
