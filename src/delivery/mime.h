/* Writes e-mail: header and plain text as RFC 5322 and MIME want them. */
#ifndef DPVD_DELIVERY_MIME_H
#define DPVD_DELIVERY_MIME_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

/* All texts are UTF-8. Whatever they hold, they stay within their header or the body. */
struct mail {
    const char *message_id;    /* without angle brackets; the same again for a repeat */
    const char *from_name;     /* shown with from; NULL: none */
    const char *from;          /* an address */
    const char *reply_to;      /* an address; NULL: none */
    const char *to;            /* an address */
    const char *language_code; /* 1033, 1044, 2068 */
    const char *subject;
    const char *text; /* lines end with \n */
    int64_t date;     /* microseconds since 1970 UTC */
};

/* Appends header and body with CRLF line ends, no line longer than 76 bytes unless an address or
 * the message_id is. false: memory ran out. */
bool mime_write(const struct mail *mail, struct buf *out);

#endif
