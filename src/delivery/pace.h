/* When a gateway may be given something: its rate, its rest after a failure, the hours of the day.
 */
#ifndef DPVD_DELIVERY_PACE_H
#define DPVD_DELIVERY_PACE_H

#include "model/window.h"

#include <stdbool.h>
#include <stdint.h>

/* Starts with rate and window set. Times of the clock that never jumps, but for the window's. */
struct pace {
    int64_t rate; /* a minute; 0: no limit */
    bool has_window;
    struct window window;
    int64_t first_rest; /* after a failure of the gateway, microseconds; doubles up to 5 minutes */

    int64_t slot; /* when the next one is due if all go out evenly */
    int64_t rests_until;
    int failures; /* of the gateway, one after the other */
};

/* How many may be sent now, limit at most. wall: microseconds since 1970 UTC. */
int pace_allows(struct pace *pace, int limit, int64_t monotonic, int64_t wall);

/* One is being sent. */
void pace_take(struct pace *pace);

/* The gateway took or refused it as it should; or it takes nothing. */
void pace_worked(struct pace *pace);
void pace_failed(struct pace *pace, int64_t monotonic);

#endif
