#include "store/message_batch.h"

#include "store/exchange.h"
#include "store/message_params.h"

/* What a batch is sent from; all arrays live in the arena of its first message. */
struct batch {
    struct message_write *const *writes;
    size_t count;
    struct arena *arena;
    int32_t sender_id;
};

static bool is_in_memory(const struct message *message)
{
    for (size_t i = 0; i < message->attachment_count; i++) {
        const struct blob *content = message->attachments[i].content;

        if (content != NULL && blob_memory(content) == NULL)
            return false;
    }
    return true;
}

static bool is_ordinary(const struct message_write *write)
{
    const struct message_put *put = write->put;

    return !put->claim_reference && put->message->reply_option_count == 0 &&
           put->message->sdp == NULL && put->decision->plan.problem_count == 0 &&
           put->decision->plan.own == NULL && !put->decision->reserved &&
           is_in_memory(put->message);
}

size_t message_batch_length(struct message_write *const *writes, size_t count)
{
    const int32_t sender_id = writes[0]->put->facts->caller.sender_id;
    size_t n = 0;

    while (n < count && writes[n]->put->facts->caller.sender_id == sender_id &&
           is_ordinary(writes[n]))
        n++;
    return n == 0 ? 1 : n;
}

/* Nothing is stored without a Sync. */
static bool no_memory(struct db *db, struct err *err)
{
    exchange_drop(db);
    return err_no_memory(err);
}

static bool send_rows(struct db *db, const struct batch *batch, enum statement statement,
                      const struct params *rows, size_t count, struct err *err)
{
    struct params params = {0};

    if (!params_columns(&params, batch->arena, rows, count))
        return no_memory(db, err);
    return exchange_send(db, statement, &params, err);
}

static bool send_messages(struct db *db, const struct batch *batch, struct err *err)
{
    struct params *rows = arena_array(batch->arena, batch->count, sizeof(*rows));

    if (rows == NULL)
        return no_memory(db, err);
    for (size_t i = 0; i < batch->count; i++) {
        struct message_write *write = batch->writes[i];

        write->result = exchange_count(db);
        write->row = (int)i;
        if (!message_params_put(&rows[i], batch->arena, write->put,
                                message_write_size(write->put->message)))
            return no_memory(db, err);
    }
    return send_rows(db, batch, STMT_BATCH_MESSAGES, rows, batch->count, err);
}

/* Which message of the batch a part belongs to; behind the columns that it has alone as well. */
static void position(struct params *params, size_t i)
{
    params_int4(params, (int32_t)i + 1);
}

static size_t add_attachments(const struct batch *batch, size_t i, struct params *rows)
{
    const struct message *message = batch->writes[i]->put->message;
    size_t n = 0;

    for (size_t k = 0; k < message->attachment_count; k++) {
        const struct attachment *attachment = &message->attachments[k];

        if (attachment->content == NULL)
            continue;
        message_params_attachment(&rows[n], batch->sender_id, k + 1, attachment,
                                  blob_memory(attachment->content), blob_size(attachment->content));
        position(&rows[n++], i);
    }
    return n;
}

static bool send_attachments(struct db *db, const struct batch *batch, struct err *err)
{
    struct params *rows = NULL;
    size_t sum = 0;
    size_t n = 0;

    for (size_t i = 0; i < batch->count; i++)
        sum += batch->writes[i]->put->message->attachment_count;
    rows = arena_array(batch->arena, sum, sizeof(*rows));
    if (rows == NULL)
        return no_memory(db, err);
    for (size_t i = 0; i < batch->count; i++)
        n += add_attachments(batch, i, rows + n);
    return n == 0 || send_rows(db, batch, STMT_BATCH_ATTACHMENTS, rows, n, err);
}

/* The first and the last element of a list of n that begins behind *end, which it moves. */
static void span(struct params *params, size_t *end, size_t n)
{
    params_int4(params, (int32_t)*end + 1);
    params_int4(params, (int32_t)(*end + n));
    *end += n;
}

static bool send_order_rows(struct db *db, const struct batch *batch, const struct params *rows,
                            const struct notification_order *const *orders, size_t count,
                            struct err *err)
{
    struct params params = {0};

    if (!params_columns(&params, batch->arena, rows, count) ||
        !message_params_order_lists(&params, batch->arena, orders, count))
        return no_memory(db, err);
    return exchange_send(db, STMT_BATCH_ORDERS, &params, err);
}

static bool send_orders(struct db *db, const struct batch *batch, struct err *err)
{
    const struct notification_order **orders = NULL;
    struct params *rows = NULL;
    size_t tokens = 0;
    size_t end_points = 0;
    size_t sum = 0;
    size_t n = 0;

    for (size_t i = 0; i < batch->count; i++)
        sum += batch->writes[i]->put->message->notification_count;
    rows = arena_array(batch->arena, sum, sizeof(*rows));
    orders = arena_array(batch->arena, sum, sizeof(*orders));
    if (rows == NULL || orders == NULL)
        return no_memory(db, err);
    for (size_t i = 0; i < batch->count; i++) {
        const struct message *message = batch->writes[i]->put->message;

        for (size_t k = 0; k < message->notification_count; k++, n++) {
            orders[n] = &message->notifications[k];
            message_params_order(&rows[n], batch->sender_id, k + 1, orders[n]);
            position(&rows[n], i);
            span(&rows[n], &tokens, orders[n]->token_count);
            span(&rows[n], &end_points, orders[n]->end_point_count);
        }
    }
    return n == 0 || send_order_rows(db, batch, rows, orders, n, err);
}

static bool send_notifications(struct db *db, const struct batch *batch, struct err *err)
{
    struct params *rows = NULL;
    size_t sum = 0;
    size_t n = 0;

    for (size_t i = 0; i < batch->count; i++)
        sum += batch->writes[i]->put->decision->plan.count;
    rows = arena_array(batch->arena, sum, sizeof(*rows));
    if (rows == NULL)
        return no_memory(db, err);
    for (size_t i = 0; i < batch->count; i++) {
        const struct plan *plan = &batch->writes[i]->put->decision->plan;

        for (size_t k = 0; k < plan->count; k++, n++) {
            message_params_notification(&rows[n], batch->sender_id, k + 1, &plan->items[k]);
            position(&rows[n], i);
        }
    }
    return n == 0 || send_rows(db, batch, STMT_BATCH_NOTIFICATIONS, rows, n, err);
}

bool message_batch_send(struct db *db, struct message_write *const *writes, size_t count,
                        struct err *err)
{
    const struct batch batch = {
        .writes = writes,
        .count = count,
        .arena = writes[0]->arena,
        .sender_id = writes[0]->put->facts->caller.sender_id,
    };

    return send_messages(db, &batch, err) && send_attachments(db, &batch, err) &&
           send_orders(db, &batch, err) && send_notifications(db, &batch, err);
}
