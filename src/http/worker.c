#include "http/worker.h"

#include "base/clock.h"
#include "base/log.h"
#include "http/server.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { RETRY_SECONDS = 1 };

/* A thread that waits. The last one to come is called first: what it works with is still warm, and
 * the database sees few connections at work when little is to be done. */
struct idler {
    struct idler *next;
    pthread_cond_t woken;
    bool called;
};

struct worker_pool {
    pthread_mutex_t lock;
    struct worker_settings settings;
    struct job *head;
    struct job **tail;
    int64_t queued;
    int64_t idle; /* threads that wait for a job: as many in the queue do not count as waiting */
    struct idler *idlers;
    bool stopping;
    bool unavailable; /* what was logged last about open */
    char reason[256];
    int64_t started;
    pthread_t thread[];
};

/* One line when the resources go, one for each new reason, one when they are back. */
static void report(struct worker_pool *pool, bool ok, const struct err *err)
{
    bool changed = false;

    pthread_mutex_lock(&pool->lock);
    changed = ok ? pool->unavailable : !pool->unavailable || strcmp(pool->reason, err->msg) != 0;
    pool->unavailable = !ok;
    if (!ok)
        memcpy(pool->reason, err->msg, sizeof(pool->reason));
    pthread_mutex_unlock(&pool->lock);
    if (changed && ok)
        log_event(LOG_INFO, "workers_available", F_INT("after_failure", 1));
    else if (changed)
        log_event(LOG_ERROR, "workers_unavailable", F_STR("reason", err->msg));
}

static void *open_resources(struct worker_pool *pool)
{
    const struct http_workers *resources = pool->settings.resources;
    struct err err = {0};
    void *worker = resources->open(resources->context, &err);

    report(pool, worker != NULL, &err);
    return worker;
}

static bool has_resources(const struct worker_pool *pool)
{
    return pool->settings.resources->open != NULL;
}

/* Waits to be called, a second at most unless patient; true when the second has passed. */
static bool wait_called(struct worker_pool *pool, struct idler *me, bool patient)
{
    struct timespec until;
    int late = 0;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += RETRY_SECONDS;
    me->called = false;
    me->next = pool->idlers;
    pool->idlers = me;
    pool->idle++;
    while (!me->called && !pool->stopping && late == 0) {
        if (patient)
            pthread_cond_wait(&me->woken, &pool->lock);
        else
            late = pthread_cond_timedwait(&me->woken, &pool->lock, &until);
    }
    pool->idle--;
    for (struct idler **link = &pool->idlers; !me->called && *link != NULL; link = &(*link)->next) {
        if (*link == me) {
            *link = me->next;
            break;
        }
    }
    return late != 0;
}

/* Called with the lock held. */
static void call_idler(struct worker_pool *pool)
{
    struct idler *idler = pool->idlers;

    if (idler == NULL)
        return;
    pool->idlers = idler->next;
    idler->called = true;
    pthread_cond_signal(&idler->woken);
}

static struct job *take_job(struct worker_pool *pool)
{
    struct job *job = pool->stopping ? NULL : pool->head;

    if (job == NULL)
        return NULL;
    pool->head = job->next;
    pool->queued--;
    if (pool->head == NULL)
        pool->tail = &pool->head;
    return job;
}

/* The next job; NULL when a second has passed or the pool stops. */
static struct job *next_job(struct worker_pool *pool, struct idler *me, bool patient)
{
    struct job *job = NULL;
    bool late = false;

    pthread_mutex_lock(&pool->lock);
    while (pool->head == NULL && !pool->stopping && !late)
        late = wait_called(pool, me, patient);
    job = take_job(pool);
    pthread_mutex_unlock(&pool->lock);
    return job;
}

static bool is_stopping(struct worker_pool *pool)
{
    bool stopping = false;

    pthread_mutex_lock(&pool->lock);
    stopping = pool->stopping;
    pthread_mutex_unlock(&pool->lock);
    return stopping;
}

/* A clock that is set must not stretch a wait. */
static void make_condition(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

static void *thread_main(void *argument)
{
    struct worker_pool *pool = argument;
    const struct http_workers *resources = pool->settings.resources;
    const bool needed = has_resources(pool);
    int64_t next_try = 0;
    void *worker = NULL;
    struct idler me = {0};

    make_condition(&me.woken);
    while (!is_stopping(pool)) {
        struct job *job = NULL;

        if (needed && worker == NULL && clock_monotonic() >= next_try) {
            worker = open_resources(pool);
            next_try = clock_monotonic() + RETRY_SECONDS * INT64_C(1000000);
        }
        job = next_job(pool, &me, !needed || worker != NULL);
        if (job != NULL)
            pool->settings.serve(job, worker);
    }
    if (worker != NULL)
        resources->close(resources->context, &worker);
    pthread_cond_destroy(&me.woken);
    return NULL;
}

static int64_t thread_count(const struct worker_settings *settings)
{
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);

    if (settings->threads > 0)
        return settings->threads;
    return 4 * (cores > 0 ? cores : 1);
}

static bool start_threads(struct worker_pool *pool, int64_t count)
{
    while (pool->started < count) {
        if (pthread_create(&pool->thread[pool->started], NULL, thread_main, pool) != 0)
            return false;
        pool->started++;
    }
    return true;
}

bool worker_pool_start(const struct worker_settings *settings, struct worker_pool **pool_out,
                       struct err *err)
{
    const int64_t count = thread_count(settings);
    struct worker_pool *pool = calloc(1, sizeof(*pool) + (size_t)count * sizeof(pthread_t));

    if (pool == NULL)
        return err_no_memory(err);
    pool->settings = *settings;
    pool->tail = &pool->head;
    pthread_mutex_init(&pool->lock, NULL);
    if (!start_threads(pool, count)) {
        worker_pool_stop(pool);
        worker_pool_free(&pool);
        return err_set(err, ERR_INTERNAL, "cannot start %lld worker threads", (long long)count);
    }
    *pool_out = pool;
    return true;
}

bool worker_pool_submit(struct worker_pool *pool, struct job *job)
{
    bool ok = false;

    pthread_mutex_lock(&pool->lock);
    ok = !pool->stopping && pool->queued < pool->settings.queue_limit + pool->idle;
    if (ok) {
        job->next = NULL;
        *pool->tail = job;
        pool->tail = &job->next;
        pool->queued++;
        call_idler(pool);
    }
    pthread_mutex_unlock(&pool->lock);
    return ok;
}

int64_t worker_pool_queued(struct worker_pool *pool)
{
    int64_t queued = 0;

    pthread_mutex_lock(&pool->lock);
    queued = pool->queued;
    pthread_mutex_unlock(&pool->lock);
    return queued;
}

void worker_pool_stop(struct worker_pool *pool)
{
    struct job *job = NULL;

    pthread_mutex_lock(&pool->lock);
    pool->stopping = true;
    job = pool->head;
    pool->head = NULL;
    pool->tail = &pool->head;
    pool->queued = 0;
    while (pool->idlers != NULL)
        call_idler(pool);
    pthread_mutex_unlock(&pool->lock);
    while (job != NULL) {
        struct job *next = job->next;

        pool->settings.refuse(job);
        job = next;
    }
    for (int64_t i = 0; i < pool->started; i++)
        pthread_join(pool->thread[i], NULL);
}

void worker_pool_free(struct worker_pool **pool)
{
    if (*pool == NULL)
        return;
    pthread_mutex_destroy(&(*pool)->lock);
    free(*pool);
    *pool = NULL;
}
