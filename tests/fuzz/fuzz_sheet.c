/* What commands print: a byte says how, then a line for each value of a row of three. */
#include "admin/sheet.h"
#include "fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_tree.h>

enum { ROWS_MAX = 8, COLUMNS = 3, AS_JSON = 1, AS_LIST = 2 };

static char *printed(const struct sheet *sheet, bool json)
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    struct err err = {0};

    fuzz_hold(out != NULL && sheet_print(sheet, json, out, &err), "it is printed");
    fclose(out);
    fuzz_hold(strlen(text) == n, "there is no zero in it");
    return text;
}

/* Nothing that somebody has sent moves the cursor of an operator's terminal. */
static void hold_plain(const char *text)
{
    for (; *text != '\0'; text++)
        fuzz_hold(*text == '\n' || ((unsigned char)*text >= ' ' && *text != 0x7f),
                  "no control character");
}

static size_t lines_of(const char *text)
{
    size_t lines = 0;

    for (; *text != '\0'; text++)
        lines += *text == '\n';
    return lines;
}

static void hold_json(const char *text, bool list, size_t rows, bool ascii)
{
    yajl_val root = yajl_tree_parse(text, NULL, 0);

    fuzz_hold(root != NULL || !ascii, "it is JSON");
    if (root != NULL)
        fuzz_hold(list ? YAJL_IS_ARRAY(root) && YAJL_GET_ARRAY(root)->len == rows
                       : YAJL_IS_OBJECT(root) != 0,
                  "each row is an object");
    yajl_tree_free(root);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const char *const names[COLUMNS] = {"name", "number", "text"};
    struct fuzz_input input = {data, n};
    const uint8_t bits = fuzz_byte(&input);
    const bool list = (bits & AS_LIST) != 0;
    struct sheet sheet = {.form = list ? SHEET_LIST : SHEET_ONE};
    char *values[ROWS_MAX * COLUMNS];
    size_t count = 0;
    bool ascii = true;
    char *text = NULL;

    while (count < (list ? ROWS_MAX * COLUMNS : COLUMNS) && (count % COLUMNS != 0 || input.n > 0)) {
        if (list && count % COLUMNS == 0)
            sheet_row(&sheet);
        values[count] = fuzz_line(&input);
        for (const char *p = values[count]; *p != '\0'; p++)
            ascii = ascii && (unsigned char)*p < 0x80;
        sheet_text(&sheet, names[count % COLUMNS], values[count]);
        count++;
    }
    text = printed(&sheet, (bits & AS_JSON) != 0);
    hold_plain(text);
    if ((bits & AS_JSON) != 0)
        hold_json(text, list, count / COLUMNS, ascii);
    else if (list && count > 0)
        fuzz_hold(lines_of(text) == 1 + count / COLUMNS, "a row is a line");
    free(text);
    sheet_free(&sheet);
    while (count > 0)
        free(values[--count]);
    return 0;
}
