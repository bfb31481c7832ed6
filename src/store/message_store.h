/* Messages: written once, whole or not at all. */
#ifndef DPVD_STORE_MESSAGE_STORE_H
#define DPVD_STORE_MESSAGE_STORE_H

#include "base/arena.h"
#include "model/call.h"
#include "model/decision.h"
#include "store/db.h"

struct commit_queue;

/* Everything of one accepted message; nothing is copied, all must live until message_store_put
 * returns. */
struct message_put {
    const struct message *message;
    const struct facts *facts;
    const struct decision *decision;
    const struct call *call;
    const uint8_t *digest; /* 32 bytes; NULL: duplicates are not looked for */
    bool claim_reference;  /* the reference may be used once: ERR_CONFLICT if it was */
    bool repeated; /* filled in: the message was there already, receipt is the first one's */
    struct receipt receipt; /* filled in, strings in arena */
};

/* Writes message, attachments, receipt with sub-receipts, Created, state, planned notifications and
 * audit row in one transaction and returns after its COMMIT. A message with the same digest is
 * found by the unique index: then an audit row "retry" is committed instead and the first receipt
 * is given. Small messages that wait at the same time may share the transaction (queue). ERR_BUSY:
 * nothing was stored; ERR_UNCERTAIN: the connection was lost in COMMIT (message_store_find tells on
 * a new one). */
bool message_store_put(struct commit_queue *queue, struct db *db, struct arena *arena,
                       struct message_put *put, struct err *err);

/* The receipt of the message with this digest, with its sub-receipts, from the current primary,
 * after an audit row "retry" was committed there synchronously (security.md 1.1, 5). Not found:
 * nothing was written. After ERR_UNCERTAIN that is not final: the lost transaction may still be
 * running. message_store_put, called again, waits for it on the unique index, and so settles the
 * matter in every case. */
bool message_store_find(struct db *db, struct arena *arena, const struct message_put *put,
                        bool *found_out, struct receipt *receipt_out, struct err *err);

/* A refused message: its receipt (ValidationFailed, Rejected) and audit row, nothing else but, with
 * no_mailbox, the status of a letter to a digital mailbox that there is none of (domain.md 4.8).
 * put->decision is not looked at. */
bool message_store_refuse(struct db *db, struct arena *arena, const struct message_put *put,
                          const struct verdict *verdict, bool no_mailbox,
                          struct receipt *receipt_out, struct err *err);

/* The queue that lets waiting messages share a transaction; one per process. */
struct commit_queue *commit_queue_new(const struct config *config);
void commit_queue_free(struct commit_queue **queue);

#endif
