#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/ident.h"
#include "base/log.h"

#include <check.h>
#include <openssl/rand.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

static bool no_randomness;

/* Stands in for OpenSSL's, so that a test can let it fail. */
int RAND_bytes(unsigned char *room, int n)
{
    return !no_randomness && getrandom(room, (size_t)n, 0) == n;
}

/* So that sizes which cannot be had are refused under the address sanitizer too. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

/* err */

START_TEST(err_set_fills_and_cuts)
{
    struct err err = {.code = 7};
    char text[400];

    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    ck_assert(!err_set(&err, ERR_INVALID, "%s", text));
    ck_assert_int_eq(err.kind, ERR_INVALID);
    ck_assert_int_eq(err.code, 0);
    ck_assert_uint_eq(strlen(err.msg), sizeof(err.msg) - 1);
    ck_assert(!err_wrap(&err, "context"));
    ck_assert_mem_eq(err.msg, "context: xxx", 12);
    ck_assert_uint_eq(strlen(err.msg), sizeof(err.msg) - 1);
}
END_TEST

/* Wherever the cut falls, no half character is left. */
START_TEST(err_cuts_between_characters)
{
    static const char *const characters[] = {"\u00e6", "\u20ac", "\U0001f600"};
    const char *const character = characters[_i];
    const size_t size = strlen(character);

    for (size_t before = 0; before <= size; before++) {
        struct err err = {0};
        char text[400] = "xxxx";

        for (size_t n = before; n + size < sizeof(text); n += size)
            memcpy(text + n, character, size + 1);
        err_set(&err, ERR_INVALID, "%s", text);
        ck_assert_uint_eq((strlen(err.msg) - before) % size, 0);
        ck_assert_uint_ge(strlen(err.msg), sizeof(err.msg) - 2 * size);
        err_wrap(&err, "context");
        ck_assert_uint_eq((strlen(err.msg) - strlen("context: ") - before) % size, 0);
        err_wrap(&err, "%s", text);
        ck_assert_uint_eq((strlen(err.msg) - before) % size, 0);
    }
}
END_TEST

START_TEST(err_wrap_keeps_kind_and_code)
{
    struct err err = {0};
    char text[300];

    ck_assert(!err_set_code(&err, ERR_DENIED, 989, "no %d", 1));
    ck_assert(!err_wrap(&err, "while %s", "asking"));
    ck_assert_int_eq(err.kind, ERR_DENIED);
    ck_assert_int_eq(err.code, 989);
    ck_assert_str_eq(err.msg, "while asking: no 1");

    memset(text, 'y', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    err_wrap(&err, "%s", text); /* a context that leaves no room */
    ck_assert_uint_eq(strlen(err.msg), sizeof(err.msg) - 1);
}
END_TEST

START_TEST(every_kind_has_a_name)
{
    struct err err = {0};

    for (int kind = ERR_NONE; kind <= ERR_INTERNAL; kind++)
        ck_assert_ptr_nonnull(err_kind_name((enum err_kind)kind));
    ck_assert_str_eq(err_kind_name(ERR_BUSY), "busy");
    ck_assert(!err_no_memory(&err));
    ck_assert_int_eq(err.kind, ERR_BUSY);
}
END_TEST

/* arena */

static bool is_all(const char *p, size_t n, char c)
{
    for (size_t i = 0; i < n; i++) {
        if (p[i] != c)
            return false;
    }
    return true;
}

START_TEST(arena_memory_is_zeroed_aligned_and_separate)
{
    struct arena *arena = arena_new();

    ck_assert_ptr_nonnull(arena);
    for (char round = 1; round < 4; round++) {
        char *before = arena_alloc(arena, 1);

        before[0] = round;
        for (size_t size = 1; size < 2000; size += 7) {
            char *p = arena_alloc(arena, size);

            ck_assert_ptr_nonnull(p);
            ck_assert_uint_eq((uintptr_t)p % alignof(max_align_t), 0);
            ck_assert(is_all(p, size, 0));
            memset(p, round, size);
            ck_assert(is_all(before, size > 7 ? size - 7 : 1, round));
            before = p;
        }
        arena_reset(arena);
    }
    arena_free(&arena);
    ck_assert_ptr_null(arena);
    arena_free(&arena);
}
END_TEST

START_TEST(arena_takes_pieces_larger_than_a_block)
{
    struct arena *arena = arena_new();
    char *large = arena_alloc(arena, 1 << 20);

    ck_assert_ptr_nonnull(large);
    memset(large, 1, 1 << 20);
    ck_assert_ptr_nonnull(arena_alloc(arena, 1));
    arena_free(&arena);
}
END_TEST

START_TEST(arena_refuses_what_cannot_be)
{
    struct arena *arena = arena_new();

    ck_assert_ptr_null(arena_alloc(arena, SIZE_MAX));
    ck_assert_ptr_null(arena_alloc(arena, SIZE_MAX - 16));
    ck_assert_ptr_null(arena_alloc(arena, SIZE_MAX - 64));
    ck_assert_ptr_null(arena_array(arena, SIZE_MAX / 2, 3));
    ck_assert_ptr_null(arena_strndup(arena, "", SIZE_MAX));
    ck_assert_ptr_nonnull(arena_array(arena, 0, 8));
    ck_assert_ptr_nonnull(arena_array(arena, 8, 0));
    arena_free(&arena);
}
END_TEST

START_TEST(arena_copies_and_formats_text)
{
    struct arena *arena = arena_new();

    ck_assert_str_eq(arena_strdup(arena, "abc"), "abc");
    ck_assert_str_eq(arena_strndup(arena, "abc", 2), "ab");
    ck_assert_str_eq(arena_strdup(arena, ""), "");
    ck_assert_str_eq(arena_format(arena, "%s-%03d", "x", 7), "x-007");
    arena_free(&arena);
}
END_TEST

/* buf */

START_TEST(buf_grows_and_stays_terminated)
{
    struct buf buf = {0};

    ck_assert(buf_add(&buf, NULL, 0));
    ck_assert_str_eq(buf.data, "");
    for (int i = 0; i < 1000; i++)
        ck_assert(buf_add_format(&buf, "%03d", i));
    ck_assert_uint_eq(buf.len, 3000);
    ck_assert_uint_eq(strlen(buf.data), 3000);
    ck_assert_str_eq(buf.data + 2997, "999");
    ck_assert(buf_add_text(&buf, "end"));
    ck_assert_str_eq(buf.data + 3000, "end");
    buf_free(&buf);
    ck_assert_ptr_null(buf.data);
}
END_TEST

START_TEST(buf_escapes_xml)
{
    struct buf buf = {0};

    ck_assert(buf_add_xml(&buf, "a<b>&\"c'", 8));
    ck_assert_str_eq(buf.data, "a&lt;b&gt;&amp;&quot;c'");
    ck_assert(buf_add_xml(&buf, "", 0));
    buf_free(&buf);
}
END_TEST

START_TEST(buf_escapes_json)
{
    struct buf buf = {0};

    ck_assert(buf_add_json(&buf, "a\"\\\næ\x1b\x7f/", 8));
    ck_assert_str_eq(buf.data, "\"a\\u0022\\u005c\\u000aæ\\u001b\\u007f\"");
    ck_assert(buf_add_json(&buf, "", 0));
    buf_free(&buf);
}
END_TEST

START_TEST(buf_refuses_what_cannot_be_and_stays_as_it_was)
{
    struct buf buf = {0};

    ck_assert(buf_add_text(&buf, "abc"));
    ck_assert_ptr_null(buf_room(&buf, SIZE_MAX));
    ck_assert_ptr_null(buf_room(&buf, SIZE_MAX / 4));
    ck_assert_str_eq(buf.data, "abc");
    buf_free(&buf);
}
END_TEST

/* ident */

START_TEST(uuids_are_version_4_and_differ)
{
    uint8_t first[16];
    uint8_t second[16];
    char text[IDENT_UUID_SIZE];

    ck_assert(ident_uuid(first));
    ck_assert(ident_uuid(second));
    ck_assert_mem_ne(first, second, 16);
    ident_uuid_text(first, text);
    ck_assert_uint_eq(strlen(text), 36);
    ck_assert_int_eq(text[14], '4');
    ck_assert_ptr_nonnull(strchr("89ab", text[19]));
    ck_assert(text[8] == '-' && text[13] == '-' && text[18] == '-' && text[23] == '-');
    no_randomness = true;
    ck_assert(!ident_uuid(first));
}
END_TEST

START_TEST(sha_256_is_that_of_the_standard)
{
    struct ident_hash *hash = ident_hash_new();
    uint8_t whole[IDENT_DIGEST_SIZE];
    uint8_t pieces[IDENT_DIGEST_SIZE];
    char text[2 * IDENT_DIGEST_SIZE + 1];

    ident_sha256("abc", 3, whole);
    ident_hex(whole, sizeof(whole), text);
    ck_assert_str_eq(text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    ck_assert_ptr_nonnull(hash);
    ident_hash_add(hash, "a", 1);
    ident_hash_add(hash, "", 0);
    ident_hash_add(hash, "bc", 2);
    ident_hash_finish(hash, pieces);
    ck_assert_mem_eq(whole, pieces, sizeof(whole));
    ident_hash_free(&hash);
    ck_assert_ptr_null(hash);
    ident_hash_free(&hash);
}
END_TEST

/* clock */

START_TEST(the_clock_can_be_moved)
{
    const int64_t before = clock_now();
    const int64_t steady = clock_monotonic();
    char text[CLOCK_TEXT_SIZE];

    clock_shift(86400);
    ck_assert_int_ge(clock_now() - before, INT64_C(86400) * 1000000);
    clock_shift(0);
    ck_assert_int_lt(clock_now() - before, INT64_C(3600) * 1000000);
    ck_assert_int_ge(clock_monotonic(), steady);
    clock_format_utc(INT64_C(1769860800123456), text);
    ck_assert_str_eq(text, "2026-01-31T12:00:00.123Z");
}
END_TEST

/* log */

/* What one line of the log looks like, without its time. */
static char *logged(enum log_format format, enum log_level level, const char *value)
{
    static char line[4096];
    int ends[2];
    int saved = dup(STDERR_FILENO);
    ssize_t n = 0;

    ck_assert_int_eq(pipe(ends), 0);
    dup2(ends[1], STDERR_FILENO);
    log_setup(LOG_INFO, format);
    log_event(level, "tested", F_STR("value", value), F_INT("ms", -12));
    dup2(saved, STDERR_FILENO);
    close(saved);
    close(ends[1]);
    n = read(ends[0], line, sizeof(line) - 1);
    close(ends[0]);
    line[n > 0 ? n : 0] = '\0';
    return n > 0 ? strstr(line, format == LOG_JSON ? "\"level\"" : "level=") : line;
}

static const struct {
    const char *value;
    const char *logfmt;
    const char *json;
} values[] = {
    {"plain", "plain", "\"plain\""},
    {"", "\"\"", "\"\""},
    {NULL, "\"\"", "\"\""},
    {"two words", "\"two words\"", "\"two words\""},
    {"a=b", "\"a=b\"", "\"a=b\""},
    {"a\nlevel=error", "\"a\\u000alevel=error\"", "\"a\\u000alevel=error\""},
    {"\x1b[31m\x7f\t\r", "\"\\u001b[31m\\u007f\\u0009\\u000d\"",
     "\"\\u001b[31m\\u007f\\u0009\\u000d\""},
    {"\"\\", "\"\\\"\\\\\"", "\"\\\"\\\\\""},
    {"\xc2\x9b"
     "31m",
     "\"\\u009b31m\"", "\"\\u009b31m\""},
    {"bl\xc3\xa5\xc2\xa0", "bl\xc3\xa5\xc2\xa0", "\"bl\xc3\xa5\xc2\xa0\""},
    {"\x9b"
     "31m",
     "\"\\ufffd31m\"", "\"\\ufffd31m\""},
    {"cut\xe2\x82", "\"cut\\ufffd\\ufffd\"", "\"cut\\ufffd\\ufffd\""},
    {"\xf5\xc0\xaf", "\"\\ufffd\\ufffd\\ufffd\"", "\"\\ufffd\\ufffd\\ufffd\""},
    {"\xe0\x82\x9b", "\"\\ufffd\\ufffd\\ufffd\"", "\"\\ufffd\\ufffd\\ufffd\""},
    {"\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\"", "\"\\ufffd\\ufffd\\ufffd\""},
    {"\xf0\x80\x80\x8a", "\"\\ufffd\\ufffd\\ufffd\\ufffd\"", "\"\\ufffd\\ufffd\\ufffd\\ufffd\""},
    {"\xf4\x90\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\"", "\"\\ufffd\\ufffd\\ufffd\\ufffd\""},
    {"\xe2\x80\xaegpj.exe", "\"\\u202egpj.exe\"", "\"\\u202egpj.exe\""},
    {"\xe2\x81\xa6x\xe2\x80\x8f", "\"\\u2066x\\u200f\"", "\"\\u2066x\\u200f\""},
    {"\xe2\x82\xac \xf0\x9f\x93\xae", "\"\xe2\x82\xac \xf0\x9f\x93\xae\"",
     "\"\xe2\x82\xac \xf0\x9f\x93\xae\""},
};

START_TEST(log_values_are_escaped)
{
    char expected[256];

    snprintf(expected, sizeof(expected), "level=warn event=tested value=%s ms=-12\n",
             values[_i].logfmt);
    ck_assert_str_eq(logged(LOG_LOGFMT, LOG_WARN, values[_i].value), expected);
    snprintf(expected, sizeof(expected),
             "\"level\":\"error\",\"event\":\"tested\",\"value\":%s,\"ms\":-12}\n",
             values[_i].json);
    ck_assert_str_eq(logged(LOG_JSON, LOG_ERROR, values[_i].value), expected);
}
END_TEST

START_TEST(log_lines_carry_the_request)
{
    log_set_request("4f1c");
    ck_assert_str_eq(logged(LOG_LOGFMT, LOG_INFO, "x"),
                     "level=info event=tested req=4f1c value=x ms=-12\n");
    log_set_request(NULL);
    ck_assert_str_eq(logged(LOG_LOGFMT, LOG_INFO, "x"), "level=info event=tested value=x ms=-12\n");
}
END_TEST

START_TEST(log_levels_that_are_off_write_nothing)
{
    ck_assert_str_eq(logged(LOG_LOGFMT, LOG_DEBUG, "x"), "");
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

int main(void)
{
    Suite *suite = suite_create("base");
    TCase *cases = tcase_create("base");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    suite_add_tcase(suite, cases);
    tcase_add_test(cases, err_set_fills_and_cuts);
    tcase_add_loop_test(cases, err_cuts_between_characters, 0, 3);
    tcase_add_test(cases, err_wrap_keeps_kind_and_code);
    tcase_add_test(cases, every_kind_has_a_name);
    tcase_add_test(cases, arena_memory_is_zeroed_aligned_and_separate);
    tcase_add_test(cases, arena_takes_pieces_larger_than_a_block);
    tcase_add_test(cases, arena_refuses_what_cannot_be);
    tcase_add_test(cases, arena_copies_and_formats_text);
    tcase_add_test(cases, buf_grows_and_stays_terminated);
    tcase_add_test(cases, buf_escapes_xml);
    tcase_add_test(cases, buf_escapes_json);
    tcase_add_test(cases, buf_refuses_what_cannot_be_and_stays_as_it_was);
    tcase_add_test(cases, uuids_are_version_4_and_differ);
    tcase_add_test(cases, sha_256_is_that_of_the_standard);
    tcase_add_test(cases, the_clock_can_be_moved);
    tcase_add_loop_test(cases, log_values_are_escaped, 0, COUNT(values));
    tcase_add_test(cases, log_lines_carry_the_request);
    tcase_add_test(cases, log_levels_that_are_off_write_nothing);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
