#include "store/secret_store.h"

#include "store/row.h"

#include <stddef.h>

enum { NAME_CHARACTERS = 100 };

static const char find_sql[] = "SELECT id, sender_id FROM dpvd.system_user WHERE name = $1";
static const char put_sql[] =
    "INSERT INTO dpvd.system_user_secret (system_user_id, sealed, created) VALUES ($1, $2, $3) "
    "ON CONFLICT (system_user_id) DO UPDATE SET sealed = EXCLUDED.sealed, "
    "created = EXCLUDED.created";
static const char remove_sql[] = "DELETE FROM dpvd.system_user_secret WHERE system_user_id = $1";
static const char audit_sql[] =
    "INSERT INTO dpvd.audit_log (received, duration, endpoint, operation, user_name, result, "
    "sender_id, system_user_id) VALUES ($1, 0, 'admin', $2, $3, 'ok', $4, $5)";

bool secret_store_find(struct desk *desk, const char *name, struct secret_owner *owner_out,
                       struct err *err)
{
    struct params params = {0};
    struct row row = {0};
    PGresult *result = NULL;
    bool found = false;

    params_text(&params, name);
    if (!desk_query(desk, find_sql, &params, &result, err))
        return false;
    row.result = result;
    found = PQntuples(result) == 1;
    if (found) {
        owner_out->system_user_id = row_int4(&row);
        owner_out->sender_id = row_int4(&row);
    }
    PQclear(result);
    return found || err_set(err, ERR_NOT_FOUND, "there is no system user of that name");
}

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

bool secret_store_audit(struct desk *desk, const struct secret_owner *owner, const char *operation,
                        const char *who, int64_t began, struct err *err)
{
    struct params params = {0};

    params_time(&params, began);
    params_text(&params, operation);
    params_text_cut(&params, who, NAME_CHARACTERS);
    params_int4(&params, owner->sender_id);
    params_int4(&params, owner->system_user_id);
    return desk_query(desk, audit_sql, &params, NULL, err);
}
