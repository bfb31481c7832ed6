/* What the files with statements share. */
#ifndef DPVD_STORE_STATEMENTS_INTERNAL_H
#define DPVD_STORE_STATEMENTS_INTERNAL_H

#include "store/statements.h"

/* The texts of the statements of batches, of background jobs and of the notifier; NULL: it stands
 * elsewhere. */
extern const char *const statements_batch[STMT_COUNT];
extern const char *const statements_background[STMT_COUNT];
extern const char *const statements_notifier[STMT_COUNT];

/* The call, in a row of the audit log. */
#define AUDIT_CALL                                                                                 \
    "sender_id, received, duration, endpoint, operation, request_id, client, system_user_id"

/* What is stored of a message, what status answers need of it, and what the audit log says of it
 * behind the call. */
#define MESSAGE_COLUMNS                                                                            \
    "sender_id, id, receipt_id, system_user_id, digest, created, system_user_code, "               \
    "senders_reference, service_code, service_edition, reportee, reportee_is_person, "             \
    "reportee_name, technical_number, technical_name, actual_number, actual_name, "                \
    "display_sender, message_sender, on_behalf_of, language_code, title, summary, body, "          \
    "custom_data, visible, visible_asked, allow_system_delete, due, archive_reference, "           \
    "allow_forwarding, is_reservable, actual_verified"
#define MESSAGE_STATE_COLUMNS                                                                      \
    "sender_id, id, senders_reference, created, reportee, service_code, service_edition, "         \
    "current_status, history, notifications"
#define MESSAGE_AUDIT_COLUMNS                                                                      \
    "result, senders_reference, receipt_id, correspondence_id, service_code, service_edition, "    \
    "organization, actual_number, actual_verified, display_sender, visible, attachments, "         \
    "attachment_bytes, digest"

#endif
