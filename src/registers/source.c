#include "registers/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { PIECE_SIZE = 128 * 1024, AUTO_GZIP = 16 };

/* With gzip, raw holds what inflate has not taken yet. */
struct source {
    int fd;
    int64_t size; /* of the file; 0: not known */
    int64_t read;
    bool started;
    bool gzip;
    bool member_ended;
    z_stream stream;
    uint8_t raw[PIECE_SIZE];
    uint8_t plain[PIECE_SIZE];
};

bool source_open(const char *path, struct source **source_out, struct err *err)
{
    const bool is_input = strcmp(path, "-") == 0;
    struct source *source = calloc(1, sizeof(*source));
    struct stat status = {0};

    if (source == NULL)
        return err_no_memory(err);
    source->fd = is_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (source->fd < 0) {
        free(source);
        return err_set(err, ERR_INVALID, "%s: %s", path, strerror(errno));
    }
    if (fstat(source->fd, &status) == 0 && S_ISREG(status.st_mode))
        source->size = status.st_size;
    *source_out = source;
    return true;
}

void source_close(struct source **source)
{
    if (*source == NULL)
        return;
    if ((*source)->gzip)
        inflateEnd(&(*source)->stream);
    if ((*source)->fd != STDIN_FILENO)
        close((*source)->fd);
    free(*source);
    *source = NULL;
}

/* Fills raw from a place on, as far as the file goes. */
static bool fill(struct source *source, size_t from, size_t *n_out, struct err *err)
{
    size_t n = from;

    while (n < PIECE_SIZE) {
        const ssize_t got = read(source->fd, source->raw + n, PIECE_SIZE - n);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_set(err, ERR_INVALID, "the file cannot be read: %s", strerror(errno));
        if (got == 0)
            break;
        n += (size_t)got;
        source->read += got;
    }
    *n_out = n;
    return true;
}

/* RFC 1952, 2.3.1 */
static bool is_gzip(const uint8_t *data, size_t n)
{
    return n >= 2 && data[0] == 0x1f && data[1] == 0x8b;
}

static bool start(struct source *source, size_t *n_out, struct err *err)
{
    if (!fill(source, 0, n_out, err))
        return false;
    source->started = true;
    if (!is_gzip(source->raw, *n_out))
        return true;
    if (inflateInit2(&source->stream, MAX_WBITS + AUTO_GZIP) != Z_OK)
        return err_no_memory(err);
    source->gzip = true;
    source->stream.next_in = source->raw;
    source->stream.avail_in = (uInt)*n_out;
    return true;
}

static bool refill(struct source *source, struct err *err)
{
    size_t n = 0;

    if (source->stream.avail_in > 0)
        return true;
    if (!fill(source, 0, &n, err))
        return false;
    source->stream.next_in = source->raw;
    source->stream.avail_in = (uInt)n;
    return true;
}

/* A gzip file is one member or several, one behind the other (RFC 1952, 2.2). */
static bool begin_member(struct source *source, bool *end_out, struct err *err)
{
    *end_out = source->stream.avail_in == 0;
    if (*end_out)
        return true;
    if (inflateReset(&source->stream) != Z_OK)
        return err_set(err, ERR_INTERNAL, "zlib: %s", source->stream.msg);
    source->member_ended = false;
    return true;
}

static bool inflate_piece(struct source *source, struct bytes *piece_out, struct err *err)
{
    z_stream *stream = &source->stream;

    stream->next_out = source->plain;
    stream->avail_out = PIECE_SIZE;
    while (stream->avail_out > 0) {
        bool end = false;
        int status = Z_OK;

        if (!refill(source, err) || (source->member_ended && !begin_member(source, &end, err)))
            return false;
        if (end)
            break;
        if (stream->avail_in == 0)
            return err_set(err, ERR_INVALID, "the gzip stream ends early: the file is cut");
        status = inflate(stream, Z_NO_FLUSH);
        if (status != Z_OK && status != Z_STREAM_END)
            return err_set(err, ERR_INVALID, "the gzip stream is damaged: %s",
                           stream->msg == NULL ? "no more is known" : stream->msg);
        source->member_ended = status == Z_STREAM_END;
    }
    *piece_out = (struct bytes){source->plain, PIECE_SIZE - stream->avail_out};
    return true;
}

bool source_read(struct source *source, struct bytes *piece_out, struct err *err)
{
    size_t n = 0;

    if (!source->started ? !start(source, &n, err) : !source->gzip && !fill(source, 0, &n, err))
        return false;
    if (source->gzip)
        return inflate_piece(source, piece_out, err);
    *piece_out = (struct bytes){source->raw, n};
    return true;
}

int source_percent(const struct source *source)
{
    if (source->size <= 0)
        return -1;
    return source->read >= source->size ? 100 : (int)(source->read * 100 / source->size);
}
