#include "http/headers.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum known {
    HOST,
    CONTENT_LENGTH,
    TRANSFER_ENCODING,
    CONTENT_TYPE,
    CONTENT_ENCODING,
    SOAP_ACTION,
    EXPECT,
    KNOWN_COUNT
};

static const char *const known_names[KNOWN_COUNT] = {
    "Host",       "Content-Length", "Transfer-Encoding", "Content-Type", "Content-Encoding",
    "SOAPAction", "Expect"};

bool headers_is_token(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const unsigned char c = (unsigned char)text[i];

        if (c <= 0x20 || c >= 0x7f || strchr("\"(),/:;<=>?@[\\]{}", c) != NULL)
            return false;
    }
    return n > 0;
}

static bool is_value(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const unsigned char c = (unsigned char)text[i];

        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

bool headers_is_visible(const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text <= 0x20 || *text >= 0x7f)
            return false;
    }
    return true;
}

bool headers_target_ok(const char *path)
{
    return path[0] == '/' && headers_is_visible(path);
}

/* A host name or address with an optional port; it may end up in an answer, so nothing else. */
static bool is_host(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!isalnum((unsigned char)text[i]) && strchr(".-_:[]", text[i]) == NULL)
            return false;
    }
    return n > 0 && n <= 255;
}

static enum known known_of(const struct header_line *line)
{
    int i = 0;

    while (i < KNOWN_COUNT && (strlen(known_names[i]) != line->name_len ||
                               strncasecmp(known_names[i], line->name, line->name_len) != 0))
        i++;
    return (enum known)i;
}

static int refuse(int status, const char *reason, const char **reason_out)
{
    *reason_out = reason;
    return status;
}

/* Each known header may come once: which of two counts is a matter of opinion. */
static int sort_lines(const struct header_line *lines, size_t count,
                      const struct header_line *known[KNOWN_COUNT], const char **reason_out)
{
    for (size_t i = 0; i < count; i++) {
        const enum known k = known_of(&lines[i]);

        if (!headers_is_token(lines[i].name, lines[i].name_len) ||
            !is_value(lines[i].value, lines[i].value_len))
            return refuse(400, "a header has characters that do not belong there", reason_out);
        if (k == KNOWN_COUNT)
            continue;
        if (known[k] != NULL)
            return refuse(400, "a header is repeated", reason_out);
        known[k] = &lines[i];
    }
    return 0;
}

/* Digits only (RFC 9110, 8.6); what no int64_t holds is larger than any limit. */
static int read_length(const struct header_line *line, int64_t *length, const char **reason_out)
{
    int64_t n = 0;

    for (size_t i = 0; i < line->value_len; i++) {
        if (line->value[i] < '0' || line->value[i] > '9')
            return refuse(400, "Content-Length is not a number", reason_out);
        if (__builtin_mul_overflow(n, 10, &n) ||
            __builtin_add_overflow(n, line->value[i] - '0', &n))
            return refuse(413, "the body is too large", reason_out);
    }
    if (line->value_len == 0)
        return refuse(400, "Content-Length is empty", reason_out);
    *length = n;
    return 0;
}

static bool is_exactly(const struct header_line *line, const char *text)
{
    return line->value_len == strlen(text) && strcasecmp(line->value, text) == 0;
}

static int read_framing(const struct header_line *known[KNOWN_COUNT], bool http_1_0,
                        struct header_facts *facts, const char **reason_out)
{
    const struct header_line *encoding = known[TRANSFER_ENCODING];

    if (encoding != NULL) {
        if (known[CONTENT_LENGTH] != NULL)
            return refuse(400, "Content-Length beside Transfer-Encoding", reason_out);
        if (http_1_0 || !is_exactly(encoding, "chunked"))
            return refuse(400, "Transfer-Encoding can only be chunked", reason_out);
        facts->chunked = true;
    }
    if (known[CONTENT_LENGTH] != NULL)
        return read_length(known[CONTENT_LENGTH], &facts->length, reason_out);
    return 0;
}

/* false: it is none that we unpack (RFC 9110, 8.4.1). */
static bool read_coding(const struct header_line *line, enum content_coding *coding)
{
    *coding = CODING_NONE;
    if (line == NULL || is_exactly(line, "identity"))
        return true;
    if (is_exactly(line, "gzip") || is_exactly(line, "x-gzip"))
        *coding = CODING_GZIP;
    else if (is_exactly(line, "deflate"))
        *coding = CODING_DEFLATE;
    return *coding != CODING_NONE;
}

static const char *value_of(const struct header_line *line)
{
    return line == NULL ? NULL : line->value;
}

int headers_read(const struct header_line *lines, size_t count, bool http_1_0,
                 struct header_facts *facts_out, const char **reason_out)
{
    const struct header_line *known[KNOWN_COUNT] = {0};
    struct header_facts facts = {.length = -1};
    int status = sort_lines(lines, count, known, reason_out);

    if (status == 0)
        status = read_framing(known, http_1_0, &facts, reason_out);
    if (status != 0)
        return status;
    if (known[HOST] == NULL ? !http_1_0 : !is_host(known[HOST]->value, known[HOST]->value_len))
        return refuse(400, "Host is missing or odd", reason_out);
    if (known[EXPECT] != NULL && !is_exactly(known[EXPECT], "100-continue"))
        return refuse(417, "Expect can only be 100-continue", reason_out);
    if (!read_coding(known[CONTENT_ENCODING], &facts.coding))
        return refuse(415, "Content-Encoding is not supported", reason_out);
    facts.host = value_of(known[HOST]);
    facts.content_type = value_of(known[CONTENT_TYPE]);
    facts.soap_action = value_of(known[SOAP_ACTION]);
    facts.expects_continue = known[EXPECT] != NULL;
    *facts_out = facts;
    return 0;
}
