/* dpvd admin notify: tries the gateways, and looks after notifications. */
#ifndef DPVD_ADMIN_NOTIFY_H
#define DPVD_ADMIN_NOTIFY_H

#include "admin/command.h"

/* Ended by one without group. */
extern const struct command notify_commands[];

#endif
