#include "model/merkle.h"

#include "base/ident.h"

#include <assert.h>
#include <string.h>

/* Makes one node of the last two. */
static void join(struct merkle *merkle)
{
    uint8_t pair[1 + 2 * RECORD_HASH_SIZE] = {1};

    merkle->depth--;
    memcpy(pair + 1, merkle->nodes[merkle->depth - 1], sizeof(pair) - 1);
    ident_sha256(pair, sizeof(pair), merkle->nodes[merkle->depth - 1]);
}

void merkle_add(struct merkle *merkle, const uint8_t leaf[RECORD_HASH_SIZE])
{
    uint64_t joins = ++merkle->leaves;

    memcpy(merkle->nodes[merkle->depth++], leaf, RECORD_HASH_SIZE);
    for (; joins % 2 == 0; joins /= 2)
        join(merkle);
}

void merkle_root(struct merkle *merkle, uint8_t root_out[RECORD_HASH_SIZE])
{
    assert(merkle->depth > 0);
    while (merkle->depth > 1)
        join(merkle);
    memcpy(root_out, merkle->nodes[0], RECORD_HASH_SIZE);
}
