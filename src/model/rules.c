/* Every check of InsertCorrespondence in the order in which it is made: read the table at the end
 * first, each row is one rule and its answer (domain.md 4.2-4.6, 6.5). */
#include "model/decision.h"
#include "model/identifier.h"
#include "model/rules_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum {
    ARCHIVE_REFERENCE_LENGTH = 50,
    SYSTEM_USER_CODE_LENGTH = 50,
    LINK_LENGTH = 255,
    EDITION_DIGITS = 9,
};

bool rules_is_longer(const char *text, size_t limit)
{
    return text != NULL && identifier_length(text) > limit;
}

bool rules_is_language(const char *code)
{
    return code != NULL &&
           (strcmp(code, "1033") == 0 || strcmp(code, "1044") == 0 || strcmp(code, "2068") == 0);
}

static bool any_reply_option(const struct message *m, bool (*test)(const struct reply_option *))
{
    for (size_t i = 0; i < m->reply_option_count; i++) {
        if (test(&m->reply_options[i]))
            return true;
    }
    return false;
}

/* --- right of the caller --- */

RULE(sender_not_active)
{
    UNUSED(m), UNUSED(l);
    return f->caller.status != SENDER_ACTIVE;
}

/* --- presence --- */

static RULE(system_user_code_missing)
{
    UNUSED(l);
    return identifier_is_blank(m->system_user_code) && f->caller.system_user_code == NULL;
}

static RULE(reference_missing)
{
    UNUSED(f), UNUSED(l);
    return m->reference == NULL || m->reference[0] == '\0';
}

static RULE(correspondence_missing)
{
    UNUSED(f), UNUSED(l);
    return !m->given;
}

static RULE(service_code_missing)
{
    UNUSED(f), UNUSED(l);
    return identifier_is_blank(m->service_code);
}

RULE(reportee_missing)
{
    UNUSED(f), UNUSED(l);
    return identifier_is_blank(m->reportee);
}

static RULE(content_missing)
{
    UNUSED(f), UNUSED(l);
    return !m->has_content;
}

static RULE(title_missing)
{
    UNUSED(f), UNUSED(l);
    return identifier_is_blank(m->title);
}

static RULE(body_missing)
{
    UNUSED(f), UNUSED(l);
    return m->body == NULL;
}

static RULE(language_missing)
{
    UNUSED(f), UNUSED(l);
    return !rules_is_language(m->language_code);
}

/* --- format --- */

static RULE(reference_used)
{
    UNUSED(m);
    return l->refuse_used_reference && f->reference_used;
}

static RULE(case_given)
{
    UNUSED(f), UNUSED(l);
    return m->has_case_id;
}

static RULE(system_user_code_too_long)
{
    UNUSED(f), UNUSED(l);
    return rules_is_longer(m->system_user_code, SYSTEM_USER_CODE_LENGTH);
}

/* It names the source system of a service owner (domain.md 4.3). */
static RULE(system_user_code_of_another)
{
    UNUSED(l);
    return !identifier_is_blank(m->system_user_code) && f->code_of_another;
}

static RULE(reference_too_long)
{
    UNUSED(f);
    return rules_is_longer(m->reference, l->reference_length);
}

static RULE(archive_reference_too_long)
{
    UNUSED(f), UNUSED(l);
    return rules_is_longer(m->archive_reference, ARCHIVE_REFERENCE_LENGTH);
}

static RULE(message_sender_too_long)
{
    UNUSED(f);
    return rules_is_longer(m->message_sender, l->sender_length);
}

static RULE(message_sender_not_plain)
{
    UNUSED(f), UNUSED(l);
    return m->message_sender != NULL &&
           (identifier_has_control(m->message_sender) || strpbrk(m->message_sender, "<>") != NULL);
}

static bool has_on_behalf_of(const struct message *m)
{
    return m->on_behalf_of != NULL && m->on_behalf_of[0] != '\0';
}

static RULE(on_behalf_of_not_a_number)
{
    UNUSED(f), UNUSED(l);
    return has_on_behalf_of(m) && !identifier_is_organization(m->on_behalf_of);
}

static RULE(on_behalf_of_unknown)
{
    UNUSED(l);
    return has_on_behalf_of(m) && !f->on_behalf_of.found;
}

static bool is_for_another(const struct message *m, const struct facts *f)
{
    return has_on_behalf_of(m) && strcmp(m->on_behalf_of, f->caller.organization_number) != 0;
}

static RULE(actual_sender_suspended)
{
    UNUSED(l);
    return is_for_another(m, f) && f->actual_status == SENDER_SUSPENDED;
}

static RULE(actual_sender_unknown)
{
    return is_for_another(m, f) && l->on_behalf_of_check == CHECK_ENFORCE &&
           f->actual_status != SENDER_ACTIVE;
}

/* Service owners have a full agreement (domain.md 10.6). */
static RULE(quota_used_up)
{
    const enum sender_kind kind = is_for_another(m, f) ? f->actual_kind : f->caller.kind;

    return l->quota > 0 && kind != SENDER_SERVICE_OWNER && f->sent_this_year >= l->quota;
}

static RULE(reply_options_too_many)
{
    UNUSED(f);
    return m->reply_option_count > l->reply_options;
}

static bool is_not_one_kind(const struct reply_option *option)
{
    return option->has_service + option->has_archive_reference + option->has_url != 1;
}

static RULE(reply_option_not_one_kind)
{
    UNUSED(f), UNUSED(l);
    return any_reply_option(m, is_not_one_kind);
}

static bool is_without_service(const struct reply_option *option)
{
    return option->has_service && identifier_is_blank(option->service_code);
}

static RULE(reply_option_without_service)
{
    UNUSED(f), UNUSED(l);
    return any_reply_option(m, is_without_service);
}

static bool has_bad_edition(const struct reply_option *option)
{
    const char *edition = option->service_edition;

    return option->has_service && !identifier_is_blank(edition) &&
           (strlen(edition) > EDITION_DIGITS || !identifier_is_digits(edition, strlen(edition)));
}

static RULE(reply_option_edition_not_a_number)
{
    UNUSED(f), UNUSED(l);
    return any_reply_option(m, has_bad_edition);
}

static bool is_without_reference(const struct reply_option *option)
{
    return option->has_archive_reference && identifier_is_blank(option->archive_reference);
}

static RULE(reply_option_without_reference)
{
    UNUSED(f), UNUSED(l);
    return any_reply_option(m, is_without_reference);
}

static bool is_not_http(const struct reply_option *option)
{
    return option->has_url &&
           (option->link_url == NULL || (strncasecmp(option->link_url, "http://", 7) != 0 &&
                                         strncasecmp(option->link_url, "https://", 8) != 0));
}

static RULE(reply_option_not_http)
{
    UNUSED(f), UNUSED(l);
    return any_reply_option(m, is_not_http);
}

static bool is_long_link(const struct reply_option *option)
{
    return rules_is_longer(option->link_url, LINK_LENGTH);
}

static RULE(reply_option_too_long)
{
    UNUSED(f), UNUSED(l);
    return any_reply_option(m, is_long_link);
}

/* --- reportee --- */

static bool is_person_number(const struct message *m)
{
    return identifier_is_digits(m->reportee, 11);
}

RULE(reportee_not_a_person)
{
    UNUSED(f);
    return is_person_number(m) && !identifier_is_person(m->reportee, l->synthetic_persons);
}

RULE(reportee_unknown)
{
    UNUSED(l);
    if (!is_person_number(m) && !identifier_is_organization(m->reportee))
        return true;
    return !f->reportee.found;
}

RULE(reportee_deleted)
{
    UNUSED(m), UNUSED(l);
    return f->reportee.status == PARTY_DELETED;
}

RULE(reportee_dead)
{
    UNUSED(m), UNUSED(l);
    return f->reportee.status == PARTY_DEAD;
}

/* --- service --- */

RULE(service_unknown)
{
    UNUSED(m), UNUSED(l);
    return !f->service.found || !f->service.active;
}

static RULE(service_of_wrong_type)
{
    UNUSED(m), UNUSED(l);
    return !f->service.correspondence;
}

RULE(service_of_another)
{
    UNUSED(m), UNUSED(l);
    return !f->service.common &&
           (f->caller.kind != SENDER_SERVICE_OWNER || f->service.owner_id != f->caller.sender_id);
}

/* No register role gives anybody there the right to open it (domain.md 3.3). */
static RULE(confidential_without_roles)
{
    UNUSED(l);
    return f->service.confidential && !is_person_number(m) && !f->reportee_has_key_role;
}

#define FAULT OUTCOME_FAULT
#define INVALID OUTCOME_VALIDATION_FAILED, 0
#define REJECTED OUTCOME_REJECTED, 0
#define SBL "SBL External error - "

/* clang-format off */
const struct rule message_rules[] = {
    {"sender_not_active", "10.6", FAULT, 5, "The sender is not authorized to send messages", sender_not_active},
    {"reference_used", "4.11", FAULT, 0, "ExternalShipmentReference: reference already used", reference_used},

    {"system_user_code_missing", "4.3", FAULT, 40008, SBL "System user code cannot be null", system_user_code_missing},
    {"reference_missing", "4.3", FAULT, 40005, SBL "External reference cannot be null", reference_missing},
    {"correspondence_missing", "4.3", FAULT, 1, "Correspondence cannot be null", correspondence_missing},
    {"service_code_missing", "4.4", FAULT, 40006, SBL "External service code cannot be null", service_code_missing},
    {"reportee_missing", "4.4", FAULT, 40007, SBL "Reportee cannot be null", reportee_missing},
    {"content_missing", "4.4", FAULT, 1, "Content cannot be null", content_missing},
    {"title_missing", "4.5", FAULT, 40003, SBL "Message title cannot be null", title_missing},
    {"body_missing", "4.5", FAULT, 40002, SBL "Message body cannot be null", body_missing},
    {"language_missing", "4.5", FAULT, 40001, SBL "Language code must be 1033, 1044 or 2068", language_missing},

    {"case_given", "4.4", FAULT, 60001, "CaseID is not valid: the service does not belong to a case", case_given},
    {"system_user_code_too_long", "4.3", INVALID, "SystemUserCode is too long", system_user_code_too_long},
    {"system_user_code_of_another", "4.3", FAULT, 5, "SystemUserCode belongs to another service owner", system_user_code_of_another},
    {"reference_too_long", "4.3", INVALID, "ExternalShipmentReference is too long", reference_too_long},
    {"archive_reference_too_long", "4.4", INVALID, "ArchiveReference is too long", archive_reference_too_long},
    {"message_sender_too_long", "4.4", INVALID, "MessageSender is too long", message_sender_too_long},
    {"message_sender_not_plain", "4.4", INVALID, "MessageSender must be plain text without control characters or markup", message_sender_not_plain},
    {"on_behalf_of_not_a_number", "4.4", INVALID, "OnBehalfOfOrgNr must be a valid organization number", on_behalf_of_not_a_number},
    {"on_behalf_of_unknown", "4.4", INVALID, "OnBehalfOfOrgNr must be a valid organization number: it is not registered", on_behalf_of_unknown},
    {"actual_sender_suspended", "10.6", REJECTED, "OnBehalfOfOrgNr: the actual sender is suspended", actual_sender_suspended},
    {"actual_sender_unknown", "4.6", REJECTED, "OnBehalfOfOrgNr: the actual sender has no agreement on sending messages", actual_sender_unknown},
    {"quota_used_up", "10.6", REJECTED, "The actual sender may send no more than {quota} messages in a calendar year without a full agreement", quota_used_up},
    {"reply_options_too_many", "4.4", INVALID, "ReplyOptions: too many", reply_options_too_many},
    {"reply_option_not_one_kind", "4.4", INVALID, "ReplyOption must have exactly one of Service, ArchiveReference and URL", reply_option_not_one_kind},
    {"reply_option_without_service", "4.4", INVALID, "ReplyOption: ServiceCode is missing", reply_option_without_service},
    {"reply_option_edition_not_a_number", "4.4", INVALID, "ReplyOption: ServiceEdition is not a number", reply_option_edition_not_a_number},
    {"reply_option_without_reference", "4.4", INVALID, "ReplyOption: ArchiveRef is missing", reply_option_without_reference},
    {"reply_option_not_http", "4.4", INVALID, "ReplyOption LinkURL must begin with http:// or https://", reply_option_not_http},
    {"reply_option_too_long", "4.4", INVALID, "ReplyOption LinkURL is too long", reply_option_too_long},

    {"reportee_not_a_person", "4.4", FAULT, 40016, SBL "Reportee is not a valid social security number", reportee_not_a_person},
    {"reportee_unknown", "4.4", FAULT, 60012, "Reportee number is not valid: the reportee cannot be identified", reportee_unknown},
    {"reportee_deleted", "4.4", REJECTED, "Reportee: the organization is deleted and its inbox is not accessible", reportee_deleted},
    {"reportee_dead", "4.4", REJECTED, "Reportee: the person is registered as dead", reportee_dead},

    {"service_unknown", "4.4", FAULT, 40013, SBL "Service code and service edition are not a valid service", service_unknown},
    {"service_of_wrong_type", "4.4", FAULT, 40019, SBL "The service is not a correspondence service", service_of_wrong_type},
    {"service_of_another", "3.4", FAULT, 5, "The sender is not authorized to use the service", service_of_another},
    {"confidential_without_roles", "3.3", REJECTED, "Reportee: nobody there has a role that could give access to confidential mail", confidential_without_roles},

    {"title_too_long", "4.5", INVALID, "MessageTitle is too long", title_too_long},
    {"title_with_line_break", "4.5", INVALID, "MessageTitle must not contain line breaks or control characters", title_with_line_break},
    {"summary_too_long", "4.5", INVALID, "MessageSummary is too long", summary_too_long},
    {"body_too_long", "4.5", INVALID, "MessageBody is too long", body_too_long},
    {"custom_data_too_long", "4.5", INVALID, "CustomMessageData is too long", custom_data_too_long},

    {"xml_attachment_given", "4.5", FAULT, 40012, SBL "Form data is not valid: the service takes no XML attachments", xml_attachment_given},
    {"attachments_too_large", "4.5", INVALID, "BinaryAttachments: too many or too large in all", attachments_too_large},
    {"file_name_missing", "4.5", INVALID, "FileName of an attachment is missing", file_name_missing},
    {"file_name_forbidden", "4.5", INVALID, "FileName of an attachment has forbidden characters", file_name_forbidden},
    {"file_name_too_long", "4.5", INVALID, "FileName or Name of an attachment is too long", file_name_too_long},
    {"attachment_empty", "4.5", INVALID, "Data of an attachment is empty", attachment_empty},
    {"sdp_setting_missing", "4.8", INVALID, "SdpSetting must be ForwardOnly or CopyAltinn", sdp_setting_missing},
    {"sdp_without_attachment", "4.8", INVALID, "SdpOptions need an attachment", sdp_without_attachment},
    {"sdp_document_missing", "4.8", INVALID, "PrimaryDocumentFileName is missing", sdp_document_missing},
    {"sdp_document_unknown", "4.8", INVALID, "PrimaryDocumentFileName is not the FileName of an attachment", sdp_document_unknown},
    {"sdp_email_text_length", "4.8", INVALID, "NotificationText of EmailNotification must have 1 to 500 characters", sdp_email_text_length},
    {"sdp_sms_text_length", "4.8", INVALID, "NotificationText of SmsNotification must have 1 to 700 characters", sdp_sms_text_length},
    {"sdp_repetitions_out_of_range", "4.8", INVALID, "Repetitions must have 1 to 10 DaysDelayed, each from 0 to 25", sdp_repetitions_out_of_range},
    {"sdp_without_backup", "4.8", REJECTED, "SdpOptions: no digital mailbox is known for the reportee", sdp_without_backup},

    {"notifications_too_many", "6.5", FAULT, 40014, SBL "Number of notifications or receiver end points is not valid", notifications_too_many},
    {"notification_type_missing", "6.3", FAULT, 1, "NotificationType cannot be null", notification_type_missing},
    {"notification_language_missing", "6.3", FAULT, 40001, SBL "Language code of a notification must be 1033, 1044 or 2068", notification_language_missing},
    {"from_address_not_an_address", "6.3", FAULT, 40020, "The From Address must be skipped or contain a valid email address.", from_address_not_an_address},
    {"transport_not_usable", "6.4", FAULT, 40015, SBL "TransportType must be SMS or Email", transport_not_usable},
    {"address_not_allowed", "6.4", FAULT, 30009, "ReceiverAddress must be empty with this TransportType", address_not_allowed},
    {"template_unknown", "6.2", INVALID, "NotificationType is not a known notification template", template_unknown},
    {"confidential_without_notification", "3.3", REJECTED, "Notifications: a confidential message needs a notification", confidential_without_notification},
    {"confidential_without_address", "3.3", REJECTED, "Notifications: no address is known for the notification that a confidential message needs", confidential_without_address},
    {0},
};
/* clang-format on */

/* The rule's text with the limit that it names. */
static void fill_text(const char *text, const struct rule_limits *limits,
                      char text_out[VERDICT_TEXT_SIZE])
{
    static const char name[] = "{quota}";
    const char *at = strstr(text, name);

    if (at == NULL)
        snprintf(text_out, VERDICT_TEXT_SIZE, "%s", text);
    else
        snprintf(text_out, VERDICT_TEXT_SIZE, "%.*s%" PRId64 "%s", (int)(at - text), text,
                 limits->quota, at + strlen(name));
}

void rules_judge(const struct rule *rules, const struct message *message, const struct facts *facts,
                 const struct rule_limits *limits, struct verdict *verdict_out)
{
    *verdict_out = (struct verdict){.outcome = OUTCOME_ACCEPT};
    for (const struct rule *rule = rules; rule->name != NULL; rule++) {
        if (!rule->broken(message, facts, limits))
            continue;
        verdict_out->outcome = rule->outcome;
        verdict_out->error_id = rule->error_id;
        verdict_out->rule = rule->name;
        fill_text(rule->text, limits, verdict_out->text);
        return;
    }
}

void message_judge(const struct message *message, const struct facts *facts,
                   const struct rule_limits *limits, struct verdict *verdict_out)
{
    rules_judge(message_rules, message, facts, limits, verdict_out);
}
