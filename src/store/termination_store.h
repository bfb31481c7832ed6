/* What a sender leaves behind that is not its recipients' (domain.md 10.4): counted, then removed
 * piece by piece. Messages, what was planned for them, evidence and the sender's row stay. */
#ifndef DPVD_STORE_TERMINATION_STORE_H
#define DPVD_STORE_TERMINATION_STORE_H

#include "store/desk.h"

enum { TERMINATION_PARTS = 12 };

/* What a part is called: its table, or its column of the sender. Parts are removed in order. */
const char *termination_store_name(int part);

/* Rows that are left of a part. */
bool termination_store_count(struct desk *desk, int part, int32_t sender_id, int64_t *rows_out,
                             struct err *err);

/* Removes some thousands of them, or as many as there are; *rows_out is 0 when none was left. */
bool termination_store_remove(struct desk *desk, int part, int32_t sender_id, int64_t *rows_out,
                              struct err *err);

#endif
