/* The PostgreSQL cluster by whose numbers of transactions the audit log is ordered. */
#ifndef DPVD_STORE_CLUSTER_H
#define DPVD_STORE_CLUSTER_H

#include "base/err.h"

#include <libpq-fe.h>
#include <stdbool.h>

/* Asks whether the database is still in it; the answer in binary form is for cluster_check(). */
extern const char cluster_query[];

/* ERR_INTERNAL: the database came as a dump from another cluster, and dpvd migrate has not been run
 * since. Whoever writes now would write into the middle of what is sealed (security.md 3.4). */
bool cluster_check(const PGresult *answer, struct err *err);

#endif
