/* Receipts: looked up and listed with their sub-receipts, changed and made (domain.md 9). */
#ifndef DPVD_STORE_RECEIPT_STORE_H
#define DPVD_STORE_RECEIPT_STORE_H

#include "base/arena.h"
#include "model/call.h"
#include "model/message.h"
#include "model/receipt.h"
#include "model/sender.h"
#include "store/db.h"

#include <stdbool.h>

struct receipt_page {
    const struct receipt *receipts;
    size_t count;
};

/* Receipts of one type by the time of their last change, both ends included. */
struct receipt_span {
    enum receipt_type type;
    struct moment from;
    struct moment to;
};

/* One receipt of an update: what it becomes, if its last change is still the one that was seen. */
struct receipt_change {
    int32_t id;
    int64_t seen;
    enum receipt_status status;
    const char *text;
    const char *history;
    const struct receipt_reference *references; /* to be added */
    size_t reference_count;
};

/* The first change is that of the receipt that was asked for; the others are its sub-receipts'. */
struct receipt_update {
    const struct receipt_change *changes;
    size_t count;
    int64_t now;
    const char *reference; /* for the audit row; NULL: none */
};

/* The newest receipt that is searched for, of those that the caller may read: its own, and those of
 * messages of which it is the actual sender. What is found lives in arena. */
bool receipt_store_find(struct db *db, struct arena *arena, const struct caller *caller,
                        const struct receipt_search *search, bool *found_out,
                        struct receipt *receipt_out, struct err *err);

/* The sender's own receipts without a parent, last changed first, at most limit. */
bool receipt_store_list(struct db *db, struct arena *arena, int32_t sender_id,
                        const struct receipt_span *span, size_t limit,
                        struct receipt_page *page_out, struct err *err);

/* Changes these receipts of the caller's, all or none, with references and audit row in one
 * transaction; the first one is answered. stored false: another call was faster, nothing was
 * done. */
bool receipt_store_update(struct db *db, struct arena *arena, const struct caller *caller,
                          const struct call *call, const struct receipt_update *update,
                          bool *stored_out, struct receipt *receipt_out, struct err *err);

/* Stores a new receipt of the caller's with its references and audit row, and gives it its id. */
bool receipt_store_create(struct db *db, struct arena *arena, const struct caller *caller,
                          const struct call *call, struct receipt *receipt, struct err *err);

#endif
