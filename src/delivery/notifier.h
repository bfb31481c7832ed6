/* Sends the notifications that are due: a thread for e-mail and one for SMS (domain.md 6). */
#ifndef DPVD_DELIVERY_NOTIFIER_H
#define DPVD_DELIVERY_NOTIFIER_H

#include "base/config.h"
#include "base/err.h"
#include "service/notifier_stats.h"

struct notifier;

/* The settings of notifications can be used. */
bool notifier_verify(const struct config *config, struct err *err);

/* Starts both threads, each with a connection of its own by database_background; any number may
 * work on one database. config outlives it. ERR_INVALID: a setting cannot be used. */
bool notifier_start(const struct config *config, struct notifier **notifier_out, struct err *err);

/* NOTIFIER_CHANNELS of them, for as long as the notifier lives. */
const struct notifier_stats *notifier_stats(const struct notifier *notifier);

/* Waits for what is being handed to a gateway. */
void notifier_stop(struct notifier **notifier);

#endif
