/* A receipt as it is answered and stored (domain.md 4.7, 9). */
#ifndef DPVD_MODEL_RECEIPT_H
#define DPVD_MODEL_RECEIPT_H

#include <stddef.h>
#include <stdint.h>

/* Numbers are stored: never renumber. They are those of the contract's order. */
enum receipt_status {
    RECEIPT_NOT_SET = 0,
    RECEIPT_OK = 1,
    RECEIPT_UNEXPECTED_ERROR = 2,
    RECEIPT_VALIDATION_FAILED = 3,
    RECEIPT_REJECTED = 4,
};

enum receipt_type { RECEIPT_TYPE_CORRESPONDENCE = 2 };

/* Numbers are stored: never renumber. They are those of the contract's order. */
enum reference_type {
    REFERENCE_NOT_SET = 0,
    REFERENCE_EXTERNAL_SHIPMENT = 1,
    REFERENCE_END_USER_SYSTEM = 2,
    REFERENCE_PARENT = 3,
    REFERENCE_SENDERS = 4,
    REFERENCE_WORK_FLOW = 5,
    REFERENCE_BATCH = 6,
    REFERENCE_OUTBOUND_SHIPMENT = 7,
    REFERENCE_RECEIVERS = 8,
    REFERENCE_ALTINN1 = 9,
    REFERENCE_OWNER_PARTY = 10,
    REFERENCE_PARTY = 11,
    REFERENCE_ARCHIVE = 12,
};

#define RECEIPT_SAVED_TEXT "Correspondence Saved Successfully"

struct receipt {
    int32_t id;
    int32_t parent_id;
    int64_t last_changed; /* microseconds since 1970 UTC */
    enum receipt_status status;
    enum receipt_type type;
    const char *text;
    const char *history;       /* "" at first */
    const char *reference;     /* ExternalShipmentReference */
    const char *owner_number;  /* OwnerPartyReference: the technical sender's organisation number */
    int32_t correspondence_id; /* not on the wire; 0: none was stored */
    const struct receipt *sub_receipts;
    size_t sub_receipt_count;
};

#endif
