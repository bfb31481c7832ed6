/* The service catalogue as far as senders change it. */
#ifndef DPVD_STORE_SERVICE_STORE_H
#define DPVD_STORE_SERVICE_STORE_H

#include "base/arena.h"
#include "model/call.h"
#include "model/sender.h"
#include "store/db.h"

/* Makes a new correspondence service of the caller's from the operator's service template (code,
 * edition), with the next free numeric code from 9000 on and edition 1, and its audit row, in one
 * transaction. code_out lives in arena. */
bool service_store_create(struct db *db, struct arena *arena, const struct caller *caller,
                          const struct call *call, const char *template_code,
                          int32_t template_edition, const char **code_out, struct err *err);

#endif
