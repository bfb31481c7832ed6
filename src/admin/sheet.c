#include "admin/sheet.h"

#include "model/identifier.h"
#include "model/record.h"
#include "xml/datetime.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { DAY_LENGTH = 10, GAP = 2, CELL_SIZE = 64 };

enum kind { TEXT, NUMBER, SWITCH, TIME, DAY };

struct sheet_cell {
    const char *name;
    enum kind kind;
    const char *text; /* of TEXT */
    int64_t number;   /* of all others */
};

static void add(struct sheet *sheet, struct sheet_cell cell)
{
    if (sheet->count == sheet->room) {
        const size_t room = sheet->room == 0 ? 64 : 2 * sheet->room;
        struct sheet_cell *cells = realloc(sheet->cells, room * sizeof(*cells));

        if (cells == NULL) {
            sheet->failed = true;
            return;
        }
        sheet->cells = cells;
        sheet->room = room;
    }
    sheet->cells[sheet->count++] = cell;
}

void sheet_row(struct sheet *sheet)
{
    sheet->form = SHEET_LIST;
    if (sheet->columns == 0)
        sheet->columns = sheet->count;
}

void sheet_text(struct sheet *sheet, const char *name, const char *text)
{
    add(sheet, (struct sheet_cell){name, TEXT, text, 0});
}

void sheet_number(struct sheet *sheet, const char *name, int64_t number)
{
    add(sheet, (struct sheet_cell){name, NUMBER, NULL, number});
}

void sheet_switch(struct sheet *sheet, const char *name, bool on)
{
    add(sheet, (struct sheet_cell){name, SWITCH, NULL, on});
}

void sheet_time(struct sheet *sheet, const char *name, int64_t when)
{
    add(sheet, (struct sheet_cell){name, TIME, NULL, when});
}

void sheet_day(struct sheet *sheet, const char *name, int64_t when)
{
    add(sheet, (struct sheet_cell){name, DAY, NULL, when});
}

static bool is_there(const struct sheet_cell *cell)
{
    switch (cell->kind) {
    case TEXT:
        return cell->text != NULL;
    case TIME:
    case DAY:
        return cell->number != 0;
    default:
        return true;
    }
}

/* ------------------------------------------------------------------ JSON */

static void add_day(struct record *record, const struct sheet_cell *cell)
{
    char day[DATETIME_TEXT_SIZE];

    datetime_format(cell->number, day);
    record_text(record, cell->name, day, DAY_LENGTH);
}

static void add_value(struct record *record, const struct sheet_cell *cell)
{
    if (!is_there(cell))
        return;
    switch (cell->kind) {
    case TEXT:
        record_text(record, cell->name, cell->text, strlen(cell->text));
        break;
    case NUMBER:
        record_number(record, cell->name, cell->number);
        break;
    case SWITCH:
        record_switch(record, cell->name, cell->number != 0);
        break;
    case TIME:
        record_time(record, cell->name, cell->number);
        break;
    case DAY:
        add_day(record, cell);
        break;
    }
}

static bool print_object(const struct sheet *sheet, size_t first, size_t end, FILE *out)
{
    struct record record = {0};
    bool ok = false;

    record_begin(&record, RECORD_EXPORT);
    for (size_t i = first; i < end; i++)
        add_value(&record, &sheet->cells[i]);
    record_end(&record);
    ok = !record.failed && fputs(record.json.data, out) >= 0;
    record_free(&record);
    return ok;
}

static size_t columns_of(const struct sheet *sheet)
{
    return sheet->columns == 0 ? sheet->count : sheet->columns;
}

static bool print_json(const struct sheet *sheet, FILE *out)
{
    const size_t columns = columns_of(sheet);

    if (sheet->form == SHEET_ONE)
        return print_object(sheet, 0, sheet->count, out) && fputc('\n', out) >= 0;
    fputc('[', out);
    for (size_t i = 0; i < sheet->count; i += columns) {
        fputs(i == 0 ? "\n" : ",\n", out);
        if (!print_object(sheet, i, i + columns, out))
            return false;
    }
    return fputs(sheet->count == 0 ? "]\n" : "\n]\n", out) >= 0;
}

/* ------------------------------------------------------------------ tables */

/* The value as people read it: in room, or where it stands. */
static const char *shown(const struct sheet_cell *cell, char room[CELL_SIZE])
{
    room[0] = '\0';
    if (!is_there(cell))
        return room;
    switch (cell->kind) {
    case TEXT:
        return cell->text;
    case NUMBER:
        snprintf(room, CELL_SIZE, "%lld", (long long)cell->number);
        break;
    case SWITCH:
        return cell->number != 0 ? "yes" : "no";
    case TIME:
    case DAY:
        datetime_format(cell->number, room);
        room[cell->kind == DAY ? DAY_LENGTH : strlen(room)] = '\0';
        break;
    }
    return room;
}

static size_t width_of(const struct sheet *sheet, size_t column, size_t columns)
{
    char room[CELL_SIZE];
    size_t width = strlen(sheet->cells[column].name);

    for (size_t i = column; i < sheet->count; i += columns) {
        const size_t length = identifier_length(shown(&sheet->cells[i], room));

        if (length > width)
            width = length;
    }
    return width;
}

/* What senders wrote must not steer a terminal: control characters are shown as "?". */
static void print_text(const char *text, FILE *out)
{
    for (; *text != '\0'; text++) {
        const unsigned char first = (unsigned char)text[0];
        const bool c1 = first == 0xc2 && (unsigned char)text[1] >= 0x80 && /* UTF-8 of U+0080-9F */
                        (unsigned char)text[1] < 0xa0;

        fputc(first < ' ' || first == 127 || c1 ? '?' : first, out);
        text += c1;
    }
}

static void print_padded(const char *text, size_t width, bool right, bool last, FILE *out)
{
    const size_t length = identifier_length(text);
    const int blanks = length < width ? (int)(width - length) : 0;

    if (right)
        fprintf(out, "%*s", blanks, "");
    print_text(text, out);
    if (!right && !last)
        fprintf(out, "%*s", blanks, "");
    if (!last)
        fprintf(out, "%*s", (int)GAP, "");
}

static void print_table(const struct sheet *sheet, const size_t *widths, size_t columns, FILE *out)
{
    char room[CELL_SIZE];

    for (size_t c = 0; c < columns; c++)
        print_padded(sheet->cells[c].name, widths[c], sheet->cells[c].kind == NUMBER,
                     c + 1 == columns, out);
    fputc('\n', out);
    for (size_t i = 0; i < sheet->count; i++) {
        const struct sheet_cell *cell = &sheet->cells[i];
        const bool last = (i + 1) % columns == 0;

        print_padded(shown(cell, room), widths[i % columns], cell->kind == NUMBER, last, out);
        if (last)
            fputc('\n', out);
    }
}

static bool print_list(const struct sheet *sheet, FILE *out)
{
    const size_t columns = columns_of(sheet);
    size_t *widths = calloc(columns + 1, sizeof(*widths));

    if (widths == NULL)
        return false;
    for (size_t c = 0; c < columns; c++)
        widths[c] = width_of(sheet, c, columns);
    if (sheet->count == 0)
        fputs("(none)\n", out);
    else
        print_table(sheet, widths, columns, out);
    free(widths);
    return true;
}

static bool print_lines(const struct sheet *sheet, FILE *out)
{
    char room[CELL_SIZE];
    size_t width = 0;

    for (size_t i = 0; i < sheet->count; i++) {
        if (strlen(sheet->cells[i].name) > width)
            width = strlen(sheet->cells[i].name);
    }
    for (size_t i = 0; i < sheet->count; i++) {
        if (!is_there(&sheet->cells[i]))
            continue;
        fprintf(out, "%-*s  ", (int)width, sheet->cells[i].name);
        print_text(shown(&sheet->cells[i], room), out);
        fputc('\n', out);
    }
    return true;
}

bool sheet_print(const struct sheet *sheet, bool json, FILE *out, struct err *err)
{
    bool ok = !sheet->failed;

    if (json)
        ok = ok && print_json(sheet, out);
    else
        ok = ok && (sheet->form == SHEET_LIST ? print_list(sheet, out) : print_lines(sheet, out));
    if (!ok)
        return err_no_memory(err);
    return fflush(out) == 0 ||
           err_set(err, ERR_BUSY, "nothing can be written: %s", strerror(errno));
}

void sheet_free(struct sheet *sheet)
{
    free(sheet->cells);
    *sheet = (struct sheet){0};
}
