/* The guard: two bytes say how the document is cut and what the media type says, the rest is the
 * document. */
#include "fuzz/fuzz.h"
#include "xml/guard.h"
#include "xml/utf8.h"

#include <stdlib.h>
#include <string.h>

/* So much of a document may be written with six bytes for each of its own, and no limit is near. */
enum { FAR_FROM_LIMITS = 8192, GROWTH = 6, SMALL = 0x80 };

static const struct guard_limits wide = {
    .max_depth = 64,
    .max_markup = 65536,
    .max_attributes = 64,
    .max_elements = 100000,
    .max_text = 1024 * 1024,
    .max_long_text = 4 * 1024 * 1024,
    .max_references = 1000,
    .max_attachments = 100,
    .max_attachment_bytes = 1024 * 1024,
    .spool_directory = "/tmp",
    .spool_threshold = 1024 * 1024,
};

static const struct guard_limits narrow = {
    .max_depth = 12,
    .max_markup = 400,
    .max_attributes = 6,
    .max_elements = 60,
    .max_text = 200,
    .max_long_text = 400,
    .max_references = 3,
    .max_attachments = 2,
    .max_attachment_bytes = 64,
    .spool_directory = "/tmp",
    .spool_threshold = 24,
};

static const char *const media_types[] = {
    NULL,
    "text/xml",
    "text/xml; charset=utf-8",
    "text/xml; charset=\"utf-16\"",
    "text/xml;charset=UTF-16LE",
    "application/soap+xml; charset=utf-16be; action=\"urn:a\"",
    "text/xml; charset=iso-8859-1",
    "text/xml; charset=utf-8; charset=utf-16",
};

static bool feed(void *context, const void *data, size_t n, struct err *err)
{
    return guard_feed(context, data, n, err);
}

static struct guard *run(const struct guard_limits *limits, const char *media_type,
                         struct fuzz_input document, uint8_t cut, struct err *err)
{
    struct guard *guard = guard_new(limits, media_type);

    fuzz_hold(guard != NULL, "memory is left");
    if (fuzz_pieces(document.data, document.n, cut, feed, guard, err))
        guard_finish(guard, err);
    return guard;
}

static void hold_same(const struct guard *a, const struct guard *b)
{
    size_t a_n = 0;
    size_t b_n = 0;
    const char *a_text = guard_document(a, &a_n);
    const char *b_text = guard_document(b, &b_n);

    fuzz_hold(a_n == b_n && memcmp(a_text, b_text, a_n) == 0, "a cut changes no document");
    fuzz_hold(strcmp(guard_operation(a), guard_operation(b)) == 0, "a cut changes no operation");
    fuzz_hold(guard_attachment_count(a) == guard_attachment_count(b) &&
                  guard_overflow(a) == guard_overflow(b),
              "a cut changes no attachments");
    for (size_t i = 0; !guard_overflow(a) && i < guard_attachment_count(a); i++)
        fuzz_hold(memcmp(blob_sha256(guard_attachment(a, i)), blob_sha256(guard_attachment(b, i)),
                         32) == 0,
                  "a cut changes no content");
}

static void hold_clean(const struct guard *guard, struct fuzz_input sent)
{
    size_t n = 0;
    size_t whole = 0;
    const char *text = guard_document(guard, &n);

    fuzz_hold(text != NULL && strlen(text) == n, "a document has no zero in it");
    fuzz_hold(n <= GROWTH * sent.n, "a document does not grow beyond references");
    fuzz_hold(strstr(text, "<!") == NULL && strstr(text, "<?") == NULL, "there are only tags");
    fuzz_hold(utf8_check((const uint8_t *)text, n, &whole) && whole == n, "it is UTF-8");
    fuzz_hold(fuzz_is_xml(text, n), "it is well-formed");
    fuzz_hold(guard_operation(guard)[0] == '\0' || strstr(text, guard_operation(guard)) != NULL,
              "the operation is in it");
    if (guard_message_id(guard) != NULL)
        fuzz_hold(strchr(guard_message_id(guard), '<') == NULL, "a MessageID is only text");
}

/* A document that is clean stays what it is. */
static void hold_settled(const struct guard *guard)
{
    struct err err = {0};
    struct fuzz_input document = {0};
    struct guard *again = NULL;

    document.data = (const uint8_t *)guard_document(guard, &document.n);
    if (guard_attachment_count(guard) > 0 || document.n > FAR_FROM_LIMITS)
        return;
    again = run(&wide, NULL, document, 0, &err);
    fuzz_hold(err.kind == ERR_NONE, "a clean document is taken again");
    hold_same(guard, again);
    guard_free(&again);
}

static bool has(struct fuzz_input input, const char *word)
{
    return input.n > 0 && memmem(input.data, input.n, word, strlen(word)) != NULL;
}

/* In UTF-16, which has zero bytes, these could be other characters. */
static bool has_bare_doctype(struct fuzz_input input)
{
    return has(input, "<!DOCTYPE") && memchr(input.data, 0, input.n) == NULL &&
           !has(input, "<![CDATA[") && !has(input, "<!--") && !has(input, "<?");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct fuzz_input input = {data, n};
    const uint8_t cut = fuzz_byte(&input);
    const uint8_t choice = fuzz_byte(&input);
    const struct guard_limits *limits = (choice & SMALL) != 0 ? &narrow : &wide;
    const char *media_type = media_types[choice % (sizeof(media_types) / sizeof(media_types[0]))];
    struct err err = {0};
    struct err cut_err = {0};
    struct guard *whole = run(limits, media_type, input, 0, &err);
    struct guard *pieces = run(limits, media_type, input, cut, &cut_err);

    fuzz_hold(err.kind == cut_err.kind, "a cut changes no verdict");
    fuzz_hold(guard_soap(whole) == guard_soap(pieces) || err.kind != ERR_NONE,
              "a cut changes no SOAP version");
    if (err.kind == ERR_NONE) {
        fuzz_hold(!has_bare_doctype(input), "a DOCTYPE is refused");
        hold_same(whole, pieces);
        hold_clean(whole, input);
        if (limits == &wide)
            hold_settled(whole);
    }
    guard_free(&whole);
    guard_free(&pieces);
    return 0;
}
