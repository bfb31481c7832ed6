#include "model/sending.h"

/* A clock that jumps ahead alone is no reason to give up. */
enum { TRIES_AT_LEAST = 4 };

const char *sending_outcome_name(enum sending_outcome outcome)
{
    static const char *const names[] = {
        [SENDING_TAKEN] = "taken",     [SENDING_REFUSED] = "refused", [SENDING_LATER] = "later",
        [SENDING_GATEWAY] = "gateway", [SENDING_UNKNOWN] = "unknown",
    };

    return names[outcome];
}

enum sending_outcome sending_of_smtp(enum smtp_step step, long code)
{
    if (code == 421 || step == SMTP_OPENING)
        return SENDING_GATEWAY;
    if (code >= 400 && code < 500)
        return SENDING_LATER;
    if (code >= 500 && code < 600)
        return SENDING_REFUSED;
    return step == SMTP_DATA ? SENDING_UNKNOWN : SENDING_GATEWAY;
}

/* 4xx blames the request; but a wrong address, key or method is in our settings, so that nothing is
 * lost while an operator mends them. */
enum sending_outcome sending_of_http(long status)
{
    switch (status) {
    case 401:
    case 402:
    case 403:
    case 404:
    case 405:
    case 407:
    case 429:
    case 503:
        return SENDING_GATEWAY;
    case 408:
    case 409:
    case 423:
    case 425:
        return SENDING_LATER;
    case 502:
    case 504:
        return SENDING_UNKNOWN;
    default:
        break;
    }
    if (status >= 200 && status < 300)
        return SENDING_TAKEN;
    if (status >= 400 && status < 500)
        return SENDING_REFUSED;
    return status >= 500 ? SENDING_LATER : SENDING_GATEWAY;
}

static int64_t wait_after(int tries, int64_t first)
{
    int64_t wait = first;

    for (int i = 0; i < tries && wait < SENDING_LONGEST_WAIT; i++)
        wait *= 2;
    return wait < SENDING_LONGEST_WAIT ? wait : SENDING_LONGEST_WAIT;
}

struct sending_next sending_after(enum sending_outcome outcome, const struct sending_state *state,
                                  const struct sending_policy *policy, int64_t now)
{
    const bool unknown = outcome == SENDING_UNKNOWN;
    struct sending_next next = {.repeated = state->repeated || unknown};

    next.next_try = now + wait_after(state->tries, policy->retry);
    next.give_up = outcome == SENDING_REFUSED || (unknown && state->repeated) ||
                   (state->tries + 1 >= TRIES_AT_LEAST &&
                    next.next_try - state->first_tried > policy->give_up);
    return next;
}
