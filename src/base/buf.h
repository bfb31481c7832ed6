/* A growing byte buffer: what is written piece by piece and handed on whole. */
#ifndef DPVD_BASE_BUF_H
#define DPVD_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf { /* starts as {0}; data is malloc'd and NUL-terminated after the first append */
    char *data;
    size_t len;
    size_t cap;
};

/* Appends n bytes; false when memory ran out, the buffer is then unchanged. */
bool buf_add(struct buf *buf, const void *data, size_t n);
bool buf_add_text(struct buf *buf, const char *text);
bool buf_add_format(struct buf *buf, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Appends text with & < > " written as XML references. */
bool buf_add_xml(struct buf *buf, const char *text, size_t n);

/* Appends text as a JSON string, with its quotes. */
bool buf_add_json(struct buf *buf, const char *text, size_t n);

/* Makes room for n more bytes and returns where to write them, NULL when memory ran out; the
 * writer then adds what it wrote to buf->len. */
char *buf_room(struct buf *buf, size_t n);

void buf_free(struct buf *buf);

#endif
