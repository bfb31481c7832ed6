#include "store/service_store.h"

#include "store/call_params.h"
#include "store/exchange.h"
#include "store/row.h"

bool service_store_create(struct db *db, struct arena *arena, const struct caller *caller,
                          const struct call *call, const char *template_code,
                          int32_t template_edition, const char **code_out, struct err *err)
{
    struct params params = {0};
    struct row row = {.arena = arena};
    const char *code = NULL;

    call_params(&params, call, caller);
    params_text(&params, template_code);
    params_int4(&params, template_edition);
    if (!exchange_one(db, STMT_SERVICE_CREATE, &params, true, err))
        return false;
    row.result = exchange_result(db, 0);
    if (PQntuples(row.result) != 1)
        return err_set(err, ERR_BUSY, "the template service is gone");
    code = row_text(&row);
    if (row.failed)
        return err_no_memory(err);
    *code_out = code;
    return true;
}
