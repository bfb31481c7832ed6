#include "model/token.h"

/* Settings are milliseconds. */
static int64_t skew_of(const struct config *config)
{
    return config->wsse_skew * 1000;
}

bool token_needs_nonce(const struct config *config, const struct token *token)
{
    return token->digest || config->wsse_strict != 0;
}

int64_t token_last_use(const struct config *config, const struct token *token)
{
    return token->created.when + config->wsse_lifetime * 1000 + skew_of(config);
}

static const char *timestamp_flaw(const struct config *config, const struct token *token,
                                  int64_t now)
{
    if (token->header_expires.given && token->header_expires.when + skew_of(config) < now)
        return "expired timestamp";
    if (token->header_created.given && token->header_created.when - skew_of(config) > now)
        return "timestamp of the future";
    return NULL;
}

static const char *age_flaw(const struct config *config, const struct token *token, int64_t now)
{
    if (!token->created.given || token->nonce_size == 0)
        return "token without nonce or created";
    if (token_last_use(config, token) < now)
        return "expired token";
    if (token->created.when - skew_of(config) > now)
        return "token of the future";
    return NULL;
}

const char *token_flaw(const struct config *config, const struct token *token, int64_t now)
{
    const char *flaw =
        token->malformed != NULL ? token->malformed : timestamp_flaw(config, token, now);

    if (flaw == NULL && token_needs_nonce(config, token))
        flaw = age_flaw(config, token, now);
    return flaw;
}
