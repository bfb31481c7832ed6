/* A correspondence as a sender hands it in, before any rule was looked at (domain.md 4.3-4.6). */
#ifndef DPVD_MODEL_MESSAGE_H
#define DPVD_MODEL_MESSAGE_H

#include "base/blob.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A time that may be missing; microseconds since 1970 UTC. */
struct moment {
    bool given;
    int64_t when;
};

enum choice { CHOICE_NOT_GIVEN, CHOICE_NO, CHOICE_YES };

/* Numbers are stored: never renumber. */
enum destination_type {
    DESTINATION_DEFAULT = 0,
    DESTINATION_PORTAL_ONLY = 1,
    DESTINATION_END_USER_SYSTEM_ONLY = 2,
    DESTINATION_SHOW_TO_ALL = 3,
};

enum function_type { FUNCTION_UNSPECIFIED = 0, FUNCTION_INVOICE = 1 };

/* As ordered by the sender; PriorityEmailSMSReminder is in no contract but accepted
 * (domain.md 6.4). */
enum transport_type {
    TRANSPORT_NOT_GIVEN = 0,
    TRANSPORT_SMS = 1,
    TRANSPORT_EMAIL = 2,
    TRANSPORT_IM = 3,
    TRANSPORT_BOTH = 4,
    TRANSPORT_SMS_PREFERRED = 5,
    TRANSPORT_EMAIL_PREFERRED = 6,
    TRANSPORT_PRIORITY_EMAIL_SMS_REMINDER = 7,
};

struct attachment {
    enum destination_type destination;
    enum function_type function;
    const char *file_name; /* NULL: not given, as every string here */
    const char *name;
    bool encrypted;
    const struct blob *content; /* NULL: Data missing or empty */
    const char *senders_reference;
};

struct xml_attachment {
    const char *senders_reference;
    const char *form_data;
    const char *data_format_id;
};

/* Which parts were given; exactly one should be. */
struct reply_option {
    bool has_service;
    const char *service_code;
    const char *service_edition;
    bool has_archive_reference;
    const char *archive_reference;
    bool has_url;
    const char *link_text;
    const char *link_url;
};

struct text_token {
    int32_t number;
    const char *value;
};

struct receiver_end_point {
    enum transport_type transport;
    const char *address;
};

/* One Notification of the request: an order, not yet a plan (domain.md 6.3). */
struct notification_order {
    const char *from_address;
    struct moment shipment;
    const char *language_code;
    const char *type;
    const struct text_token *tokens;
    size_t token_count;
    const struct receiver_end_point *end_points;
    size_t end_point_count;
};

struct sdp_notification {
    bool given;
    const char *text;
    const char *address;
    bool repeats; /* Repetitions was given */
    const uint32_t *days_delayed;
    size_t days_delayed_count;
};

struct sdp_options {
    enum choice backup_altinn;
    const char *not_sensitive_title;
    const char *primary_document;
    bool has_setting; /* SdpSetting was given */
    bool copy_altinn; /* it was CopyAltinn; else ForwardOnly */
    const char *title;
    struct moment visible;
    struct sdp_notification email;
    struct sdp_notification sms;
};

struct message {
    const char *system_user_code;
    const char *reference; /* ExternalShipmentReference */
    bool given;            /* the Correspondence element was there */
    const char *service_code;
    const char *service_edition;
    const char *reportee;

    bool has_content;
    const char *language_code;
    const char *title;
    const char *summary;
    const char *body;
    const char *custom_data;
    const struct attachment *attachments;
    size_t attachment_count;
    bool attachments_overflow; /* more or larger than allowed; what was dropped is not here */
    const struct xml_attachment *xml_attachments;
    size_t xml_attachment_count;

    struct moment visible;
    struct moment allow_system_delete;
    struct moment due;
    const char *archive_reference;
    const struct reply_option *reply_options;
    size_t reply_option_count;
    const struct notification_order *notifications;
    size_t notification_count;
    enum choice allow_forwarding;
    bool has_case_id;
    int32_t case_id;
    const char *message_sender;
    enum choice is_reservable;
    const struct sdp_options *sdp; /* NULL: no forwarding to DPI */
    const char *on_behalf_of;
};

/* SHA-256 over the message in canonical form: what makes two requests the same request
 * (security.md 5, domain.md 4.11). Credentials, SystemUserCode, operation and the five date fields
 * that clients compute anew on each try are not in it; absent, nil and empty list are the same.
 * Attachments must be finished. false: memory ran out. */
bool message_digest(const struct message *message, uint8_t digest_out[32]);

#endif
