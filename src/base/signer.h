/* Ed25519 signatures with keys from PEM files (RFC 8032, RFC 8410). */
#ifndef DPVD_BASE_SIGNER_H
#define DPVD_BASE_SIGNER_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { SIGNER_KEY_SIZE = 32, SIGNER_SIGNATURE_SIZE = 64, SIGNER_KEYS_MAX = 32 };

struct signer;

/* Reads a private key. ERR_INVALID: not there, or no such key. */
bool signer_open(const char *path, struct signer **signer_out, struct err *err);
void signer_close(struct signer **signer);

const uint8_t *signer_public(const struct signer *signer);

/* The public key as PEM. */
bool signer_print_public(const struct signer *signer, FILE *out, struct err *err);

bool signer_sign(const struct signer *signer, const void *data, size_t n,
                 uint8_t signature_out[SIGNER_SIGNATURE_SIZE], struct err *err);

/* The signature is this key's over these bytes. */
bool signer_verify(const uint8_t key[SIGNER_KEY_SIZE], const void *data, size_t n,
                   const uint8_t signature[SIGNER_SIGNATURE_SIZE]);

/* Public keys that are trusted. */
struct signer_keys {
    uint8_t keys[SIGNER_KEYS_MAX][SIGNER_KEY_SIZE];
    size_t count;
};

/* Reads all public keys of a PEM file, at least one. */
bool signer_read_keys(const char *path, struct signer_keys *keys_out, struct err *err);

bool signer_knows(const struct signer_keys *keys, const uint8_t key[SIGNER_KEY_SIZE]);

#endif
