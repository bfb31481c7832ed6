/* dpvd admin system-user: who may call, from where, and with which password. */
#ifndef DPVD_ADMIN_SYSTEM_USER_H
#define DPVD_ADMIN_SYSTEM_USER_H

#include "admin/command.h"

/* Ended by one without group. */
extern const struct command system_user_commands[];

#endif
