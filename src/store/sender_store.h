/* The operator's register of senders and their agreements (domain.md 2.2, 10.6). */
#ifndef DPVD_STORE_SENDER_STORE_H
#define DPVD_STORE_SENDER_STORE_H

#include "base/arena.h"
#include "model/sender.h"
#include "store/desk.h"

#include <stddef.h>

/* Numbers are stored, less one: never renumber. */
enum sender_contact_kind {
    CONTACT_MANAGER,
    CONTACT_DEPUTY,
    CONTACT_MAILBOX,
    CONTACT_KINDS,
};

/* A member that is NULL is not there; one without any is none at all. */
struct sender_contact {
    const char *name;
    const char *email;
    const char *phone;
};

/* Texts that are NULL are not there, times that are 0 neither. */
struct sender_record {
    int32_t id;
    enum sender_kind kind;
    const char *number; /* of the organisation */
    const char *code;
    const char *name;
    const char *name_nn;
    const char *name_en;
    const char *short_name; /* as SMS show it */
    const char *terms;      /* version that was accepted */
    int64_t accepted;
    const char *accepted_by;
    enum sender_status status;
    const char *status_reason;
    int64_t status_changed;
    int64_t created;
    int32_t system_users; /* only read */
    int64_t messages;     /* of the year that was asked for; only read */
    struct sender_contact contacts[CONTACT_KINDS];
};

/* The sender with this number, locked until the end of the transaction. *found_out: there is one.
 */
bool sender_store_find(struct desk *desk, struct arena *arena, const char *number, int32_t year,
                       struct sender_record *sender_out, bool *found_out, struct err *err);

/* The same where it must be there: else ERR_NOT_FOUND. */
bool sender_store_need(struct desk *desk, struct arena *arena, const char *number, int32_t year,
                       struct sender_record *sender_out, struct err *err);

/* All of a status (0: any), by name. */
bool sender_store_list(struct desk *desk, struct arena *arena, enum sender_status status,
                       int32_t year, const struct sender_record **senders_out, size_t *count_out,
                       struct err *err);

/* Stores a new sender and sets its id. ERR_CONFLICT: another one has its number or code. */
bool sender_store_add(struct desk *desk, struct sender_record *sender, struct err *err);

/* Stores all that can change, contacts included. ERR_CONFLICT as above. */
bool sender_store_save(struct desk *desk, const struct sender_record *sender, struct err *err);

#endif
