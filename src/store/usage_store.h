/* Yearly counts of messages, made from the audit log (domain.md 4.6, 10.6). */
#ifndef DPVD_STORE_USAGE_STORE_H
#define DPVD_STORE_USAGE_STORE_H

#include "base/arena.h"
#include "store/db.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An actual sender that has reached this share of its quota, told once a year and share. */
struct usage_warning {
    const char *actual_number;
    int32_t year;
    int32_t percent;
    int64_t messages; /* of this year so far */
};

/* What one step came to. */
struct usage_step {
    int64_t rows; /* of the audit log that it went through */
    bool ahead; /* some are of transactions that this cluster has not reached: a dump was loaded */
    const struct usage_warning *warnings;
    size_t warning_count;
};

/* Counts what was accepted in the next rows of the audit log, about limit of them, whose
 * transactions and all before them are over, and notes which of the actual senders have reached 80
 * or 100 % of quota messages in this year or the last; in one transaction, so that each row counts
 * once. rows is 0 when there are none or another dpvd counts. Texts live in arena. */
bool usage_store_count(struct db *db, struct arena *arena, int64_t limit, int64_t quota,
                       struct usage_step *step_out, struct err *err);

#endif
