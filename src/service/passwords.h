/* Verifies passwords without a slow hash for every request (security.md 3.3). */
#ifndef DPVD_SERVICE_PASSWORDS_H
#define DPVD_SERVICE_PASSWORDS_H

#include "base/config.h"
#include "base/err.h"
#include "model/call.h"
#include "model/sender.h"

struct passwords;

/* A hash as text with its NUL; bounds of a new password in bytes. */
enum { PASSWORDS_HASH_SIZE = 384, PASSWORDS_SHORTEST = 12, PASSWORDS_LONGEST = 128 };

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

/* yescrypt at cost 5, with a new salt, of a password that somebody is given. ERR_INVALID: it is too
 * short or too long, or no text that an XML request can carry. */
bool passwords_hash(const char *password, char hash_out[PASSWORDS_HASH_SIZE], struct err *err);

void passwords_free(struct passwords **passwords);

#endif
