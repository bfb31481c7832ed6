/* What only WS-Security's tokens need: digests over a secret, and nonces that count once. */
#ifndef DPVD_SERVICE_WSSE_H
#define DPVD_SERVICE_WSSE_H

#include "model/call.h"
#include "model/sender.h"
#include "service/session.h"

#include <stdbool.h>
#include <stddef.h>

/* What a secret is sealed for; only the system user's own number opens it again. */
enum { WSSE_PLACE_SIZE = 48, WSSE_SECRET_SIZE = 44 };
void wsse_place(int32_t system_user_id, char place_out[WSSE_PLACE_SIZE]);

/* Makes a secret: 43 characters of base64url, 32 random bytes. */
bool wsse_make_secret(char secret_out[WSSE_SECRET_SIZE], struct err *err);

/* Whether the token's digest was made with the caller's secret (UsernameToken profile 1.0, 3.1). A
 * caller that is unknown or has none costs the same time. */
bool wsse_verify_digest(const struct session *session, const struct caller *caller,
                        const struct credentials *credentials, bool *good_out, struct err *err);

/* Uses up the token's nonce; fresh_out is false when it was used before. Its token must have been
 * verified, so that nobody else can use it up. */
bool wsse_use_nonce(const struct session *session, const struct caller *caller,
                    const struct token *token, bool *fresh_out, struct err *err);

#endif
