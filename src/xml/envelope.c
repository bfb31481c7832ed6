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

void envelope_close(struct envelope *envelope)
{
    free(envelope->space);
    free(envelope->operation);
    free(envelope->operation_space);
    *envelope = (struct envelope){0};
}
