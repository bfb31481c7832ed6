#include "base/ident.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

enum { GATHERED = 1024 };

/* Small pieces are gathered: handing each to OpenSSL costs more than hashing it. */
struct ident_hash {
    EVP_MD_CTX *ctx;
    size_t used;
    uint8_t gathered[GATHERED];
};

bool ident_uuid(uint8_t uuid_out[16])
{
    if (RAND_bytes(uuid_out, 16) != 1)
        return false;
    uuid_out[6] = (uint8_t)((uuid_out[6] & 0x0f) | 0x40); /* RFC 4122, 4.4 */
    uuid_out[8] = (uint8_t)((uuid_out[8] & 0x3f) | 0x80);
    return true;
}

void ident_hex(const uint8_t *data, size_t n, char *text_out)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < n; i++) {
        text_out[2 * i] = digits[data[i] >> 4];
        text_out[2 * i + 1] = digits[data[i] & 15];
    }
    text_out[2 * n] = '\0';
}

void ident_uuid_text(const uint8_t uuid[16], char text_out[IDENT_UUID_SIZE])
{
    static const size_t groups[] = {4, 2, 2, 2, 6};
    char *p = text_out;

    for (size_t g = 0; g < 5; g++) {
        if (g > 0)
            *p++ = '-';
        ident_hex(uuid, groups[g], p);
        uuid += groups[g];
        p += 2 * groups[g];
    }
}

void ident_sha256(const void *data, size_t n, uint8_t digest_out[IDENT_DIGEST_SIZE])
{
    SHA256(data, n, digest_out);
}

struct ident_hash *ident_hash_new(void)
{
    struct ident_hash *hash = malloc(sizeof(*hash));

    if (hash == NULL)
        return NULL;
    hash->used = 0;
    hash->ctx = EVP_MD_CTX_new();
    if (hash->ctx == NULL || EVP_DigestInit_ex(hash->ctx, EVP_sha256(), NULL) != 1)
        ident_hash_free(&hash);
    return hash;
}

static void flush(struct ident_hash *hash)
{
    EVP_DigestUpdate(hash->ctx, hash->gathered, hash->used);
    hash->used = 0;
}

void ident_hash_add(struct ident_hash *hash, const void *data, size_t n)
{
    if (n > GATHERED - hash->used)
        flush(hash);
    if (n > GATHERED) {
        EVP_DigestUpdate(hash->ctx, data, n);
    } else if (n > 0) {
        memcpy(hash->gathered + hash->used, data, n);
        hash->used += n;
    }
}

void ident_hash_finish(struct ident_hash *hash, uint8_t digest_out[IDENT_DIGEST_SIZE])
{
    flush(hash);
    EVP_DigestFinal_ex(hash->ctx, digest_out, NULL);
}

void ident_hash_free(struct ident_hash **hash)
{
    if (*hash == NULL)
        return;
    EVP_MD_CTX_free((*hash)->ctx);
    free(*hash);
    *hash = NULL;
}
