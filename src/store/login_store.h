/* Wrong passwords, counted for each user name and address (domain.md 2.3). */
#ifndef DPVD_STORE_LOGIN_STORE_H
#define DPVD_STORE_LOGIN_STORE_H

#include "model/login.h"
#include "store/audit_store.h"
#include "store/db.h"

/* Counts a wrong password and adds its audit row, in one durable transaction. The same is done for
 * user names that nobody has and for those that are locked already. locked_out: this one was the
 * last that was allowed. */
bool login_store_fail(struct db *db, const struct login *login, const struct audit_entry *entry,
                      bool *locked_out, struct err *err);

/* Removes what counts no longer, and the oldest rows beyond a hundred thousand. */
bool login_store_sweep(struct db *db, struct err *err);

#endif
