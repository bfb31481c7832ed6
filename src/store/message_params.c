#include "store/message_params.h"

#include "model/sdp.h"
#include "model/status.h"
#include "store/call_params.h"

/* Created, and Reserved at the same time (domain.md 4.9). */
static bool history(struct params *params, struct arena *arena, const struct decision *decision)
{
    const struct status_change changes[] = {{decision->now, STATUS_CREATED},
                                            {decision->now, STATUS_RESERVED}};
    struct bytes packed = {0};

    if (!status_history_pack(arena, changes, decision->reserved ? 2 : 1, &packed))
        return false;
    params_bytes(params, packed.data, packed.len);
    return true;
}

static bool identity(struct params *params, struct arena *arena, const struct message_put *put)
{
    const struct message *message = put->message;
    const struct decision *decision = put->decision;

    params_bytes(params, put->digest, put->digest == NULL ? 0 : 32);
    params_time(params, decision->now);
    if (!history(params, arena, decision))
        return false;
    params_text(params, decision->system_user_code);
    params_text(params, message->reference);
    params_text(params, message->service_code);
    params_int4(params, decision->service_edition);
    params_text(params, message->reportee);
    params_bool(params, decision->reportee_is_person);
    params_text(params, decision->reportee_name);
    return true;
}

static void senders(struct params *params, const struct message_put *put)
{
    const struct decision *decision = put->decision;

    params_text(params, decision->technical_number);
    params_text(params, decision->technical_name);
    params_text(params, decision->actual_number);
    params_text(params, decision->actual_name);
    params_text(params, decision->display_sender);
    params_text(params, put->message->message_sender);
    params_text(params, put->message->on_behalf_of);
}

static void content(struct params *params, const struct message *message)
{
    params_text(params, message->language_code);
    params_text(params, message->title);
    params_text(params, message->summary);
    params_text(params, message->body);
    params_text(params, message->custom_data);
}

static void handling(struct params *params, const struct message_put *put)
{
    const struct message *message = put->message;
    const struct decision *decision = put->decision;

    params_time(params, decision->visible);
    params_moment(params, message->visible);
    params_moment(params, message->allow_system_delete);
    params_moment(params, message->due);
    params_text(params, message->archive_reference);
    params_bool(params, decision->allow_forwarding);
    params_bool(params, decision->is_reservable);
}

/* None is sent yet. */
static bool notifications(struct params *params, struct arena *arena, const struct plan *plan)
{
    struct status_notification *items = arena_array(arena, plan->count, sizeof(*items));
    struct bytes packed = {0};

    if (items == NULL)
        return false;
    for (size_t i = 0; i < plan->count; i++)
        items[i] = (struct status_notification){.transport = plan->items[i].transport,
                                                .recipient = plan->items[i].recipient};
    if (!status_notifications_pack(arena, items, plan->count, &packed))
        return false;
    params_bytes(params, packed.data, packed.len);
    return true;
}

bool message_params_put(struct params *params, struct arena *arena, const struct message_put *put,
                        uint64_t content_size)
{
    call_params(params, put->call, &put->facts->caller);
    if (!identity(params, arena, put))
        return false;
    senders(params, put);
    content(params, put->message);
    handling(params, put);
    params_int4(params, (int32_t)put->message->attachment_count);
    params_int8(params, (int64_t)content_size);
    params_text(params, RECEIPT_SAVED_TEXT);
    params_int2(params, put->decision->reserved ? STATUS_RESERVED : STATUS_CREATED);
    if (!notifications(params, arena, &put->decision->plan))
        return false;
    params_choice(params, put->decision->actual_verified);
    return true;
}

static void part(struct params *params, int32_t sender_id, size_t number)
{
    params_int4(params, sender_id);
    params_int4(params, (int32_t)number);
}

void message_params_attachment(struct params *params, int32_t sender_id, size_t number,
                               const struct attachment *attachment, const uint8_t *content,
                               size_t n)
{
    part(params, sender_id, number);
    params_int2(params, (int)attachment->destination);
    params_int2(params, (int)attachment->function);
    params_bool(params, attachment->encrypted);
    params_text(params, attachment->file_name);
    params_text(params, attachment->name);
    params_text(params, attachment->senders_reference);
    params_int8(params, (int64_t)blob_size(attachment->content));
    params_bytes(params, blob_sha256(attachment->content), 32);
    params_bytes(params, content, n);
}

void message_params_chunk(struct params *params, int32_t sender_id, size_t number, uint64_t chunk,
                          const uint8_t *content, size_t n)
{
    part(params, sender_id, number);
    params_int4(params, (int32_t)chunk);
    params_bytes(params, content, n);
}

void message_params_reply_option(struct params *params, int32_t sender_id, size_t number,
                                 const struct reply_option *option)
{
    part(params, sender_id, number);
    params_text(params, option->service_code);
    params_text(params, option->service_edition);
    params_text(params, option->archive_reference);
    params_text(params, option->link_text);
    params_text(params, option->link_url);
}

void message_params_order(struct params *params, int32_t sender_id, size_t number,
                          const struct notification_order *order)
{
    part(params, sender_id, number);
    params_text(params, order->from_address);
    params_moment(params, order->shipment);
    params_text(params, order->language_code);
    params_text(params, order->type);
}

static bool tokens(struct params *params, struct arena *arena,
                   const struct notification_order *const *orders, size_t count)
{
    size_t sum = 0;
    size_t n = 0;
    int32_t *numbers = NULL;
    const char **values = NULL;

    for (size_t i = 0; i < count; i++)
        sum += orders[i]->token_count;
    numbers = arena_array(arena, sum, sizeof(*numbers));
    values = arena_array(arena, sum, sizeof(*values));
    if (numbers == NULL || values == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < orders[i]->token_count; k++, n++) {
            numbers[n] = orders[i]->tokens[k].number;
            values[n] = orders[i]->tokens[k].value;
        }
    }
    return params_int4s(params, arena, numbers, n) && params_texts(params, arena, values, n);
}

static bool end_points(struct params *params, struct arena *arena,
                       const struct notification_order *const *orders, size_t count)
{
    size_t sum = 0;
    size_t n = 0;
    int32_t *transports = NULL;
    const char **addresses = NULL;

    for (size_t i = 0; i < count; i++)
        sum += orders[i]->end_point_count;
    transports = arena_array(arena, sum, sizeof(*transports));
    addresses = arena_array(arena, sum, sizeof(*addresses));
    if (transports == NULL || addresses == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < orders[i]->end_point_count; k++, n++) {
            transports[n] = (int32_t)orders[i]->end_points[k].transport;
            addresses[n] = orders[i]->end_points[k].address;
        }
    }
    return params_int4s(params, arena, transports, n) && params_texts(params, arena, addresses, n);
}

bool message_params_order_lists(struct params *params, struct arena *arena,
                                const struct notification_order *const *orders, size_t count)
{
    return tokens(params, arena, orders, count) && end_points(params, arena, orders, count);
}

bool message_params_notification_order(struct params *params, struct arena *arena,
                                       int32_t sender_id, size_t number,
                                       const struct notification_order *order)
{
    message_params_order(params, sender_id, number, order);
    return message_params_order_lists(params, arena, &order, 1);
}

static bool days(struct params *params, struct arena *arena,
                 const struct sdp_notification *notification)
{
    const size_t count = notification->days_delayed_count;
    int32_t *numbers = arena_array(arena, count, sizeof(*numbers));

    if (numbers == NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        numbers[i] = (int32_t)notification->days_delayed[i];
    if (!notification->given) {
        params_null(params);
        return true;
    }
    return params_int4s(params, arena, numbers, count);
}

bool message_params_sdp_order(struct params *params, struct arena *arena, int32_t sender_id,
                              const struct sdp_options *sdp)
{
    params_int4(params, sender_id);
    params_bool(params, sdp->copy_altinn);
    params_choice(params, sdp->backup_altinn);
    params_text(params, sdp->primary_document);
    params_text(params, sdp->title);
    params_text(params, sdp->not_sensitive_title);
    params_moment(params, sdp->visible);
    params_text(params, sdp->email.text);
    params_text(params, sdp->email.address);
    if (!days(params, arena, &sdp->email))
        return false;
    params_text(params, sdp->sms.text);
    params_text(params, sdp->sms.address);
    return days(params, arena, &sdp->sms);
}

void message_params_notification(struct params *params, int32_t sender_id, size_t number,
                                 const struct planned *item)
{
    part(params, sender_id, number);
    params_int4(params, (int32_t)item->order + 1);
    params_int4(params, (int32_t)item->transport);
    params_text(params, item->recipient);
    params_text(params, item->address);
    params_bool(params, item->reminder);
    params_time(params, item->due);
}

/* What the arrays of planned notifications hold, column by column. */
struct columns {
    int32_t *orders;
    int32_t *transports;
    const char **recipients;
    const char **addresses;
    int32_t *reminders;
    int64_t *dues;
};

static bool make_columns(struct arena *arena, const struct plan *plan, struct columns *columns_out)
{
    const size_t n = plan->count;
    const struct columns columns = {
        .orders = arena_array(arena, n, sizeof(*columns.orders)),
        .transports = arena_array(arena, n, sizeof(*columns.transports)),
        .recipients = arena_array(arena, n, sizeof(*columns.recipients)),
        .addresses = arena_array(arena, n, sizeof(*columns.addresses)),
        .reminders = arena_array(arena, n, sizeof(*columns.reminders)),
        .dues = arena_array(arena, n, sizeof(*columns.dues)),
    };

    if (columns.orders == NULL || columns.transports == NULL || columns.recipients == NULL ||
        columns.addresses == NULL || columns.reminders == NULL || columns.dues == NULL)
        return false;
    for (size_t i = 0; i < n; i++) {
        columns.orders[i] = (int32_t)plan->items[i].order + 1;
        columns.transports[i] = (int32_t)plan->items[i].transport;
        columns.recipients[i] = plan->items[i].recipient;
        columns.addresses[i] = plan->items[i].address;
        columns.reminders[i] = plan->items[i].reminder ? 1 : 0;
        columns.dues[i] = plan->items[i].due;
    }
    *columns_out = columns;
    return true;
}

bool message_params_planned(struct params *params, struct arena *arena, int32_t sender_id,
                            const struct plan *plan)
{
    const size_t n = plan->count;
    struct columns columns = {0};

    params_int4(params, sender_id);
    return make_columns(arena, plan, &columns) && params_int4s(params, arena, columns.orders, n) &&
           params_int4s(params, arena, columns.transports, n) &&
           params_texts(params, arena, columns.recipients, n) &&
           params_texts(params, arena, columns.addresses, n) &&
           params_int4s(params, arena, columns.reminders, n) &&
           params_times(params, arena, columns.dues, n);
}

bool message_params_problems(struct params *params, struct arena *arena, int32_t sender_id,
                             const struct plan *plan)
{
    const size_t n = plan->problem_count;
    int32_t *statuses = arena_array(arena, n, sizeof(*statuses));
    const char **texts = arena_array(arena, n, sizeof(*texts));

    if (statuses == NULL || texts == NULL)
        return false;
    for (size_t i = 0; i < n; i++) {
        statuses[i] = (int32_t)plan->problems[i].status;
        texts[i] = plan->problems[i].text;
    }
    params_int4(params, sender_id);
    return params_int4s(params, arena, statuses, n) && params_texts(params, arena, texts, n);
}

bool message_params_no_mailbox(struct params *params, struct arena *arena, int64_t when)
{
    const struct status_change change = {when, (enum status_type)SDP_NO_MAILBOX};
    struct bytes packed = {0};

    if (!status_history_pack(arena, &change, 1, &packed))
        return false;
    params_bytes(params, packed.data, packed.len);
    return true;
}
