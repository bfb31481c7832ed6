#include "xml/charset.h"

#include <string.h>
#include <strings.h>

static enum charset charset_of_name(const char *name, size_t n)
{
    static const struct {
        const char *name;
        enum charset charset;
    } names[] = {
        {"utf-8", CHARSET_UTF8},       {"utf8", CHARSET_UTF8},        {"utf-16", CHARSET_UTF16},
        {"utf-16le", CHARSET_UTF16LE}, {"utf-16be", CHARSET_UTF16BE},
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strlen(names[i].name) == n && strncasecmp(names[i].name, name, n) == 0)
            return names[i].charset;
    }
    return CHARSET_OTHER;
}

/* Reads one parameter (RFC 9110, 5.6.6); returns where the next ';' or the end is. */
static const char *read_parameter(const char *p, enum charset *charset)
{
    const char *name = p + strspn(p, " \t");
    const size_t name_len = strcspn(name, "=; \t");
    const char *value = name + name_len + strspn(name + name_len, " \t");
    size_t n = 0;
    enum charset found = CHARSET_NONE;

    if (*value != '=')
        return value + strcspn(value, ";");
    value += 1 + strspn(value + 1, " \t");
    if (*value == '"') {
        value++;
        while (value[n] != '\0' && value[n] != '"')
            n += value[n] == '\\' && value[n + 1] != '\0' ? 2 : 1;
        p = value + n + (value[n] == '"');
    } else {
        n = strcspn(value, "; \t");
        p = value + n;
    }
    if (name_len == 7 && strncasecmp(name, "charset", 7) == 0) {
        found = charset_of_name(value, n);
        *charset = *charset == CHARSET_NONE || *charset == found ? found : CHARSET_OTHER;
    }
    return p + strcspn(p, ";");
}

enum charset charset_of_media_type(const char *content_type)
{
    enum charset charset = CHARSET_NONE;
    const char *p = content_type == NULL ? "" : content_type;

    p += strcspn(p, ";");
    while (*p == ';')
        p = read_parameter(p + 1, &charset);
    return charset;
}

struct cursor {
    const char *p;
    const char *end;
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static size_t skip_space(struct cursor *at)
{
    const char *start = at->p;

    while (at->p < at->end && is_space(*at->p))
        at->p++;
    return (size_t)(at->p - start);
}

static bool take(struct cursor *at, const char *text)
{
    const size_t n = strlen(text);

    if ((size_t)(at->end - at->p) < n || memcmp(at->p, text, n) != 0)
        return false;
    at->p += n;
    return true;
}

/* name="value" or name='value' after white space; when it is not there, the cursor stays. */
static bool take_pair(struct cursor *at, const char *name, const char **value_out, size_t *n_out)
{
    struct cursor try = *at;
    const char *close = NULL;

    if (skip_space(&try) == 0 || !take(&try, name))
        return false;
    skip_space(&try);
    if (!take(&try, "="))
        return false;
    skip_space(&try);
    if (try.p == try.end || (*try.p != '"' && *try.p != '\''))
        return false;
    close = memchr(try.p + 1, *try.p, (size_t)(try.end - try.p - 1));
    if (close == NULL)
        return false;
    *value_out = try.p + 1;
    *n_out = (size_t)(close - try.p - 1);
    at->p = close + 1;
    return true;
}

static bool is_text(const char *value, size_t n, const char *expected)
{
    return n == strlen(expected) && memcmp(value, expected, n) == 0;
}

bool charset_of_declaration(const char *text, size_t n, enum charset *charset_out)
{
    struct cursor at = {text, text + n};
    enum charset charset = CHARSET_NONE;
    const char *value = NULL;
    size_t len = 0;

    if (!take_pair(&at, "version", &value, &len) || !is_text(value, len, "1.0"))
        return false;
    if (take_pair(&at, "encoding", &value, &len))
        charset = charset_of_name(value, len);
    if (take_pair(&at, "standalone", &value, &len) && !is_text(value, len, "yes") &&
        !is_text(value, len, "no"))
        return false;
    skip_space(&at);
    if (at.p != at.end)
        return false;
    *charset_out = charset;
    return true;
}
