#include "http/worker.h"

#include "base/clock.h"
#include "base/log.h"
#include "http/server.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { RETRY_SECONDS = 1 };

/* A thread that waits. The last one to come is called first: what it works with is still warm, and
 * the database sees few connections at work when little is to be done. */
struct idler {
    struct idler *next;
    struct job *job; /* what it is called for; NULL: the pool stops */
    sem_t woken;     /* once, when it was taken from the list */
};

struct worker_pool {
    pthread_mutex_t lock;
    struct worker_settings settings;
    struct job *head;
    struct job **tail;
    int64_t queued;
    struct idler *idlers; /* while there is one, no job is in the queue */
    struct idler *spares; /* without resources while others have some: called to stop */
    int64_t equipped;     /* threads that have their resources */
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

/* Nobody was equipped until now: whoever waits has nothing to serve with, and stands aside. */
static void note_equipped(struct worker_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    if (pool->equipped++ == 0) {
        pool->spares = pool->idlers;
        pool->idlers = NULL;
    }
    pthread_mutex_unlock(&pool->lock);
}

static void *open_resources(struct worker_pool *pool)
{
    const struct http_workers *resources = pool->settings.resources;
    struct err err = {0};
    void *worker = resources->open(resources->context, &err);

    report(pool, worker != NULL, &err);
    if (worker != NULL)
        note_equipped(pool);
    return worker;
}

static bool has_resources(const struct worker_pool *pool)
{
    return pool->settings.resources->open != NULL;
}

/* Called with the lock held, as all that follows up to next_job. */
static struct idler *take_idler(struct idler **list)
{
    struct idler *idler = *list;

    if (idler != NULL)
        *list = idler->next;
    return idler;
}

/* false: it is not there any more, and will be woken. */
static bool leave_list(struct idler **list, const struct idler *me)
{
    for (struct idler **link = list; *link != NULL; link = &(*link)->next) {
        if (*link == me) {
            *link = me->next;
            return true;
        }
    }
    return false;
}

static void join_list(struct idler **list, struct idler *me)
{
    me->job = NULL;
    me->next = *list;
    *list = me;
}

static struct job *take_job(struct worker_pool *pool)
{
    struct job *job = pool->head;

    if (job == NULL)
        return NULL;
    pool->head = job->next;
    pool->queued--;
    if (pool->head == NULL)
        pool->tail = &pool->head;
    return job;
}

/* Who wakes a thread has let go of the lock, so that it need not wait for that as well. A clock
 * that is set must not stretch a wait. false: a second has passed. */
static bool wait_woken(struct idler *me, bool patient)
{
    struct timespec until;
    int result = 0;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += RETRY_SECONDS;
    do {
        result =
            patient ? sem_wait(&me->woken) : sem_clockwait(&me->woken, CLOCK_MONOTONIC, &until);
    } while (result != 0 && errno == EINTR);
    return result == 0;
}

static struct job *wait_called(struct worker_pool *pool, struct idler *me, bool patient)
{
    bool left = false;

    if (wait_woken(me, patient))
        return me->job;
    pthread_mutex_lock(&pool->lock);
    left = leave_list(&pool->idlers, me) || leave_list(&pool->spares, me);
    pthread_mutex_unlock(&pool->lock);
    if (!left)
        wait_woken(me, true);
    return me->job;
}

/* The next job; NULL when the pool stops, or unless equipped when a second has passed. A thread
 * without resources serves, in its way, only while no thread has any: a job that waits for one of
 * the others is served better. */
static struct job *next_job(struct worker_pool *pool, struct idler *me, bool equipped)
{
    struct job *job = NULL;
    bool is_spare = false;
    bool waits = false;

    pthread_mutex_lock(&pool->lock);
    is_spare = !equipped && pool->equipped > 0;
    if (!is_spare)
        job = take_job(pool);
    waits = job == NULL && !pool->stopping;
    if (waits)
        join_list(is_spare ? &pool->spares : &pool->idlers, me);
    pthread_mutex_unlock(&pool->lock);
    return waits ? wait_called(pool, me, equipped) : job;
}

static bool is_stopping(struct worker_pool *pool)
{
    bool stopping = false;

    pthread_mutex_lock(&pool->lock);
    stopping = pool->stopping;
    pthread_mutex_unlock(&pool->lock);
    return stopping;
}

static void *thread_main(void *argument)
{
    struct worker_pool *pool = argument;
    const struct http_workers *resources = pool->settings.resources;
    const bool needed = has_resources(pool);
    int64_t next_try = 0;
    void *worker = NULL;
    struct idler me = {0};

    sem_init(&me.woken, 0, 0);
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
    sem_destroy(&me.woken);
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

static void append(struct worker_pool *pool, struct job *job)
{
    job->next = NULL;
    *pool->tail = job;
    pool->tail = &job->next;
    pool->queued++;
}

bool worker_pool_submit(struct worker_pool *pool, struct job *job)
{
    struct idler *idler = NULL;
    bool ok = false;

    pthread_mutex_lock(&pool->lock);
    if (!pool->stopping) {
        idler = take_idler(&pool->idlers);
        ok = idler != NULL || pool->queued < pool->settings.queue_limit;
        if (idler == NULL && ok)
            append(pool, job);
    }
    pthread_mutex_unlock(&pool->lock);
    if (idler != NULL) {
        idler->job = job;
        sem_post(&idler->woken);
    }
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
    struct idler *idler = NULL;
    struct job *job = NULL;

    pthread_mutex_lock(&pool->lock);
    pool->stopping = true;
    job = pool->head;
    pool->head = NULL;
    pool->tail = &pool->head;
    pool->queued = 0;
    while ((idler = take_idler(&pool->idlers)) != NULL ||
           (idler = take_idler(&pool->spares)) != NULL)
        sem_post(&idler->woken);
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
