/* Sealed secrets as the operator gives and takes them. */
#ifndef DPVD_STORE_SECRET_STORE_H
#define DPVD_STORE_SECRET_STORE_H

#include "base/bytes.h"
#include "base/err.h"
#include "store/desk.h"

#include <stdbool.h>
#include <stdint.h>

/* Gives the system user a secret in place of the one that it may have. */
bool secret_store_put(struct desk *desk, int32_t system_user_id, struct bytes sealed, int64_t now,
                      struct err *err);

/* Takes the secret away; ERR_NOT_FOUND: there is none. */
bool secret_store_remove(struct desk *desk, int32_t system_user_id, struct err *err);

#endif
