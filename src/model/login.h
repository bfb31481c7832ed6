/* Who claims to be calling, and how many wrong passwords are too many (domain.md 2.3). */
#ifndef DPVD_MODEL_LOGIN_H
#define DPVD_MODEL_LOGIN_H

#include "base/config.h"
#include "model/message.h"

#include <stdbool.h>
#include <stdint.h>

/* What is known before the password was looked at. */
struct login {
    const char *user_name; /* as claimed; NULL: not given */
    const char *client;    /* the caller's address as text */
};

/* Whether a lock that began at locked holds at now. A clock that was set back does not make a lock
 * longer than the setting says. */
bool login_is_locked(const struct config *config, struct moment locked, int64_t now);

#endif
