/* Checks that several tables of rules share, and those of rules.c that stand in other files. */
#ifndef DPVD_MODEL_RULES_INTERNAL_H
#define DPVD_MODEL_RULES_INTERNAL_H

#include "model/decision.h"

#define RULE(name)                                                                                 \
    bool name(const struct message *m, const struct facts *f, const struct rule_limits *l)
#define UNUSED(x) ((void)(x))

/* Longer than limit characters; NULL is not. */
bool rules_is_longer(const char *text, size_t limit);

/* One of the three languages that a sender may name (domain.md 4.5). */
bool rules_is_language(const char *code);

/* First broken rule of a table, or OUTCOME_ACCEPT. */
void rules_judge(const struct rule *rules, const struct message *message, const struct facts *facts,
                 const struct rule_limits *limits, struct verdict *verdict_out);

RULE(sender_not_active);
RULE(reportee_missing);
RULE(reportee_not_a_person);
RULE(reportee_unknown);
RULE(reportee_deleted);
RULE(reportee_dead);
RULE(service_unknown);
RULE(service_of_another);
RULE(title_too_long);
RULE(title_with_line_break);
RULE(summary_too_long);
RULE(body_too_long);
RULE(custom_data_too_long);
RULE(xml_attachment_given);
RULE(attachments_too_large);
RULE(file_name_missing);
RULE(file_name_forbidden);
RULE(file_name_too_long);
RULE(attachment_empty);
RULE(sdp_setting_missing);
RULE(sdp_without_attachment);
RULE(sdp_document_missing);
RULE(sdp_document_unknown);
RULE(sdp_email_text_length);
RULE(sdp_sms_text_length);
RULE(sdp_repetitions_out_of_range);
RULE(sdp_without_backup);
RULE(notifications_too_many);
RULE(notification_type_missing);
RULE(notification_language_missing);
RULE(from_address_not_an_address);
RULE(transport_not_usable);
RULE(address_not_allowed);
RULE(template_unknown);
RULE(confidential_without_notification);
RULE(confidential_without_address);

#endif
