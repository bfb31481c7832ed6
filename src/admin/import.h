/* dpvd admin import: registers from files (domain.md 2.2). */
#ifndef DPVD_ADMIN_IMPORT_H
#define DPVD_ADMIN_IMPORT_H

#include "admin/command.h"

extern const struct command import_commands[];

#endif
