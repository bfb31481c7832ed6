#include "store/secret_store.h"

static const char put_sql[] =
    "INSERT INTO dpvd.system_user_secret (system_user_id, sealed, created) VALUES ($1, $2, $3) "
    "ON CONFLICT (system_user_id) DO UPDATE SET sealed = EXCLUDED.sealed, "
    "created = EXCLUDED.created";
static const char remove_sql[] = "DELETE FROM dpvd.system_user_secret WHERE system_user_id = $1";

bool secret_store_put(struct desk *desk, int32_t system_user_id, struct bytes sealed, int64_t now,
                      struct err *err)
{
    struct params params = {0};

    params_int4(&params, system_user_id);
    params_bytes(&params, sealed.data, sealed.len);
    params_time(&params, now);
    return desk_query(desk, put_sql, &params, NULL, err);
}

bool secret_store_remove(struct desk *desk, int32_t system_user_id, struct err *err)
{
    struct params params = {0};
    int64_t removed = 0;

    params_int4(&params, system_user_id);
    if (!desk_number(desk, remove_sql, &params, &removed, err))
        return false;
    return removed > 0 || err_set(err, ERR_NOT_FOUND, "the system user has no secret");
}
