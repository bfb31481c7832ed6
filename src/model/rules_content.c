/* Checks of content, attachments and notifications (domain.md 4.5, 4.8, 6.2-6.5); rules.c says in
 * which order they are made and what is answered. */
#include "model/identifier.h"
#include "model/rules_internal.h"

#include <string.h>

enum { FILE_NAME_LENGTH = 255 };

static bool any_attachment(const struct message *m, bool (*test)(const struct attachment *))
{
    for (size_t i = 0; i < m->attachment_count; i++) {
        if (test(&m->attachments[i]))
            return true;
    }
    return false;
}

static bool any_notification(const struct message *m,
                             bool (*test)(const struct notification_order *))
{
    for (size_t i = 0; i < m->notification_count; i++) {
        if (test(&m->notifications[i]))
            return true;
    }
    return false;
}

static bool any_end_point(const struct notification_order *order,
                          bool (*test)(const struct receiver_end_point *))
{
    for (size_t i = 0; i < order->end_point_count; i++) {
        if (test(&order->end_points[i]))
            return true;
    }
    return false;
}

/* --- content --- */

RULE(title_too_long)
{
    UNUSED(f);
    return rules_is_longer(m->title, l->title_length);
}

RULE(title_with_line_break)
{
    UNUSED(f), UNUSED(l);
    return identifier_has_control(m->title);
}

RULE(summary_too_long)
{
    UNUSED(f);
    return rules_is_longer(m->summary, l->summary_length);
}

RULE(body_too_long)
{
    UNUSED(f);
    return rules_is_longer(m->body, l->body_length);
}

RULE(custom_data_too_long)
{
    UNUSED(f);
    return rules_is_longer(m->custom_data, l->body_length);
}

/* --- attachments --- */

RULE(xml_attachment_given)
{
    UNUSED(f), UNUSED(l);
    return m->xml_attachment_count > 0;
}

RULE(attachments_too_large)
{
    UNUSED(f), UNUSED(l);
    return m->attachments_overflow;
}

static bool is_without_name(const struct attachment *attachment)
{
    return identifier_is_blank(attachment->file_name);
}

RULE(file_name_missing)
{
    UNUSED(f), UNUSED(l);
    return any_attachment(m, is_without_name);
}

static bool is_bad_name(const struct attachment *attachment)
{
    return strpbrk(attachment->file_name, ":\\/") != NULL ||
           identifier_has_control(attachment->file_name);
}

RULE(file_name_forbidden)
{
    UNUSED(f), UNUSED(l);
    return any_attachment(m, is_bad_name);
}

static bool is_long_name(const struct attachment *attachment)
{
    return rules_is_longer(attachment->file_name, FILE_NAME_LENGTH) ||
           rules_is_longer(attachment->name, FILE_NAME_LENGTH);
}

RULE(file_name_too_long)
{
    UNUSED(f), UNUSED(l);
    return any_attachment(m, is_long_name);
}

static bool is_empty(const struct attachment *attachment)
{
    return attachment->content == NULL || blob_size(attachment->content) == 0;
}

RULE(attachment_empty)
{
    UNUSED(f), UNUSED(l);
    return any_attachment(m, is_empty);
}

RULE(sdp_document_unknown)
{
    UNUSED(f), UNUSED(l);
    if (m->sdp == NULL)
        return false;
    for (size_t i = 0; m->sdp->primary_document != NULL && i < m->attachment_count; i++) {
        if (strcmp(m->attachments[i].file_name, m->sdp->primary_document) == 0)
            return false;
    }
    return true;
}

RULE(sdp_without_backup)
{
    UNUSED(f), UNUSED(l);
    return m->sdp != NULL && m->sdp->backup_altinn == CHOICE_NO;
}

/* --- notifications --- */

RULE(notifications_too_many)
{
    size_t end_points = 0;

    UNUSED(f);
    for (size_t i = 0; i < m->notification_count; i++)
        end_points += m->notifications[i].end_point_count;
    return m->notification_count > l->notifications || end_points > l->end_points;
}

static bool is_without_type(const struct notification_order *order)
{
    return identifier_is_blank(order->type);
}

RULE(notification_type_missing)
{
    UNUSED(f), UNUSED(l);
    return any_notification(m, is_without_type);
}

static bool is_without_language(const struct notification_order *order)
{
    return !rules_is_language(order->language_code);
}

RULE(notification_language_missing)
{
    UNUSED(f), UNUSED(l);
    return any_notification(m, is_without_language);
}

static bool is_bad_from(const struct notification_order *order)
{
    return order->from_address != NULL && order->from_address[0] != '\0' &&
           !identifier_is_email(order->from_address);
}

RULE(from_address_not_an_address)
{
    UNUSED(f), UNUSED(l);
    return any_notification(m, is_bad_from);
}

static bool is_unusable_transport(const struct receiver_end_point *point)
{
    return point->transport == TRANSPORT_NOT_GIVEN || point->transport == TRANSPORT_IM;
}

static bool has_unusable_transport(const struct notification_order *order)
{
    return any_end_point(order, is_unusable_transport);
}

RULE(transport_not_usable)
{
    UNUSED(f), UNUSED(l);
    return any_notification(m, has_unusable_transport);
}

static bool is_forbidden_address(const struct receiver_end_point *point)
{
    return point->transport != TRANSPORT_SMS && point->transport != TRANSPORT_EMAIL &&
           point->address != NULL && point->address[0] != '\0';
}

static bool has_forbidden_address(const struct notification_order *order)
{
    return any_end_point(order, is_forbidden_address);
}

RULE(address_not_allowed)
{
    UNUSED(f), UNUSED(l);
    return any_notification(m, has_forbidden_address);
}

static bool is_unknown_template(const struct notification_order *order)
{
    static const char *const names[] = {"VarselDPVUtenRevarsel", "VarselDPVMedRevarsel",
                                        "TokenTextOnly", "Correspondence", "General"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(order->type, names[i]) == 0)
            return false;
    }
    return true;
}

RULE(template_unknown)
{
    UNUSED(f), UNUSED(l);
    return any_notification(m, is_unknown_template);
}

RULE(confidential_without_notification)
{
    UNUSED(l);
    return f->service.confidential && m->notification_count == 0;
}
