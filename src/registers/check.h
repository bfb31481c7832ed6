/* Whether an entry is fit for its register, and how it goes into the database. */
#ifndef DPVD_REGISTERS_CHECK_H
#define DPVD_REGISTERS_CHECK_H

#include "base/buf.h"
#include "registers/registry.h"

/* Values are never repeated: some are persons' numbers. */
struct complaint {
    int64_t number; /* of the entry in the file */
    int64_t line;
    const char *column; /* NULL: the entry as a whole */
    const char *what;   /* "is too long", "does not have as many values as the header" */
};

enum verdict {
    VERDICT_FINE,
    VERDICT_REFUSED,  /* the entry of the register that it names stays as it is */
    VERDICT_FOREIGN,  /* refused; no entry of the register can be meant */
    VERDICT_NAMELESS, /* refused, and nobody knows which one is meant */
};

/* Checks entry, changing its fields, and adds what register_store_begin waits for to row; nothing
 * of one that is foreign or nameless. position: the row's number. false: memory ran out. */
bool check_entry(const struct registry *registry, const struct form_setting *setting,
                 struct entry *entry, int64_t position, struct buf *row, enum verdict *verdict_out,
                 struct complaint *complaint_out);

#endif
