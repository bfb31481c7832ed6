/* dpvd admin template: the texts of notifications (domain.md 6.2). */
#ifndef DPVD_ADMIN_TEMPLATE_H
#define DPVD_ADMIN_TEMPLATE_H

#include "admin/command.h"

/* Ended by one without group. */
extern const struct command template_commands[];

#endif
