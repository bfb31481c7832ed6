/* What the files with statements share. */
#ifndef DPVD_STORE_STATEMENTS_INTERNAL_H
#define DPVD_STORE_STATEMENTS_INTERNAL_H

#include "store/statements.h"

/* The texts of the statements of batches, of background jobs and of the notifier; NULL: it stands
 * elsewhere. */
extern const char *const statements_batch[STMT_COUNT];
extern const char *const statements_background[STMT_COUNT];
extern const char *const statements_notifier[STMT_COUNT];

#endif
