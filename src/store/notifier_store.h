/* Notifications that wait to be sent: who sends which, and what came of it (domain.md 6). */
#ifndef DPVD_STORE_NOTIFIER_STORE_H
#define DPVD_STORE_NOTIFIER_STORE_H

#include "base/arena.h"
#include "model/message.h"
#include "model/notification_text.h"
#include "model/sending.h"
#include "store/db.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct notification_key {
    int32_t sender_id;
    int32_t correspondence_id;
    int32_t number;
};

/* Notifications of one sender that are due; counted up to a limit. */
struct notifier_queue {
    int32_t sender_id;
    int64_t due;
    int64_t ready;  /* of these, may be tried now */
    int64_t oldest; /* due since when, microseconds since 1970 UTC, as all times here */
};

/* Claimed at one time, at most. */
enum { NOTIFIER_CLAIM_MAX = 20 };

/* What a notifier may claim. */
struct notifier_wish {
    enum transport_type transport;
    const int32_t *senders;
    size_t sender_count;
    int32_t each; /* of one sender */
};

/* Microseconds. */
struct notifier_waits {
    int64_t reminder; /* between the first notification and its reminder */
    int64_t first;    /* of a reminder while the first one is still under way */
};

enum notifier_verdict {
    NOTIFIER_GONE,      /* another one has it, or it waits no more */
    NOTIFIER_SEND,      /* it is ours to send, now */
    NOTIFIER_POSTPONED, /* it is not its time yet */
    NOTIFIER_CANCELLED, /* the message was read, withdrawn or is hidden: reason says which */
    NOTIFIER_LOST,      /* it may have been sent twice already: it was given up */
};

/* A notification that is to be sent now. Strings live in the arena. */
struct notifier_task {
    enum notifier_verdict verdict;
    const char *reason;  /* why it was cancelled */
    bool started_before; /* by a notifier that died: it may have been sent */
    struct sending_state state;
    bool reminder;
    const char *address;
    const char *from_address;            /* NULL: none was asked for */
    const char *short_name;              /* NULL: none may be shown */
    bool has_template;                   /* it is still there, with a text for this channel */
    struct notification_wording wording; /* but for mark and names of other services */
};

/* Gives this connection a number that is its own until it ends, at the first call. Must be the
 * first thing in every round: a lost connection has lost its number. */
bool notifier_store_enter(struct db *db, int32_t *notifier_out, struct err *err);

/* Gives the number up, and with it all that was claimed: the connection is broken off. */
void notifier_store_leave(struct db *db);

/* Senders with due notifications of a transport, in the order of their numbers; at most limit of
 * each are counted. */
bool notifier_store_queue(struct db *db, struct arena *arena, enum transport_type transport,
                          int64_t now, int64_t limit, const struct notifier_queue **queues_out,
                          size_t *count_out, struct err *err);

/* Claims due notifications, the oldest of each sender first. */
bool notifier_store_claim(struct db *db, struct arena *arena, int32_t notifier,
                          const struct notifier_wish *wish, int64_t now,
                          struct notification_key **keys_out, size_t *count_out, struct err *err);

/* Looks once more whether a claimed one may be sent, and writes down that it now goes out. */
bool notifier_store_begin(struct db *db, struct arena *arena, int32_t notifier,
                          const struct notification_key *key, int64_t now,
                          const struct notifier_waits *waits, struct notifier_task *task_out,
                          struct err *err);

/* It was sent at this moment, which is written down whoever has taken it over meanwhile. *first_out
 * is false if another notifier had written that already: then it went out twice. */
bool notifier_store_sent(struct db *db, const struct notification_key *key, int64_t now,
                         const char *gateway_id, bool *first_out, struct err *err);

/* It was not; what is next. */
bool notifier_store_not_sent(struct db *db, int32_t notifier, const struct notification_key *key,
                             int64_t now, const struct sending_next *next, const char *reason,
                             struct err *err);

/* Gives claimed ones back that were not begun. */
bool notifier_store_release(struct db *db, struct arena *arena, int32_t notifier,
                            const struct notification_key *keys, size_t count, struct err *err);

/* All services with their names in a language. */
bool notifier_store_services(struct db *db, struct arena *arena, const char *language_code,
                             const struct service_name **services_out, size_t *count_out,
                             struct err *err);

#endif
