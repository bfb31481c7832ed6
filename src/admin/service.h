/* dpvd admin service: the catalogue of correspondence services. */
#ifndef DPVD_ADMIN_SERVICE_H
#define DPVD_ADMIN_SERVICE_H

#include "admin/command.h"

/* Ended by one without group. */
extern const struct command service_commands[];

#endif
