/* Opens connections to PostgreSQL the way this program wants them. */
#ifndef DPVD_STORE_CONNECT_H
#define DPVD_STORE_CONNECT_H

#include "base/config.h"
#include "base/err.h"

#include <libpq-fe.h>

/* Connects by a libpq connection string; with several hosts to the one that takes writes. settings
 * are session settings in the form "-c name=value ...", stronger than those of the string. NULL:
 * ERR_BUSY, or ERR_INVALID if it is no connection string. Free with PQfinish. */
PGconn *connect_open(const struct config *config, const char *conninfo, const char *settings,
                     struct err *err);

#endif
