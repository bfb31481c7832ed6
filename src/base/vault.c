#include "base/vault.h"

#include "base/secret_file.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEYS_MAX = 16, KEY_SIZE = 32, NONCE_SIZE = 12, TAG_SIZE = 16, FORM = 1 };

/* Sealed: the form, the nonce, the text encrypted, the tag. */
struct vault {
    uint8_t keys[KEYS_MAX][KEY_SIZE];
    size_t count;
};

static int digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c == '\0' ? NULL : strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c);

    return at == NULL ? -1 : (int)(at - digits);
}

static bool read_key(const char *line, uint8_t key_out[KEY_SIZE])
{
    for (size_t i = 0; i < KEY_SIZE; i++) {
        const int high = digit(line[2 * i]);
        const int low = high < 0 ? -1 : digit(line[2 * i + 1]);

        if (low < 0)
            return false;
        key_out[i] = (uint8_t)(high << 4 | low);
    }
    return line[2 * KEY_SIZE + strspn(line + 2 * KEY_SIZE, " \t\r\n")] == '\0';
}

static bool read_keys(FILE *file, const char *path, struct vault *vault, struct err *err)
{
    char line[256];
    bool ok = true;

    for (int number = 1; ok && fgets(line, sizeof(line), file) != NULL; number++) {
        if (line[0] == '#' || line[strspn(line, " \t\r\n")] == '\0')
            continue;
        ok = (vault->count < KEYS_MAX && read_key(line, vault->keys[vault->count])) ||
             err_set(err, ERR_INVALID, "%s:%d: not a key of 64 hexadecimal digits", path, number);
        vault->count += ok;
    }
    OPENSSL_cleanse(line, sizeof(line));
    if (ok && vault->count == 0)
        return err_set(err, ERR_INVALID, "%s: no key in it", path);
    return ok;
}

bool vault_open(const char *path, struct vault **vault_out, struct err *err)
{
    struct vault *vault = calloc(1, sizeof(*vault));
    FILE *file = secret_file_open(path, err);
    bool ok = false;

    if (vault == NULL)
        err_no_memory(err);
    else if (file != NULL)
        ok = read_keys(file, path, vault, err);
    if (file != NULL)
        fclose(file);
    if (ok)
        *vault_out = vault;
    else
        vault_close(&vault);
    return ok;
}

void vault_close(struct vault **vault)
{
    if (*vault == NULL)
        return;
    OPENSSL_cleanse(*vault, sizeof(**vault));
    free(*vault);
    *vault = NULL;
}

/* Begins either direction and names the place, which is authenticated, too. */
static bool begin(EVP_CIPHER_CTX *ctx, bool encrypt, const uint8_t *key, const uint8_t *nonce,
                  const char *place)
{
    int n = 0;

    return EVP_CipherInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, nonce, encrypt) == 1 &&
           EVP_CipherUpdate(ctx, NULL, &n, (const uint8_t *)place, (int)strlen(place)) == 1;
}

bool vault_seal(const struct vault *vault, const char *place, const void *text, size_t n,
                uint8_t *sealed_out, struct err *err)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    uint8_t *nonce = sealed_out + 1;
    uint8_t *body = nonce + NONCE_SIZE;
    int size = 0;
    int rest = 0;
    bool ok = false;

    sealed_out[0] = FORM;
    ok = ctx != NULL && RAND_bytes(nonce, NONCE_SIZE) == 1 &&
         begin(ctx, true, vault->keys[0], nonce, place) &&
         EVP_CipherUpdate(ctx, body, &size, text, (int)n) == 1 &&
         EVP_CipherFinal_ex(ctx, body + size, &rest) == 1 &&
         EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, TAG_SIZE, body + n) == 1;
    EVP_CIPHER_CTX_free(ctx);
    return ok || err_set(err, ERR_INTERNAL, "nothing can be sealed");
}

static bool unseal_with(const uint8_t *key, const char *place, struct bytes sealed,
                        uint8_t *text_out)
{
    const size_t n = sealed.len - VAULT_OVERHEAD;
    const uint8_t *body = sealed.data + 1 + NONCE_SIZE;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    uint8_t tag[TAG_SIZE];
    int size = 0;
    int rest = 0;
    bool ok = false;

    memcpy(tag, body + n, TAG_SIZE);
    ok = ctx != NULL && begin(ctx, false, key, sealed.data + 1, place) &&
         EVP_CipherUpdate(ctx, text_out, &size, body, (int)n) == 1 &&
         EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, TAG_SIZE, tag) == 1 &&
         EVP_CipherFinal_ex(ctx, text_out + size, &rest) == 1;
    EVP_CIPHER_CTX_free(ctx);
    if (!ok)
        OPENSSL_cleanse(text_out, n);
    return ok;
}

bool vault_unseal(const struct vault *vault, const char *place, struct bytes sealed,
                  uint8_t *text_out, struct err *err)
{
    for (size_t i = 0; sealed.len >= VAULT_OVERHEAD && sealed.data[0] == FORM && i < vault->count;
         i++) {
        if (unseal_with(vault->keys[i], place, sealed, text_out))
            return true;
    }
    return err_set(err, ERR_INVALID, "no key opens what is sealed");
}
