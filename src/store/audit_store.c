#include "store/audit_store.h"

#include "model/identifier.h"
#include "store/call_params.h"
#include "store/exchange.h"

/* What nobody has looked at yet may be long. */
enum { CLAIMED_CHARACTERS = 600 };

static void add_number(struct params *params, int32_t number)
{
    if (number != 0)
        params_int4(params, number);
    else
        params_null(params);
}

static void entry_params(struct params *params, const struct audit_entry *entry)
{
    const bool known = entry->caller != NULL && entry->caller->found;

    call_params(params, entry->call, entry->caller);
    params_text_cut(params, known ? NULL : identifier_masked(entry->user_name), CLAIMED_CHARACTERS);
    params_text(params, entry->result);
    add_number(params, entry->error_id);
    params_text(params, entry->error_guid);
    params_text_cut(params, entry->reference, CLAIMED_CHARACTERS);
    add_number(params, entry->receipt_id);
    params_null(params); /* correspondence */
    params_int8(params, entry->count);
}

bool audit_store_send(struct db *db, const struct audit_entry *entry, struct err *err)
{
    struct params params = {0};

    entry_params(&params, entry);
    return exchange_send(db, STMT_AUDIT_ADD, &params, err);
}

bool audit_store_add(struct db *db, const struct audit_entry *entry, bool durable, struct err *err)
{
    const struct params none = {0};

    return exchange_begin(db, true, err) &&
           (durable || exchange_send(db, STMT_COMMIT_ASYNCHRONOUSLY, &none, err)) &&
           audit_store_send(db, entry, err) && exchange_finish(db, err);
}
