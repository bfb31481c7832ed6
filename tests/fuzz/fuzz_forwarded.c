/* Who calls through proxies: a line of trusted networks, then header lines. */
#include "fuzz/lines.h"
#include "http/forwarded.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct address unset = {.v6 = true, .bytes = {0xff, 0xee}};

static bool same(const struct address *a, const struct address *b)
{
    return a->v6 == b->v6 && memcmp(a->bytes, b->bytes, a->v6 ? 16 : 4) == 0;
}

static void hold_address(const struct address *address)
{
    char text[ADDRESS_TEXT_SIZE] = "";
    struct address again = {0};

    address_text(address, text);
    fuzz_hold(address_parse(text, strlen(text), &again), "an address that is written is read");
    fuzz_hold(same(address, &again), "an address is written as it is");
}

static bool is_about_callers(const struct lines *lines)
{
    for (size_t i = 0; i < lines->count; i++) {
        if (strcasecmp(lines->items[i].name, "Forwarded") == 0 ||
            strcasecmp(lines->items[i].name, "X-Forwarded-For") == 0)
            return true;
    }
    return false;
}

/* What a caller puts in front of what the nearest proxy wrote changes nothing. */
static void hold_nearest(struct lines *lines, const struct networks *trusted,
                         const struct address *client)
{
    const struct header_line word = {"X-Forwarded-For", 15, "203.0.113.99", 12};
    struct header_line more[LINES_MAX + 1] = {word};
    struct address again = unset;
    const char *reason = NULL;

    memcpy(more + 1, lines->items, lines->count * sizeof(more[0]));
    if (networks_contain(trusted, client))
        return;
    for (size_t i = 0; i < lines->count; i++) {
        if (strcasecmp(lines->items[i].name, "Forwarded") == 0)
            return;
    }
    fuzz_hold(forwarded_client(more, lines->count + 1, trusted, &again, &reason) &&
                  same(client, &again),
              "the caller's own word counts for nothing");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct fuzz_input input = {data, n};
    char *list = fuzz_line(&input);
    struct networks trusted = {0};
    struct address client = unset;
    const char *reason = NULL;
    struct err err = {0};
    struct lines lines;

    lines_take(&input, &lines);
    if (!networks_parse(list, &trusted, &err))
        fuzz_hold(err.kind == ERR_INVALID, "a list that is none is invalid");
    else if (!forwarded_client(lines.items, lines.count, &trusted, &client, &reason))
        fuzz_hold(reason != NULL && same(&client, &unset), "a refusal leaves the caller alone");
    else if (!same(&client, &unset)) {
        fuzz_hold(is_about_callers(&lines), "an address comes from a header");
        hold_address(&client);
        hold_nearest(&lines, &trusted, &client);
    }
    lines_free(&lines);
    free(list);
    return 0;
}
