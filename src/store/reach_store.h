/* Whom a message can notify: addresses in the registers, and templates (domain.md 6.2, 6.4). */
#ifndef DPVD_STORE_REACH_STORE_H
#define DPVD_STORE_REACH_STORE_H

#include "base/arena.h"
#include "model/decision.h"
#include "store/db.h"

#include <libpq-fe.h>

/* Asks for both in the exchange that is under way; now is microseconds since 1970 UTC. */
bool reach_store_send(struct db *db, struct arena *arena, const struct message *message,
                      int64_t now, struct err *err);

/* Reads the answer, in the order of model/plan.h: of a sub-unit without official address those of
 * its main unit, and of personal contacts only those who may read messages of the service and want
 * to know of them. Strings live in arena. false: memory ran out. */
bool reach_store_read(struct arena *arena, const PGresult *result, const struct message *message,
                      const struct service *service, struct reach *reach_out);

#endif
