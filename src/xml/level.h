/* What the guard must know of the elements that are open. */
#ifndef DPVD_XML_LEVEL_H
#define DPVD_XML_LEVEL_H

#include <stdbool.h>

enum level_kind {
    LEVEL_PLAIN,
    LEVEL_LONG_TEXT,       /* MessageBody and its like */
    LEVEL_REFERENCES,      /* CorrespondenceSendersReferences */
    LEVEL_REFERENCE,       /* a `string` in it */
    LEVEL_ATTACHMENT_2009, /* BinaryAttachment */
    LEVEL_ATTACHMENT_2010, /* BinaryAttachmentV2 */
    LEVEL_DATA,            /* the base64 content of one of these */
};

/* The kind of an element by its parent's kind and its name; space may be NULL. */
enum level_kind level_kind(enum level_kind parent, const char *space, const char *name);

/* Is this attribute xsi:nil with a true value of n bytes? space may be NULL. */
bool level_is_nil(const char *space, const char *name, const char *value, int n);

#endif
