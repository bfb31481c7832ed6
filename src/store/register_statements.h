/* All that is asked of the database for the import of registers: a set of texts for each. */
#ifndef DPVD_STORE_REGISTER_STATEMENTS_H
#define DPVD_STORE_REGISTER_STATEMENTS_H

#include "store/register_store.h"

/* The temporary table incoming is what the file has, difference what of it is new or differs.
 * NULL: the register has no such step. */
struct register_statements {
    const char *create;
    const char *copy;
    const char *fill; /* $1, $2 ...: the file has this column; the key's are not counted */
    const char *drop_doubles;
    const char *list_unknown; /* entry and line of rows; $1: how many at most */
    const char *drop_unknown;
    const char *compare; /* makes difference */
    const char *update;
    const char *insert;
    const char *present; /* how many entries there are */
    const char *missing; /* how many of these the file has not */
    const char *remove;  /* removes them */
    const char *settle;
    bool scoped;        /* the first parameter of present, missing and remove is the scope */
    bool dates_rows;    /* the only parameter of update and insert is the time */
    bool dates_removal; /* the last parameter of remove is the time */
};

/* The scope is a boolean: of units, the sub-units; of roles, only those that organisations hold. */
const struct register_statements *register_statements(enum register_id id);

#endif
