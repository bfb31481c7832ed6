/* What the files with statements share. */
#ifndef DPVD_STORE_STATEMENTS_INTERNAL_H
#define DPVD_STORE_STATEMENTS_INTERNAL_H

#include "store/statements.h"

/* The texts of the statements of background jobs; NULL: it stands in statements.c. */
extern const char *const statements_background[STMT_COUNT];

#endif
