/* The operator's register of system users (domain.md 2.2, 2.3). Every change takes effect in
 * running servers at once: the table's triggers see to it. */
#ifndef DPVD_STORE_SYSTEM_USER_STORE_H
#define DPVD_STORE_SYSTEM_USER_STORE_H

#include "base/arena.h"
#include "model/sender.h"
#include "store/desk.h"

#include <stddef.h>

struct system_user_record {
    int32_t id;
    int32_t sender_id;
    const char *sender_number; /* only read, as the next two */
    const char *sender_name;
    enum sender_status sender_status;
    const char *name;
    const char *code;      /* NULL: none */
    const char *addresses; /* "192.0.2.0/24, 2001:db8::/32"; "": from anywhere */
    bool locked;           /* by an operator */
    int32_t locked_out;    /* from so many addresses, by wrong passwords; only read */
    int64_t created;
    int64_t last_changed;
};

/* The system user of this name, its row locked until the end of the transaction; ERR_NOT_FOUND.
 * login_lock: how long wrong passwords lock out, in milliseconds. */
bool system_user_store_need(struct desk *desk, struct arena *arena, const char *name,
                            int64_t login_lock, struct system_user_record *user_out,
                            struct err *err);

/* Those of a sender (0: of all), by name. */
bool system_user_store_list(struct desk *desk, struct arena *arena, int32_t sender_id,
                            int64_t login_lock, const struct system_user_record **users_out,
                            size_t *count_out, struct err *err);

/* Stores a new one and sets its id. ERR_CONFLICT: there is one of this name. */
bool system_user_store_add(struct desk *desk, struct system_user_record *user,
                           const char *password_hash, struct err *err);

/* Stores code and addresses. */
bool system_user_store_save(struct desk *desk, const struct system_user_record *user,
                            struct err *err);

/* Sets the operator's lock, or ends it. */
bool system_user_store_set_locked(struct desk *desk, const struct system_user_record *user,
                                  bool locked, struct err *err);

bool system_user_store_set_password(struct desk *desk, const struct system_user_record *user,
                                    const char *password_hash, struct err *err);

/* Ends the locks that wrong passwords gave; how many into *count_out. */
bool system_user_store_forgive(struct desk *desk, const char *name, int64_t *count_out,
                               struct err *err);

/* Whether a code, or what stands before _ or - in it, is the code of another sender (domain.md 4.3:
 * its messages would be refused). */
bool system_user_store_code_is_taken(struct desk *desk, const char *code, int32_t sender_id,
                                     bool *taken_out, struct err *err);

#endif
