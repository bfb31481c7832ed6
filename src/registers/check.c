#include "registers/check.h"

#include <inttypes.h>
#include <string.h>

struct check {
    const struct registry *registry;
    const struct form_setting *setting;
    struct entry *entry;
    const char *values[ENTRY_FIELDS_MAX];
    struct complaint *complaint; /* the first one; what: NULL as long as there is none */
    enum verdict verdict;
};

static void complain(struct check *check, enum verdict verdict, const char *column,
                     const char *what)
{
    if (check->verdict < verdict)
        check->verdict = verdict;
    if (check->complaint->what != NULL)
        return;
    check->complaint->column = column;
    check->complaint->what = what;
}

static void check_column(struct check *check, size_t i)
{
    const struct column *column = &check->registry->columns[i];
    char **field = &check->entry->fields[i];
    const char *what = NULL;

    if (*field != NULL)
        *field = form_trim(*field);
    if (*field != NULL)
        what = form_check(check->setting, &column->rules, *field, &check->values[i]);
    else if (column->must)
        what = "missing";
    if (what == NULL)
        return;
    check->values[i] = NULL;
    complain(check, column->key ? VERDICT_NAMELESS : VERDICT_REFUSED, column->name, what);
}

static void check_values(struct check *check)
{
    const struct registry *registry = check->registry;
    const char *what = NULL;
    size_t column = 0;

    if (check->entry->damage != NULL) {
        complain(check, VERDICT_NAMELESS, NULL, check->entry->damage);
        return;
    }
    for (size_t i = 0; registry->columns[i].name != NULL; i++)
        check_column(check, i);
    if (check->verdict != VERDICT_FINE || registry->judge == NULL)
        return;
    what = registry->judge(check->setting, check->entry, check->values, &column);
    if (what == NULL)
        return;
    complain(check, registry->columns[column].key ? VERDICT_FOREIGN : VERDICT_REFUSED,
             registry->columns[column].name, what);
}

/* COPY's text form: no value holds a control character, so that only backslashes need care. */
static bool add_value(struct buf *row, const char *value)
{
    if (value == NULL)
        return buf_add(row, "\t\\N", 3);
    if (!buf_add(row, "\t", 1))
        return false;
    for (const char *backslash = NULL; (backslash = strchr(value, '\\')) != NULL;
         value = backslash + 1) {
        if (!buf_add(row, value, (size_t)(backslash - value)) || !buf_add(row, "\\\\", 2))
            return false;
    }
    return buf_add_text(row, value);
}

static bool write_row(const struct check *check, int64_t position, struct buf *row)
{
    const struct column *columns = check->registry->columns;
    const bool refused = check->verdict != VERDICT_FINE;

    if (!buf_add_format(row, "%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%c", position,
                        check->entry->number, check->entry->line, refused ? 't' : 'f'))
        return false;
    for (size_t i = 0; columns[i].name != NULL; i++) {
        if (!add_value(row, refused && !columns[i].key ? NULL : check->values[i]))
            return false;
    }
    return buf_add(row, "\n", 1);
}

bool check_entry(const struct registry *registry, const struct form_setting *setting,
                 struct entry *entry, int64_t position, struct buf *row, enum verdict *verdict_out,
                 struct complaint *complaint_out)
{
    struct check check = {
        .registry = registry, .setting = setting, .entry = entry, .complaint = complaint_out};

    *complaint_out = (struct complaint){.number = entry->number, .line = entry->line};
    check_values(&check);
    *verdict_out = check.verdict;
    return check.verdict > VERDICT_REFUSED || write_row(&check, position, row);
}
