/* The guard's second layer: cuts checked UTF-8 into text and bounded tags, so that libxml2 sees
 * nothing but whole tags of a sensible size. */
#ifndef DPVD_XML_SCANNER_H
#define DPVD_XML_SCANNER_H

#include "base/buf.h"
#include "base/err.h"
#include "xml/charset.h"
#include "xml/markup.h"

#include <stddef.h>

struct scanner_sink {
    void *context;
    /* Characters of an element, in which nothing has a meaning any more. */
    bool (*text)(void *context, const char *text, size_t n, struct err *err);
    /* The same as XML text: it may hold references to XML's own entities, and no '<'. */
    bool (*escaped)(void *context, const char *text, size_t n, struct err *err);
    /* One or more whole start or end tags without anything in between, as sent. */
    bool (*tags)(void *context, const char *tags, size_t n, struct err *err);
    /* There is an XML declaration; it named this encoding. */
    bool (*declaration)(void *context, enum charset charset, struct err *err);
};

struct scanner { /* set up by scanner_init, given back by scanner_close */
    struct scanner_sink sink;
    bool plain; /* the sink may set it: all text then comes by text(), line ends as sent */

    bool started;         /* something was read: no XML declaration may follow */
    bool in_cdata;        /* within a CDATA section */
    bool after_cr;        /* a CR came just before: LF belongs to it */
    unsigned brackets;    /* how many "]" came just before */
    size_t depth;         /* open elements */
    struct markup markup; /* the piece that is being read */
    struct buf held;      /* its beginning, when it is cut */
    const char *open;     /* the next '<' of what is being fed, so that it is searched only once */
    const char *tags;     /* tags of what is being fed that the sink has not seen yet */
    size_t tags_n;
};

void scanner_init(struct scanner *scanner, const struct scanner_sink *sink, size_t max_markup,
                  size_t max_attributes);

/* Whole characters of UTF-8. Comments and processing instructions are checked and dropped.
 * ERR_MALFORMED, ERR_BUSY, or what the sink says. */
bool scanner_feed(struct scanner *scanner, const char *data, size_t n, struct err *err);

/* The document is complete: false when something is still open. */
bool scanner_finish(const struct scanner *scanner, struct err *err);

void scanner_close(struct scanner *scanner);

#endif
