/* The operator's commands: dpvd admin GROUP ACTION [--option [VALUE]]... */
#ifndef DPVD_ADMIN_ADMIN_H
#define DPVD_ADMIN_ADMIN_H

#include "base/config.h"

/* Runs what the words behind "admin" say; the exit status: 0 done, 1 failed, 2 used wrongly. */
int admin_run(const struct config *config, int count, char *const words[]);

#endif
