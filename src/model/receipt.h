/* A receipt as it is answered and stored (domain.md 4.7, 9). */
#ifndef DPVD_MODEL_RECEIPT_H
#define DPVD_MODEL_RECEIPT_H

#include "base/arena.h"

#include <stdbool.h>
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

/* The rest of the contract's types is taken and answered as the number that it has there. */
enum receipt_type {
    RECEIPT_TYPE_NOT_SET = 0,
    RECEIPT_TYPE_CORRESPONDENCE = 2,
    RECEIPT_TYPE_OUTBOUND = 5,
    RECEIPT_TYPE_BROKER_SERVICE = 17,
};

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

/* Bounds of what a sender may write into a receipt. */
enum {
    RECEIPT_TEXT_CHARACTERS = 1000,
    RECEIPT_HISTORY_BYTES = 16384,
    RECEIPT_REFERENCES = 100,
    RECEIPT_SUB_EDITS = 100,
};

struct receipt_reference {
    enum reference_type type;
    const char *value;
};

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
    const char *party_number;  /* PartyReference: the recipient's; NULL: a person, or not asked */
    int32_t correspondence_id; /* not on the wire; 0: none was stored */
    const struct receipt_reference *references; /* all others */
    size_t reference_count;
    const struct receipt *sub_receipts;
    size_t sub_receipt_count;
};

/* Which receipt is asked for: by its number, or by a reference when that is 0. */
struct receipt_search {
    int32_t id;
    enum reference_type type;
    const char *value; /* NULL: by nothing at all */
};

/* What UpdateReceipt and SaveReceipt hand in. */
struct receipt_edit {
    int32_t id; /* 0: not given */
    const char *archive_reference;
    enum receipt_status status;
    const char *text;
    const struct receipt_reference *references; /* to be added */
    size_t reference_count;
    const struct receipt_edit *sub_edits;
    size_t sub_edit_count;
};

/* Receipts are found by references of this type (domain.md 9). */
bool receipt_is_searchable(enum reference_type type);

/* What is wrong with an edit, in English; NULL: nothing. */
const char *receipt_edit_problem(const struct receipt_edit *edit, size_t reference_length);

/* Stars in place of the last five digits of every national identity number, written in one piece
 * or as 6 and 5 digits; other numbers stay. */
void receipt_mask(char *text);

/* The text of an updated receipt, masked; it names the system that updated it. NULL when memory ran
 * out, as below. */
const char *receipt_updated_text(struct arena *arena, const char *text, const char *system);

/* The history with the text that is now replaced on top; changed is its time as text. What does not
 * fit is dropped from the bottom, a line at a time. */
const char *receipt_grown_history(struct arena *arena, const struct receipt *old,
                                  const char *changed);

#endif
