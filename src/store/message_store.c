#include "store/message_store.h"

#include "base/clock.h"
#include "store/call_params.h"
#include "store/commit_queue.h"
#include "store/exchange.h"
#include "store/message_write.h"
#include "store/receipt_row.h"
#include "store/row.h"

bool message_store_put(struct commit_queue *queue, struct db *db, struct arena *arena,
                       struct message_put *put, struct err *err)
{
    struct message_write write = {.put = put, .arena = arena};
    struct message_write *const alone = &write;

    if (queue != NULL && commit_queue_takes(queue, put)) {
        commit_queue_write(queue, db, &write);
    } else if (!message_write_all(db, &alone, 1, err)) {
        return false;
    }
    if (!write.stored)
        *err = write.err;
    return write.stored;
}

bool message_store_find(struct db *db, struct arena *arena, const struct message_put *put,
                        bool *found_out, struct receipt *receipt_out, struct err *err)
{
    struct params params = {0};
    struct row row = {.arena = arena};
    struct receipt receipt = {0};

    call_params(&params, put->call, &put->facts->caller);
    params_bytes(&params, put->digest, 32);
    if (!exchange_one(db, STMT_MESSAGE_REPEAT, &params, true, err))
        return false;
    row.result = exchange_result(db, 0);
    if (PQntuples(row.result) == 0) {
        *found_out = false;
        return true;
    }
    receipt_row_read(&row, put->facts->caller.organization_number, &receipt);
    if (row.failed)
        return err_no_memory(err);
    *found_out = true;
    *receipt_out = receipt;
    return true;
}

/* A reference that was refused for its length would not fit the index either. */
enum { REFUSED_CHARACTERS = 600 };

static void repeat_params(struct params *params, const struct message_put *put)
{
    const struct receipt *earlier = &put->facts->earlier;

    call_params(params, put->call, &put->facts->caller);
    params_null(params); /* user name */
    params_text(params, "retry");
    params_null(params); /* ErrorID */
    params_null(params); /* ErrorGuid */
    params_text(params, earlier->reference);
    params_int4(params, earlier->id);
    params_int4(params, earlier->correspondence_id);
    params_null(params); /* messages answered */
}

bool message_store_repeat(struct db *db, const struct message_put *put, struct err *err)
{
    struct params params = {0};

    repeat_params(&params, put);
    return exchange_one(db, STMT_AUDIT_ADD, &params, true, err);
}

bool message_store_refuse(struct db *db, struct arena *arena, const struct message *message,
                          const struct caller *caller, const struct verdict *verdict,
                          const struct call *call, struct receipt *receipt_out, struct err *err)
{
    const bool rejected = verdict->outcome == OUTCOME_REJECTED;
    struct receipt receipt = {
        .last_changed = clock_now(),
        .status = rejected ? RECEIPT_REJECTED : RECEIPT_VALIDATION_FAILED,
        .type = RECEIPT_TYPE_CORRESPONDENCE,
        .text = arena_strdup(arena, verdict->text),
        .history = "",
        .reference = message->reference,
        .owner_number = caller->organization_number,
    };
    struct params params = {0};

    if (receipt.text == NULL)
        return err_no_memory(err);
    call_params(&params, call, caller);
    params_int2(&params, (int)receipt.status);
    params_time(&params, receipt.last_changed);
    params_text(&params, receipt.text);
    params_text_cut(&params, receipt.reference, REFUSED_CHARACTERS);
    params_text(&params, rejected ? "rejected" : "validation_failed");
    if (!exchange_one(db, STMT_MESSAGE_REFUSE, &params, true, err))
        return false;
    receipt.id = row_int4(&(struct row){.result = exchange_result(db, 0)});
    *receipt_out = receipt;
    return true;
}
