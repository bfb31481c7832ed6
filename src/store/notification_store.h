/* Notifications as the operator sees them: what waits, what has failed, and why (domain.md 10.1).
 */
#ifndef DPVD_STORE_NOTIFICATION_STORE_H
#define DPVD_STORE_NOTIFICATION_STORE_H

#include "base/arena.h"
#include "store/desk.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Which notifications are meant; what is 0 or NULL does not matter. */
struct notification_choice {
    int32_t sender_id;
    int32_t correspondence_id;
    int32_t number;
    const char *state;   /* one of those below */
    int64_t failed_from; /* given up at this time or later, microseconds since 1970 UTC */
};

/* Times that are 0 are not there. */
struct notification_view {
    const char *sender_number;
    int32_t correspondence_id;
    int32_t number;
    const char *channel; /* "sms" or "email" */
    const char *state;   /* waiting, retrying, sending, sent, cancelled, failed */
    bool reminder;
    int32_t tries;
    int64_t next_try; /* while it waits */
    int64_t sent;
    int64_t failed;
    int64_t cancelled;
    const char *reason;
    const char *gateway_id;
    const char *recipient;
};

/* At most max of them, those first that were due first. */
bool notification_store_list(struct desk *desk, struct arena *arena,
                             const struct notification_choice *choice, int64_t max,
                             const struct notification_view **views_out, size_t *count_out,
                             struct err *err);

/* Lets what has failed, and what waits for another try, be tried at once as if for the first time.
 */
bool notification_store_retry(struct desk *desk, const struct notification_choice *choice,
                              int64_t now, int64_t *count_out, struct err *err);

/* Cancels what waits. What is being handed to a gateway at this moment stays. */
bool notification_store_cancel(struct desk *desk, const struct notification_choice *choice,
                               const char *reason, int64_t now, int64_t *count_out,
                               struct err *err);

#endif
