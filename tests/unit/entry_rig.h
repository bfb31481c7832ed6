/* What a reader of register files handed on, as one text: "line:value|value" for each entry. */
#ifndef DPVD_TESTS_UNIT_ENTRY_RIG_H
#define DPVD_TESTS_UNIT_ENTRY_RIG_H

#include "base/buf.h"
#include "registers/entry.h"

#include <check.h>
#include <string.h>

struct entries {
    struct buf text;
    size_t fields; /* shown of each */
    int64_t count;
};

static bool note_entry(void *context, struct entry *entry, struct err *err)
{
    struct entries *entries = context;
    bool ok = buf_add_format(&entries->text, "%s%lld", entries->count == 0 ? "" : "\n",
                             (long long)entry->line);

    entries->count++;
    if (entry->damage != NULL)
        return (ok && buf_add_format(&entries->text, "!%s", entry->damage)) || err_no_memory(err);
    for (size_t i = 0; ok && i < entries->fields; i++)
        ok = buf_add_format(&entries->text, "%c%s", i == 0 ? ':' : '|',
                            entry->fields[i] == NULL ? "-" : entry->fields[i]);
    return ok || err_no_memory(err);
}

static const char *noted(const struct entries *entries)
{
    return entries->text.data == NULL ? "" : entries->text.data;
}

#endif
