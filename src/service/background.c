#include "service/background.h"

#include "base/log.h"
#include "base/pause.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct background {
    const struct config *config;
    struct background_job job;
    struct db *db; /* NULL before the first connection */
    pthread_t thread;
    struct pause pause;
};

bool background_stopping(struct background *background)
{
    return pause_is_over(&background->pause);
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
    } while (pause_take(&background->pause, background->job.interval));
    db_close(&background->db);
    return NULL;
}

bool background_start(const struct config *config, const struct background_job *job,
                      struct background **background_out, struct err *err)
{
    struct background *background = calloc(1, sizeof(*background));

    if (background == NULL)
        return err_no_memory(err);
    background->config = config;
    background->job = *job;
    if (!pause_init(&background->pause)) {
        free(background);
        return err_set(err, ERR_BUSY, "no lock for work in the background");
    }
    if (pthread_create(&background->thread, NULL, work, background) != 0) {
        pause_destroy(&background->pause);
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
    pause_stop(&gone->pause);
    pthread_join(gone->thread, NULL);
    pause_destroy(&gone->pause);
    free(gone);
    *background = NULL;
}
