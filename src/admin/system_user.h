/* dpvd admin system-user: who may call, from where, and with which password. */
#ifndef DPVD_ADMIN_SYSTEM_USER_H
#define DPVD_ADMIN_SYSTEM_USER_H

#include "admin/act.h"
#include "admin/command.h"
#include "store/system_user_store.h"

/* Ended by one without group. */
extern const struct command system_user_commands[];

/* The user that --name names; the audit row of the act will tell who it was. An error if there is
 * none. */
bool system_user_need(struct act *act, struct system_user_record *user_out, struct err *err);

#endif
