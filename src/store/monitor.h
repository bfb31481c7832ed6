/* Watches the database on a connection of its own, for readiness and metrics, and cleans it up. */
#ifndef DPVD_STORE_MONITOR_H
#define DPVD_STORE_MONITOR_H

#include "base/config.h"
#include "base/err.h"

#include <stdbool.h>

struct monitor;

/* Starts a thread that asks the database twice a second; logs event=database_up/database_down when
 * that changes. Once a minute it removes failed logins that count no longer. */
bool monitor_start(const struct config *config, struct monitor **monitor_out, struct err *err);

/* The database answered within the last probe. */
bool monitor_ready(const struct monitor *monitor);

void monitor_stop(struct monitor **monitor);

#endif
