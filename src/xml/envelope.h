/* The shape of a SOAP envelope: which SOAP it is, one Header, one Body, one operation. */
#ifndef DPVD_XML_ENVELOPE_H
#define DPVD_XML_ENVELOPE_H

#include "base/buf.h"
#include "base/err.h"

#include <stddef.h>

enum envelope_depth { ENVELOPE_ROOT = 1, ENVELOPE_PART = 2, ENVELOPE_BLOCK = 3 };

/* A block of the Header that is meant for us. */
struct envelope_block {
    const char *space;
    const char *name;
    bool must_understand;
    size_t at; /* of both in the envelope's names */
};

enum { ENVELOPE_BLOCKS_MAX = 100 };

struct envelope { /* starts as {0}, given back by envelope_close */
    char *space;  /* namespace of the root, NULL until it was read */
    bool has_header;
    bool has_body; /* the Body is, or was, what is being read */
    char *operation;
    char *operation_space;
    struct envelope_block blocks[ENVELOPE_BLOCKS_MAX];
    size_t block_count;
    struct buf names; /* of the blocks, each ended by a zero */
    char *message_id; /* of WS-Addressing, as XML text without white space around it; or NULL */
};

/* An element at one of the depths above begins; space may be NULL. ERR_MALFORMED, ERR_BUSY. */
bool envelope_element(struct envelope *envelope, size_t depth, const char *space, const char *name,
                      struct err *err);

/* Is an element at this depth a block of the Header? */
bool envelope_in_header(const struct envelope *envelope, size_t depth);

/* The names that a block of the Header is addressed to by its attributes: is that us? space is that
 * of the attribute. A role that is not given is ours (SOAP 1.2 part 1, 2.2; SOAP 1.1, 4.2.2). */
bool envelope_is_role(const struct envelope *envelope, const char *space, const char *name);
bool envelope_role_is_ours(const char *role, size_t n);

/* Does the attribute say that the block must be understood? */
bool envelope_must_understand(const struct envelope *envelope, const char *space, const char *name,
                              const char *value, size_t n);

/* Keeps a block that is for us; space may be NULL. ERR_MALFORMED: there are too many; ERR_BUSY. */
bool envelope_keep_block(struct envelope *envelope, const char *space, const char *name,
                         bool must_understand, struct err *err);

/* Keeps what a MessageID holds, n bytes of XML. ERR_BUSY. */
bool envelope_keep_message_id(struct envelope *envelope, const char *text, size_t n,
                              struct err *err);

void envelope_close(struct envelope *envelope);

#endif
