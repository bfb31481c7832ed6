#include "store/message_write.h"

#include "store/call_params.h"
#include "store/exchange.h"
#include "store/message_batch.h"
#include "store/message_params.h"
#include "store/receipt_row.h"
#include "store/row.h"

/* In which pieces content is stored; the database holds none that is larger. */
enum { PIECE = 1024 * 1024 };

uint64_t message_write_size(const struct message *message)
{
    uint64_t size = 0;

    for (size_t i = 0; i < message->attachment_count; i++)
        size += message->attachments[i].content == NULL
                    ? 0
                    : blob_size(message->attachments[i].content);
    return size;
}

/* Content that cannot be read again must not leave half a message: without its Sync the transaction
 * is rolled back. */
static bool give_up(struct db *db)
{
    exchange_drop(db);
    return false;
}

static bool no_memory(struct db *db, struct err *err)
{
    err_no_memory(err);
    return give_up(db);
}

/* n bytes of content from offset on: where they stand, or read into room, which is made when it is
 * first needed. */
static const uint8_t *piece_of(const struct blob *blob, uint64_t offset, size_t n,
                               struct arena *arena, uint8_t **room, struct err *err)
{
    const uint8_t *memory = blob_memory(blob);

    if (memory != NULL)
        return memory + offset;
    if (*room == NULL)
        *room = arena_alloc(arena, PIECE);
    if (*room == NULL) {
        err_no_memory(err);
        return NULL;
    }
    return blob_read(blob, offset, *room, n, err) ? *room : NULL;
}

static bool send_attachment(struct db *db, const struct message_write *write, size_t i,
                            uint8_t **room, struct err *err)
{
    const struct attachment *attachment = &write->put->message->attachments[i];
    const int32_t sender_id = write->put->facts->caller.sender_id;
    const uint64_t size = blob_size(attachment->content);
    uint64_t offset = 0;

    do {
        const size_t n = size - offset < PIECE ? (size_t)(size - offset) : PIECE;
        const uint8_t *data = piece_of(attachment->content, offset, n, write->arena, room, err);
        struct params params = {0};

        if (data == NULL)
            return give_up(db);
        if (offset == 0)
            message_params_attachment(&params, sender_id, i + 1, attachment, data, n);
        else
            message_params_chunk(&params, sender_id, i + 1, offset / PIECE, data, n);
        if (!exchange_send(db, offset == 0 ? STMT_ATTACHMENT_PUT : STMT_CHUNK_PUT, &params, err))
            return false;
        offset += n;
    } while (offset < size);
    return true;
}

static bool send_orders(struct db *db, const struct message_write *write, struct err *err)
{
    const struct message *message = write->put->message;
    const struct notification_order *own = write->put->decision->plan.own;
    const size_t count = message->notification_count + (own != NULL);

    for (size_t i = 0; i < count; i++) {
        const bool is_own = i == message->notification_count;
        struct params params = {0};

        if (!message_params_notification_order(&params, write->arena,
                                               write->put->facts->caller.sender_id, i + 1,
                                               is_own ? own : &message->notifications[i]))
            return no_memory(db, err);
        if (!exchange_send(db, STMT_NOTIFICATION_ORDER_PUT, &params, err))
            return false;
    }
    return true;
}

static bool send_parts(struct db *db, const struct message_write *write, struct err *err)
{
    const struct message *message = write->put->message;
    const int32_t sender_id = write->put->facts->caller.sender_id;

    for (size_t i = 0; i < message->reply_option_count; i++) {
        struct params params = {0};

        message_params_reply_option(&params, sender_id, i + 1, &message->reply_options[i]);
        if (!exchange_send(db, STMT_REPLY_OPTION_PUT, &params, err))
            return false;
    }
    return send_orders(db, write, err);
}

/* The order as given, and what became of it: without a connection to DPI nobody has a mailbox. */
static bool send_sdp(struct db *db, const struct message_write *write, struct err *err)
{
    const struct sdp_options *sdp = write->put->message->sdp;
    const int32_t sender_id = write->put->facts->caller.sender_id;
    struct params order = {0};
    struct params state = {0};

    if (sdp == NULL)
        return true;
    params_int4(&state, sender_id);
    if (!message_params_sdp_order(&order, write->arena, sender_id, sdp) ||
        !message_params_no_mailbox(&state, write->arena, write->put->decision->now))
        return no_memory(db, err);
    return exchange_send(db, STMT_SDP_ORDER_PUT, &order, err) &&
           exchange_send(db, STMT_SDP_STATE_PUT, &state, err);
}

static bool send_planned(struct db *db, const struct message_write *write, struct err *err)
{
    struct params params = {0};

    if (write->put->decision->plan.count == 0)
        return true;
    if (!message_params_planned(&params, write->arena, write->put->facts->caller.sender_id,
                                &write->put->decision->plan))
        return no_memory(db, err);
    return exchange_send(db, STMT_NOTIFICATION_PUT, &params, err);
}

/* Their room is made before anything is committed. */
static bool send_problems(struct db *db, struct message_write *write, struct err *err)
{
    const struct plan *plan = &write->put->decision->plan;
    struct params params = {0};

    if (plan->problem_count == 0)
        return true;
    write->sub_receipts =
        arena_array(write->arena, plan->problem_count, sizeof(*write->sub_receipts));
    if (write->sub_receipts == NULL ||
        !message_params_problems(&params, write->arena, write->put->facts->caller.sender_id, plan))
        return no_memory(db, err);
    write->sub_result = exchange_count(db);
    return exchange_send(db, STMT_SUB_RECEIPT_PUT, &params, err);
}

static bool send_reserved(struct db *db, const struct message_write *write, struct err *err)
{
    struct params params = {0};

    params_int4(&params, write->put->facts->caller.sender_id);
    return !write->put->decision->reserved || exchange_send(db, STMT_RESERVED_PUT, &params, err);
}

/* What was decided about the message, besides its own row. */
static bool send_decision(struct db *db, struct message_write *write, struct err *err)
{
    return send_planned(db, write, err) && send_problems(db, write, err) &&
           send_reserved(db, write, err) && send_sdp(db, write, err);
}

static bool send_claim(struct db *db, const struct message_write *write, struct err *err)
{
    struct params params = {0};

    params_int4(&params, write->put->facts->caller.sender_id);
    return exchange_send(db, STMT_REFERENCE_CLAIM, &params, err);
}

static bool send_message(struct db *db, struct message_write *write, struct err *err)
{
    const struct message *message = write->put->message;
    struct params params = {0};
    uint8_t *room = NULL;

    write->result = exchange_count(db);
    if (!message_params_put(&params, write->arena, write->put, message_write_size(message)))
        return no_memory(db, err);
    if (!exchange_send(db, STMT_MESSAGE_PUT, &params, err))
        return false;
    if (write->put->claim_reference && !send_claim(db, write, err))
        return false;
    for (size_t i = 0; i < message->attachment_count; i++) {
        if (message->attachments[i].content != NULL && !send_attachment(db, write, i, &room, err))
            return false;
    }
    return send_parts(db, write, err) && send_decision(db, write, err);
}

/* One for each problem of the plan, which were stored in its order. */
static void fill_sub_receipts(const struct message_write *write, const PGresult *result)
{
    const struct plan *plan = &write->put->decision->plan;
    struct receipt *main = &write->put->receipt;

    for (size_t i = 0; i < plan->problem_count; i++) {
        struct row row = {.result = result, .row = (int)i};
        struct receipt *sub = &write->sub_receipts[i];

        *sub = *main;
        sub->id = row_int4(&row);
        sub->parent_id = main->id;
        sub->status = plan->problems[i].status;
        sub->text = plan->problems[i].text;
    }
    main->sub_receipts = write->sub_receipts;
    main->sub_receipt_count = plan->problem_count;
}

/* The receipt of a message that was stored just now. */
static void fill_new(const struct db *db, struct message_write *write)
{
    struct message_put *put = write->put;
    struct row row = {.result = exchange_result(db, write->result), .row = write->row};

    put->repeated = false;
    put->receipt = (struct receipt){
        .last_changed = put->decision->now,
        .status = RECEIPT_OK,
        .type = RECEIPT_TYPE_CORRESPONDENCE,
        .text = RECEIPT_SAVED_TEXT,
        .history = "",
        .reference = put->message->reference,
        .owner_number = put->decision->technical_number,
    };
    put->receipt.id = row_int4(&row);
    put->receipt.correspondence_id = row_int4(&row);
    if (write->sub_receipts != NULL)
        fill_sub_receipts(write, exchange_result(db, write->sub_result));
    write->stored = true;
}

/* The unique index had the digest: its receipt, once this call's audit row is on disk. */
static void fill_repeated(struct db *db, struct message_write *write)
{
    struct message_put *put = write->put;
    struct receipt receipt = {0};
    bool found = false;

    if (!message_store_find(db, write->arena, put, &found, &receipt, &write->err))
        return;
    if (!found) {
        err_set(&write->err, ERR_BUSY, "the message that was in the way is gone");
        return;
    }
    put->repeated = true;
    put->receipt = receipt;
    write->stored = true;
}

static bool is_new(const struct db *db, const struct message_write *write)
{
    const PGresult *result = exchange_result(db, write->result);

    return PQntuples(result) > write->row && PQgetisnull(result, write->row, 0) == 0;
}

/* In the order given: neighbours together where they can be. */
static bool send_all(struct db *db, struct message_write *const *writes, size_t count,
                     struct err *err)
{
    for (size_t i = 0; i < count;) {
        const size_t n = message_batch_length(writes + i, count - i);

        if (!(n > 1 ? message_batch_send(db, writes + i, n, err)
                    : send_message(db, writes[i], err)))
            return false;
        i += n;
    }
    return true;
}

bool message_write_all(struct db *db, struct message_write *const *writes, size_t count,
                       struct err *err)
{
    if (!exchange_begin(db, true, err))
        return false;
    if (db->standby_missing) {
        exchange_drop(db); /* the next connection looks again */
        return err_set(err, ERR_BUSY, "the database waits for fewer standbys than required");
    }
    if (!send_all(db, writes, count, err))
        return false;
    if (!exchange_finish(db, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (is_new(db, writes[i]))
            fill_new(db, writes[i]);
    }
    for (size_t i = 0; i < count; i++) {
        if (!writes[i]->stored)
            fill_repeated(db, writes[i]);
    }
    return true;
}
