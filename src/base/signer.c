#include "base/signer.h"

#include "base/secret_file.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

struct signer {
    EVP_PKEY *key;
    uint8_t public[SIGNER_KEY_SIZE];
};

/* A key with a passphrase is refused: nobody is there to be asked. */
static int no_passphrase(char *room, int size, int writing, void *context)
{
    (void)room;
    (void)size;
    (void)writing;
    (void)context;
    return -1;
}

static bool raw_public(const EVP_PKEY *key, uint8_t public_out[SIGNER_KEY_SIZE])
{
    size_t n = SIGNER_KEY_SIZE;

    return EVP_PKEY_get_id(key) == EVP_PKEY_ED25519 &&
           EVP_PKEY_get_raw_public_key(key, public_out, &n) == 1 && n == SIGNER_KEY_SIZE;
}

bool signer_open(const char *path, struct signer **signer_out, struct err *err)
{
    struct signer *signer = calloc(1, sizeof(*signer));
    FILE *file = secret_file_open(path, err);
    bool ok = false;

    if (signer == NULL) {
        err_no_memory(err);
        goto out;
    }
    if (file == NULL)
        goto out;
    signer->key = PEM_read_PrivateKey(file, NULL, no_passphrase, NULL);
    ERR_clear_error();
    ok =
        (signer->key != NULL && raw_public(signer->key, signer->public)) ||
        err_set(err, ERR_INVALID, "%s: not an Ed25519 private key in PEM without passphrase", path);
out:
    if (file != NULL)
        fclose(file);
    if (ok)
        *signer_out = signer;
    else
        signer_close(&signer);
    return ok;
}

void signer_close(struct signer **signer)
{
    if (*signer == NULL)
        return;
    EVP_PKEY_free((*signer)->key);
    free(*signer);
    *signer = NULL;
}

const uint8_t *signer_public(const struct signer *signer)
{
    return signer->public;
}

bool signer_print_public(const struct signer *signer, FILE *out, struct err *err)
{
    return PEM_write_PUBKEY(out, signer->key) == 1 ||
           err_set(err, ERR_INTERNAL, "the public key cannot be written");
}

bool signer_sign(const struct signer *signer, const void *data, size_t n,
                 uint8_t signature_out[SIGNER_SIGNATURE_SIZE], struct err *err)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    size_t size = SIGNER_SIGNATURE_SIZE;
    const bool ok = ctx != NULL && EVP_DigestSignInit(ctx, NULL, NULL, NULL, signer->key) == 1 &&
                    EVP_DigestSign(ctx, signature_out, &size, data, n) == 1;

    EVP_MD_CTX_free(ctx);
    return ok || err_set(err, ERR_INTERNAL, "nothing can be signed");
}

bool signer_verify(const uint8_t key[SIGNER_KEY_SIZE], const void *data, size_t n,
                   const uint8_t signature[SIGNER_SIGNATURE_SIZE])
{
    EVP_PKEY *public = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key, SIGNER_KEY_SIZE);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    const bool ok = public != NULL && ctx != NULL &&
                    EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, public) == 1 &&
                    EVP_DigestVerify(ctx, signature, SIGNER_SIGNATURE_SIZE, data, n) == 1;

    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(public);
    ERR_clear_error();
    return ok;
}

/* false: the file ends, or what comes is no Ed25519 key. */
static bool read_key(FILE *file, struct signer_keys *keys)
{
    EVP_PKEY *key = PEM_read_PUBKEY(file, NULL, no_passphrase, NULL);
    const bool ok =
        key != NULL && keys->count < SIGNER_KEYS_MAX && raw_public(key, keys->keys[keys->count]);

    EVP_PKEY_free(key);
    keys->count += ok;
    return ok;
}

bool signer_read_keys(const char *path, struct signer_keys *keys_out, struct err *err)
{
    struct signer_keys keys = {0};
    FILE *file = fopen(path, "re");

    if (file == NULL)
        return err_set(err, ERR_INVALID, "%s: %s", path, strerror(errno));
    while (read_key(file, &keys))
        ;
    ERR_clear_error();
    fclose(file);
    if (keys.count == 0)
        return err_set(err, ERR_INVALID, "%s: no Ed25519 public key in PEM", path);
    *keys_out = keys;
    return true;
}

bool signer_knows(const struct signer_keys *keys, const uint8_t key[SIGNER_KEY_SIZE])
{
    for (size_t i = 0; i < keys->count; i++) {
        if (memcmp(keys->keys[i], key, SIGNER_KEY_SIZE) == 0)
            return true;
    }
    return false;
}
