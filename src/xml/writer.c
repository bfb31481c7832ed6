#include "xml/writer.h"

#include <string.h>

enum { BLOCK = 4096, LONGEST = 6 }; /* bytes escaped at a time; of a reference */

struct reference {
    char text[LONGEST + 1];
    unsigned char len; /* 0: the character stands as it is */
};

/* In text, quotes and all white space but CR may stand. */
static const struct reference text_references[256] = {
    ['&'] = {"&amp;", 5}, ['<'] = {"&lt;", 4}, ['>'] = {"&gt;", 4}, ['\r'] = {"&#13;", 5}};
static const struct reference value_references[256] = {
    ['&'] = {"&amp;", 5}, ['<'] = {"&lt;", 4},   ['>'] = {"&gt;", 4},  ['"'] = {"&quot;", 6},
    ['\t'] = {"&#9;", 4}, ['\n'] = {"&#10;", 5}, ['\r'] = {"&#13;", 5}};

static char *escape(char *room, const char *p, const char *end, const struct reference *references)
{
    while (p < end) {
        const struct reference *reference = NULL;
        const char *start = p;

        while (p < end && references[(unsigned char)*p].len == 0)
            p++;
        memcpy(room, start, (size_t)(p - start));
        room += p - start;
        if (p == end)
            break;
        reference = &references[(unsigned char)*p++];
        memcpy(room, reference->text, LONGEST);
        room += reference->len;
    }
    return room;
}

static bool add_escaped(struct buf *out, const char *p, size_t n,
                        const struct reference *references)
{
    while (n > 0) {
        const size_t block = n < BLOCK ? n : BLOCK;
        char *room = buf_room(out, LONGEST * block);

        if (room == NULL)
            return false;
        out->len += (size_t)(escape(room, p, p + block, references) - room);
        out->data[out->len] = '\0';
        p += block;
        n -= block;
    }
    return true;
}

/* libxml2 leaves "&" as "&#38;" in a value, since it replaces no entities. */
static bool add_value(struct buf *out, const char *p, size_t n)
{
    static const char ampersand[] = "&#38;";
    const size_t len = sizeof(ampersand) - 1;
    const char *end = p + n;

    for (;;) {
        const char *found = memmem(p, (size_t)(end - p), ampersand, len);

        if (!add_escaped(out, p, (size_t)((found == NULL ? end : found) - p), value_references))
            return false;
        if (found == NULL)
            return true;
        if (!buf_add_text(out, "&amp;"))
            return false;
        p = found + len;
    }
}

static bool add_name(struct buf *out, const char *prefix, const char *name)
{
    return (prefix == NULL || (buf_add_text(out, prefix) && buf_add(out, ":", 1))) &&
           buf_add_text(out, name);
}

static bool add_declaration(struct buf *out, const char *prefix, const char *space)
{
    return buf_add_text(out, prefix == NULL ? " xmlns" : " xmlns:") &&
           (prefix == NULL || buf_add_text(out, prefix)) && buf_add(out, "=\"", 2) &&
           add_value(out, space, strlen(space)) && buf_add(out, "\"", 1);
}

bool writer_start(struct buf *out, const struct writer_tag *tag)
{
    bool ok = buf_add(out, "<", 1) && add_name(out, tag->prefix, tag->name);

    for (int i = 0; ok && i < tag->declarations_n; i++) {
        const unsigned char **pair = tag->declarations + 2 * (size_t)i;

        ok = add_declaration(out, (const char *)pair[0], (const char *)pair[1]);
    }
    for (int i = 0; ok && i < tag->attributes_n; i++) {
        const unsigned char **five = tag->attributes + 5 * (size_t)i;

        ok = buf_add(out, " ", 1) && add_name(out, (const char *)five[1], (const char *)five[0]) &&
             buf_add(out, "=\"", 2) &&
             add_value(out, (const char *)five[3], (size_t)(five[4] - five[3])) &&
             buf_add(out, "\"", 1);
    }
    return ok && buf_add(out, ">", 1);
}

bool writer_end(struct buf *out, const char *prefix, const char *name)
{
    return buf_add(out, "</", 2) && add_name(out, prefix, name) && buf_add(out, ">", 1);
}

bool writer_text(struct buf *out, const char *text, size_t n)
{
    return add_escaped(out, text, n, text_references);
}
