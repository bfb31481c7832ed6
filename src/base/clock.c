#include "base/clock.h"

#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

static _Atomic int64_t shift_us;

static int64_t read_clock(clockid_t id)
{
    struct timespec ts = {0};

    clock_gettime(id, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t clock_now(void)
{
    return read_clock(CLOCK_REALTIME) + atomic_load(&shift_us);
}

int64_t clock_monotonic(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

void clock_shift(int64_t seconds)
{
    atomic_store(&shift_us, seconds * 1000000);
}

void clock_format_utc(int64_t when, char text[CLOCK_TEXT_SIZE])
{
    time_t seconds = (time_t)(when / 1000000);
    struct tm tm = {0};
    char date[24];

    gmtime_r(&seconds, &tm);
    strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(text, CLOCK_TEXT_SIZE, "%s.%03dZ", date, (int)(when / 1000 % 1000));
}
