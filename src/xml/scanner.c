#include "xml/scanner.h"

#include <string.h>

enum { TAGS_SIZE = 16 * 1024 }; /* tags are handed on before they are more than that */

static bool malformed(struct err *err)
{
    return err_set(err, ERR_MALFORMED, "the document is not well-formed XML");
}

void scanner_init(struct scanner *scanner, const struct scanner_sink *sink, size_t max_markup,
                  size_t max_attributes)
{
    *scanner = (struct scanner){
        .sink = *sink,
        .markup = {.max_size = max_markup, .max_attributes = max_attributes},
    };
}

static bool flush_tags(struct scanner *s, struct err *err)
{
    const size_t n = s->tags_n;

    s->tags_n = 0;
    return n == 0 || s->sink.tags(s->sink.context, s->tags, n, err);
}

static bool is_blank(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (p[i] != ' ' && p[i] != '\t' && p[i] != '\n' && p[i] != '\r')
            return false;
    }
    return true;
}

typedef bool text_sink(void *context, const char *text, size_t n, struct err *err);

static bool pass_to(struct scanner *s, text_sink *sink, const char *p, size_t n, struct err *err)
{
    s->started = true;
    if (s->depth == 0)
        return is_blank(p, n) || malformed(err);
    return flush_tags(s, err) && sink(s->sink.context, p, n, err);
}

static bool pass(struct scanner *s, const char *p, size_t n, struct err *err)
{
    return pass_to(s, s->sink.text, p, n, err);
}

enum { ENDS_TEXT = 1, ENDS_CDATA = 2 };

/* What ends a run of characters that are passed on as they are. */
static const unsigned char ends[256] = {
    ['<'] = ENDS_TEXT,
    ['&'] = ENDS_TEXT,
    [']'] = ENDS_TEXT | ENDS_CDATA,
    ['\r'] = ENDS_TEXT | ENDS_CDATA,
};

static const char *run_end(const char *p, const char *end, unsigned char what)
{
    while (p < end && (ends[(unsigned char)*p] & what) == 0)
        p++;
    return p;
}

/* The end of text that can be passed on as it was escaped. */
static const char *escaped_end(const char *p, const char *end)
{
    for (;;) {
        size_t entity = 0;

        p = run_end(p, end, ENDS_TEXT);
        if (p < end && *p == '&')
            entity = markup_entity(p, (size_t)(end - p));
        if (entity == 0)
            return p;
        p += entity;
    }
}

/* The end of plain text, where only markup and references count; it may be long. */
static const char *plain_end(struct scanner *s, const char *p, const char *end)
{
    const char *reference = NULL;

    if (s->open == NULL || s->open < p) {
        s->open = memchr(p, '<', (size_t)(end - p));
        if (s->open == NULL)
            s->open = end;
    }
    reference = memchr(p, '&', (size_t)(s->open - p));
    return reference == NULL ? s->open : reference;
}

/* CR LF and CR alone become LF (XML 1.0, 2.11). LF of the same piece comes with the next run. */
static bool take_cr(struct scanner *s, const char **at, const char *end, struct err *err)
{
    (*at)++;
    s->after_cr = *at == end;
    return (*at < end && **at == '\n') || pass(s, "\n", 1, err);
}

/* The LF whose CR ended the piece before, and was passed on as LF. */
static bool skip_lf(struct scanner *s, const char **at)
{
    const bool skip = s->after_cr && **at == '\n';

    s->after_cr = false;
    *at += skip;
    return skip;
}

/* What follows "]" in a CDATA section: another one, the section's end, or text after all. */
static bool take_bracket(struct scanner *s, const char **at, struct err *err)
{
    const char next = **at;
    const unsigned brackets = s->brackets;

    if (next == ']') {
        (*at)++;
        if (brackets == 2)
            return pass(s, "]", 1, err);
        s->brackets = 2;
        return true;
    }
    s->brackets = 0;
    if (next != '>' || brackets < 2)
        return pass(s, "]]", brackets, err);
    (*at)++;
    s->in_cdata = false;
    return true;
}

/* Some text of a CDATA section; up to two "]" wait until it is known whether "]]>" comes. */
static bool take_cdata(struct scanner *s, const char **at, const char *end, struct err *err)
{
    const char *p = *at;

    if (skip_lf(s, at))
        return true;
    if (s->brackets > 0)
        return take_bracket(s, at, err);
    *at = run_end(p, end, ENDS_CDATA);
    if (*at > p)
        return pass(s, p, (size_t)(*at - p), err);
    if (*p == '\r')
        return take_cr(s, at, end, err);
    s->brackets = 1;
    (*at)++;
    return true;
}

static bool take_tag(struct scanner *s, const char *p, size_t n, struct err *err)
{
    if (p[1] == '/') {
        if (s->depth == 0)
            return malformed(err);
        s->depth--;
    } else if (p[n - 2] != '/') {
        s->depth++;
    }
    if (s->tags_n > 0 && s->tags + s->tags_n == p && s->tags_n + n <= TAGS_SIZE) {
        s->tags_n += n;
        return true;
    }
    if (!flush_tags(s, err))
        return false;
    s->tags = p;
    s->tags_n = n;
    return true;
}

static bool take_reference(struct scanner *s, const char *p, size_t n, struct err *err)
{
    char room[4];
    size_t len = 0;

    if (s->depth == 0 || !markup_resolve(p, n, room, &len))
        return malformed(err);
    if (!flush_tags(s, err))
        return false;
    if (!s->plain && markup_entity(p, n) == n) /* it was cut, or it would not be here */
        return s->sink.escaped(s->sink.context, p, n, err);
    return s->sink.text(s->sink.context, room, len, err);
}

static bool take_instruction(struct scanner *s, const char *p, size_t n, struct err *err)
{
    bool declaration = false;
    enum charset charset = CHARSET_NONE;

    if (!markup_instruction(p, n, &declaration, &charset) || (declaration && s->started))
        return malformed(err);
    return !declaration || s->sink.declaration(s->sink.context, charset, err);
}

static bool take_whole(struct scanner *s, const char *p, size_t n, struct err *err)
{
    bool ok = true;

    s->brackets = 0;
    s->after_cr = false;
    switch (markup_kind(p)) {
    case MARKUP_TAG:
        ok = take_tag(s, p, n, err);
        break;
    case MARKUP_REFERENCE:
        ok = take_reference(s, p, n, err);
        break;
    case MARKUP_INSTRUCTION:
        ok = take_instruction(s, p, n, err);
        break;
    case MARKUP_CDATA:
        s->in_cdata = true;
        ok = s->depth > 0 || malformed(err);
        break;
    case MARKUP_COMMENT:
        break;
    }
    s->started = true;
    return ok;
}

/* Goes on with a piece whose beginning came earlier. */
static bool take_held(struct scanner *s, const char **at, const char *end, struct err *err)
{
    const size_t before = s->held.len;
    const size_t more = (size_t)(end - *at);
    const size_t room = s->markup.max_size - before;
    const size_t taken = more < room ? more : room;
    size_t size = 0;
    bool ok = false;

    if (!buf_add(&s->held, *at, taken))
        return err_no_memory(err);
    if (!markup_measure(&s->markup, s->held.data, s->held.len, &size, err))
        return false;
    if (size == 0) {
        *at += taken;
        return true;
    }
    *at += size - before;
    ok = take_whole(s, s->held.data, size, err) && flush_tags(s, err);
    s->held.len = 0;
    return ok;
}

static bool take_markup(struct scanner *s, const char **at, const char *end, struct err *err)
{
    const char *p = *at;
    size_t size = 0;

    if (!markup_measure(&s->markup, p, (size_t)(end - p), &size, err))
        return false;
    if (size == 0) {
        *at = end;
        return buf_add(&s->held, p, (size_t)(end - p)) || err_no_memory(err);
    }
    *at = p + size;
    return take_whole(s, p, size, err);
}

/* Some text before the next markup. "]]>" may not stand in it (XML 1.0, 2.4). */
static bool take_text(struct scanner *s, const char **at, const char *end, struct err *err)
{
    const char *p = *at;

    if (!flush_tags(s, err)) /* the sink may set s->plain */
        return false;
    if (skip_lf(s, at))
        return true;
    *at = s->plain ? plain_end(s, p, end) : escaped_end(p, end);
    if (*at == p && *p == '&')
        return take_markup(s, at, end, err);
    if (*at == p && *p == ']') {
        s->brackets++;
        (*at)++;
        return pass(s, "]", 1, err);
    }
    if (*p == '>' && s->brackets >= 2)
        return malformed(err);
    s->brackets = 0;
    if (*at == p)
        return take_cr(s, at, end, err);
    return pass_to(s, s->plain ? s->sink.text : s->sink.escaped, p, (size_t)(*at - p), err);
}

/* Tags that stand before a fault have their say first: which of several faults is told does not
 * depend on how the document is cut. */
static bool settle(struct scanner *s, bool ok, struct err *err)
{
    struct err earlier = {0};

    if (ok)
        return flush_tags(s, err);
    if (!flush_tags(s, &earlier))
        *err = earlier;
    return false;
}

bool scanner_feed(struct scanner *scanner, const char *data, size_t n, struct err *err)
{
    const char *end = data + n;
    bool ok = true;

    scanner->open = NULL;
    while (ok && data < end) {
        if (scanner->in_cdata)
            ok = take_cdata(scanner, &data, end, err);
        else if (scanner->held.len > 0)
            ok = take_held(scanner, &data, end, err);
        else if (*data == '<')
            ok = take_markup(scanner, &data, end, err);
        else
            ok = take_text(scanner, &data, end, err);
    }
    return settle(scanner, ok, err);
}

bool scanner_finish(const struct scanner *scanner, struct err *err)
{
    if (scanner->held.len > 0 || scanner->in_cdata || scanner->depth > 0)
        return err_set(err, ERR_MALFORMED, "the document ends too early");
    return true;
}

void scanner_close(struct scanner *scanner)
{
    buf_free(&scanner->held);
}
