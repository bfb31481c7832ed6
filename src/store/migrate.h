/* Brings the schema to what this program knows. */
#ifndef DPVD_STORE_MIGRATE_H
#define DPVD_STORE_MIGRATE_H

#include "base/config.h"
#include "base/err.h"

/* Applies what is missing of sql/NNN_*.sql (embedded) in order, each in a transaction, under an
 * advisory lock, as config->database_owner; records name and SHA-256 and logs each one. Refuses a
 * database that knows a migration which this program does not, or with another digest. After a dump
 * was loaded into another cluster it lets the order of the audit log go on there, and logs that. */
bool migrate_run(const struct config *config, struct err *err);

/* The same with another list of migrations, ended by one without name. */
struct embedded_file;
bool migrate_run_list(const struct config *config, const struct embedded_file *known,
                      struct err *err);

#endif
