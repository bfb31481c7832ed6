/* What became of a letter to a digital mailbox (domain.md 5.4). */
#ifndef DPVD_MODEL_SDP_H
#define DPVD_MODEL_SDP_H

/* Numbers are stored: never renumber. They are those of the contract's order. */
enum sdp_status {
    SDP_UNKNOWN = 0,
    SDP_SENT_TO_MEDIATOR = 1, /* Sent_Meldingsformidler */
    SDP_DELIVERED = 2,        /* Delivered_EndUser */
    SDP_DELIVERY_FAILED = 3,  /* Delivery_EndUser_Failed */
    SDP_RESERVED = 4,
    SDP_NO_MAILBOX = 5,
};

#endif
