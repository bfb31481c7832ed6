/* The migrations that this program carries, and whether a database has exactly these. */
#ifndef DPVD_STORE_MIGRATIONS_H
#define DPVD_STORE_MIGRATIONS_H

#include "base/err.h"

#include <libpq-fe.h>
#include <stddef.h>

struct embedded_file;

/* Compares rows of name and SHA-256 (binary, in the order of the names) with the migrations of a
 * list, and says how many of these are there. ERR_INTERNAL: one is unknown, changed, or missing
 * before a later one. */
bool migrations_compare(const struct embedded_file *known, const PGresult *rows,
                        size_t *present_out, struct err *err);

#endif
