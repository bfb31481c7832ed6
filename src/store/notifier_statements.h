/* What the notifier asks the database: part of the table of statements, a file of its own. */
#ifndef DPVD_STORE_NOTIFIER_STATEMENTS_H
#define DPVD_STORE_NOTIFIER_STATEMENTS_H

#include "store/statements.h"

/* From STMT_NOTIFIER_ENTER to STMT_NOTIFIER_SERVICES. */
const char *notifier_statement_text(enum statement statement);

#endif
