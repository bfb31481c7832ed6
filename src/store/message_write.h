/* Writes messages: the statements of one, and the transaction of one or several. */
#ifndef DPVD_STORE_MESSAGE_WRITE_H
#define DPVD_STORE_MESSAGE_WRITE_H

#include "base/arena.h"
#include "store/db.h"
#include "store/message_store.h"

#include <stddef.h>

/* One message on its way. arena belongs to whoever waits for it. */
struct message_write {
    struct message_put *put;
    struct arena *arena;
    size_t result;                /* index of the statement in the exchange that stores it */
    int row;                      /* of that result */
    size_t sub_result;            /* index of the one that stores the sub-receipts */
    struct receipt *sub_receipts; /* room for them */
    bool stored;                  /* it is in the database, and put->receipt is filled in */
    struct err err;
};

/* Bytes of content that a message brings along. */
uint64_t message_write_size(const struct message *message);

/* Writes all in one transaction; several must be sorted by sender and digest, so that two batches
 * never wait for each other. false: none was stored, unless the error is ERR_UNCERTAIN. On true
 * stored tells for each: a message that is there already may still fail, alone. */
bool message_write_all(struct db *db, struct message_write *const *writes, size_t count,
                       struct err *err);

#endif
