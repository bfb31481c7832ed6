/* Writes elements and text as clean XML into a buffer. */
#ifndef DPVD_XML_WRITER_H
#define DPVD_XML_WRITER_H

#include "base/buf.h"

/* A start tag as libxml2 reports it (startElementNsSAX2Func): names, declarations, attributes. */
struct writer_tag {
    const char *name;
    const char *prefix; /* NULL if none */
    int declarations_n;
    const unsigned char **declarations; /* prefix or NULL, namespace */
    int attributes_n;
    const unsigned char **attributes; /* name, prefix or NULL, namespace, value, its end */
};

/* All false when memory ran out. */
bool writer_start(struct buf *out, const struct writer_tag *tag);
bool writer_end(struct buf *out, const char *prefix, const char *name);

/* Characters of an element, of which a CR can only have come from a reference. */
bool writer_text(struct buf *out, const char *text, size_t n);

#endif
