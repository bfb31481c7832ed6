/* Bytes of unknown length while they arrive: in memory while small, then in an unlinked file. */
#ifndef DPVD_BASE_BLOB_H
#define DPVD_BASE_BLOB_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

struct blob;

/* Up to memory_limit bytes stay in memory; more go to a file without a name in spool_directory
 * (which must outlive the blob). NULL when memory ran out. */
struct blob *blob_new(const char *spool_directory, size_t memory_limit);

/* Appends n bytes and takes them into the SHA-256. ERR_BUSY when memory or disk is full. */
bool blob_add(struct blob *blob, const void *data, size_t n, struct err *err);

/* No more bytes will come: completes the digest. */
void blob_finish(struct blob *blob);

uint64_t blob_size(const struct blob *blob);

/* SHA-256 of all bytes, 32 bytes; valid after blob_finish, until blob_free. */
const uint8_t *blob_sha256(const struct blob *blob);

/* The bytes where they stand, NULL when they are in a file. */
const uint8_t *blob_memory(const struct blob *blob);

/* Copies n bytes from offset on into room; asking beyond the end is ERR_INTERNAL. */
bool blob_read(const struct blob *blob, uint64_t offset, void *room, size_t n, struct err *err);

void blob_free(struct blob **blob);

#endif
