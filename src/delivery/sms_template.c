#include "delivery/sms_template.h"

#include <string.h>

static bool is_unreserved(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (c != '\0' && strchr("-._~", c) != NULL);
}

/* RFC 3986, 2.1. */
static bool add_percent(const char *value, struct buf *out)
{
    bool ok = true;

    for (; ok && *value != '\0'; value++)
        ok = is_unreserved(*value) ? buf_add(out, value, 1)
                                   : buf_add_format(out, "%%%02X", (unsigned char)*value);
    return ok;
}

static bool add_printable(const char *value, struct buf *out)
{
    bool ok = true;

    for (; ok && *value != '\0'; value++) {
        if (*value >= ' ' && *value < 0x7f)
            ok = buf_add(out, value, 1);
    }
    return ok;
}

static bool add_value(const char *value, enum sms_encoding encoding, struct buf *out)
{
    switch (encoding) {
    case SMS_JSON:
        return buf_add_json(out, value, strlen(value));
    case SMS_FORM:
        return add_percent(value, out);
    case SMS_XML:
        return buf_add_xml(out, value, strlen(value));
    default:
        return add_printable(value, out);
    }
}

/* The value whose name stands at text; its length with braces, 0 if none does. */
static size_t find_value(const char *text, size_t n, const struct sms_values *values,
                         const char **value_out)
{
    const struct {
        const char *name;
        const char *value;
    } all[] = {
        {"{to}", values->to},     {"{to_digits}", values->to + (values->to[0] == '+')},
        {"{from}", values->from}, {"{text}", values->text},
        {"{id}", values->id},     {"{secret}", values->secret == NULL ? "" : values->secret},
    };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        const size_t length = strlen(all[i].name);

        if (length <= n && memcmp(text, all[i].name, length) == 0) {
            *value_out = all[i].value;
            return length;
        }
    }
    return 0;
}

bool sms_fill(const char *template, size_t n, enum sms_encoding encoding,
              const struct sms_values *values, struct buf *out)
{
    bool ok = true;

    for (size_t at = 0; ok && at < n;) {
        const char *value = NULL;
        const size_t length = find_value(template + at, n - at, values, &value);

        ok = length > 0 ? add_value(value, encoding, out) : buf_add(out, template + at, 1);
        at += length > 0 ? length : 1;
    }
    return ok;
}
