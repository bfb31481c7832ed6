/* One piece of XML markup or one reference: where it ends, and what may stand in it. */
#ifndef DPVD_XML_MARKUP_H
#define DPVD_XML_MARKUP_H

#include "base/err.h"
#include "xml/charset.h"

#include <stddef.h>

enum markup_kind {
    MARKUP_TAG,
    MARKUP_COMMENT,
    MARKUP_INSTRUCTION,
    MARKUP_CDATA, /* only "<![CDATA[" */
    MARKUP_REFERENCE,
};

struct markup { /* how far the current piece was looked at */
    size_t max_size;
    size_t max_attributes;
    size_t scanned;
    size_t attributes;
    char quote; /* the one that is open, or 0 */
};

/* Finds the end of the piece that begins at p with '<' or '&': *size_out, 0 while it is not among
 * the n bytes. Call it again with more of the same piece. ERR_MALFORMED: too large, too many
 * attributes, or a DOCTYPE and its like. */
bool markup_measure(struct markup *markup, const char *p, size_t n, size_t *size_out,
                    struct err *err);

/* Of a piece whose end was found. */
enum markup_kind markup_kind(const char *p);

/* Length of the reference to an entity of XML's own that begins the n bytes, else 0. */
size_t markup_entity(const char *p, size_t n);

/* The character that a whole reference stands for; false if XML has no such reference. */
bool markup_resolve(const char *p, size_t n, char room[4], size_t *len_out);

/* Is the whole instruction one that may be dropped? *declaration_out: it is an XML declaration,
 * which named *charset_out. */
bool markup_instruction(const char *p, size_t n, bool *declaration_out, enum charset *charset_out);

#endif
