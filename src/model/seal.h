/* A seal over rows of the audit log: which rows, their root, and the seal before it. */
#ifndef DPVD_MODEL_SEAL_H
#define DPVD_MODEL_SEAL_H

#include "model/record.h"

enum { SEAL_SIGNATURE_SIZE = 64 };

/* Where a row stands in the log: rows are sealed by transaction, then id. */
struct audit_place {
    uint64_t transaction;
    int64_t id;
};

struct audit_row {
    struct audit_place place;
    int64_t received;
    uint8_t hash[RECORD_HASH_SIZE]; /* of its record: a leaf */
};

struct seal {
    int64_t number; /* 1, 2, ... without gaps */
    uint8_t previous[RECORD_HASH_SIZE];
    uint8_t root[RECORD_HASH_SIZE];
    int64_t rows;
    struct audit_place first;
    struct audit_place last;
    int64_t earliest; /* received */
    int64_t latest;
    int64_t sealed;
    bool is_signed;
    uint8_t signer[RECORD_HASH_SIZE]; /* Ed25519 public key */
    uint8_t hash[RECORD_HASH_SIZE];
    uint8_t signature[SEAL_SIGNATURE_SIZE]; /* of hash */
};

/* a stands behind b. */
bool audit_place_is_behind(struct audit_place a, struct audit_place b);

/* All that is hashed: every member but hash and signature, in the order of the struct. */
void seal_record(const struct seal *seal, struct record *record);

#endif
