#include "fuzz/fuzz.h"

#include <libxml/parser.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WHOLE, BYTE_BY_BYTE };

_Noreturn void fuzz_fail(const char *what)
{
    fprintf(stderr, "this does not hold: %s\n", what);
    abort();
}

uint8_t fuzz_byte(struct fuzz_input *input)
{
    uint8_t byte = 0;

    if (input->n == 0)
        return 0;
    byte = input->data[0];
    input->data++;
    input->n--;
    return byte;
}

/* Not strndup, which sanitizers let see nothing that has no zero behind it. */
static char *copy(const uint8_t *data, size_t n)
{
    const uint8_t *zero = n == 0 ? NULL : memchr(data, 0, n);
    const size_t length = zero == NULL ? n : (size_t)(zero - data);
    char *text = malloc(length + 1);

    fuzz_hold(text != NULL, "memory is left");
    if (length > 0)
        memcpy(text, data, length);
    text[length] = '\0';
    return text;
}

char *fuzz_line(struct fuzz_input *input)
{
    const uint8_t *end = input->n == 0 ? NULL : memchr(input->data, '\n', input->n);
    const size_t n = end == NULL ? input->n : (size_t)(end - input->data);
    char *line = copy(input->data, n);

    input->data += n + (end != NULL);
    input->n -= n + (end != NULL);
    return line;
}

char *fuzz_rest(struct fuzz_input *input)
{
    char *text = copy(input->data, input->n);

    input->data += input->n;
    input->n = 0;
    return text;
}

static bool feed_copy(const uint8_t *data, size_t n, fuzz_feed *feed, void *context,
                      struct err *err)
{
    uint8_t *piece = malloc(n);
    bool ok = false;

    fuzz_hold(piece != NULL, "memory is left");
    memcpy(piece, data, n);
    ok = feed(context, piece, n, err);
    free(piece);
    return ok;
}

bool fuzz_pieces(const uint8_t *data, size_t n, uint8_t seed, fuzz_feed *feed, void *context,
                 struct err *err)
{
    uint32_t state = seed;
    bool ok = true;

    for (size_t at = 0; ok && at < n;) {
        size_t step = seed == WHOLE ? n : 1;

        if (seed > BYTE_BY_BYTE) {
            state = state * 1103515245u + 12345u;
            step = 1 + (state >> 16) % seed;
        }
        step = step > n - at ? n - at : step;
        ok = feed_copy(data + at, step, feed, context, err);
        at += step;
    }
    return ok;
}

static void say_nothing(void *context, const char *format, ...)
{
    (void)context;
    (void)format;
}

bool fuzz_is_xml(const char *text, size_t n)
{
    const int options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_HUGE;
    xmlDoc *document = NULL;
    bool good = false;

    if (n > INT_MAX)
        return false;
    xmlSetGenericErrorFunc(NULL, say_nothing);
    document = xmlReadMemory(text, (int)n, NULL, "UTF-8", options);
    good = document != NULL && document->intSubset == NULL;
    xmlFreeDoc(document);
    return good;
}
