/* One entry of a register as it stands in a file, before anybody has looked at its values. */
#ifndef DPVD_REGISTERS_ENTRY_H
#define DPVD_REGISTERS_ENTRY_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

/* More bytes than this no reader holds. */
enum { ENTRY_FIELDS_MAX = 40, ENTRY_SIZE_MAX = 1024 * 1024 };

struct entry {
    int64_t number; /* in the file, from 1; entries of one element of a JSON array share it */
    int64_t line;   /* where it begins */
    int64_t last_line;
    const char *damage; /* why its values are not known; NULL: they are */

    /* By the numbers of the registry; NULL: not given. May be changed in place. A character that
     * has no place in a text, 0 above all, stands there as 1. */
    char *fields[ENTRY_FIELDS_MAX];
};

/* Takes an entry, which lives until it returns. false ends the reading. */
typedef bool entry_sink(void *context, struct entry *entry, struct err *err);

#endif
