#include "store/tenant.h"

bool tenant_begin(struct db *db, const struct tenant *tenant, bool writes, struct err *err)
{
    struct params params = {0};

    params_int4(&params, tenant->sender_id);
    params_text(&params, tenant->organization);
    if (!exchange_begin(db, writes, err) || !exchange_send(db, STMT_TENANT, &params, err))
        return false;
    db->exchange.hidden = db->exchange.sent;
    return true;
}

bool tenant_one(struct db *db, const struct tenant *tenant, enum statement statement,
                const struct params *params, bool writes, struct err *err)
{
    return tenant_begin(db, tenant, writes, err) && exchange_send(db, statement, params, err) &&
           exchange_finish(db, err);
}
