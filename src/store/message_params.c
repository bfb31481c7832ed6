#include "store/message_params.h"

#include "store/call_params.h"

static void identity(struct params *params, const struct message_put *put)
{
    const struct message *message = put->message;
    const struct decision *decision = put->decision;

    if (put->digest != NULL)
        params_bytes(params, put->digest, 32);
    else
        params_null(params);
    params_time(params, decision->now);
    params_int8(params, decision->now);
    params_text(params, decision->system_user_code);
    params_text(params, message->reference);
    params_text(params, message->service_code);
    params_int4(params, decision->service_edition);
    params_text(params, message->reportee);
    params_bool(params, decision->reportee_is_person);
    params_text(params, decision->reportee_name);
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

void message_params_put(struct params *params, const struct message_put *put, uint64_t content_size)
{
    call_params(params, put->call, &put->facts->caller);
    identity(params, put);
    senders(params, put);
    content(params, put->message);
    handling(params, put);
    params_int4(params, (int32_t)put->message->attachment_count);
    params_int8(params, (int64_t)content_size);
    params_text(params, RECEIPT_SAVED_TEXT);
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

static bool tokens(struct params *params, struct arena *arena,
                   const struct notification_order *order)
{
    int32_t *numbers = arena_array(arena, order->token_count, sizeof(*numbers));
    const char **values = arena_array(arena, order->token_count, sizeof(*values));

    if (numbers == NULL || values == NULL)
        return false;
    for (size_t i = 0; i < order->token_count; i++) {
        numbers[i] = order->tokens[i].number;
        values[i] = order->tokens[i].value;
    }
    return params_int4s(params, arena, numbers, order->token_count) &&
           params_texts(params, arena, values, order->token_count);
}

static bool end_points(struct params *params, struct arena *arena,
                       const struct notification_order *order)
{
    int32_t *transports = arena_array(arena, order->end_point_count, sizeof(*transports));
    const char **addresses = arena_array(arena, order->end_point_count, sizeof(*addresses));

    if (transports == NULL || addresses == NULL)
        return false;
    for (size_t i = 0; i < order->end_point_count; i++) {
        transports[i] = (int32_t)order->end_points[i].transport;
        addresses[i] = order->end_points[i].address;
    }
    return params_int4s(params, arena, transports, order->end_point_count) &&
           params_texts(params, arena, addresses, order->end_point_count);
}

bool message_params_notification_order(struct params *params, struct arena *arena,
                                       int32_t sender_id, size_t number,
                                       const struct notification_order *order)
{
    part(params, sender_id, number);
    params_text(params, order->from_address);
    params_moment(params, order->shipment);
    params_text(params, order->language_code);
    params_text(params, order->type);
    return tokens(params, arena, order) && end_points(params, arena, order);
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
