/* What comes of handing a notification to a gateway, and what is done then (domain.md 6). */
#ifndef DPVD_MODEL_SENDING_H
#define DPVD_MODEL_SENDING_H

#include <stdbool.h>
#include <stdint.h>

/* Between two tries at most, in microseconds. */
#define SENDING_LONGEST_WAIT INT64_C(3600000000)

enum sending_outcome {
    SENDING_TAKEN,   /* the gateway has it */
    SENDING_REFUSED, /* this one will never be taken */
    SENDING_LATER,   /* this one may be taken another time */
    SENDING_GATEWAY, /* the gateway takes nothing, whatever it is given: away, or set up wrongly */
    SENDING_UNKNOWN, /* all was handed over, but the answer did not come: it may have been taken */
};

/* As a word for log and operator: "taken", "refused" ... */
const char *sending_outcome_name(enum sending_outcome outcome);

/* The steps of an SMTP dialogue that a refusal is judged by (RFC 5321, 4.3.2). */
enum smtp_step { SMTP_OPENING, SMTP_RECIPIENT, SMTP_DATA };

/* An answer that is no success. A refused recipient or text is the message's fault, every other
 * refusal the gateway's or ours. code 0: there was no answer. */
enum sending_outcome sending_of_smtp(enum smtp_step step, long code);

/* Of an answer with this status; any. */
enum sending_outcome sending_of_http(long status);

struct sending_policy {
    int64_t retry;   /* first wait; microseconds, as all here */
    int64_t give_up; /* nothing is tried for longer than this, but a few times at least */
};

/* What is known of one notification that was not taken. */
struct sending_state {
    int tries;           /* that ended before this one */
    bool repeated;       /* it may have been taken before */
    int64_t first_tried; /* microseconds since 1970 UTC */
};

struct sending_next {
    bool give_up;
    bool repeated;
    int64_t next_try; /* when not given up */
};

/* After a try that failed at this moment. The wait doubles from try to try, up to an hour; an
 * unknown outcome is repeated once and no more (security.md 5). */
struct sending_next sending_after(enum sending_outcome outcome, const struct sending_state *state,
                                  const struct sending_policy *policy, int64_t now);

#endif
