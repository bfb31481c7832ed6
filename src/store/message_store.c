#include "store/message_store.h"

#include "base/clock.h"
#include "store/call_params.h"
#include "store/commit_queue.h"
#include "store/exchange.h"
#include "store/message_params.h"
#include "store/message_write.h"
#include "store/receipt_row.h"
#include "store/row.h"
#include "store/tenant.h"

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

static bool send_sub_receipts(struct db *db, const struct message_put *put, struct err *err)
{
    struct params params = {0};

    params_int4(&params, put->facts->caller.sender_id);
    params_bytes(&params, put->digest, 32);
    return exchange_send(db, STMT_SUB_RECEIPTS, &params, err);
}

static bool read_sub_receipts(struct arena *arena, const PGresult *result, struct receipt *main)
{
    const size_t count = (size_t)PQntuples(result);
    struct receipt *receipts = arena_array(arena, count, sizeof(*receipts));

    for (size_t i = 0; receipts != NULL && i < count; i++) {
        struct row row = {.arena = arena, .result = result, .row = (int)i};

        receipt_row_read(&row, main->owner_number, &receipts[i]);
        if (row.failed)
            return false;
    }
    main->sub_receipts = receipts;
    main->sub_receipt_count = count;
    return receipts != NULL;
}

bool message_store_find(struct db *db, struct arena *arena, const struct message_put *put,
                        bool *found_out, struct receipt *receipt_out, struct err *err)
{
    const struct tenant tenant = {.sender_id = put->facts->caller.sender_id};
    struct params params = {0};
    struct row row = {.arena = arena};
    struct receipt receipt = {0};

    call_params(&params, put->call, &put->facts->caller);
    params_bytes(&params, put->digest, 32);
    if (!tenant_begin(db, &tenant, true, err) ||
        !exchange_send(db, STMT_MESSAGE_REPEAT, &params, err) || !send_sub_receipts(db, put, err) ||
        !exchange_finish(db, err))
        return false;
    row.result = exchange_result(db, 0);
    if (PQntuples(row.result) == 0) {
        *found_out = false;
        return true;
    }
    receipt_row_read(&row, put->facts->caller.organization_number, &receipt);
    if (row.failed || !read_sub_receipts(arena, exchange_result(db, 1), &receipt))
        return err_no_memory(err);
    *found_out = true;
    *receipt_out = receipt;
    return true;
}

/* A reference that was refused for its length would not fit the index either. */
enum { REFUSED_CHARACTERS = 600 };

static bool send_refusal(struct db *db, const struct message_put *put,
                         const struct receipt *receipt, struct err *err)
{
    const bool rejected = receipt->status == RECEIPT_REJECTED;
    struct params params = {0};

    call_params(&params, put->call, &put->facts->caller);
    params_int2(&params, (int)receipt->status);
    params_time(&params, receipt->last_changed);
    params_text(&params, receipt->text);
    params_text_cut(&params, receipt->reference, REFUSED_CHARACTERS);
    params_text(&params, rejected ? "rejected" : "validation_failed");
    return exchange_send(db, STMT_MESSAGE_REFUSE, &params, err);
}

static bool send_no_mailbox(struct db *db, struct arena *arena, const struct message_put *put,
                            int64_t when, struct err *err)
{
    struct params params = {0};

    params_int4(&params, put->facts->caller.sender_id);
    params_text_cut(&params, put->message->reference, REFUSED_CHARACTERS);
    params_text(&params, put->message->reportee);
    params_text(&params, put->message->service_code);
    params_int4(&params, put->facts->service.edition);
    params_time(&params, when);
    if (!message_params_no_mailbox(&params, arena, when)) {
        exchange_drop(db); /* without its Sync nothing is stored */
        return err_no_memory(err);
    }
    return exchange_send(db, STMT_SDP_STATE_REFUSE, &params, err);
}

bool message_store_refuse(struct db *db, struct arena *arena, const struct message_put *put,
                          const struct verdict *verdict, bool no_mailbox,
                          struct receipt *receipt_out, struct err *err)
{
    const struct tenant tenant = {.sender_id = put->facts->caller.sender_id};
    const bool rejected = verdict->outcome == OUTCOME_REJECTED;
    struct receipt receipt = {
        .last_changed = clock_now(),
        .status = rejected ? RECEIPT_REJECTED : RECEIPT_VALIDATION_FAILED,
        .type = RECEIPT_TYPE_CORRESPONDENCE,
        .text = arena_strdup(arena, verdict->text),
        .history = "",
        .reference = put->message->reference,
        .owner_number = put->facts->caller.organization_number,
    };

    if (receipt.text == NULL)
        return err_no_memory(err);
    if (!tenant_begin(db, &tenant, true, err) || !send_refusal(db, put, &receipt, err) ||
        (no_mailbox && !send_no_mailbox(db, arena, put, receipt.last_changed, err)) ||
        !exchange_finish(db, err))
        return false;
    receipt.id = row_int4(&(struct row){.result = exchange_result(db, 0)});
    *receipt_out = receipt;
    return true;
}
