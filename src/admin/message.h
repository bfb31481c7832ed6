/* dpvd admin message: what became of a message, and its withdrawal (domain.md 10.4). */
#ifndef DPVD_ADMIN_MESSAGE_H
#define DPVD_ADMIN_MESSAGE_H

#include "admin/command.h"

/* Ended by one without group. */
extern const struct command message_commands[];

#endif
