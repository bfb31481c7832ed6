/* The shape of a SOAP envelope: which SOAP it is, one Header, one Body, one operation. */
#ifndef DPVD_XML_ENVELOPE_H
#define DPVD_XML_ENVELOPE_H

#include "base/err.h"

#include <stddef.h>

enum envelope_depth { ENVELOPE_ROOT = 1, ENVELOPE_PART = 2, ENVELOPE_BLOCK = 3 };

struct envelope { /* starts as {0}, given back by envelope_close */
    char *space;  /* namespace of the root, NULL until it was read */
    bool has_header;
    bool has_body; /* the Body is, or was, what is being read */
    char *operation;
    char *operation_space;
};

/* An element at one of the depths above begins; space may be NULL. ERR_MALFORMED, ERR_BUSY. */
bool envelope_element(struct envelope *envelope, size_t depth, const char *space, const char *name,
                      struct err *err);

void envelope_close(struct envelope *envelope);

#endif
