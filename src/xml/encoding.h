/* The guard's first layer: bytes of a body in UTF-8 or UTF-16 in, checked UTF-8 out. */
#ifndef DPVD_XML_ENCODING_H
#define DPVD_XML_ENCODING_H

#include "base/err.h"
#include "xml/charset.h"

#include <stddef.h>
#include <stdint.h>

typedef bool encoding_sink(void *context, const char *text, size_t n, struct err *err);

enum encoding_form { ENCODING_UNDECIDED, ENCODING_UTF8, ENCODING_UTF16LE, ENCODING_UTF16BE };

struct encoding { /* set up by encoding_init; owns nothing */
    encoding_sink *sink;
    void *context;
    enum charset charset; /* of the media type */
    enum encoding_form form;
    bool settled;    /* by a byte order mark or the media type */
    bool undeclared; /* UTF-16 by its look: the declaration must still say so */
    uint8_t held[4]; /* the body's beginning, then bytes of a cut character */
    size_t held_n;
    uint32_t high; /* first half of a surrogate pair, 0 if none waits */
};

/* What is passed to sink is whole characters, all allowed in XML. */
void encoding_init(struct encoding *encoding, const char *content_type, encoding_sink *sink,
                   void *context);

/* Byte order mark, else the media type's charset, else the declaration decide. ERR_MALFORMED, or
 * what the sink says. */
bool encoding_feed(struct encoding *encoding, const uint8_t *data, size_t n, struct err *err);

/* What the XML declaration named; it may not contradict what the bytes are. */
bool encoding_declared(struct encoding *encoding, enum charset charset, struct err *err);

/* The body is complete: false when it was too short or cut within a character. */
bool encoding_finish(const struct encoding *encoding, struct err *err);

#endif
