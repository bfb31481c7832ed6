/* Checks of content, attachments and digital mailboxes (domain.md 4.5, 4.8); rules.c says in which
 * order they are made and what is answered. */
#include "model/identifier.h"
#include "model/rules_internal.h"

#include <string.h>

/* Of SdpOptions, domain.md 4.8. For the text of an SMS two limits are documented: the wider one. */
enum { SDP_EMAIL_LENGTH = 500, SDP_SMS_LENGTH = 700, SDP_REPETITIONS = 10, SDP_MOST_DAYS = 25 };

enum { FILE_NAME_LENGTH = 255 };

static bool any_attachment(const struct message *m, bool (*test)(const struct attachment *))
{
    for (size_t i = 0; i < m->attachment_count; i++) {
        if (test(&m->attachments[i]))
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

/* --- digital mailboxes --- */

RULE(sdp_setting_missing)
{
    UNUSED(f), UNUSED(l);
    return m->sdp != NULL && !m->sdp->has_setting;
}

RULE(sdp_without_attachment)
{
    UNUSED(f), UNUSED(l);
    return m->sdp != NULL && m->attachment_count == 0;
}

RULE(sdp_document_missing)
{
    UNUSED(f), UNUSED(l);
    return m->sdp != NULL && identifier_is_blank(m->sdp->primary_document);
}

RULE(sdp_document_unknown)
{
    UNUSED(f), UNUSED(l);
    if (m->sdp == NULL || m->attachment_count == 0 || identifier_is_blank(m->sdp->primary_document))
        return false;
    for (size_t i = 0; i < m->attachment_count; i++) {
        if (strcmp(m->attachments[i].file_name, m->sdp->primary_document) == 0)
            return false;
    }
    return true;
}

static bool is_bad_text(const struct sdp_notification *notification, size_t limit)
{
    return notification->given && (notification->text == NULL || notification->text[0] == '\0' ||
                                   rules_is_longer(notification->text, limit));
}

RULE(sdp_email_text_length)
{
    UNUSED(f), UNUSED(l);
    return m->sdp != NULL && is_bad_text(&m->sdp->email, SDP_EMAIL_LENGTH);
}

RULE(sdp_sms_text_length)
{
    UNUSED(f), UNUSED(l);
    return m->sdp != NULL && is_bad_text(&m->sdp->sms, SDP_SMS_LENGTH);
}

static bool has_bad_repetitions(const struct sdp_notification *notification)
{
    if (!notification->repeats)
        return false;
    for (size_t i = 0; i < notification->days_delayed_count; i++) {
        if (notification->days_delayed[i] > SDP_MOST_DAYS)
            return true;
    }
    return notification->days_delayed_count < 1 ||
           notification->days_delayed_count > SDP_REPETITIONS;
}

RULE(sdp_repetitions_out_of_range)
{
    UNUSED(f), UNUSED(l);
    return m->sdp != NULL &&
           (has_bad_repetitions(&m->sdp->email) || has_bad_repetitions(&m->sdp->sms));
}

RULE(sdp_without_backup)
{
    UNUSED(f), UNUSED(l);
    return m->sdp != NULL && m->sdp->backup_altinn == CHOICE_NO;
}
