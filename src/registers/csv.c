#include "registers/csv.h"

#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum state {
    VALUE_BEGINS,
    PLAIN,
    QUOTED,
    QUOTE_SEEN, /* within a quoted value: its end, or the first of two */
};

/* The record that is being read stands in text, its values ended by 0. */
struct csv {
    const struct column *columns;
    entry_sink *sink;
    void *context;
    enum state state;
    char delimiter; /* 0: not met yet */
    size_t bom;     /* bytes of a byte order mark met so far; 3: it is over */
    bool carriage_return;
    bool has_header;
    const char *damage;
    int64_t line;
    int64_t first_line; /* of the record */
    int64_t entries;
    struct buf text;
    size_t starts[ENTRY_FIELDS_MAX]; /* of the values in text */
    size_t count;
    size_t header_count;
    size_t numbers[ENTRY_FIELDS_MAX]; /* which field each of them is */
    bool has[ENTRY_FIELDS_MAX];
};

static const char bom[] = {'\xef', '\xbb', '\xbf'};

struct csv *csv_new(const struct column *columns, entry_sink *sink, void *context)
{
    struct csv *csv = calloc(1, sizeof(*csv));

    if (csv == NULL)
        return NULL;
    csv->columns = columns;
    csv->sink = sink;
    csv->context = context;
    csv->line = csv->first_line = 1;
    csv->count = 1;
    return csv;
}

void csv_free(struct csv **csv)
{
    if (*csv == NULL)
        return;
    buf_free(&(*csv)->text);
    free(*csv);
    *csv = NULL;
}

bool csv_has(const struct csv *csv, size_t column)
{
    return csv->has[column];
}

static bool find_column(const struct csv *csv, const char *name, size_t *number_out)
{
    for (size_t i = 0; csv->columns[i].name != NULL; i++) {
        if (strcmp(csv->columns[i].name, name) == 0) {
            *number_out = i;
            return true;
        }
    }
    return false;
}

/* The word itself is not repeated: a file without header begins with somebody's number. */
static bool refuse_column(const struct csv *csv, size_t position, struct err *err)
{
    char names[200] = "";
    size_t used = 0;

    for (size_t i = 0; csv->columns[i].name != NULL && used < sizeof(names); i++)
        used += (size_t)snprintf(names + used, sizeof(names) - used, " %s", csv->columns[i].name);
    return err_set(err, ERR_INVALID, "line 1: word %zu of the header is none of%s", position,
                   names);
}

static bool take_header(struct csv *csv, struct err *err)
{
    for (size_t i = 0; i < csv->count; i++) {
        const char *name = csv->text.data + csv->starts[i];
        size_t number = 0;

        if (!find_column(csv, name, &number))
            return refuse_column(csv, i + 1, err);
        if (csv->has[number])
            return err_set(err, ERR_INVALID, "line 1: column %s is there twice", name);
        csv->has[number] = true;
        csv->numbers[i] = number;
    }
    for (size_t i = 0; csv->columns[i].name != NULL; i++) {
        if (csv->columns[i].must && !csv->has[i])
            return err_set(err, ERR_INVALID, "line 1: column %s is missing", csv->columns[i].name);
    }
    csv->header_count = csv->count;
    csv->has_header = true;
    return csv->damage == NULL || err_set(err, ERR_INVALID, "line 1: the header %s", csv->damage);
}

static bool hand_on(struct csv *csv, struct err *err)
{
    struct entry entry = {.number = ++csv->entries,
                          .line = csv->first_line,
                          .last_line = csv->line,
                          .damage = csv->damage};

    if (entry.damage == NULL && csv->count != csv->header_count)
        entry.damage = "does not have as many values as the header";
    for (size_t i = 0; entry.damage == NULL && i < csv->count; i++)
        entry.fields[csv->numbers[i]] = csv->text.data + csv->starts[i];
    return csv->sink(csv->context, &entry, err);
}

static bool end_value(struct csv *csv, struct err *err)
{
    return buf_add(&csv->text, "", 1) || err_no_memory(err);
}

static bool is_empty_line(const struct csv *csv)
{
    return csv->count == 1 && csv->text.len == 1 && csv->state == VALUE_BEGINS;
}

/* At the line break: the record is complete. */
static bool end_record(struct csv *csv, struct err *err)
{
    bool ok = end_value(csv, err);

    if (ok && !is_empty_line(csv))
        ok = csv->has_header ? hand_on(csv, err) : take_header(csv, err);
    csv->text.len = 0;
    csv->count = 1;
    csv->starts[0] = 0;
    csv->damage = NULL;
    csv->state = VALUE_BEGINS;
    return ok;
}

static bool begin_value(struct csv *csv, struct err *err)
{
    if (!end_value(csv, err))
        return false;
    csv->state = VALUE_BEGINS;
    if (csv->count == ENTRY_FIELDS_MAX)
        csv->damage = "has too many values";
    else
        csv->starts[csv->count++] = csv->text.len;
    return true;
}

static bool add(struct csv *csv, const char *data, size_t n, struct err *err)
{
    if (csv->text.len + n > ENTRY_SIZE_MAX)
        return err_set(err, ERR_INVALID,
                       "line %lld: an entry of more than a megabyte; does a quote not end?",
                       (long long)csv->first_line);
    return buf_add(&csv->text, data, n) || err_no_memory(err);
}

static bool is_delimiter(struct csv *csv, char c)
{
    if (csv->delimiter == 0 && (c == ';' || c == ','))
        csv->delimiter = c;
    return c == csv->delimiter && c != '\0';
}

/* Outside of quotes. */
static bool take_plain(struct csv *csv, char c, struct err *err)
{
    if (is_delimiter(csv, c))
        return begin_value(csv, err);
    if (csv->state == QUOTE_SEEN)
        csv->damage = "has something behind a closing quote";
    if (c == '"' && csv->state == VALUE_BEGINS) {
        csv->state = QUOTED;
        return true;
    }
    csv->state = PLAIN;
    return add(csv, c == '\0' ? "\1" : &c, 1, err);
}

static bool take_quoted(struct csv *csv, char c, struct err *err)
{
    if (c == '"') {
        csv->state = QUOTE_SEEN;
        return true;
    }
    csv->line += c == '\n';
    return add(csv, c == '\0' ? "\1" : &c, 1, err);
}

static bool take_line_break(struct csv *csv, struct err *err)
{
    const bool ok = end_record(csv, err);

    csv->first_line = ++csv->line;
    return ok;
}

static bool take(struct csv *csv, char c, struct err *err)
{
    const bool carriage_return = csv->carriage_return;

    csv->carriage_return = false;
    if (csv->state == QUOTED)
        return take_quoted(csv, c, err);
    if (c == '\n')
        return take_line_break(csv, err);
    /* One that no line feed followed belongs to the value. */
    if (carriage_return && !take_plain(csv, '\r', err))
        return false;
    if (c == '\r') {
        csv->carriage_return = true;
        return true;
    }
    if (c == '"' && csv->state == QUOTE_SEEN) {
        csv->state = QUOTED;
        return add(csv, "\"", 1, err);
    }
    return take_plain(csv, c, err);
}

/* What needs no look at each byte. */
static size_t plain_run(const struct csv *csv, const char *data, size_t n)
{
    size_t i = 0;

    if (csv->carriage_return || csv->delimiter == '\0')
        return 0;
    if (csv->state == QUOTED) {
        while (i < n && data[i] != '"' && data[i] != '\n' && data[i] != '\0')
            i++;
    } else if (csv->state == PLAIN) {
        while (i < n && data[i] != csv->delimiter && data[i] != '\n' && data[i] != '\r' &&
               data[i] != '\0')
            i++;
    }
    return i;
}

static size_t skip_bom(struct csv *csv, const char *data, size_t n)
{
    size_t i = 0;

    while (csv->bom < sizeof(bom) && i < n && data[i] == bom[csv->bom]) {
        csv->bom++;
        i++;
    }
    if (i < n)
        csv->bom = sizeof(bom);
    return i;
}

bool csv_feed(struct csv *csv, const void *data, size_t n, struct err *err)
{
    const char *p = data;
    const char *end = p + n;

    p += skip_bom(csv, p, n);
    while (p < end) {
        const size_t run = plain_run(csv, p, (size_t)(end - p));

        if (run > 0 ? !add(csv, p, run, err) : !take(csv, *p, err))
            return false;
        p += run > 0 ? run : 1;
    }
    return true;
}

bool csv_finish(struct csv *csv, bool *broken_out, struct err *err)
{
    const bool broken = csv->count > 1 || csv->text.len > 0 || csv->state != VALUE_BEGINS;

    if (csv->state == QUOTED)
        return err_set(err, ERR_INVALID, "line %lld: the file ends in a quoted value",
                       (long long)csv->first_line);
    if (broken && !end_record(csv, err))
        return false;
    if (!csv->has_header)
        return err_set(err, ERR_INVALID, "the file has no header line");
    *broken_out = broken;
    return true;
}
