/* The guard's third layer: libxml2 reads the tags, and what comes out is written anew, without
 * attachment content. */
#ifndef DPVD_XML_DOCUMENT_H
#define DPVD_XML_DOCUMENT_H

#include "base/buf.h"
#include "base/err.h"
#include "xml/attachments.h"
#include "xml/envelope.h"
#include "xml/guard.h"

#include <stddef.h>

struct document { /* set up by document_open, given back by document_close */
    const struct guard_limits *limits;
    struct _xmlParserCtxt *parser;
    struct err err;                /* what a callback of libxml2 refused */
    struct document_level *levels; /* the open elements; levels[0] stands for the document */
    size_t depth;
    size_t elements;
    size_t references;
    size_t declarations; /* of namespaces, in scope */
    size_t text;         /* bytes since the last tag */
    bool nil;            /* the current Data has xsi:nil */
    size_t skipped;      /* open elements from the one on that is nil, or a header block for
                            another: they are not written */
    size_t message_id;   /* where the text of wsa:MessageID begins in clean, 0: it is not open */
    struct envelope envelope;
    struct attachments attachments;
    struct buf clean;
};

/* The document must not move while it is open; false when memory ran out. */
bool document_open(struct document *document, const struct guard_limits *limits);

/* Whole start and end tags, as sent. Errors as guard_feed, also below. */
bool document_tags(struct document *document, const char *tags, size_t n, struct err *err);

/* Some text of the element that the last tags opened or returned to; escaped: XML text that is
 * written as it is, but not where base64 is wanted. */
bool document_text(struct document *document, const char *text, size_t n, struct err *err);
bool document_escaped(struct document *document, const char *text, size_t n, struct err *err);

/* Is the text that comes base64, where line ends do not matter? */
bool document_wants_data(const struct document *document);

bool document_finish(struct document *document, struct err *err);

/* Gives back what was read, except for the envelope. */
void document_drop(struct document *document);
void document_close(struct document *document);

#endif
