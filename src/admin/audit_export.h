/* Part of the audit log as lines of JSON that can be verified without the database. */
#ifndef DPVD_ADMIN_AUDIT_EXPORT_H
#define DPVD_ADMIN_AUDIT_EXPORT_H

#include "base/signer.h"
#include "service/audit_check.h"

#include <stdio.h>

struct audit_export {
    const char *from; /* first and last day, "2026-01-31", Norwegian time */
    const char *to;
    const struct signer *signer; /* NULL: the end is not signed */
};

/* Writes all sealed rows that were received on these days, each seal that holds one with the hashes
 * of its other rows, and a last line with what came out of checking them. */
bool audit_export(struct db *db, const struct audit_export *what, FILE *out,
                  struct audit_result *result_out, struct err *err);

#endif
