/* Seals the audit log: a thread that puts new rows under a chain of Merkle roots. */
#ifndef DPVD_SERVICE_SEALER_H
#define DPVD_SERVICE_SEALER_H

#include "base/config.h"
#include "base/err.h"
#include "store/db.h"

#include <stdint.h>

struct sealer;
struct signer;

/* Starts the thread, with a connection of its own; of several dpvd on one database one seals. NULL
 * in *sealer_out when audit_seal_interval is 0. ERR_INVALID: audit_key cannot be used. */
bool sealer_start(const struct config *config, struct sealer **sealer_out, struct err *err);

/* Seconds since which all that was audited is known to be sealed. */
int64_t sealer_lag(const struct sealer *sealer);

void sealer_stop(struct sealer **sealer);

/* One seal over what is final and not sealed yet, at most limit rows: *rows_out, 0 if there are
 * none or another dpvd seals. signer may be NULL. settled_out: all that was received before this
 * moment was sealed when it was looked. */
bool sealer_seal(struct db *db, const struct signer *signer, int32_t limit, int64_t *rows_out,
                 int64_t *settled_out, struct err *err);

#endif
