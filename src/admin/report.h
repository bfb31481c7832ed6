/* dpvd admin report: who uses the service how much (domain.md 4.6, 10.6). */
#ifndef DPVD_ADMIN_REPORT_H
#define DPVD_ADMIN_REPORT_H

#include "admin/command.h"

/* Ended by one without group. */
extern const struct command report_commands[];

#endif
