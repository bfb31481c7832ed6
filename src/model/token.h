/* WS-Security's UsernameToken and Timestamp: what can be wrong with them whatever the password is
 * (CONTRACT.md 2, security.md 3.3). */
#ifndef DPVD_MODEL_TOKEN_H
#define DPVD_MODEL_TOKEN_H

#include "base/config.h"
#include "model/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What came beside user name and password. */
struct token {
    const char *malformed;        /* what of it cannot be read, a constant; NULL: nothing */
    struct moment header_created; /* of the Timestamp, if there was one */
    struct moment header_expires;
    bool digest;           /* the password is base64 of a digest over nonce, created and secret */
    struct moment created; /* of the UsernameToken */
    const char *created_text; /* as sent */
    const uint8_t *nonce;
    size_t nonce_size; /* 0: none */
};

/* Whether the nonce counts: with a digest always, with a password in clear text when wsse_strict is
 * on (repeated ones were accepted in production). */
bool token_needs_nonce(const struct config *config, const struct token *token);

/* Why the token is not taken at now, a constant for the log; NULL: there is no reason. */
const char *token_flaw(const struct config *config, const struct token *token, int64_t now);

/* Until when its nonce must be remembered: afterwards it is too old. */
int64_t token_last_use(const struct config *config, const struct token *token);

#endif
