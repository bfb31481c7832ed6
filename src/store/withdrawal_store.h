/* Messages as the operator sees them, without content, and their withdrawal (domain.md 10.4). */
#ifndef DPVD_STORE_WITHDRAWAL_STORE_H
#define DPVD_STORE_WITHDRAWAL_STORE_H

#include "base/arena.h"
#include "model/message.h"
#include "store/desk.h"

#include <stddef.h>

/* Ids, times, status and sizes of a message. Times that are 0 are not there. */
struct message_view {
    int32_t sender_id;
    int32_t id;
    int32_t receipt_id;
    const char *reference;
    const char *service_code;
    int32_t service_edition;
    const char *reportee; /* a person's number without its last five digits */
    const char *technical_number;
    const char *actual_number;
    enum choice actual_verified;
    const char *language_code;
    int64_t created;
    int64_t visible;
    int64_t read;
    int64_t confirmed;
    int64_t text_bytes; /* title, summary, body and custom data */
    int32_t attachments;
    int64_t attachment_bytes;
    int32_t notifications; /* planned sendings, reminders included */
    int32_t notifications_sent;
    int32_t notifications_cancelled;
    int64_t withdrawn;
    const char *withdrawal_reason; /* NULL: it was not withdrawn */
};

/* Numbers of the sender's messages with this reference, ascending; at most max of them. */
bool withdrawal_store_find(struct desk *desk, struct arena *arena, int32_t sender_id,
                           const char *reference, size_t max, const int32_t **ids_out,
                           size_t *count_out, struct err *err);

/* The message, its row locked until the end of the transaction. ERR_NOT_FOUND. */
bool withdrawal_store_view(struct desk *desk, struct arena *arena, int32_t sender_id, int32_t id,
                           struct message_view *view_out, struct err *err);

/* Takes all content away, cancels what was not sent, and lets an identical request be a new
 * message. title stands in place of the old one. */
bool withdrawal_store_withdraw(struct desk *desk, const struct message_view *view,
                               const char *title, const char *reason, int64_t now, struct err *err);

#endif
