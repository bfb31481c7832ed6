#include "delivery/pace.h"

#define SECOND INT64_C(1000000)
#define LONGEST_REST (300 * SECOND)

static int64_t period(const struct pace *pace)
{
    return 60 * SECOND / pace->rate;
}

/* What was not used is kept for a second, so that it does not come all at once later. */
static int64_t free_slots(struct pace *pace, int64_t now)
{
    const int64_t kept = period(pace) > SECOND ? period(pace) : SECOND;

    if (pace->slot < now - kept)
        pace->slot = now - kept;
    return pace->slot > now ? 0 : (now - pace->slot) / period(pace);
}

int pace_allows(struct pace *pace, int limit, int64_t monotonic, int64_t wall)
{
    int64_t slots = limit;

    if (monotonic < pace->rests_until)
        return 0;
    if (pace->has_window && !window_is_open(&pace->window, wall))
        return 0;
    if (pace->rate > 0)
        slots = free_slots(pace, monotonic);
    if (pace->failures > 0)
        return slots > 0 ? 1 : 0; /* one finds out whether it is back */
    return slots < limit ? (int)slots : limit;
}

void pace_take(struct pace *pace)
{
    if (pace->rate > 0)
        pace->slot += period(pace);
}

void pace_worked(struct pace *pace)
{
    pace->failures = 0;
}

void pace_failed(struct pace *pace, int64_t monotonic)
{
    int64_t rest = pace->first_rest;

    for (int i = 0; i < pace->failures && rest < LONGEST_REST; i++)
        rest *= 2;
    pace->rests_until = monotonic + (rest < LONGEST_REST ? rest : LONGEST_REST);
    pace->failures++;
}
