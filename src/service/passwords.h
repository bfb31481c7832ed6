/* Verifies passwords without a slow hash for every request (security.md 3.3). */
#ifndef DPVD_SERVICE_PASSWORDS_H
#define DPVD_SERVICE_PASSWORDS_H

#include "base/config.h"
#include "base/err.h"
#include "model/call.h"
#include "model/sender.h"

struct passwords;

/* NULL when memory or the random source failed. */
struct passwords *passwords_new(const struct config *config);

/* Whether the password is the caller's, into good_out. An unknown caller (found false) costs the
 * same time as a wrong password. Successes are remembered under an HMAC with a process-random key,
 * bound to caller->credential_version, for at most password_cache_time; failures never. ERR_BUSY:
 * too many hashes are waiting. */
bool passwords_verify(struct passwords *passwords, const struct caller *caller,
                      const struct credentials *credentials, bool *good_out, struct err *err);

/* Whether the text can be anybody's password: it is there and not too long. */
bool passwords_is_possible(const char *password);

void passwords_free(struct passwords **passwords);

#endif
