#include "base/pause.h"

#include <time.h>

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

bool pause_init(struct pause *pause)
{
    pause->over = false;
    if (pthread_mutex_init(&pause->lock, NULL) != 0)
        return false;
    if (make_condition(&pause->woken))
        return true;
    pthread_mutex_destroy(&pause->lock);
    return false;
}

bool pause_take(struct pause *pause, int64_t milliseconds)
{
    struct timespec until = {0};
    bool over = false;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += milliseconds % 1000 * 1000000;
    until.tv_sec += milliseconds / 1000 + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&pause->lock);
    while (!pause->over && pthread_cond_timedwait(&pause->woken, &pause->lock, &until) == 0)
        ;
    over = pause->over;
    pthread_mutex_unlock(&pause->lock);
    return !over;
}

bool pause_is_over(struct pause *pause)
{
    bool over = false;

    pthread_mutex_lock(&pause->lock);
    over = pause->over;
    pthread_mutex_unlock(&pause->lock);
    return over;
}

void pause_stop(struct pause *pause)
{
    pthread_mutex_lock(&pause->lock);
    pause->over = true;
    pthread_cond_broadcast(&pause->woken);
    pthread_mutex_unlock(&pause->lock);
}

void pause_destroy(struct pause *pause)
{
    pthread_cond_destroy(&pause->woken);
    pthread_mutex_destroy(&pause->lock);
}
