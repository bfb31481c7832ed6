/* dpvd admin audit: verifies the audit log and hands it out. */
#ifndef DPVD_ADMIN_AUDIT_H
#define DPVD_ADMIN_AUDIT_H

#include "admin/command.h"

/* Ended by one without group. */
extern const struct command audit_commands[];

#endif
