/* Headers of a request: "1.0" or anything else in the first line, then the target, then lines. */
#include "fuzz/lines.h"
#include "xml/charset.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static size_t count_of(const struct lines *lines, const char *name)
{
    size_t count = 0;

    for (size_t i = 0; i < lines->count; i++)
        count += strcasecmp(lines->items[i].name, name) == 0;
    return count;
}

static void hold_framing(const struct lines *lines, bool http_1_0, const struct header_facts *facts)
{
    static const char *const once[] = {"Host", "Content-Length", "Transfer-Encoding",
                                       "Content-Type", "SOAPAction"};

    for (size_t i = 0; i < sizeof(once) / sizeof(once[0]); i++)
        fuzz_hold(count_of(lines, once[i]) <= 1, "what decides comes once");
    fuzz_hold(facts->length >= -1, "a length is none or a number");
    fuzz_hold(!facts->chunked || facts->length == -1, "there is one framing");
    fuzz_hold(facts->chunked == (count_of(lines, "Transfer-Encoding") == 1), "chunked is read");
    fuzz_hold(!facts->chunked || !http_1_0, "HTTP/1.0 knows no chunks");
    fuzz_hold(http_1_0 || facts->host != NULL, "HTTP/1.1 has a Host");
}

/* A host stands in answers: what could end an attribute or a line is not in it. */
static void hold_values(const struct header_facts *facts)
{
    const char *const values[] = {facts->host, facts->content_type, facts->soap_action};

    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
        fuzz_hold(values[i] == NULL || strpbrk(values[i], "\r\n") == NULL, "a value is one line");
    fuzz_hold(facts->host == NULL || strpbrk(facts->host, "<>&\"'/ ") == NULL, "a host is a name");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct fuzz_input input = {data, n};
    char *version = fuzz_line(&input);
    char *target = fuzz_line(&input);
    const bool http_1_0 = strcmp(version, "1.0") == 0;
    struct header_facts facts = {0};
    const char *reason = NULL;
    struct lines lines;
    int status = 0;

    lines_take(&input, &lines);
    status = headers_read(lines.items, lines.count, http_1_0, &facts, &reason);
    if (status == 0) {
        hold_framing(&lines, http_1_0, &facts);
        hold_values(&facts);
        charset_of_media_type(facts.content_type);
    } else {
        fuzz_hold(status >= 400 && status < 500 && reason != NULL, "a refusal has a reason");
    }
    if (headers_target_ok(target))
        fuzz_hold(target[0] == '/' && strpbrk(target, " \t\r\n") == NULL, "a target is a path");
    lines_free(&lines);
    free(target);
    free(version);
    return 0;
}
