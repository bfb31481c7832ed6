/* The threads that serve requests, and the queue before them. */
#ifndef DPVD_HTTP_WORKER_H
#define DPVD_HTTP_WORKER_H

#include "base/err.h"

#include <stdint.h>

struct http_workers;
struct worker_pool;

/* A request in the queue; belongs to the caller, untouched by the pool once served or refused. */
struct job {
    struct job *next;
    void *data;
};

struct worker_settings {
    int64_t threads; /* 0: four a core */
    int64_t queue_limit;
    const struct http_workers *resources;         /* its open may be NULL */
    void (*serve)(struct job *job, void *worker); /* worker is NULL while every open fails */
    void (*refuse)(struct job *job);              /* the pool stops and will not serve it */
};

/* Starts the threads; each opens its resources itself. */
bool worker_pool_start(const struct worker_settings *settings, struct worker_pool **pool_out,
                       struct err *err);

/* false: too many wait already, or the pool stops. */
bool worker_pool_submit(struct worker_pool *pool, struct job *job);

int64_t worker_pool_queued(struct worker_pool *pool);

/* Refuses what still waits, waits for what is in work and ends the threads; what is submitted from
 * then on is not taken. */
void worker_pool_stop(struct worker_pool *pool);

/* The pool has stopped. */
void worker_pool_free(struct worker_pool **pool);

#endif
