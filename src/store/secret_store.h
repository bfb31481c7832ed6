/* Sealed secrets as the operator gives and takes them. */
#ifndef DPVD_STORE_SECRET_STORE_H
#define DPVD_STORE_SECRET_STORE_H

#include "base/bytes.h"
#include "base/err.h"
#include "store/desk.h"

#include <stdbool.h>
#include <stdint.h>

struct secret_owner {
    int32_t system_user_id;
    int32_t sender_id;
};

/* The system user of that name. ERR_NOT_FOUND. */
bool secret_store_find(struct desk *desk, const char *name, struct secret_owner *owner_out,
                       struct err *err);

/* Gives the system user a secret in place of the one that it may have. */
bool secret_store_put(struct desk *desk, int32_t system_user_id, struct bytes sealed, int64_t now,
                      struct err *err);

/* Takes the secret away; ERR_NOT_FOUND: there is none. */
bool secret_store_remove(struct desk *desk, int32_t system_user_id, struct err *err);

/* The row of the audit log that tells of it, in the same transaction. who is the operator. */
bool secret_store_audit(struct desk *desk, const struct secret_owner *owner, const char *operation,
                        const char *who, int64_t began, struct err *err);

#endif
