/* A job of the server that is done again and again in a thread with a connection of its own. */
#ifndef DPVD_SERVICE_BACKGROUND_H
#define DPVD_SERVICE_BACKGROUND_H

#include "base/config.h"
#include "base/err.h"
#include "store/db.h"

#include <stdbool.h>
#include <stdint.h>

struct background;

/* One turn, on a connection by config->database_background. What a turn left for the next one is
 * safe: the process may end at any time. A long turn asks background_stopping now and then. */
typedef bool background_turn(void *context, struct background *background, struct db *db,
                             struct err *err);

struct background_job {
    const char *failed; /* the event that is logged when a turn failed */
    int64_t interval;   /* between two turns, milliseconds */
    background_turn *turn;
    void *context; /* outlives the thread */
};

/* Begins at once. config outlives it. ERR_BUSY: no thread. */
bool background_start(const struct config *config, const struct background_job *job,
                      struct background **background_out, struct err *err);

bool background_stopping(struct background *background);

/* Waits for the end of a turn. */
void background_stop(struct background **background);

#endif
