/* What became of a letter to a digital mailbox (domain.md 5.4). */
#ifndef DPVD_MODEL_SDP_H
#define DPVD_MODEL_SDP_H

#include "base/bytes.h"

#include <stdint.h>

/* Numbers are stored: never renumber. They are those of the contract's order. */
enum sdp_status {
    SDP_UNKNOWN = 0,
    SDP_SENT_TO_MEDIATOR = 1, /* Sent_Meldingsformidler */
    SDP_DELIVERED = 2,        /* Delivered_EndUser */
    SDP_DELIVERY_FAILED = 3,  /* Delivery_EndUser_Failed */
    SDP_RESERVED = 4,
    SDP_NO_MAILBOX = 5,
};

/* One letter in a status answer (domain.md 5.4). history has the packed form of model/status.h,
 * with enum sdp_status as its types. */
struct sdp_entry {
    int32_t id;
    int32_t correspondence_id; /* 0: no message was stored */
    int64_t created;           /* microseconds since 1970 UTC */
    int64_t last_changed;
    const char *reference;
    const char *reportee;
    struct bytes history;
};

#endif
