#include "xml/guard.h"

#include "xml/document.h"
#include "xml/encoding.h"
#include "xml/scanner.h"

#include <stdlib.h>
#include <string.h>

struct guard {
    struct encoding encoding;
    struct scanner scanner;
    struct document document;
    struct err err; /* why the request was refused */
};

static bool on_characters(void *context, const char *text, size_t n, struct err *err)
{
    struct guard *g = context;

    return scanner_feed(&g->scanner, text, n, err);
}

static bool on_declaration(void *context, enum charset charset, struct err *err)
{
    struct guard *g = context;

    return encoding_declared(&g->encoding, charset, err);
}

static bool on_tags(void *context, const char *tags, size_t n, struct err *err)
{
    struct guard *g = context;

    if (!document_tags(&g->document, tags, n, err))
        return false;
    g->scanner.plain = document_wants_data(&g->document);
    return true;
}

static bool on_text(void *context, const char *text, size_t n, struct err *err)
{
    struct guard *g = context;

    return document_text(&g->document, text, n, err);
}

static bool on_escaped(void *context, const char *text, size_t n, struct err *err)
{
    struct guard *g = context;

    return document_escaped(&g->document, text, n, err);
}

struct guard *guard_new(const struct guard_limits *limits, const char *content_type)
{
    struct guard *g = calloc(1, sizeof(*g));
    const struct scanner_sink sink = {.context = g,
                                      .text = on_text,
                                      .escaped = on_escaped,
                                      .tags = on_tags,
                                      .declaration = on_declaration};

    if (g == NULL)
        return NULL;
    encoding_init(&g->encoding, content_type, on_characters, g);
    scanner_init(&g->scanner, &sink, limits->max_markup, limits->max_attributes);
    if (!document_open(&g->document, limits)) {
        free(g);
        return NULL;
    }
    return g;
}

/* Keeps the reason and gives back what a refused request holds. */
static bool refuse(struct guard *g, const struct err *err)
{
    g->err = *err;
    document_drop(&g->document);
    return false;
}

bool guard_feed(struct guard *guard, const void *data, size_t n, struct err *err)
{
    if (guard->err.kind != ERR_NONE) {
        *err = guard->err;
        return false;
    }
    return encoding_feed(&guard->encoding, data, n, err) || refuse(guard, err);
}

static bool finish(struct guard *g, struct err *err)
{
    return encoding_finish(&g->encoding, err) && scanner_finish(&g->scanner, err) &&
           document_finish(&g->document, err);
}

bool guard_finish(struct guard *guard, struct err *err)
{
    if (guard->err.kind != ERR_NONE) {
        *err = guard->err;
        return false;
    }
    return finish(guard, err) || refuse(guard, err);
}

enum guard_soap guard_soap(const struct guard *guard)
{
    const char *space = guard->document.envelope.space;

    if (space == NULL)
        return GUARD_SOAP_NONE;
    if (strcmp(space, "http://schemas.xmlsoap.org/soap/envelope/") == 0)
        return GUARD_SOAP_11;
    if (strcmp(space, "http://www.w3.org/2003/05/soap-envelope") == 0)
        return GUARD_SOAP_12;
    return GUARD_SOAP_OTHER;
}

const char *guard_document(const struct guard *guard, size_t *len_out)
{
    *len_out = guard->document.clean.len;
    return guard->document.clean.data;
}

const char *guard_operation(const struct guard *guard)
{
    return guard->document.envelope.operation == NULL ? "" : guard->document.envelope.operation;
}

const char *guard_operation_namespace(const struct guard *guard)
{
    return guard->document.envelope.operation_space == NULL
               ? ""
               : guard->document.envelope.operation_space;
}

const struct envelope_block *guard_blocks(const struct guard *guard, size_t *count_out)
{
    *count_out = guard->document.envelope.block_count;
    return guard->document.envelope.blocks;
}

const char *guard_message_id(const struct guard *guard)
{
    return guard->document.envelope.message_id;
}

size_t guard_attachment_count(const struct guard *guard)
{
    return guard->document.attachments.seen;
}

const struct blob *guard_attachment(const struct guard *guard, size_t index)
{
    return index < guard->document.attachments.count ? guard->document.attachments.blobs[index]
                                                     : NULL;
}

bool guard_overflow(const struct guard *guard)
{
    return guard->document.attachments.overflow;
}

void guard_free(struct guard **guard)
{
    if (*guard == NULL)
        return;
    scanner_close(&(*guard)->scanner);
    document_close(&(*guard)->document);
    free(*guard);
    *guard = NULL;
}
