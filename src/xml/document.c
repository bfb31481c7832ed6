#include "xml/document.h"

#include "xml/level.h"
#include "xml/parser_memory.h"
#include "xml/writer.h"

#include <libxml/parser.h>
#include <libxml/threads.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum {
    /* The clean document has no attachments any more: room for some long texts and for a full list
     * of references. A larger one is hostile, since escaping lets it grow to five times what came.
     */
    MAX_CLEAN_BASE = 32 * 1024 * 1024,
    MAX_CLEAN_TEXTS = 8,
    /* libxml2 searches all declarations in scope for every prefix: times max_attributes. */
    MAX_SCOPE_FACTOR = 4,
};

struct document_level {
    enum level_kind kind;
    int declarations; /* of namespaces, made by this element */
};

static bool malformed(struct err *err)
{
    return err_set(err, ERR_MALFORMED, "the document is not well-formed XML");
}

/* What libxml2 found wrong, unless the fault is ours. */
static bool not_parsed(bool no_memory, struct err *err)
{
    return no_memory ? err_no_memory(err) : malformed(err);
}

static bool over_limit(const char *limit, struct err *err)
{
    return err_set(err, ERR_MALFORMED, "the document exceeds %s", limit);
}

static bool check_counts(struct document *d, int declarations, struct err *err)
{
    const struct guard_limits *limits = d->limits;

    if (d->depth >= limits->max_depth)
        return over_limit("max_depth", err);
    if (++d->elements > limits->max_elements)
        return over_limit("max_elements", err);
    d->declarations += (size_t)declarations;
    if (d->declarations > MAX_SCOPE_FACTOR * limits->max_attributes)
        return over_limit("max_attributes with its namespace declarations", err);
    return true;
}

static bool has_nil(const struct writer_tag *tag)
{
    for (int i = 0; i < tag->attributes_n; i++) {
        const unsigned char **five = tag->attributes + 5 * (size_t)i;

        if (level_is_nil((const char *)five[2], (const char *)five[0], (const char *)five[3],
                         (int)(five[4] - five[3])))
            return true;
    }
    return false;
}

/* A block of the Header: *ours_out tells whether it is for us, who then must know of it. */
static bool begin_block(struct document *d, const char *space, const struct writer_tag *tag,
                        bool *ours_out, struct err *err)
{
    bool must_understand = false;
    bool ours = true;

    for (int i = 0; i < tag->attributes_n; i++) {
        const unsigned char **five = tag->attributes + 5 * (size_t)i;
        const char *name = (const char *)five[0];
        const char *attribute_space = (const char *)five[2];
        const char *value = (const char *)five[3];
        const size_t n = (size_t)(five[4] - five[3]);

        if (envelope_must_understand(&d->envelope, attribute_space, name, value, n))
            must_understand = true;
        if (envelope_is_role(&d->envelope, attribute_space, name))
            ours = envelope_role_is_ours(value, n);
    }
    *ours_out = ours;
    return !ours || envelope_keep_block(&d->envelope, space, tag->name, must_understand, err);
}

/* Text begins here that answers repeat (WS-Addressing 1.0, 3.4). */
static void open_message_id(struct document *d, const char *space, const char *name)
{
    static const char addressing[] = "http://www.w3.org/2005/08/addressing";

    if (envelope_in_header(&d->envelope, d->depth) && space != NULL &&
        strcmp(space, addressing) == 0 && strcmp(name, "MessageID") == 0)
        d->message_id = d->clean.len;
}

static bool close_message_id(struct document *d, struct err *err)
{
    const size_t start = d->message_id;

    if (start == 0 || d->depth != ENVELOPE_BLOCK)
        return true;
    d->message_id = 0;
    return envelope_keep_message_id(&d->envelope, d->clean.data + start, d->clean.len - start, err);
}

static bool begin_element(struct document *d, const char *space, const struct writer_tag *tag,
                          struct err *err)
{
    struct document_level *level = NULL;
    bool ours = true;

    if (d->levels[d->depth].kind == LEVEL_DATA)
        return err_set(err, ERR_INVALID, "Data holds elements instead of base64Binary");
    if (!check_counts(d, tag->declarations_n, err))
        return false;
    level = &d->levels[++d->depth];
    level->declarations = tag->declarations_n;
    level->kind = level_kind(level[-1].kind, space, tag->name);
    if (level->kind == LEVEL_REFERENCE && ++d->references > d->limits->max_references)
        return err_set(err, ERR_TOO_LARGE, "more references than max_references allows");
    if (level->kind == LEVEL_DATA)
        d->nil = has_nil(tag);
    if (d->depth <= ENVELOPE_BLOCK &&
        !envelope_element(&d->envelope, d->depth, space, tag->name, err))
        return false;
    if (envelope_in_header(&d->envelope, d->depth) && !begin_block(d, space, tag, &ours, err))
        return false;
    /* Inside of an operation nil means absent (CONTRACT.md 8): items of lists too are left out. */
    if (d->skipped > 0 || !ours ||
        (d->depth > ENVELOPE_BLOCK && level->kind != LEVEL_DATA && has_nil(tag))) {
        d->skipped++;
        return true;
    }
    if (!writer_start(&d->clean, tag))
        return err_no_memory(err);
    open_message_id(d, space, tag->name);
    return true;
}

static bool end_data(struct document *d, struct err *err)
{
    bool filled = false;
    size_t index = 0;

    if (!attachments_end(&d->attachments, &filled, &index, err))
        return false;
    if (filled && d->nil)
        return err_set(err, ERR_INVALID, "Data is nil and yet not empty");
    return !filled || d->skipped > 0 || buf_add_format(&d->clean, "%zu", index) ||
           err_no_memory(err);
}

static bool end_element(struct document *d, const char *prefix, const char *name, struct err *err)
{
    const struct document_level *level = &d->levels[d->depth];

    if ((level->kind == LEVEL_DATA && !end_data(d, err)) || !close_message_id(d, err))
        return false;
    d->declarations -= (size_t)level->declarations;
    d->depth--;
    if (d->skipped > 0) {
        d->skipped--;
        return true;
    }
    return writer_end(&d->clean, prefix, name) || err_no_memory(err);
}

static void on_start(void *context, const xmlChar *name, const xmlChar *prefix,
                     const xmlChar *space, int declarations_n, const xmlChar **declarations,
                     int attributes_n, int defaulted_n, const xmlChar **attributes)
{
    struct document *d = context;
    const struct writer_tag tag = {.name = (const char *)name,
                                   .prefix = (const char *)prefix,
                                   .declarations_n = declarations_n,
                                   .declarations = declarations,
                                   .attributes_n = attributes_n,
                                   .attributes = attributes};

    (void)defaulted_n;
    if (d->err.kind == ERR_NONE)
        begin_element(d, (const char *)space, &tag, &d->err);
}

static void on_end(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *space)
{
    struct document *d = context;

    (void)space;
    if (d->err.kind == ERR_NONE)
        end_element(d, (const char *)prefix, (const char *)name, &d->err);
}

static xmlParserInputPtr refuse_entity(const char *url, const char *id, xmlParserCtxtPtr parser)
{
    (void)url;
    (void)id;
    (void)parser;
    return NULL;
}

static void say_nothing(void *context, const char *format, ...)
{
    (void)context;
    (void)format;
}

static void prepare_library(void)
{
    parser_memory_watch();
    xmlInitParser();
    xmlSetExternalEntityLoader(refuse_entity);
}

/* libxml2 gets a declaration of ours first; the request's own was read by the scanner. */
static xmlParserCtxtPtr new_parser(struct document *d)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    static const char declaration[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
    xmlSAXHandler handler = {
        .initialized = XML_SAX2_MAGIC, .startElementNs = on_start, .endElementNs = on_end};
    xmlParserCtxtPtr parser = NULL;

    pthread_once(&once, prepare_library);
    if (xmlGetGlobalState() == NULL) /* made when a thread first asks; the library does not look */
        return NULL;
    /* This thread's; libxml2 would print to stderr, in the worst case what was sent. */
    xmlSetGenericErrorFunc(NULL, say_nothing);
    parser = xmlCreatePushParserCtxt(&handler, d, declaration, sizeof(declaration) - 1, NULL);
    if (parser != NULL)
        xmlCtxtUseOptions(parser, XML_PARSE_NONET);
    return parser;
}

bool document_open(struct document *document, const struct guard_limits *limits)
{
    const struct attachment_limits attachments = {.max_count = limits->max_attachments,
                                                  .max_bytes = limits->max_attachment_bytes,
                                                  .spool_directory = limits->spool_directory,
                                                  .spool_threshold = limits->spool_threshold};

    *document = (struct document){.limits = limits};
    attachments_init(&document->attachments, &attachments);
    document->levels = calloc(limits->max_depth + 1, sizeof(struct document_level));
    document->parser = new_parser(document);
    if (!parser_memory_failed() && document->levels != NULL && document->parser != NULL)
        return true;
    document_close(document);
    return false;
}

bool document_wants_data(const struct document *document)
{
    return document->levels[document->depth].kind == LEVEL_DATA;
}

bool document_tags(struct document *document, const char *tags, size_t n, struct err *err)
{
    struct document *d = document;
    const int code = xmlParseChunk(d->parser, tags, (int)n, 0);
    const bool no_memory = parser_memory_failed();

    d->text = 0;
    if (d->err.kind != ERR_NONE) {
        *err = d->err;
        return false;
    }
    /* The code does not tell of wrong namespaces. What was kept back would come out of order. */
    if (no_memory || code != XML_ERR_OK || d->parser->nsWellFormed != 1 ||
        d->parser->input->cur != d->parser->input->end)
        return not_parsed(no_memory, err);
    if (d->clean.len > MAX_CLEAN_BASE + MAX_CLEAN_TEXTS * d->limits->max_long_text)
        return over_limit("the size of a document without attachments", err);
    return true;
}

static bool count_text(struct document *d, size_t n, struct err *err)
{
    const bool is_long = d->levels[d->depth].kind == LEVEL_LONG_TEXT;

    d->text += n;
    if (d->text > (is_long ? d->limits->max_long_text : d->limits->max_text))
        return over_limit(is_long ? "max_long_text" : "max_text", err);
    return true;
}

bool document_text(struct document *document, const char *text, size_t n, struct err *err)
{
    if (document_wants_data(document))
        return attachments_add(&document->attachments, text, n, err);
    if (!count_text(document, n, err))
        return false;
    if (document->skipped > 0)
        return true;
    return writer_text(&document->clean, text, n) || err_no_memory(err);
}

static bool ends_with_brackets(const struct buf *buf)
{
    return buf->len >= 2 && memcmp(buf->data + buf->len - 2, "]]", 2) == 0;
}

bool document_escaped(struct document *document, const char *text, size_t n, struct err *err)
{
    if (!count_text(document, n, err))
        return false;
    if (document->skipped > 0)
        return true;
    /* What kept "]]" and ">" apart, a comment or a reference, is gone. */
    if (text[0] == '>' && ends_with_brackets(&document->clean)) {
        if (!writer_text(&document->clean, text, 1))
            return err_no_memory(err);
        text++;
        n--;
    }
    return buf_add(&document->clean, text, n) || err_no_memory(err);
}

bool document_finish(struct document *document, struct err *err)
{
    const int code = xmlParseChunk(document->parser, NULL, 0, 1);
    const bool no_memory = parser_memory_failed();

    if (no_memory || code != XML_ERR_OK || document->parser->wellFormed != 1)
        return not_parsed(no_memory, err);
    if (!document->envelope.has_body)
        return err_set(err, ERR_MALFORMED, "the envelope has no Body");
    return true;
}

void document_drop(struct document *document)
{
    attachments_drop(&document->attachments);
    buf_free(&document->clean);
}

void document_close(struct document *document)
{
    document_drop(document);
    envelope_close(&document->envelope);
    if (document->parser != NULL)
        xmlFreeParserCtxt(document->parser);
    free(document->levels);
    document->parser = NULL;
    document->levels = NULL;
}
