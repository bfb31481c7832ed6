/* Numbers of the notifier for the operators: written by its threads, read by whoever asks. */
#ifndef DPVD_SERVICE_NOTIFIER_STATS_H
#define DPVD_SERVICE_NOTIFIER_STATS_H

#include <stdatomic.h>
#include <stdint.h>

/* Of one channel. */
struct notifier_stats {
    const char *channel;     /* "email" or "sms" */
    _Atomic int64_t due;     /* notifications that wait although it is their time */
    _Atomic int64_t oldest;  /* of these, since when: microseconds since 1970 UTC; 0: none waits */
    _Atomic int64_t is_down; /* the gateway took nothing the last time */
    _Atomic int64_t sent;    /* since the start, as all that follow */
    _Atomic int64_t later;   /* tries after which there is another one */
    _Atomic int64_t failed;  /* given up */
    _Atomic int64_t cancelled;
    _Atomic int64_t repeated; /* tried again although they may have been sent */
};

enum { NOTIFIER_CHANNELS = 2 };

#endif
