#include "service/background.h"

#include "base/log.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct background {
    const struct config *config;
    struct background_job job;
    struct db *db; /* NULL before the first connection */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t woken;
    bool stopping;
};

bool background_stopping(struct background *background)
{
    bool stopping = false;

    pthread_mutex_lock(&background->lock);
    stopping = background->stopping;
    pthread_mutex_unlock(&background->lock);
    return stopping;
}

static bool take_turn(struct background *background, struct err *err)
{
    const struct background_job *job = &background->job;

    if (background->db == NULL &&
        !db_open_as(background->config, background->config->database_background, &background->db,
                    err))
        return false;
    return job->turn(job->context, background, background->db, err);
}

/* false: it is time to stop. */
static bool pause_between(struct background *background)
{
    const int64_t interval = background->job.interval;
    struct timespec until = {0};
    bool stopping = false;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += interval % 1000 * 1000000;
    until.tv_sec += interval / 1000 + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&background->lock);
    while (!background->stopping &&
           pthread_cond_timedwait(&background->woken, &background->lock, &until) == 0)
        ;
    stopping = background->stopping;
    pthread_mutex_unlock(&background->lock);
    return !stopping;
}

/* What goes on failing for the same reason is one line. */
static void *work(void *argument)
{
    struct background *background = argument;
    struct err last = {0};

    do {
        struct err err = {0};

        if (!take_turn(background, &err) && strcmp(err.msg, last.msg) != 0)
            log_event(LOG_ERROR, background->job.failed, F_STR("error", err.msg));
        last = err;
    } while (pause_between(background));
    db_close(&background->db);
    return NULL;
}

/* A clock that is set must not stretch the pause. */
static bool make_condition(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;
    bool ok = false;

    if (pthread_condattr_init(&attributes) != 0)
        return false;
    ok = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
         pthread_cond_init(condition, &attributes) == 0;
    pthread_condattr_destroy(&attributes);
    return ok;
}

bool background_start(const struct config *config, const struct background_job *job,
                      struct background **background_out, struct err *err)
{
    struct background *background = calloc(1, sizeof(*background));

    if (background == NULL)
        return err_no_memory(err);
    background->config = config;
    background->job = *job;
    if (pthread_mutex_init(&background->lock, NULL) != 0 || !make_condition(&background->woken) ||
        pthread_create(&background->thread, NULL, work, background) != 0) {
        free(background);
        return err_set(err, ERR_BUSY, "no thread for work in the background");
    }
    *background_out = background;
    return true;
}

void background_stop(struct background **background)
{
    struct background *gone = *background;

    if (gone == NULL)
        return;
    pthread_mutex_lock(&gone->lock);
    gone->stopping = true;
    pthread_cond_signal(&gone->woken);
    pthread_mutex_unlock(&gone->lock);
    pthread_join(gone->thread, NULL);
    pthread_cond_destroy(&gone->woken);
    pthread_mutex_destroy(&gone->lock);
    free(gone);
    *background = NULL;
}
