/* dpvd admin sender: service owners and DPV customers with their agreements. */
#ifndef DPVD_ADMIN_SENDER_H
#define DPVD_ADMIN_SENDER_H

#include "admin/command.h"

/* Ended by one without group. */
extern const struct command sender_commands[];

#endif
