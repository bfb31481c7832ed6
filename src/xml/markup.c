#include "xml/markup.h"

#include "xml/utf8.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

enum { MAX_REFERENCE = 32 }; /* bytes; more than any has that is not padded with zeros */

static bool malformed(struct err *err)
{
    return err_set(err, ERR_MALFORMED, "the document is not well-formed XML");
}

/* Bytes of a tag that mean something outside of quotes. */
static const bool telling[256] = {
    ['<'] = true, ['>'] = true, ['='] = true, ['"'] = true, ['\''] = true,
};

static size_t closing_quote(char quote, const char *p, size_t from, size_t n)
{
    const char *close = memchr(p + from, quote, n - from);

    return close == NULL ? n : (size_t)(close - p);
}

/* Every attribute has one '=' outside of quotes: counted here, before libxml2 compares each with
 * all others. */
static bool tag_end(struct markup *m, const char *p, size_t n, size_t *size_out, struct err *err)
{
    size_t i = m->scanned == 0 ? 1 : m->scanned;

    for (; i < n; i++) {
        if (m->quote != 0) {
            const size_t close = closing_quote(m->quote, p, i, n);

            if (memchr(p + i, '<', close - i) != NULL)
                return malformed(err);
            i = close;
            if (i == n)
                break;
            m->quote = 0;
            continue;
        }
        while (i < n && !telling[(unsigned char)p[i]])
            i++;
        if (i == n)
            break;
        if (p[i] == '>') {
            *size_out = i + 1;
            return true;
        }
        if (p[i] == '<')
            return malformed(err);
        if (p[i] != '=')
            m->quote = p[i];
        else if (++m->attributes > m->max_attributes)
            return err_set(err, ERR_MALFORMED,
                           "an element has more than max_attributes attributes");
    }
    m->scanned = n;
    return true;
}

/* Two hyphens may stand only at the end (XML 1.0, 2.5). */
static bool comment_end(struct markup *m, const char *p, size_t n, size_t *size_out,
                        struct err *err)
{
    const size_t from = m->scanned < 4 ? 4 : m->scanned;
    const char *hyphens = n < from ? NULL : memmem(p + from, n - from, "--", 2);

    if (hyphens == NULL) {
        m->scanned = n - (n > from);
        return true;
    }
    m->scanned = (size_t)(hyphens - p);
    if (m->scanned + 2 == n)
        return true;
    if (hyphens[2] != '>')
        return malformed(err);
    *size_out = m->scanned + 3;
    return true;
}

static void instruction_end(struct markup *m, const char *p, size_t n, size_t *size_out)
{
    const size_t from = m->scanned < 2 ? 2 : m->scanned;
    const char *end = memmem(p + from, n - from, "?>", 2);

    if (end != NULL)
        *size_out = (size_t)(end - p) + 2;
    else
        m->scanned = n - (n > from);
}

static bool begins(const char *p, size_t n, const char *text)
{
    const size_t len = strlen(text);

    return memcmp(p, text, n < len ? n : len) == 0;
}

static bool exclamation_end(struct markup *m, const char *p, size_t n, size_t *size_out,
                            struct err *err)
{
    if (begins(p, n, "<![CDATA[")) {
        *size_out = n < 9 ? 0 : 9;
        return true;
    }
    if (!begins(p, n, "<!--"))
        return err_set(err, ERR_MALFORMED, "a document type declaration is not allowed");
    return comment_end(m, p, n, size_out, err);
}

static bool find_end(struct markup *m, const char *p, size_t n, size_t *size_out, struct err *err)
{
    const char *semicolon = NULL;

    if (p[0] == '&') {
        semicolon = memchr(p, ';', n);
        *size_out = semicolon == NULL ? 0 : (size_t)(semicolon - p) + 1;
        return true;
    }
    if (n < 2)
        return true;
    if (p[1] == '!')
        return exclamation_end(m, p, n, size_out, err);
    if (p[1] != '?')
        return tag_end(m, p, n, size_out, err);
    instruction_end(m, p, n, size_out);
    return true;
}

bool markup_measure(struct markup *markup, const char *p, size_t n, size_t *size_out,
                    struct err *err)
{
    const size_t limit = p[0] == '&' ? MAX_REFERENCE : markup->max_size;
    size_t size = 0;

    if (!find_end(markup, p, n < limit ? n : limit, &size, err))
        return false;
    if (size == 0 && n >= limit)
        return p[0] == '&' ? malformed(err)
                           : err_set(err, ERR_MALFORMED,
                                     "a tag, comment or instruction is larger than max_markup");
    if (size > 0) {
        markup->scanned = 0;
        markup->attributes = 0;
    }
    *size_out = size;
    return true;
}

enum markup_kind markup_kind(const char *p)
{
    if (p[0] == '&')
        return MARKUP_REFERENCE;
    if (p[1] == '?')
        return MARKUP_INSTRUCTION;
    if (p[1] == '!')
        return p[2] == '-' ? MARKUP_COMMENT : MARKUP_CDATA;
    return MARKUP_TAG;
}

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 16;
}

/* What stands between "&#" and ";" (XML 1.0, 4.1); 0, which XML forbids, if it is no number. */
static uint32_t read_number(const char *p, size_t n)
{
    const int base = n > 0 && p[0] == 'x' ? 16 : 10;
    uint32_t number = 0;

    for (size_t i = base == 16; i < n; i++) {
        const int digit = digit_value(p[i]);

        if (digit >= base || number > 0x10ffff)
            return 0;
        number = number * (uint32_t)base + (uint32_t)digit;
    }
    return number;
}

/* XML's own entities (XML 1.0, 4.6); a document without DOCTYPE has no others. */
static const struct entity {
    char text[7];
    char character;
    size_t len;
} entities[] = {
    {"&lt;", '<', 4}, {"&gt;", '>', 4}, {"&amp;", '&', 5}, {"&quot;", '"', 6}, {"&apos;", '\'', 6}};

static const struct entity *find_entity(const char *p, size_t n)
{
    for (size_t i = 0; n > 2 && i < sizeof(entities) / sizeof(entities[0]); i++) {
        const struct entity *e = &entities[i];

        if (e->text[1] == p[1] && e->text[2] == p[2] && e->len <= n &&
            memcmp(e->text, p, e->len) == 0)
            return e;
    }
    return NULL;
}

size_t markup_entity(const char *p, size_t n)
{
    const struct entity *entity = find_entity(p, n);

    return entity == NULL ? 0 : entity->len;
}

bool markup_resolve(const char *p, size_t n, char room[4], size_t *len_out)
{
    const struct entity *entity = find_entity(p, n);
    uint32_t character = 0;

    if (entity != NULL) {
        room[0] = entity->character;
        *len_out = 1;
        return true;
    }
    if (p[1] != '#')
        return false;
    character = read_number(p + 2, n - 3);
    if (!utf8_is_xml(character))
        return false;
    *len_out = utf8_put(character, room);
    return true;
}

static bool is_name_byte(char c, bool first)
{
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80)
        return true;
    return !first && ((c >= '0' && c <= '9') || c == '-' || c == '.');
}

bool markup_instruction(const char *p, size_t n, bool *declaration_out, enum charset *charset_out)
{
    const char *target = p + 2;
    const char *end = p + n - 2;
    size_t len = 0;

    while (target + len < end && is_name_byte(target[len], len == 0))
        len++;
    if (len == 0 || (target + len < end && strchr(" \t\r\n", target[len]) == NULL))
        return false;
    *declaration_out = len == 3 && strncasecmp(target, "xml", 3) == 0;
    if (!*declaration_out)
        return true;
    return memcmp(target, "xml", 3) == 0 &&
           charset_of_declaration(target + 3, (size_t)(end - target) - 3, charset_out);
}
