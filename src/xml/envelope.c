#include "xml/envelope.h"

#include <stdlib.h>
#include <string.h>

static bool keep(char **copy, const char *text, struct err *err)
{
    *copy = strdup(text);
    return *copy != NULL || err_no_memory(err);
}

static bool begin_root(struct envelope *e, const char *space, const char *name, struct err *err)
{
    if (strcmp(name, "Envelope") != 0)
        return err_set(err, ERR_MALFORMED, "the document is not a SOAP envelope");
    return keep(&e->space, space, err);
}

static bool begin_part(struct envelope *e, const char *space, const char *name, struct err *err)
{
    const bool known = strcmp(space, e->space) == 0;

    if (known && strcmp(name, "Header") == 0 && !e->has_header && !e->has_body) {
        e->has_header = true;
        return true;
    }
    if (known && strcmp(name, "Body") == 0 && !e->has_body) {
        e->has_body = true;
        return true;
    }
    return err_set(err, ERR_MALFORMED, "an envelope has one Header at most, then one Body");
}

static bool begin_block(struct envelope *e, const char *space, const char *name, struct err *err)
{
    if (!e->has_body)
        return true; /* a header block */
    if (e->operation != NULL)
        return err_set(err, ERR_MALFORMED, "the Body holds more than one element");
    return keep(&e->operation, name, err) && keep(&e->operation_space, space, err);
}

bool envelope_element(struct envelope *envelope, size_t depth, const char *space, const char *name,
                      struct err *err)
{
    if (space == NULL)
        space = "";
    if (depth == ENVELOPE_ROOT)
        return begin_root(envelope, space, name, err);
    if (depth == ENVELOPE_PART)
        return begin_part(envelope, space, name, err);
    return begin_block(envelope, space, name, err);
}

bool envelope_in_header(const struct envelope *envelope, size_t depth)
{
    return depth == ENVELOPE_BLOCK && !envelope->has_body;
}

static bool is_soap(const struct envelope *e, const char *space)
{
    return space != NULL && strcmp(space, e->space) == 0;
}

bool envelope_is_role(const struct envelope *envelope, const char *space, const char *name)
{
    return is_soap(envelope, space) && (strcmp(name, "role") == 0 || strcmp(name, "actor") == 0);
}

static void trim(const char **text, size_t *n)
{
    static const char blank[] = " \t\r\n";

    while (*n > 0 && strchr(blank, **text) != NULL) {
        (*text)++;
        (*n)--;
    }
    while (*n > 0 && strchr(blank, (*text)[*n - 1]) != NULL)
        (*n)--;
}

bool envelope_role_is_ours(const char *role, size_t n)
{
    static const char *const ours[] = {
        "",
        "http://schemas.xmlsoap.org/soap/actor/next",
        "http://www.w3.org/2003/05/soap-envelope/role/next",
        "http://www.w3.org/2003/05/soap-envelope/role/ultimateReceiver",
    };

    trim(&role, &n);
    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
        if (strlen(ours[i]) == n && memcmp(ours[i], role, n) == 0)
            return true;
    }
    return false;
}

bool envelope_must_understand(const struct envelope *envelope, const char *space, const char *name,
                              const char *value, size_t n)
{
    if (!is_soap(envelope, space) || strcmp(name, "mustUnderstand") != 0)
        return false;
    trim(&value, &n);
    return (n == 1 && value[0] == '1') || (n == 4 && memcmp(value, "true", 4) == 0);
}

/* Names move when there are more of them. */
static void point_to_names(struct envelope *e)
{
    for (size_t i = 0; i < e->block_count; i++) {
        e->blocks[i].space = e->names.data + e->blocks[i].at;
        e->blocks[i].name = e->blocks[i].space + strlen(e->blocks[i].space) + 1;
    }
}

bool envelope_keep_block(struct envelope *envelope, const char *space, const char *name,
                         bool must_understand, struct err *err)
{
    struct envelope *e = envelope;
    const struct envelope_block block = {.must_understand = must_understand, .at = e->names.len};

    if (e->block_count == ENVELOPE_BLOCKS_MAX)
        return err_set(err, ERR_MALFORMED, "the Header has too many blocks");
    if (space == NULL)
        space = "";
    if (!buf_add(&e->names, space, strlen(space) + 1) ||
        !buf_add(&e->names, name, strlen(name) + 1))
        return err_no_memory(err);
    e->blocks[e->block_count++] = block;
    point_to_names(e);
    return true;
}

bool envelope_keep_message_id(struct envelope *envelope, const char *text, size_t n,
                              struct err *err)
{
    trim(&text, &n);
    free(envelope->message_id);
    envelope->message_id = strndup(text, memchr(text, '<', n) == NULL ? n : 0);
    return envelope->message_id != NULL || err_no_memory(err);
}

void envelope_close(struct envelope *envelope)
{
    buf_free(&envelope->names);
    free(envelope->message_id);
    free(envelope->space);
    free(envelope->operation);
    free(envelope->operation_space);
    *envelope = (struct envelope){0};
}
