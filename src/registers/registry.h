/* The registers that can be imported: their columns, and how public JSON files show them. */
#ifndef DPVD_REGISTERS_REGISTRY_H
#define DPVD_REGISTERS_REGISTRY_H

#include "base/arena.h"
#include "registers/column.h"
#include "registers/entry.h"
#include "registers/json.h"
#include "store/register_store.h"

struct registry {
    const char *name; /* as the command line has it */
    enum register_id id;
    const struct column *columns; /* CSV's, ended by one without name */
    const struct json_node *json; /* NULL: there is no JSON form */

    /* Fills columns from further fields that the JSON form has. *holds_out: the register has a
     * place for the entry. false: memory ran out. */
    bool (*convert)(struct arena *arena, struct entry *entry, bool *holds_out);

    /* What is wrong with an entry whose values are each right, and in which column; NULL: nothing.
     * values are what form_check gave, NULL where the entry has none. */
    const char *(*judge)(const struct form_setting *setting, struct entry *entry,
                         const char **values, size_t *column_out);
};

/* All of them, ended by one without name. */
extern const struct registry registries[];

/* NULL: there is none of this name. */
const struct registry *registry_find(const char *name);

size_t registry_columns(const struct registry *registry);

#endif
