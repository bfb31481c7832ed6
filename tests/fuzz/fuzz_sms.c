/* How an SMS gateway is called: a byte for the encoding, then template, number, name, id and secret
 * a line each, then the text. */
#include "delivery/sms_template.h"
#include "fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_tree.h>

static struct buf fill(const char *template, enum sms_encoding encoding,
                       const struct sms_values *values)
{
    struct buf out = {0};

    fuzz_hold(buf_add(&out, "", 0), "memory is left");
    fuzz_hold(sms_fill(template, strlen(template), encoding, values, &out), "memory is left");
    fuzz_hold(strlen(out.data) == out.len, "there is no zero in it");
    return out;
}

static bool all_in(const char *text, const char *characters)
{
    return text[strspn(text, characters)] == '\0';
}

static bool is_ascii(const char *text)
{
    while (*text != '\0' && (unsigned char)*text < 0x80)
        text++;
    return *text == '\0';
}

/* A text that JSON can hold comes back out of it; what is no UTF-8 is nothing for JSON. */
static void hold_json(const struct sms_values *values)
{
    struct buf out = fill("{text}", SMS_JSON, values);
    yajl_val root = yajl_tree_parse(out.data, NULL, 0);
    const char *string = YAJL_GET_STRING(root);

    if (root != NULL)
        fuzz_hold(string != NULL && strcmp(string, values->text) == 0,
                  "a text is one string of JSON");
    else
        fuzz_hold(!is_ascii(values->text), "every text in ASCII is JSON");
    yajl_tree_free(root);
    buf_free(&out);
}

/* A value stays one value where it stands. */
static void hold_values(const struct sms_values *values)
{
    static const char form[] =
        "%-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    struct buf url = fill("{text}", SMS_FORM, values);
    struct buf xml = fill("{text}", SMS_XML, values);
    struct buf header = fill("{text}", SMS_HEADER, values);

    fuzz_hold(all_in(url.data, form), "a value in a URL ends nothing");
    fuzz_hold(strpbrk(xml.data, "<>\"") == NULL, "a value in XML is no markup");
    for (size_t i = 0; i < header.len; i++)
        fuzz_hold(header.data[i] >= ' ' && header.data[i] < 0x7f, "a value in a header is a line");
    buf_free(&url);
    buf_free(&xml);
    buf_free(&header);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct fuzz_input input = {data, n};
    const enum sms_encoding encoding = (enum sms_encoding)(fuzz_byte(&input) % 4);
    char *template = fuzz_line(&input);
    char *to = fuzz_line(&input);
    char *from = fuzz_line(&input);
    char *id = fuzz_line(&input);
    char *secret = fuzz_line(&input);
    char *text = fuzz_rest(&input);
    const struct sms_values values = {to, from, text, id, secret[0] == '\0' ? NULL : secret};
    struct buf out = fill(template, encoding, &values);

    if (strchr(template, '{') == NULL)
        fuzz_hold(strcmp(out.data, template) == 0, "without braces it stays what it is");
    hold_json(&values);
    hold_values(&values);
    buf_free(&out);
    free(template);
    free(to);
    free(from);
    free(id);
    free(secret);
    free(text);
    return 0;
}
