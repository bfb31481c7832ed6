#include "store/status_order.h"

#include "base/ident.h"

#include <stdlib.h>
#include <string.h>

/* Open addressing; a slot holds the place of a reference plus one. */
struct table {
    const char *const *references;
    uint32_t *slots;
    size_t mask;
    uint64_t seed;
};

struct placed {
    uint32_t place;
    struct status_entry entry;
};

/* FNV-1a, begun with a number that the sender of the references cannot know. */
static uint64_t hash(const struct table *table, const char *text)
{
    uint64_t h = table->seed;

    for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++)
        h = (h ^ *p) * UINT64_C(1099511628211);
    return h ^ h >> 32;
}

/* The slot that holds the text, or the free one where it belongs. */
static size_t find(const struct table *table, const char *text)
{
    size_t at = (size_t)hash(table, text) & table->mask;

    while (table->slots[at] != 0 && strcmp(table->references[table->slots[at] - 1], text) != 0)
        at = (at + 1) & table->mask;
    return at;
}

static bool make_table(struct arena *arena, const char *const *references, size_t count,
                       struct table *table_out)
{
    struct table table = {.references = references};
    uint8_t random[16];
    size_t size = 16;

    while (size < 2 * count)
        size *= 2;
    table.slots = arena_array(arena, size, sizeof(*table.slots));
    if (table.slots == NULL || !ident_uuid(random))
        return false;
    table.mask = size - 1;
    memcpy(&table.seed, random, sizeof(table.seed));
    for (size_t i = 0; i < count; i++)
        table.slots[find(&table, references[i])] = (uint32_t)(i + 1);
    *table_out = table;
    return true;
}

static int compare_placed(const void *a, const void *b)
{
    const struct placed *x = a;
    const struct placed *y = b;

    if (x->place != y->place)
        return x->place < y->place ? -1 : 1;
    return (x->entry.correspondence_id > y->entry.correspondence_id) -
           (x->entry.correspondence_id < y->entry.correspondence_id);
}

bool status_order(struct arena *arena, const char *const *references, size_t count,
                  struct status_entry *entries, size_t entry_count)
{
    struct placed *placed = arena_array(arena, entry_count, sizeof(*placed));
    struct table table;

    if (placed == NULL || !make_table(arena, references, count, &table))
        return false;
    for (size_t i = 0; i < entry_count; i++) {
        placed[i].place = table.slots[find(&table, entries[i].reference)];
        placed[i].entry = entries[i];
    }
    qsort(placed, entry_count, sizeof(*placed), compare_placed);
    for (size_t i = 0; i < entry_count; i++)
        entries[i] = placed[i].entry;
    return true;
}
