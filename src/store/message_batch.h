/* Stores ordinary messages of one sender together: a statement for each kind of row. */
#ifndef DPVD_STORE_MESSAGE_BATCH_H
#define DPVD_STORE_MESSAGE_BATCH_H

#include "store/message_write.h"

/* How many messages from the first one on can be stored together, at least 1: of one sender, with
 * no other parts than attachments in memory and notifications, and nothing to report of those. */
size_t message_batch_length(struct message_write *const *writes, size_t count);

/* Sends the statements for so many, in an exchange that was begun, and notes where the answer of
 * each will stand. Stored in the order given. On false the exchange has ended. */
bool message_batch_send(struct db *db, struct message_write *const *writes, size_t count,
                        struct err *err);

#endif
