#include "registers/json.h"

#include "base/buf.h"

#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_parse.h>

enum { DEPTH_MAX = 32, SCOPES_MAX = 4 };

struct frame {
    const struct json_node *node; /* NULL: nothing in it is asked for */
    bool array;
    size_t taken; /* values of an array that a field took */
};

/* Where in text the values are, counted from 1; 0: not given. */
struct values {
    size_t at[ENTRY_FIELDS_MAX];
};

struct scope {
    struct values values;
    int64_t line;
    size_t first; /* of the entries that were found within it */
};

struct found {
    struct values values;
    int64_t line;
};

struct json {
    const struct json_node *root;
    entry_sink *sink;
    void *context;
    yajl_handle yajl;
    struct err *err; /* of the call that is under way */
    const struct json_node *member;
    struct frame frames[DEPTH_MAX];
    size_t depth;
    struct scope scopes[SCOPES_MAX];
    size_t scope_count;
    struct buf text;  /* values of the element that is being read */
    struct buf found; /* of struct found */
    int64_t elements;
    const unsigned char *piece;
    size_t counted; /* up to where in the piece lines are */
    int64_t line;
    size_t silent; /* bytes since the parser has told something */
};

/* ------------------------------------------------------------------ lines, and what is wrong */

static int64_t line_here(struct json *json)
{
    const size_t here = yajl_get_bytes_consumed(json->yajl);
    const unsigned char *p = json->piece + json->counted;
    const unsigned char *end = json->piece + here;

    while (p < end && (p = memchr(p, '\n', (size_t)(end - p))) != NULL) {
        json->line++;
        p++;
    }
    if (here > json->counted)
        json->counted = here;
    return json->line;
}

static int refuse(struct json *json, const char *what)
{
    err_set(json->err, ERR_INVALID, "line %lld: %s", (long long)line_here(json), what);
    return 0;
}

static int no_memory(struct json *json)
{
    err_no_memory(json->err);
    return 0;
}

/* ------------------------------------------------------------------ values */

/* Within the array, that is. */
static struct frame *top(struct json *json)
{
    return &json->frames[json->depth - 1];
}

/* What the value that comes now is; NULL: not asked for. */
static const struct json_node *node_here(struct json *json)
{
    const struct frame *frame = top(json);

    return frame->array ? frame->node : json->member;
}

static struct found *found_at(struct json *json, size_t i)
{
    return (struct found *)(void *)json->found.data + i;
}

static size_t found_count(const struct json *json)
{
    return json->found.len / sizeof(struct found);
}

/* 0 stands for the end of a text, so that within one it must be something else. */
static bool add_text(struct json *json, const char *text, size_t n)
{
    const size_t start = json->text.len;

    if (start + n > ENTRY_SIZE_MAX) {
        refuse(json, "an entry of more than a megabyte");
        return false;
    }
    if (!buf_add(&json->text, text, n)) {
        no_memory(json);
        return false;
    }
    for (char *p = json->text.data + start;
         (p = memchr(p, 0, (size_t)(json->text.data + json->text.len - p))) != NULL;)
        *p = '\1';
    return true;
}

static bool end_text(struct json *json)
{
    return buf_add(&json->text, "", 1) || no_memory(json) != 0;
}

/* "first, second": the old text once more, as there may be others behind it. */
static bool join(struct json *json, size_t *at, const char *text, size_t n)
{
    const size_t start = json->text.len;
    char *old = NULL;
    bool ok = false;

    old = strdup(json->text.data + *at - 1);
    if (old == NULL)
        return no_memory(json) != 0;
    ok = add_text(json, old, strlen(old)) && add_text(json, ", ", 2) && add_text(json, text, n) &&
         end_text(json);
    free(old);
    *at = start + 1;
    return ok;
}

static int take_value(struct json *json, const char *text, size_t n)
{
    const struct json_node *node = node_here(json);
    struct frame *frame = top(json);
    size_t *at = NULL;
    size_t taken = 0;

    if (node == NULL || node->room == 0 || json->scope_count == 0)
        return 1;
    if (frame->array)
        taken = frame->taken++;
    at = json->scopes[json->scope_count - 1].values.at + node->field;
    if (taken >= node->room)
        return join(json, at + node->room - 1, text, n);
    at[taken] = json->text.len + 1;
    return add_text(json, text, n) && end_text(json);
}

/* ------------------------------------------------------------------ entries */

/* An element of the array that is no object. */
static int take_odd(struct json *json)
{
    struct entry entry = {.number = ++json->elements,
                          .line = line_here(json),
                          .last_line = json->line,
                          .damage = "is no object"};

    return json->sink(json->context, &entry, json->err);
}

static bool at_element(const struct json *json)
{
    return json->depth == 1;
}

static int open_scope(struct json *json)
{
    struct scope *scope = &json->scopes[json->scope_count];

    if (json->scope_count == SCOPES_MAX)
        return refuse(json, "nested too deeply");
    *scope = (struct scope){.line = line_here(json), .first = found_count(json)};
    json->scope_count++;
    return 1;
}

static bool hand_on(struct json *json, const struct found *found)
{
    struct entry entry = {.number = json->elements, .line = found->line, .last_line = json->line};

    for (size_t i = 0; i < ENTRY_FIELDS_MAX; i++) {
        if (found->values.at[i] != 0)
            entry.fields[i] = json->text.data + found->values.at[i] - 1;
    }
    return json->sink(json->context, &entry, json->err);
}

static bool hand_all_on(struct json *json)
{
    bool ok = true;

    line_here(json);
    for (size_t i = 0; ok && i < found_count(json); i++)
        ok = hand_on(json, found_at(json, i));
    return ok;
}

/* Entries within it take from it what they have not of their own. */
static void inherit(struct json *json, const struct scope *scope)
{
    for (size_t i = scope->first; i < found_count(json); i++) {
        struct values *values = &found_at(json, i)->values;

        for (size_t k = 0; k < ENTRY_FIELDS_MAX; k++) {
            if (values->at[k] == 0)
                values->at[k] = scope->values.at[k];
        }
    }
}

static int close_scope(struct json *json, enum json_use use)
{
    const struct scope *scope = &json->scopes[--json->scope_count];

    if (use == JSON_ENTRY) {
        const struct found found = {.values = scope->values, .line = scope->line};

        if (json->found.len + json->text.len > ENTRY_SIZE_MAX)
            return refuse(json, "an entry of more than a megabyte");
        if (!buf_add(&json->found, &found, sizeof(found)))
            return no_memory(json);
    } else {
        inherit(json, scope);
    }
    return json->scope_count > 0 || hand_all_on(json);
}

/* ------------------------------------------------------------------ what the parser tells */

static int on_text(void *context, const unsigned char *text, size_t n)
{
    struct json *json = context;

    json->silent = 0;
    if (json->depth == 0)
        return refuse(json, "no JSON array");
    return at_element(json) ? take_odd(json) : take_value(json, (const char *)text, n);
}

static int on_number(void *context, const char *text, size_t n)
{
    return on_text(context, (const unsigned char *)text, n);
}

static int on_boolean(void *context, int value)
{
    return on_number(context, value ? "true" : "false", value ? 4 : 5);
}

static int on_null(void *context)
{
    struct json *json = context;

    json->silent = 0;
    if (json->depth == 0)
        return refuse(json, "no JSON array");
    return at_element(json) ? take_odd(json) : 1;
}

static int push(struct json *json, const struct json_node *node, bool array)
{
    if (json->depth == DEPTH_MAX)
        return refuse(json, "nested too deeply");
    json->frames[json->depth++] = (struct frame){.node = node, .array = array};
    return 1;
}

static int on_start_map(void *context)
{
    struct json *json = context;
    const struct json_node *node = NULL;

    json->silent = 0;
    if (json->depth == 0)
        return refuse(json, "no JSON array");
    if (at_element(json)) {
        json->elements++;
        json->text.len = 0;
        json->found.len = 0;
    }
    node = node_here(json);
    if (node != NULL && node->members == NULL)
        node = NULL;
    if (node != NULL && node->use != JSON_PART && !open_scope(json))
        return 0;
    return push(json, node, false);
}

static int on_end_map(void *context)
{
    struct json *json = context;
    const struct json_node *node = json->frames[--json->depth].node;

    json->silent = 0;
    return node == NULL || node->use == JSON_PART || close_scope(json, node->use);
}

static int on_map_key(void *context, const unsigned char *key, size_t n)
{
    struct json *json = context;
    const struct json_node *node = top(json)->node;

    json->silent = 0;
    json->member = NULL;
    for (node = node == NULL ? NULL : node->members; node != NULL && node->name != NULL; node++) {
        if (strncmp(node->name, (const char *)key, n) == 0 && node->name[n] == '\0') {
            json->member = node;
            break;
        }
    }
    return 1;
}

static int on_start_array(void *context)
{
    struct json *json = context;

    json->silent = 0;
    if (json->depth == 0)
        return push(json, json->root, true);
    if (at_element(json) && !take_odd(json))
        return 0;
    return push(json, top(json)->array ? NULL : json->member, true);
}

static int on_end_array(void *context)
{
    struct json *json = context;

    json->silent = 0;
    json->depth--;
    return 1;
}

static const yajl_callbacks callbacks = {
    .yajl_null = on_null,
    .yajl_boolean = on_boolean,
    .yajl_number = on_number,
    .yajl_string = on_text,
    .yajl_start_map = on_start_map,
    .yajl_map_key = on_map_key,
    .yajl_end_map = on_end_map,
    .yajl_start_array = on_start_array,
    .yajl_end_array = on_end_array,
};

/* ------------------------------------------------------------------ the reader */

struct json *json_new(const struct json_node *root, entry_sink *sink, void *context)
{
    struct json *json = calloc(1, sizeof(*json));

    if (json == NULL)
        return NULL;
    json->yajl = yajl_alloc(&callbacks, NULL, json);
    if (json->yajl == NULL) {
        free(json);
        return NULL;
    }
    /* A text that is not UTF-8 is its entry's fault, not the file's. */
    yajl_config(json->yajl, yajl_dont_validate_strings, 1);
    json->root = root;
    json->sink = sink;
    json->context = context;
    json->line = 1;
    return json;
}

void json_free(struct json **json)
{
    if (*json == NULL)
        return;
    yajl_free((*json)->yajl);
    buf_free(&(*json)->text);
    buf_free(&(*json)->found);
    free(*json);
    *json = NULL;
}

/* The parser's own words, which hold nothing of the file. */
static bool refuse_syntax(struct json *json, struct err *err)
{
    unsigned char *text = yajl_get_error(json->yajl, 0, NULL, 0);
    const char *words = text == NULL ? "no JSON" : (const char *)text;

    err_set(err, ERR_INVALID, "line %lld: %.*s", (long long)line_here(json),
            (int)strcspn(words, "\n"), words);
    if (text != NULL)
        yajl_free_error(json->yajl, text);
    return false;
}

bool json_feed(struct json *json, const void *data, size_t n, struct err *err)
{
    yajl_status status = yajl_status_ok;

    if (n == 0)
        return true;
    json->piece = data;
    json->counted = 0;
    json->err = err;
    status = yajl_parse(json->yajl, data, n);
    if (status == yajl_status_client_canceled)
        return false;
    if (status == yajl_status_error)
        return refuse_syntax(json, err);
    json->silent += n;
    if (json->silent > ENTRY_SIZE_MAX)
        return refuse(json, "a value of more than a megabyte") != 0;
    line_here(json);
    return true;
}

bool json_finish(struct json *json, struct err *err)
{
    static const unsigned char nothing[] = " ";
    yajl_status status = yajl_status_ok;

    json->piece = nothing;
    json->counted = 0;
    json->err = err;
    status = yajl_complete_parse(json->yajl);
    if (status == yajl_status_client_canceled)
        return false;
    return status == yajl_status_ok || refuse_syntax(json, err);
}
