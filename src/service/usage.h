/* Counts messages for the quota, and warns (domain.md 10.6): a job in the background. */
#ifndef DPVD_SERVICE_USAGE_H
#define DPVD_SERVICE_USAGE_H

#include "base/config.h"
#include "base/err.h"

#include <stdint.h>

struct usage;

/* Starts the thread; of several dpvd on one database one counts at a time. */
bool usage_start(const struct config *config, struct usage **usage_out, struct err *err);

/* Warnings that this process has given. */
int64_t usage_warnings(const struct usage *usage);

void usage_stop(struct usage **usage);

#endif
