/* Packed bodies: two bytes say which coding, whether bombs may go far, and how it is cut; the rest
 * is what came. */
#include "base/buf.h"
#include "fuzz/fuzz.h"
#include "http/inflater.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { IS_DEFLATE = 1, GOES_FAR = 2, MOST = 1536 * 1024, LITTLE = 64 * 1024 };

static struct inflater_limits limits = {.max_ratio = 100};

static bool keep(void *context, const char *data, size_t n, struct err *err)
{
    struct buf *out = context;

    fuzz_hold(out->len + n <= limits.max_bytes, "no more comes out than allowed");
    return buf_add(out, data, n) || err_no_memory(err);
}

static bool feed(void *context, const void *data, size_t n, struct err *err)
{
    return inflater_feed(context, data, n, err);
}

static bool unpack(enum content_coding coding, struct fuzz_input packed, uint8_t cut,
                   struct buf *out, struct err *err)
{
    struct inflater *inflater = inflater_new(coding, &limits, keep, out);
    bool ok = false;

    fuzz_hold(inflater != NULL, "memory is left");
    ok = fuzz_pieces(packed.data, packed.n, cut, feed, inflater, err) &&
         inflater_finish(inflater, err);
    inflater_free(&inflater);
    fuzz_hold(ok == (err->kind == ERR_NONE), "a failure has a kind");
    return ok;
}

/* Whatever bytes there are come out of what zlib makes of them. */
static void hold_round_trip(struct fuzz_input plain, uint8_t cut)
{
    uLongf n = compressBound(plain.n);
    Bytef *packed = malloc(n);
    struct buf out = {0};
    struct err err = {0};

    fuzz_hold(packed != NULL && compress(packed, &n, plain.data, plain.n) == Z_OK, "zlib packs");
    fuzz_hold(unpack(CODING_DEFLATE, (struct fuzz_input){packed, n}, cut, &out, &err),
              "what zlib packs is unpacked");
    fuzz_hold(out.len == plain.n && (plain.n == 0 || memcmp(out.data, plain.data, plain.n) == 0),
              "it is what it was");
    buf_free(&out);
    free(packed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct fuzz_input input = {data, n};
    const uint8_t bits = fuzz_byte(&input);
    const enum content_coding coding = (bits & IS_DEFLATE) == 0 ? CODING_GZIP : CODING_DEFLATE;
    const uint8_t cut = fuzz_byte(&input);
    struct buf whole = {0};
    struct buf pieces = {0};
    struct err err = {0};
    struct err cut_err = {0};
    bool good = false;

    limits.max_bytes = (bits & GOES_FAR) != 0 ? MOST : LITTLE;
    good = unpack(coding, input, 0, &whole, &err);

    /* How much may be unpacked at a point depends on how much has come: bombs alone notice. */
    if (unpack(coding, input, cut, &pieces, &cut_err) != good)
        fuzz_hold(err.kind == ERR_TOO_LARGE || cut_err.kind == ERR_TOO_LARGE,
                  "a cut changes no verdict");
    else if (good)
        fuzz_hold(whole.len == pieces.len &&
                      (whole.len == 0 || memcmp(whole.data, pieces.data, whole.len) == 0),
                  "a cut changes no byte");
    hold_round_trip(input, cut);
    buf_free(&whole);
    buf_free(&pieces);
    return 0;
}
