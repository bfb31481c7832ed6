/* Attachment content that the guard lifts out of a message: base64 in, blobs out. */
#ifndef DPVD_XML_ATTACHMENTS_H
#define DPVD_XML_ATTACHMENTS_H

#include "base/base64.h"
#include "base/blob.h"
#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

struct attachment_limits {
    size_t max_count;
    uint64_t max_bytes; /* decoded, of all together */
    const char *spool_directory;
    size_t spool_threshold;
};

struct attachments { /* set up by attachments_init, given back by attachments_drop */
    struct attachment_limits limits;
    struct blob **blobs; /* whole ones; the last may still be filling */
    size_t count;
    size_t room;
    size_t seen;    /* how many were begun, dropped ones too */
    uint64_t bytes; /* decoded so far */
    bool overflow;  /* over a limit: nothing is kept any more */
    bool filling;   /* the current element had content */
    struct base64 base64;
};

void attachments_init(struct attachments *attachments, const struct attachment_limits *limits);

/* Some text of the current element. ERR_INVALID when it is no base64, ERR_BUSY. Over a limit it
 * drops all content, sets overflow and stays true. */
bool attachments_add(struct attachments *attachments, const char *text, size_t n, struct err *err);

/* The element ends. *index_out is the attachment's number if *filled_out: there was content. */
bool attachments_end(struct attachments *attachments, bool *filled_out, size_t *index_out,
                     struct err *err);

void attachments_drop(struct attachments *attachments);

#endif
