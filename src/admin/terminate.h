/* dpvd admin sender terminate: the end of an agreement (domain.md 10.4). */
#ifndef DPVD_ADMIN_TERMINATE_H
#define DPVD_ADMIN_TERMINATE_H

#include "admin/act.h"
#include "store/sender_store.h"

/* Closes the sender first, for good, and then removes its data piece by piece: what is stopped on
 * the way goes on when the command is run again. */
bool terminate_sender(struct act *act, struct err *err);

/* Whether nothing is left of what a termination removes. */
bool terminate_is_done(struct act *act, const struct sender_record *sender, bool *done_out,
                       struct err *err);

#endif
