/* Secrets that must be known in clear text, sealed with a key from a file (AES-256-GCM). */
#ifndef DPVD_BASE_VAULT_H
#define DPVD_BASE_VAULT_H

#include "base/bytes.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What sealing adds to a text. */
enum { VAULT_OVERHEAD = 1 + 12 + 16 };

struct vault;

/* Reads keys, 64 hexadecimal digits a line; lines that begin with # say nothing. The first key
 * seals, all of them open, so that a new one can be put in front. ERR_INVALID: not there, or no key
 * in it; the error names the line. */
bool vault_open(const char *path, struct vault **vault_out, struct err *err);
void vault_close(struct vault **vault);

/* Seals n bytes for a place: only there it can be opened. sealed_out holds n + VAULT_OVERHEAD. */
bool vault_seal(const struct vault *vault, const char *place, const void *text, size_t n,
                uint8_t *sealed_out, struct err *err);

/* Opens what was sealed for the place; text_out holds sealed.len - VAULT_OVERHEAD bytes.
 * ERR_INVALID: none of the keys opens it, or it was changed or is of another place. */
bool vault_unseal(const struct vault *vault, const char *place, struct bytes sealed,
                  uint8_t *text_out, struct err *err);

#endif
