#include "base/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *buf_room(struct buf *buf, size_t n)
{
    size_t cap = buf->cap == 0 ? 256 : buf->cap;
    char *data = NULL;

    if (n > SIZE_MAX / 4 - buf->len)
        return NULL;
    while (cap < buf->len + n + 1)
        cap *= 2;
    if (cap != buf->cap) {
        data = realloc(buf->data, cap);
        if (data == NULL)
            return NULL;
        buf->data = data;
        buf->cap = cap;
    }
    return buf->data + buf->len;
}

bool buf_add(struct buf *buf, const void *data, size_t n)
{
    char *room = buf_room(buf, n);

    if (room == NULL)
        return false;
    if (n > 0)
        memcpy(room, data, n);
    buf->len += n;
    buf->data[buf->len] = '\0';
    return true;
}

bool buf_add_text(struct buf *buf, const char *text)
{
    return buf_add(buf, text, strlen(text));
}

bool buf_add_format(struct buf *buf, const char *fmt, ...)
{
    size_t n = 127; /* most texts fit: they are made once */

    for (;;) {
        char *room = buf_room(buf, n);
        va_list args;
        int length = 0;

        if (room == NULL)
            return false;
        va_start(args, fmt);
        length = vsnprintf(room, n + 1, fmt, args);
        va_end(args);
        if (length >= 0 && (size_t)length <= n) {
            buf->len += (size_t)length;
            return true;
        }
        *room = '\0';
        if (length < 0)
            return false;
        n = (size_t)length;
    }
}

static const char *xml_reference(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    default:
        return NULL;
    }
}

bool buf_add_xml(struct buf *buf, const char *text, size_t n)
{
    size_t start = 0;

    for (size_t i = 0; i < n; i++) {
        const char *reference = xml_reference(text[i]);

        if (reference == NULL)
            continue;
        if (!buf_add(buf, text + start, i - start) || !buf_add_text(buf, reference))
            return false;
        start = i + 1;
    }
    return buf_add(buf, text + start, n - start);
}

/* RFC 8259, 7: quote, backslash and C0; DEL too, for terminals. */
static bool needs_json_escape(char c)
{
    return (unsigned char)c < ' ' || c == '"' || c == '\\' || c == 127;
}

bool buf_add_json(struct buf *buf, const char *text, size_t n)
{
    size_t start = 0;

    if (!buf_add(buf, "\"", 1))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!needs_json_escape(text[i]))
            continue;
        if (!buf_add(buf, text + start, i - start) ||
            !buf_add_format(buf, "\\u%04x", (unsigned)text[i]))
            return false;
        start = i + 1;
    }
    return buf_add(buf, text + start, n - start) && buf_add(buf, "\"", 1);
}

void buf_free(struct buf *buf)
{
    free(buf->data);
    *buf = (struct buf){0};
}
