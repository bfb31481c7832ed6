/* What a sender may know of its messages: status changes and notifications (domain.md 5). */
#ifndef DPVD_MODEL_STATUS_H
#define DPVD_MODEL_STATUS_H

#include "base/arena.h"
#include "base/bytes.h"
#include "model/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Numbers of the contract (domain.md 5.1); stored: never renumber. */
enum status_type {
    STATUS_NOT_SET = 0,
    STATUS_CREATED = 1,
    STATUS_READ = 2,
    STATUS_CONFIRMED = 6,
    STATUS_RESERVED = 10,
};

struct status_change {
    int64_t when;
    enum status_type type;
};

struct status_notification {
    enum transport_type transport; /* SMS or Email */
    struct moment sent;            /* not given: not sent (yet) */
    const char *recipient;
};

/* One message in a status answer. The packed columns point into the database's answer. */
struct status_entry {
    int32_t correspondence_id;
    int64_t created;
    const char *reportee;
    const char *reference;
    struct bytes history;       /* packed, see below */
    struct bytes notifications; /* packed, see below */
};

/* Packed form, network byte order, one record after the other:
 *   history:       8 bytes time (microseconds since 1970 UTC), 2 bytes status_type
 *   notifications: 8 bytes time sent (INT64_MIN: not sent), 1 byte transport, 2 bytes length,
 *                  so many bytes of recipient (UTF-8)
 * The database appends to them with ||, so the SQL functions know the same layout. */
size_t status_history_count(struct bytes packed);

/* Unpacks; the arrays live in arena. false: the bytes are not of this form, or memory ran out. */
bool status_history_unpack(struct arena *arena, struct bytes packed,
                           const struct status_change **changes_out, size_t *count_out);
bool status_notifications_unpack(struct arena *arena, struct bytes packed,
                                 const struct status_notification **items_out, size_t *count_out);

/* Packs into arena; data is never NULL. Of a recipient as many whole characters are kept as 65535
 * bytes hold. false: memory ran out. */
bool status_history_pack(struct arena *arena, const struct status_change *changes, size_t count,
                         struct bytes *packed_out);
bool status_notifications_pack(struct arena *arena, const struct status_notification *items,
                               size_t count, struct bytes *packed_out);

/* What GetCorrespondenceStatusDetails filters by (domain.md 5.3); NULL: not given. */
struct status_filter {
    const char *service_code;
    int32_t service_edition;
    struct moment created_after;  /* >= */
    struct moment created_before; /* < */
    enum status_type current;     /* STATUS_NOT_SET: any */
    enum choice notification_sent;
    const char *reportee;
    const char *reference;
    bool sdp;      /* digital mailboxes are asked about */
    bool sdp_only; /* nothing else is: no message is answered */
};

#endif
