#include "base/blob.h"

#include "base/buf.h"
#include "base/ident.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct blob {
    const char *spool_directory;
    size_t memory_limit;
    uint64_t size;
    struct buf memory; /* all bytes, while there is no file */
    int file;          /* or -1 */
    struct ident_hash *hash;
    uint8_t digest[IDENT_DIGEST_SIZE];
};

struct blob *blob_new(const char *spool_directory, size_t memory_limit)
{
    struct blob *blob = calloc(1, sizeof(*blob));

    if (blob == NULL)
        return NULL;
    blob->spool_directory = spool_directory;
    blob->memory_limit = memory_limit;
    blob->file = -1;
    blob->hash = ident_hash_new();
    if (blob->hash == NULL)
        blob_free(&blob);
    return blob;
}

/* A file that no name leads to: it is gone when we are, however that comes about. */
static int open_nameless(const char *directory)
{
    char path[4096];
    int file = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

    if (file >= 0)
        return file;
    /* Not every file system can do that. */
    if (snprintf(path, sizeof(path), "%s/dpvd-XXXXXX", directory) >= (int)sizeof(path))
        return -1;
    file = mkostemp(path, O_CLOEXEC);
    if (file >= 0)
        unlink(path);
    return file;
}

static bool write_all(int file, const char *data, size_t n, struct err *err)
{
    while (n > 0) {
        const ssize_t written = TEMP_FAILURE_RETRY(write(file, data, n));

        if (written <= 0)
            return err_set(err, ERR_BUSY, "spool file: %s", strerror(errno));
        data += written;
        n -= (size_t)written;
    }
    return true;
}

static bool move_to_file(struct blob *blob, struct err *err)
{
    blob->file = open_nameless(blob->spool_directory);
    if (blob->file < 0)
        return err_set(err, ERR_BUSY, "spool file: %s", strerror(errno));
    if (!write_all(blob->file, blob->memory.data, blob->memory.len, err))
        return false;
    buf_free(&blob->memory);
    return true;
}

bool blob_add(struct blob *blob, const void *data, size_t n, struct err *err)
{
    const bool fits = blob->file < 0 && n <= blob->memory_limit - blob->memory.len;

    if (blob->file < 0 && !fits && !move_to_file(blob, err))
        return false;
    if (fits && !buf_add(&blob->memory, data, n))
        return err_no_memory(err);
    if (!fits && !write_all(blob->file, data, n, err))
        return false;
    ident_hash_add(blob->hash, data, n);
    blob->size += n;
    return true;
}

void blob_finish(struct blob *blob)
{
    ident_hash_finish(blob->hash, blob->digest);
}

uint64_t blob_size(const struct blob *blob)
{
    return blob->size;
}

const uint8_t *blob_sha256(const struct blob *blob)
{
    return blob->digest;
}

const uint8_t *blob_memory(const struct blob *blob)
{
    if (blob->file >= 0)
        return NULL;
    return (const uint8_t *)(blob->memory.data == NULL ? "" : blob->memory.data);
}

static bool read_file(int file, off_t offset, uint8_t *room, size_t n, struct err *err)
{
    while (n > 0) {
        const ssize_t got = TEMP_FAILURE_RETRY(pread(file, room, n, offset));

        if (got <= 0)
            return err_set(err, ERR_INTERNAL, "spool file: %s", got < 0 ? strerror(errno) : "cut");
        room += got;
        n -= (size_t)got;
        offset += got;
    }
    return true;
}

bool blob_read(const struct blob *blob, uint64_t offset, void *room, size_t n, struct err *err)
{
    if (offset > blob->size || n > blob->size - offset)
        return err_set(err, ERR_INTERNAL, "read beyond the end of a blob");
    if (blob->file >= 0)
        return read_file(blob->file, (off_t)offset, room, n, err);
    if (n > 0)
        memcpy(room, blob->memory.data + offset, n);
    return true;
}

void blob_free(struct blob **blob)
{
    if (*blob == NULL)
        return;
    if ((*blob)->file >= 0)
        close((*blob)->file);
    buf_free(&(*blob)->memory);
    ident_hash_free(&(*blob)->hash);
    free(*blob);
    *blob = NULL;
}
