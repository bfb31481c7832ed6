#include "http/inflater.h"

#include <stdlib.h>
#include <zlib.h>

enum {
    PIECE = 32 * 1024,       /* unpacked at a time */
    UNCOUNTED = 1024 * 1024, /* so much may come of anything */
    GZIP_WINDOW = MAX_WBITS + 16,
    DEFLATE_METHOD = 8,
};

struct inflater {
    struct inflater_limits limits;
    inflater_sink *sink;
    void *context;
    enum content_coding coding;
    bool started;
    bool ended;
    uint64_t in;
    uint64_t out;
    z_stream stream;
    unsigned char piece[PIECE];
};

struct inflater *inflater_new(enum content_coding coding, const struct inflater_limits *limits,
                              inflater_sink *sink, void *context)
{
    struct inflater *inflater = calloc(1, sizeof(*inflater));

    if (inflater == NULL)
        return NULL;
    inflater->coding = coding;
    inflater->limits = *limits;
    inflater->sink = sink;
    inflater->context = context;
    return inflater;
}

/* "deflate" is zlib's format, but some send what is within it: then the first byte, which names
 * zlib's method in its low half, is another (RFC 9110, 8.4.1.2; RFC 1950, 2.2). */
static int window_of(const struct inflater *inflater, unsigned char first)
{
    if (inflater->coding == CODING_GZIP)
        return GZIP_WINDOW;
    return (first & 0x0f) == DEFLATE_METHOD ? MAX_WBITS : -MAX_WBITS;
}

static bool check_size(const struct inflater *inflater, struct err *err)
{
    if (inflater->out > inflater->limits.max_bytes)
        return err_set(err, ERR_TOO_LARGE, "the body is larger than max_inflated");
    if (inflater->out > UNCOUNTED &&
        inflater->out - UNCOUNTED > inflater->in * inflater->limits.max_ratio)
        return err_set(err, ERR_TOO_LARGE, "the body is packed tighter than max_inflate_ratio");
    return true;
}

/* Unpacks one piece; *more_out tells whether there may be another one in what came. */
static bool unpack(struct inflater *inflater, bool *more_out, struct err *err)
{
    z_stream *stream = &inflater->stream;
    int code = Z_OK;
    size_t n = 0;

    stream->next_out = inflater->piece;
    stream->avail_out = PIECE;
    code = inflate(stream, Z_NO_FLUSH);
    if (code == Z_MEM_ERROR)
        return err_no_memory(err);
    if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR)
        return err_set(err, ERR_MALFORMED, "the body is not packed as its headers say");
    n = PIECE - stream->avail_out;
    inflater->out += n;
    inflater->ended = code == Z_STREAM_END;
    *more_out = !inflater->ended && stream->avail_out == 0;
    return check_size(inflater, err) &&
           (n == 0 || inflater->sink(inflater->context, (const char *)inflater->piece, n, err));
}

bool inflater_feed(struct inflater *inflater, const void *data, size_t n, struct err *err)
{
    z_stream *stream = &inflater->stream;
    bool more = true;

    if (n == 0)
        return true;
    if (!inflater->started &&
        inflateInit2(stream, window_of(inflater, *(const unsigned char *)data)) != Z_OK)
        return err_no_memory(err);
    inflater->started = true;
    inflater->in += n;
    stream->next_in = (z_const Bytef *)(uintptr_t)data;
    stream->avail_in = (uInt)n;
    while (more && !inflater->ended) {
        if (!unpack(inflater, &more, err))
            return false;
    }
    return stream->avail_in == 0 ||
           err_set(err, ERR_MALFORMED, "there is more behind the packed body");
}

bool inflater_finish(const struct inflater *inflater, struct err *err)
{
    return inflater->ended || err_set(err, ERR_MALFORMED, "the packed body was cut");
}

void inflater_free(struct inflater **inflater)
{
    if (*inflater == NULL)
        return;
    if ((*inflater)->started)
        inflateEnd(&(*inflater)->stream);
    free(*inflater);
    *inflater = NULL;
}
