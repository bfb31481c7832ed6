/* dpvd admin system-user: machine-made secrets, for callers that send PasswordDigest. */
#ifndef DPVD_ADMIN_SECRET_H
#define DPVD_ADMIN_SECRET_H

#include "admin/command.h"

/* Ended by one without group. */
extern const struct command secret_commands[];

#endif
