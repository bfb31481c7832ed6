#include "base/buf.h"
#include "http/inflater.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

enum { GZIP = 31, ZLIB = 15, RAW = -15, ROOM = 4 * 1024 * 1024 };

static unsigned char packed[ROOM];
static char plain[ROOM];

static size_t pack(const char *text, size_t n, int window)
{
    z_stream stream = {0};
    size_t made = 0;

    ck_assert_int_eq(deflateInit2(&stream, 9, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = (z_const Bytef *)(uintptr_t)text;
    stream.avail_in = (uInt)n;
    stream.next_out = packed;
    stream.avail_out = ROOM;
    ck_assert_int_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
    made = stream.total_out;
    deflateEnd(&stream);
    return made;
}

static bool keep(void *context, const char *data, size_t n, struct err *err)
{
    (void)err;
    return buf_add(context, data, n);
}

/* Unpacks n bytes in pieces of step. */
static bool run(enum content_coding coding, size_t n, size_t step, struct inflater_limits limits,
                struct buf *out, struct err *err)
{
    struct inflater *inflater = inflater_new(coding, &limits, keep, out);
    bool ok = inflater != NULL;

    for (size_t at = 0; ok && at < n; at += step)
        ok = inflater_feed(inflater, packed + at, n - at < step ? n - at : step, err);
    ok = ok && inflater_finish(inflater, err);
    inflater_free(&inflater);
    ck_assert_ptr_null(inflater);
    return ok;
}

static const struct inflater_limits wide = {ROOM, 1032};

/* Letters that do not repeat, so that nothing is packed tightly. */
static void fill(size_t n)
{
    unsigned state = 1;

    for (size_t i = 0; i < n; i++) {
        state = state * 1103515245u + 12345u;
        plain[i] = (char)('a' + (state >> 16) % 26);
    }
}

static const struct {
    enum content_coding coding;
    int window;
    size_t size;
    size_t step;
} good[] = {
    {CODING_GZIP, GZIP, 100000, 1},     {CODING_GZIP, GZIP, 100000, 1000},
    {CODING_GZIP, GZIP, 1000000, ROOM}, {CODING_GZIP, GZIP, 0, 7},
    {CODING_DEFLATE, ZLIB, 100000, 1},  {CODING_DEFLATE, ZLIB, 100000, ROOM},
    {CODING_DEFLATE, RAW, 100000, 1},   {CODING_DEFLATE, RAW, 100000, ROOM},
    {CODING_DEFLATE, RAW, 3, ROOM},
};

START_TEST(body_is_unpacked_however_it_is_cut)
{
    struct buf out = {0};
    struct err err = {0};
    size_t n = 0;

    fill(good[_i].size);
    n = pack(plain, good[_i].size, good[_i].window);
    ck_assert_msg(run(good[_i].coding, n, good[_i].step, wide, &out, &err), "%s", err.msg);
    ck_assert_uint_eq(out.len, good[_i].size);
    ck_assert(out.len == 0 || memcmp(out.data, plain, out.len) == 0);
    buf_free(&out);
}
END_TEST

START_TEST(what_is_not_packed_or_cut_or_goes_on_is_refused)
{
    const size_t whole = pack("text text text", 14, GZIP);
    struct buf out = {0};
    struct err err = {0};

    for (size_t n = 0; n < whole; n++)
        ck_assert_msg(!run(CODING_GZIP, n, ROOM, wide, &out, &err), "%zu bytes", n);
    ck_assert_int_eq(err.kind, ERR_MALFORMED);
    packed[whole] = 'x';
    ck_assert(!run(CODING_GZIP, whole + 1, ROOM, wide, &out, &err));
    ck_assert(!run(CODING_GZIP, whole + 1, 1, wide, &out, &err));
    packed[whole - 5] ^= 1; /* its check sum */
    ck_assert(!run(CODING_GZIP, whole, ROOM, wide, &out, &err));
    memcpy(packed, "<s:Envelope", 11);
    ck_assert(!run(CODING_GZIP, 11, ROOM, wide, &out, &err));
    ck_assert(!run(CODING_DEFLATE, 11, ROOM, wide, &out, &err));
    ck_assert_int_eq(err.kind, ERR_MALFORMED);
    buf_free(&out);
}
END_TEST

START_TEST(bomb_ends_at_the_size)
{
    const struct inflater_limits limits = {100000, 1032};
    const size_t n = pack(memset(plain, 'a', ROOM), ROOM, GZIP);
    struct buf out = {0};
    struct err err = {0};

    ck_assert(!run(CODING_GZIP, n, ROOM, limits, &out, &err));
    ck_assert_int_eq(err.kind, ERR_TOO_LARGE);
    ck_assert_uint_le(out.len, limits.max_bytes);
    buf_free(&out);
}
END_TEST

START_TEST(bomb_ends_at_the_ratio)
{
    const struct inflater_limits limits = {ROOM, 100};
    const size_t n = pack(memset(plain, 'a', ROOM), ROOM, GZIP);
    struct buf out = {0};
    struct err err = {0};

    ck_assert(!run(CODING_GZIP, n, 512, limits, &out, &err));
    ck_assert_int_eq(err.kind, ERR_TOO_LARGE);
    ck_assert_uint_le(out.len, 1024 * 1024 + 100 * n);
    buf_free(&out);
}
END_TEST

START_TEST(first_megabyte_may_be_packed_as_tightly_as_it_likes)
{
    const struct inflater_limits limits = {ROOM, 1};
    const size_t n = pack(memset(plain, 'a', ROOM), 1024 * 1024, GZIP);
    struct buf out = {0};
    struct err err = {0};

    ck_assert_msg(run(CODING_GZIP, n, ROOM, limits, &out, &err), "%s", err.msg);
    buf_free(&out);
}
END_TEST

static bool refuse(void *context, const char *data, size_t n, struct err *err)
{
    (void)context;
    (void)data;
    (void)n;
    return err_set(err, ERR_INVALID, "not wanted");
}

START_TEST(sink_may_refuse)
{
    struct inflater *inflater = inflater_new(CODING_GZIP, &wide, refuse, NULL);
    const size_t n = pack("text", 4, GZIP);
    struct err err = {0};

    ck_assert(!inflater_feed(inflater, packed, n, &err));
    ck_assert_str_eq(err.msg, "not wanted");
    inflater_free(&inflater);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("inflater");
    TCase *tests = tcase_create("inflater");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_add_loop_test(tests, body_is_unpacked_however_it_is_cut, 0, COUNT(good));
    tcase_add_test(tests, what_is_not_packed_or_cut_or_goes_on_is_refused);
    tcase_add_test(tests, bomb_ends_at_the_size);
    tcase_add_test(tests, bomb_ends_at_the_ratio);
    tcase_add_test(tests, first_megabyte_may_be_packed_as_tightly_as_it_likes);
    tcase_add_test(tests, sink_may_refuse);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
