/* The time: one place to ask, microseconds since 1970-01-01 UTC. */
#ifndef DPVD_BASE_CLOCK_H
#define DPVD_BASE_CLOCK_H

#include <stdint.h>

enum { CLOCK_TEXT_SIZE = 32 };

/* Wall clock in microseconds since 1970 UTC, moved by the offset of clock_shift. */
int64_t clock_now(void);

/* Microseconds of a clock that never jumps; for deadlines and durations. */
int64_t clock_monotonic(void);

/* Moves clock_now by so many seconds (tests and harnesses; 0 in production). */
void clock_shift(int64_t seconds);

/* "2026-01-31T12:00:00.123Z" into text. */
void clock_format_utc(int64_t when, char text[CLOCK_TEXT_SIZE]);

#endif
