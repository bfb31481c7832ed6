/* The hours of the day in which SMS may be sent (domain.md 6.3). */
#ifndef DPVD_MODEL_WINDOW_H
#define DPVD_MODEL_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

/* Minutes since midnight, Norwegian time, the same every day: first one in, and first one out. */
struct window {
    int from;
    int to;
};

/* "09:00-17:15", to "24:00" at most; the end lies behind the beginning. */
bool window_parse(const char *text, struct window *window_out);

/* when: microseconds since 1970 UTC. The process runs with TZ set to Europe/Oslo. */
bool window_is_open(const struct window *window, int64_t when);

#endif
