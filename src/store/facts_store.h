/* Reads everything that one decision needs. */
#ifndef DPVD_STORE_FACTS_STORE_H
#define DPVD_STORE_FACTS_STORE_H

#include "base/arena.h"
#include "model/decision.h"
#include "model/login.h"
#include "model/standalone.h"
#include "store/db.h"

/* Caller, service, reportee, actual sender and reach of one insert, in one round trip, and who may
 * read a confidential message in another. Numbers and codes that are NULL or not known are simply
 * not found. Strings live in arena.
 */
bool facts_load(struct db *db, struct arena *arena, const struct login *login,
                const struct message *message, const uint8_t digest[32], struct facts *facts_out,
                struct err *err);

/* Only the caller; not found is true with caller_out->found false. */
bool facts_load_caller(struct db *db, struct arena *arena, const struct login *login,
                       struct caller *caller_out, struct err *err);

/* A service by code and edition. */
bool facts_load_service(struct db *db, struct arena *arena, const char *code, int32_t edition,
                        struct service *service_out, struct err *err);

/* Service, reportee, reservation and reach of every entry of a call for stand-alone notifications,
 * all by the caller, and whether the caller made the same call since a time; digest NULL: that is
 * not asked. */
bool facts_load_standalone(struct db *db, struct arena *arena, const struct caller *caller,
                           const struct standalone_call *call, const uint8_t *digest, int64_t since,
                           struct standalone_facts *facts_out, struct err *err);

#endif
