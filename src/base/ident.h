/* Random identifiers and digests, from OpenSSL. */
#ifndef DPVD_BASE_IDENT_H
#define DPVD_BASE_IDENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { IDENT_UUID_SIZE = 37, IDENT_DIGEST_SIZE = 32 };

/* A random (version 4) UUID as 16 bytes; false when the random source failed. */
bool ident_uuid(uint8_t uuid_out[16]);

/* Lower-case hex with hyphens, NUL-terminated. */
void ident_uuid_text(const uint8_t uuid[16], char text_out[IDENT_UUID_SIZE]);

/* Lower-case hex of n bytes into text_out, which holds 2 * n + 1. */
void ident_hex(const uint8_t *data, size_t n, char *text_out);

/* SHA-256, all at once. */
void ident_sha256(const void *data, size_t n, uint8_t digest_out[IDENT_DIGEST_SIZE]);

/* SHA-256, piece by piece. new returns NULL when memory ran out; finish may be called once. */
struct ident_hash;
struct ident_hash *ident_hash_new(void);
void ident_hash_add(struct ident_hash *hash, const void *data, size_t n);
void ident_hash_finish(struct ident_hash *hash, uint8_t digest_out[IDENT_DIGEST_SIZE]);
void ident_hash_free(struct ident_hash **hash);

#endif
