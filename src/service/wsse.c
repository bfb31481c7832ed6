#include "service/wsse.h"

#include "base/base64.h"
#include "base/ident.h"
#include "base/log.h"
#include "base/vault.h"
#include "store/wsse_store.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

enum { RANDOM_SIZE = 32, SHA1_SIZE = 20, DIGEST_TEXT = 28 };

void wsse_place(int32_t system_user_id, char place_out[WSSE_PLACE_SIZE])
{
    snprintf(place_out, WSSE_PLACE_SIZE, "secret of system user %d", (int)system_user_id);
}

bool wsse_make_secret(char secret_out[WSSE_SECRET_SIZE], struct err *err)
{
    uint8_t random[RANDOM_SIZE];
    unsigned char text[RANDOM_SIZE / 3 * 4 + 5];

    if (RAND_bytes(random, sizeof(random)) != 1)
        return err_set(err, ERR_INTERNAL, "the random source failed");
    EVP_EncodeBlock(text, random, RANDOM_SIZE);
    for (int i = 0; i < WSSE_SECRET_SIZE - 1; i++)
        secret_out[i] = (char)(text[i] == '+' ? '-' : text[i] == '/' ? '_' : text[i]);
    secret_out[WSSE_SECRET_SIZE - 1] = '\0';
    OPENSSL_cleanse(random, sizeof(random));
    OPENSSL_cleanse(text, sizeof(text));
    return true;
}

/* Opens the caller's secret; false: it has none. What no key opens is the operator's to mend, and
 * no caller's to know. */
static bool open_secret(const struct session *session, const struct caller *caller,
                        struct bytes sealed, char secret_out[WSSE_SECRET_SIZE])
{
    char place[WSSE_PLACE_SIZE];
    struct err err = {0};

    memset(secret_out, 'x', WSSE_SECRET_SIZE - 1);
    secret_out[WSSE_SECRET_SIZE - 1] = '\0';
    if (session->process->vault == NULL ||
        sealed.len != WSSE_SECRET_SIZE - 1 + (size_t)VAULT_OVERHEAD)
        return false;
    wsse_place(caller->system_user_id, place);
    if (vault_unseal(session->process->vault, place, sealed, (uint8_t *)secret_out, &err))
        return true;
    log_event(LOG_ERROR, "secret_unreadable", F_INT("system_user", caller->system_user_id),
              F_STR("error", err.msg));
    return false;
}

static bool hash(const struct token *token, const char *secret, uint8_t digest_out[SHA1_SIZE])
{
    const char *created = token->created_text == NULL ? "" : token->created_text;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    const bool ok = ctx != NULL && EVP_DigestInit_ex(ctx, EVP_sha1(), NULL) == 1 &&
                    EVP_DigestUpdate(ctx, token->nonce, token->nonce_size) == 1 &&
                    EVP_DigestUpdate(ctx, created, strlen(created)) == 1 &&
                    EVP_DigestUpdate(ctx, secret, strlen(secret)) == 1 &&
                    EVP_DigestFinal_ex(ctx, digest_out, NULL) == 1;

    EVP_MD_CTX_free(ctx);
    return ok;
}

/* The digest that was sent; what is none is equal to nothing. */
static bool read_digest(const char *text, uint8_t digest_out[SHA1_SIZE + 3])
{
    struct base64 state = {0};

    return text != NULL && strlen(text) == DIGEST_TEXT &&
           base64_decode(&state, text, DIGEST_TEXT, digest_out) == SHA1_SIZE && base64_done(&state);
}

bool wsse_verify_digest(const struct session *session, const struct caller *caller,
                        const struct credentials *credentials, bool *good_out, struct err *err)
{
    char secret[WSSE_SECRET_SIZE];
    uint8_t wanted[SHA1_SIZE];
    uint8_t sent[SHA1_SIZE + 4] = {0};
    struct bytes sealed = {0};
    bool known = false;
    bool same = false;

    if (!wsse_store_secret(session->db, session->arena, caller->system_user_id, &sealed, err))
        return false;
    known = open_secret(session, caller, sealed, secret) && caller->found;
    same = hash(credentials->token, secret, wanted) && read_digest(credentials->password, sent) &&
           CRYPTO_memcmp(wanted, sent, SHA1_SIZE) == 0;
    OPENSSL_cleanse(secret, sizeof(secret));
    *good_out = known && same;
    return true;
}

bool wsse_use_nonce(const struct session *session, const struct caller *caller,
                    const struct token *token, bool *fresh_out, struct err *err)
{
    uint8_t digest[IDENT_DIGEST_SIZE];

    ident_sha256(token->nonce, token->nonce_size, digest);
    return wsse_store_use_nonce(session->db, caller->system_user_id, digest,
                                token_last_use(session->process->config, token), fresh_out, err);
}
