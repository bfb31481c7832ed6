#include "store/wsse_store.h"

#include "base/clock.h"
#include "store/exchange.h"
#include "store/row.h"

#include <string.h>

/* The clocks of several dpvd may differ by that much. */
static const int64_t kept_longer = INT64_C(60) * 1000000;

static bool copy(struct arena *arena, struct bytes from, struct bytes *to)
{
    uint8_t *room = arena_alloc(arena, from.len + 1);

    if (room == NULL)
        return false;
    memcpy(room, from.data, from.len);
    *to = (struct bytes){room, from.len};
    return true;
}

bool wsse_store_secret(struct db *db, struct arena *arena, int32_t system_user_id,
                       struct bytes *sealed_out, struct err *err)
{
    struct params params = {0};
    struct row row = {.arena = arena};

    params_int4(&params, system_user_id);
    if (!exchange_one(db, STMT_SECRET, &params, false, err))
        return false;
    row.result = exchange_result(db, 0);
    *sealed_out = (struct bytes){0};
    return PQntuples(row.result) == 0 || copy(arena, row_bytes_inside(&row), sealed_out) ||
           err_no_memory(err);
}

bool wsse_store_use_nonce(struct db *db, int32_t system_user_id,
                          const uint8_t hash[IDENT_DIGEST_SIZE], int64_t expires, bool *fresh_out,
                          struct err *err)
{
    struct params params = {0};

    params_int4(&params, system_user_id);
    params_bytes(&params, hash, IDENT_DIGEST_SIZE);
    params_time(&params, expires);
    if (!exchange_one(db, STMT_NONCE_USE, &params, true, err))
        return false;
    *fresh_out = PQntuples(exchange_result(db, 0)) > 0;
    return true;
}

bool wsse_store_sweep(struct db *db, struct err *err)
{
    const struct params none = {0};
    struct params params = {0};

    params_time(&params, clock_now() - kept_longer);
    return exchange_begin(db, true, err) &&
           exchange_send(db, STMT_COMMIT_ASYNCHRONOUSLY, &none, err) &&
           exchange_send(db, STMT_NONCE_SWEEP, &params, err) && exchange_finish(db, err);
}
