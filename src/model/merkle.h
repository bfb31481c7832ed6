/* The root of a Merkle tree, leaf by leaf (RFC 6962, 2.1; SHA-256). */
#ifndef DPVD_MODEL_MERKLE_H
#define DPVD_MODEL_MERKLE_H

#include "model/record.h"

/* Starts as {0}: full subtrees, the largest first, each of half or less the size of the one before.
 */
struct merkle {
    uint8_t nodes[64][RECORD_HASH_SIZE];
    size_t depth;
    uint64_t leaves;
};

/* Takes the hash of a leaf, which has been made with RFC 6962's prefix 0 (RECORD_ROW). */
void merkle_add(struct merkle *merkle, const uint8_t leaf[RECORD_HASH_SIZE]);

/* Of one leaf or more. Ends it. */
void merkle_root(struct merkle *merkle, uint8_t root_out[RECORD_HASH_SIZE]);

#endif
