/* The canonical form of a message: every value with its length in front, so that no two different
 * messages can give the same bytes. */
#include "base/ident.h"
#include "model/message.h"

#include <string.h>

static void add_number(struct ident_hash *hash, uint64_t number)
{
    uint8_t bytes[8];

    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(number >> (56 - 8 * i));
    ident_hash_add(hash, bytes, sizeof(bytes));
}

/* Absent and nil are the same; the empty string is another value. */
static void add_text(struct ident_hash *hash, const char *text)
{
    if (text == NULL) {
        add_number(hash, UINT64_MAX);
        return;
    }
    add_number(hash, strlen(text));
    ident_hash_add(hash, text, strlen(text));
}

static void add_attachment(struct ident_hash *hash, const struct attachment *attachment)
{
    add_number(hash, (uint64_t)attachment->destination);
    add_number(hash, (uint64_t)attachment->function);
    add_text(hash, attachment->file_name);
    add_text(hash, attachment->name);
    add_number(hash, attachment->encrypted);
    add_text(hash, attachment->senders_reference);
    add_number(hash, attachment->content == NULL ? 0 : blob_size(attachment->content));
    if (attachment->content != NULL)
        ident_hash_add(hash, blob_sha256(attachment->content), 32);
}

static void add_reply_option(struct ident_hash *hash, const struct reply_option *option)
{
    add_number(hash, option->has_service);
    add_text(hash, option->service_code);
    add_text(hash, option->service_edition);
    add_number(hash, option->has_archive_reference);
    add_text(hash, option->archive_reference);
    add_number(hash, option->has_url);
    add_text(hash, option->link_text);
    add_text(hash, option->link_url);
}

/* ShipmentDateTime is left out: clients compute it anew on each try. TokenNum has no meaning. */
static void add_notification(struct ident_hash *hash, const struct notification_order *order)
{
    add_text(hash, order->from_address);
    add_text(hash, order->language_code);
    add_text(hash, order->type);
    add_number(hash, order->token_count);
    for (size_t i = 0; i < order->token_count; i++)
        add_text(hash, order->tokens[i].value);
    add_number(hash, order->end_point_count);
    for (size_t i = 0; i < order->end_point_count; i++) {
        add_number(hash, (uint64_t)order->end_points[i].transport);
        add_text(hash, order->end_points[i].address);
    }
}

static void add_sdp_notification(struct ident_hash *hash, const struct sdp_notification *item)
{
    add_number(hash, item->given);
    add_text(hash, item->text);
    add_text(hash, item->address);
    add_number(hash, item->days_delayed_count);
    for (size_t i = 0; i < item->days_delayed_count; i++)
        add_number(hash, item->days_delayed[i]);
}

static void add_sdp(struct ident_hash *hash, const struct sdp_options *sdp)
{
    add_number(hash, sdp != NULL);
    if (sdp == NULL)
        return;
    add_number(hash, (uint64_t)sdp->backup_altinn);
    add_text(hash, sdp->not_sensitive_title);
    add_text(hash, sdp->primary_document);
    add_number(hash, sdp->copy_altinn);
    add_text(hash, sdp->title);
    add_sdp_notification(hash, &sdp->email);
    add_sdp_notification(hash, &sdp->sms);
}

static void add_content(struct ident_hash *hash, const struct message *message)
{
    add_number(hash, message->has_content);
    add_text(hash, message->language_code);
    add_text(hash, message->title);
    add_text(hash, message->summary);
    add_text(hash, message->body);
    add_text(hash, message->custom_data);
    add_number(hash, message->attachment_count);
    for (size_t i = 0; i < message->attachment_count; i++)
        add_attachment(hash, &message->attachments[i]);
    add_number(hash, message->attachments_overflow);
    add_number(hash, message->xml_attachment_count);
    for (size_t i = 0; i < message->xml_attachment_count; i++) {
        add_text(hash, message->xml_attachments[i].senders_reference);
        add_text(hash, message->xml_attachments[i].form_data);
        add_text(hash, message->xml_attachments[i].data_format_id);
    }
}

static void add_options(struct ident_hash *hash, const struct message *message)
{
    add_text(hash, message->archive_reference);
    add_number(hash, message->reply_option_count);
    for (size_t i = 0; i < message->reply_option_count; i++)
        add_reply_option(hash, &message->reply_options[i]);
    add_number(hash, message->notification_count);
    for (size_t i = 0; i < message->notification_count; i++)
        add_notification(hash, &message->notifications[i]);
    add_number(hash, (uint64_t)message->allow_forwarding);
    add_number(hash, message->has_case_id);
    add_number(hash, (uint64_t)(int64_t)message->case_id);
    add_text(hash, message->message_sender);
    add_number(hash, (uint64_t)message->is_reservable);
    add_sdp(hash, message->sdp);
    add_text(hash, message->on_behalf_of);
}

bool message_digest(const struct message *message, uint8_t digest_out[32])
{
    struct ident_hash *hash = ident_hash_new();

    if (hash == NULL)
        return false;
    ident_hash_add(hash, "dpvd request 1", 14);
    add_text(hash, message->reference);
    add_number(hash, message->given);
    add_text(hash, message->service_code);
    add_text(hash, message->service_edition);
    add_text(hash, message->reportee);
    add_content(hash, message);
    add_options(hash, message);
    ident_hash_finish(hash, digest_out);
    ident_hash_free(&hash);
    return true;
}
