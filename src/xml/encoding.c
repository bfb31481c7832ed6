#include "xml/encoding.h"

#include "xml/utf8.h"

#include <string.h>

static bool bad_encoding(struct err *err)
{
    return err_set(err, ERR_MALFORMED, "the encoding is neither UTF-8 nor UTF-16");
}

static bool bad_character(struct err *err)
{
    return err_set(err, ERR_MALFORMED, "a character is wrongly encoded or not allowed in XML");
}

void encoding_init(struct encoding *encoding, const char *content_type, encoding_sink *sink,
                   void *context)
{
    *encoding = (struct encoding){
        .sink = sink, .context = context, .charset = charset_of_media_type(content_type)};
}

/* What stands before a bad character is passed on first, so that the answer does not depend on how
 * the body was cut into pieces. */
static bool pass_utf8(struct encoding *e, const uint8_t *p, size_t n, struct err *err)
{
    size_t whole = 0;
    const bool good = utf8_check(p, n, &whole);

    if (good)
        memcpy(e->held, p + whole, n - whole);
    e->held_n = good ? n - whole : 0;
    if (whole > 0 && !e->sink(e->context, (const char *)p, whole, err))
        return false;
    return good || bad_character(err);
}

static bool feed_utf8(struct encoding *e, const uint8_t *p, size_t n, struct err *err)
{
    while (e->held_n > 0 && n > 0) { /* one byte more of the cut character */
        uint8_t cut[sizeof(e->held)];
        const size_t cut_n = e->held_n + 1;

        memcpy(cut, e->held, e->held_n);
        cut[e->held_n] = *p++;
        n--;
        if (!pass_utf8(e, cut, cut_n, err))
            return false;
    }
    return n == 0 || pass_utf8(e, p, n, err);
}

/* Takes one 16-bit unit; adds the character, if it is complete, to out (RFC 2781, 2.2). */
static bool take_unit(struct encoding *e, uint32_t unit, char *out, size_t *used)
{
    const bool low = unit >= 0xdc00 && unit <= 0xdfff;
    uint32_t character = unit;

    if (low != (e->high != 0))
        return false;
    if (unit >= 0xd800 && unit <= 0xdbff) {
        e->high = unit;
        return true;
    }
    if (low)
        character = 0x10000 + ((e->high - 0xd800) << 10) + (unit - 0xdc00);
    e->high = 0;
    if (!utf8_is_xml(character))
        return false;
    *used += utf8_put(character, out + *used);
    return true;
}

static bool feed_utf16(struct encoding *e, const uint8_t *p, size_t n, struct err *err)
{
    const size_t big = e->form == ENCODING_UTF16BE ? 0 : 1; /* where the upper byte stands */
    char out[4096];
    size_t used = 0;
    bool good = true;

    for (size_t i = 0; good && i < n; i++) {
        e->held[e->held_n++] = p[i];
        if (e->held_n < 2)
            continue;
        e->held_n = 0;
        good = take_unit(e, (uint32_t)e->held[big] << 8 | e->held[1 - big], out, &used);
        if (used > sizeof(out) - 4) {
            if (!e->sink(e->context, out, used, err))
                return false;
            used = 0;
        }
    }
    if (used > 0 && !e->sink(e->context, out, used, err))
        return false;
    return good || bad_character(err);
}

/* The form by a byte order mark, whose length is returned; 0 if there is none. */
static size_t read_mark(struct encoding *e)
{
    static const struct {
        const char *bytes;
        size_t n;
        enum encoding_form form;
    } marks[] = {{"\xef\xbb\xbf", 3, ENCODING_UTF8},
                 {"\xff\xfe", 2, ENCODING_UTF16LE},
                 {"\xfe\xff", 2, ENCODING_UTF16BE}};

    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        if (memcmp(e->held, marks[i].bytes, marks[i].n) == 0) {
            e->form = marks[i].form;
            return marks[i].n;
        }
    }
    return 0;
}

/* Without a mark: what the media type says, and where it leaves that open, how '<' looks. */
static void decide_form(struct encoding *e)
{
    const bool little = e->held[0] == '<' && e->held[1] == 0;
    const bool big = e->held[0] == 0 && e->held[1] == '<';

    if (e->charset == CHARSET_UTF8 || (e->charset == CHARSET_NONE && !little && !big))
        e->form = ENCODING_UTF8;
    else if (e->charset == CHARSET_UTF16LE || (e->charset != CHARSET_UTF16BE && little))
        e->form = ENCODING_UTF16LE;
    else
        e->form = ENCODING_UTF16BE; /* RFC 2781, 4.3 */
    e->undeclared = e->charset == CHARSET_NONE && e->form != ENCODING_UTF8;
}

static bool feed_decided(struct encoding *e, const uint8_t *p, size_t n, struct err *err)
{
    return e->form == ENCODING_UTF8 ? feed_utf8(e, p, n, err) : feed_utf16(e, p, n, err);
}

static bool begin(struct encoding *e, struct err *err)
{
    uint8_t first[sizeof(e->held)];
    size_t mark = 0;

    if (e->charset == CHARSET_OTHER)
        return bad_encoding(err);
    mark = read_mark(e);
    if (mark == 0)
        decide_form(e);
    e->settled = mark > 0 || e->charset != CHARSET_NONE;
    memcpy(first, e->held, sizeof(first));
    e->held_n = 0;
    return feed_decided(e, first + mark, sizeof(first) - mark, err);
}

bool encoding_feed(struct encoding *encoding, const uint8_t *data, size_t n, struct err *err)
{
    if (encoding->form == ENCODING_UNDECIDED) {
        while (n > 0 && encoding->held_n < sizeof(encoding->held)) {
            encoding->held[encoding->held_n++] = *data++;
            n--;
        }
        if (encoding->held_n < sizeof(encoding->held))
            return true;
        if (!begin(encoding, err))
            return false;
    }
    return feed_decided(encoding, data, n, err);
}

bool encoding_declared(struct encoding *encoding, enum charset charset, struct err *err)
{
    bool fits = false;

    if (charset == CHARSET_NONE)
        return true;
    if (charset == CHARSET_OTHER)
        return bad_encoding(err);
    /* Who wrote UTF-8 after declaring UTF-16 and said so in the header is believed. */
    if (encoding->settled)
        return true;
    if (encoding->form == ENCODING_UTF8)
        fits = charset == CHARSET_UTF8;
    else if (encoding->form == ENCODING_UTF16LE)
        fits = charset == CHARSET_UTF16 || charset == CHARSET_UTF16LE;
    else
        fits = charset == CHARSET_UTF16 || charset == CHARSET_UTF16BE;
    encoding->undeclared = false;
    return fits || err_set(err, ERR_MALFORMED, "the encoding is not the one declared");
}

bool encoding_finish(const struct encoding *encoding, struct err *err)
{
    if (encoding->form == ENCODING_UNDECIDED)
        return err_set(err, ERR_MALFORMED, "the document is empty");
    if (encoding->held_n > 0 || encoding->high != 0)
        return err_set(err, ERR_MALFORMED, "the document ends within a character");
    if (encoding->undeclared)
        return bad_encoding(err);
    return true;
}
