/* A column of a register: of its CSV form and of the table that takes the file in. */
#ifndef DPVD_REGISTERS_COLUMN_H
#define DPVD_REGISTERS_COLUMN_H

#include "registers/forms.h"

struct column {
    const char *name; /* NULL: the end of a list; its place there is the number of its field */
    struct form_rules rules;
    bool must; /* stands in every file and is never empty */
    bool key;  /* belongs to what names the entry */
};

#endif
