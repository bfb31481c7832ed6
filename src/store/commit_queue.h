/* Lets small messages that wait at the same time share a transaction. */
#ifndef DPVD_STORE_COMMIT_QUEUE_H
#define DPVD_STORE_COMMIT_QUEUE_H

#include "store/message_write.h"

/* The message is small enough to share. */
bool commit_queue_takes(const struct commit_queue *queue, const struct message_put *put);

/* Writes the message, on db or together with others on another worker's connection, and returns
 * when its outcome is known: write->stored, else write->err. */
void commit_queue_write(struct commit_queue *queue, struct db *db, struct message_write *write);

/* How many messages wait for their turn now. */
size_t commit_queue_waiting(struct commit_queue *queue);

/* So many batches may be written at the same time; without this call a few a core. */
void commit_queue_set_leaders(struct commit_queue *queue, long leaders);

#endif
