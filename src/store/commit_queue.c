#include "store/commit_queue.h"

#include "base/clock.h"
#include "store/exchange.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* So many batches are written at the same time: fewer might leave cores idle while a batch waits
 * for the disk, more make the batches small, and so each message dear (message_batch.h). */
enum { LEADERS_A_CORE = 1, BATCH_MAX = 100 };

/* A message in the queue; it stands on the stack of the thread that waits for it. */
struct item {
    struct message_write *write;
    struct item *next;
    sem_t woken; /* once */
    bool done;   /* written by another; else its own thread writes the next batch */
};

/* Whoever comes while there is a place for a leader writes a batch itself, on its own connection:
 * its own message and those that wait. While somebody waits, all places are taken: a leader that
 * has finished hands its place to the longest waiting. No thread of its own, no delay. */
struct commit_queue {
    pthread_mutex_t lock;
    struct item *first;
    struct item **last;
    long leaders;
    long places;
    size_t batch_messages;
    uint64_t batch_bytes;
    int64_t deadline; /* microseconds */
};

struct commit_queue *commit_queue_new(const struct config *config)
{
    struct commit_queue *queue = calloc(1, sizeof(*queue));

    if (queue == NULL)
        return NULL;
    if (pthread_mutex_init(&queue->lock, NULL) != 0) {
        free(queue);
        return NULL;
    }
    queue->last = &queue->first;
    queue->places = LEADERS_A_CORE * sysconf(_SC_NPROCESSORS_ONLN);
    if (queue->places < LEADERS_A_CORE)
        queue->places = LEADERS_A_CORE;
    queue->batch_messages = (size_t)config->batch_messages;
    if (queue->batch_messages > BATCH_MAX)
        queue->batch_messages = BATCH_MAX;
    queue->batch_bytes = (uint64_t)config->batch_bytes;
    queue->deadline = config->database_deadline * 1000;
    return queue;
}

void commit_queue_free(struct commit_queue **queue)
{
    if (*queue == NULL)
        return;
    pthread_mutex_destroy(&(*queue)->lock);
    free(*queue);
    *queue = NULL;
}

bool commit_queue_takes(const struct commit_queue *queue, const struct message_put *put)
{
    return queue->batch_messages > 1 && message_write_size(put->message) <= queue->batch_bytes;
}

void commit_queue_set_leaders(struct commit_queue *queue, long leaders)
{
    pthread_mutex_lock(&queue->lock);
    queue->places = leaders;
    pthread_mutex_unlock(&queue->lock);
}

size_t commit_queue_waiting(struct commit_queue *queue)
{
    size_t count = 0;

    pthread_mutex_lock(&queue->lock);
    for (const struct item *item = queue->first; item != NULL; item = item->next)
        count++;
    pthread_mutex_unlock(&queue->lock);
    return count;
}

static void append(struct commit_queue *queue, struct item *item)
{
    *queue->last = item;
    queue->last = &item->next;
}

static struct item *take_first(struct commit_queue *queue)
{
    struct item *item = queue->first;

    if (item == NULL)
        return NULL;
    queue->first = item->next;
    if (queue->first == NULL)
        queue->last = &queue->first;
    item->next = NULL;
    return item;
}

/* By sender and digest: two batches that hold the same keys ask for them in the same order. */
static int compare_items(const void *a, const void *b)
{
    const struct message_put *x = (*(struct item *const *)a)->write->put;
    const struct message_put *y = (*(struct item *const *)b)->write->put;
    const int32_t sender_x = x->facts->caller.sender_id;
    const int32_t sender_y = y->facts->caller.sender_id;

    if (sender_x != sender_y)
        return sender_x < sender_y ? -1 : 1;
    if (x->digest == NULL || y->digest == NULL)
        return (x->digest != NULL) - (y->digest != NULL);
    return memcmp(x->digest, y->digest, 32);
}

static void fail_all(struct message_write **writes, size_t count, const struct err *err)
{
    for (size_t i = 0; i < count; i++)
        writes[i]->err = *err;
}

/* A batch that was refused as a whole, message by message: the one that is in the way fails alone.
 * Nobody waits longer than the deadline for others. */
static void write_singly(const struct commit_queue *queue, struct db *db,
                         struct message_write **writes, size_t count)
{
    const int64_t latest = clock_monotonic() + queue->deadline;

    for (size_t i = 0; i < count; i++) {
        struct err err = {0};

        if (clock_monotonic() >= latest)
            err_set(&err, ERR_BUSY, "other messages of the same batch took too long");
        else
            message_write_all(db, &writes[i], 1, &err);
        if (err.kind != ERR_NONE)
            writes[i]->err = err;
    }
}

/* What could not be written because the connection broke is not tried again here: with the database
 * away, each try would cost all waiting callers a time-out. */
static void write_batch(const struct commit_queue *queue, struct db *db, struct item **items,
                        size_t count)
{
    struct message_write *writes[BATCH_MAX];
    struct err err = {0};

    for (size_t i = 0; i < count; i++)
        writes[i] = items[i]->write;
    if (message_write_all(db, writes, count, &err))
        return;
    if (count > 1 && err.kind != ERR_UNCERTAIN && exchange_connected(db))
        write_singly(queue, db, writes, count);
    else
        fail_all(writes, count, &err);
}

/* Own message and the longest waiting ones. Called with the lock held. */
static size_t take_batch(struct commit_queue *queue, struct item *own, struct item **items)
{
    size_t count = 0;

    items[count++] = own;
    while (count < queue->batch_messages && queue->first != NULL)
        items[count++] = take_first(queue);
    return count;
}

static void lead(struct commit_queue *queue, struct db *db, struct item *own)
{
    struct item *items[BATCH_MAX];
    struct item *next = NULL;
    size_t count = 0;

    pthread_mutex_lock(&queue->lock);
    count = take_batch(queue, own, items);
    pthread_mutex_unlock(&queue->lock);

    qsort(items, count, sizeof(struct item *), compare_items);
    write_batch(queue, db, items, count);

    pthread_mutex_lock(&queue->lock);
    next = take_first(queue);
    if (next == NULL)
        queue->leaders--;
    pthread_mutex_unlock(&queue->lock);
    if (next != NULL)
        sem_post(&next->woken);
    for (size_t i = 0; i < count; i++) {
        if (items[i] == own)
            continue;
        items[i]->done = true;
        sem_post(&items[i]->woken);
    }
}

/* Until somebody has written the message, or its own thread has to. A leader always comes back:
 * what it asks the database has deadlines. */
static void wait_turn(struct commit_queue *queue, struct item *item)
{
    bool waits = false;

    pthread_mutex_lock(&queue->lock);
    waits = queue->leaders >= queue->places;
    if (waits)
        append(queue, item);
    else
        queue->leaders++;
    pthread_mutex_unlock(&queue->lock);
    while (waits && sem_wait(&item->woken) != 0 && errno == EINTR)
        continue;
}

void commit_queue_write(struct commit_queue *queue, struct db *db, struct message_write *write)
{
    struct item item = {.write = write};

    sem_init(&item.woken, 0, 0);
    wait_turn(queue, &item);
    if (!item.done)
        lead(queue, db, &item);
    sem_destroy(&item.woken);
}
