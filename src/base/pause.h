/* A pause between two rounds of a thread's work, which ends early when the thread is to stop. */
#ifndef DPVD_BASE_PAUSE_H
#define DPVD_BASE_PAUSE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct pause {
    pthread_mutex_t lock;
    pthread_cond_t woken;
    bool over;
};

/* false: the system has no room for it, and there is nothing to destroy. */
bool pause_init(struct pause *pause);

/* Waits so many milliseconds, whatever is done to the wall clock; false, at once, after
 * pause_stop. */
bool pause_take(struct pause *pause, int64_t milliseconds);

/* It is time to stop. From any thread. */
bool pause_is_over(struct pause *pause);

/* From now on nobody pauses. From any thread. */
void pause_stop(struct pause *pause);

/* Nobody may be in it any more. */
void pause_destroy(struct pause *pause);

#endif
