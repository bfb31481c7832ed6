/* Sealed secrets and used nonces of WS-Security. */
#ifndef DPVD_STORE_WSSE_STORE_H
#define DPVD_STORE_WSSE_STORE_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/ident.h"
#include "store/db.h"

/* The sealed secret of a system user, in arena; len 0: there is none. */
bool wsse_store_secret(struct db *db, struct arena *arena, int32_t system_user_id,
                       struct bytes *sealed_out, struct err *err);

/* Remembers a nonce until it expires, durably; fresh_out is false when it is remembered already. */
bool wsse_store_use_nonce(struct db *db, int32_t system_user_id,
                          const uint8_t hash[IDENT_DIGEST_SIZE], int64_t expires, bool *fresh_out,
                          struct err *err);

/* Forgets nonces that count no longer. */
bool wsse_store_sweep(struct db *db, struct err *err);

#endif
