/* What the database's refusals mean to us. */
#ifndef DPVD_STORE_SQLSTATE_H
#define DPVD_STORE_SQLSTATE_H

#include "base/err.h"

#include <libpq-fe.h>

/* The kind of an error with this SQLSTATE; NULL: the connection was lost. */
enum err_kind sqlstate_kind(const char *sqlstate);

/* The error of a result as kind and text for our log, without any value of a row. */
bool sqlstate_err(const PGresult *result, struct err *err);

/* After such an error the connection itself is of no use: another host may be the primary now, or
 * the statements have to be prepared anew. */
bool sqlstate_spoils_connection(const char *sqlstate);

#endif
