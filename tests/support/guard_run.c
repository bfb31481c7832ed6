#include "support/guard_run.h"

#include <check.h>
#include <string.h>

const struct guard_limits guard_run_limits = {
    .max_depth = 32,
    .max_markup = 16 * 1024,
    .max_attributes = 64,
    .max_elements = 250000,
    .max_text = 64 * 1024,
    .max_long_text = 4 * 1024 * 1024,
    .max_references = 100000,
    .max_attachments = 100,
    .max_attachment_bytes = 200 * 1024 * 1024,
    .spool_directory = "/tmp",
    .spool_threshold = 1024 * 1024,
};

struct guard *guard_run(const struct guard_limits *limits, const char *content_type,
                        const void *data, size_t n, size_t step, struct err *err)
{
    struct guard *guard = guard_new(limits, content_type);
    bool ok = true;

    ck_assert_ptr_nonnull(guard);
    *err = (struct err){0};
    for (size_t at = 0; ok && at < n; at += step)
        ok = guard_feed(guard, (const char *)data + at, n - at < step ? n - at : step, err);
    if (ok)
        guard_finish(guard, err);
    return guard;
}

static void assert_same(const struct guard *a, const struct guard *b)
{
    size_t a_len = 0;
    size_t b_len = 0;
    const char *a_text = guard_document(a, &a_len);
    const char *b_text = guard_document(b, &b_len);

    ck_assert_int_eq(guard_soap(a), guard_soap(b));
    ck_assert_uint_eq(a_len, b_len);
    ck_assert(a_len == 0 || memcmp(a_text, b_text, a_len) == 0);
    ck_assert_str_eq(guard_operation(a), guard_operation(b));
    ck_assert_int_eq(guard_overflow(a), guard_overflow(b));
    ck_assert_uint_eq(guard_attachment_count(a), guard_attachment_count(b));
    for (size_t i = 0; !guard_overflow(a) && i < guard_attachment_count(a); i++)
        ck_assert_mem_eq(blob_sha256(guard_attachment(a, i)), blob_sha256(guard_attachment(b, i)),
                         32);
}

struct guard *guard_run_all(const struct guard_limits *limits, const char *content_type,
                            const void *data, size_t n, struct err *err)
{
    static const size_t steps[] = {1, 7};
    struct guard *whole = guard_run(limits, content_type, data, n, n > 0 ? n : 1, err);

    for (size_t i = 0; i < 2; i++) {
        struct err other = {0};
        struct guard *cut = guard_run(limits, content_type, data, n, steps[i], &other);

        ck_assert_msg(err->kind == other.kind, "whole: %s; cut: %s", err->msg, other.msg);
        if (err->kind == ERR_NONE)
            assert_same(whole, cut);
        guard_free(&cut);
    }
    return whole;
}

void guard_run_expect(const char *text, const char *expected)
{
    struct err err = {0};
    struct guard *guard = guard_run_all(&guard_run_limits, NULL, text, strlen(text), &err);
    size_t n = 0;

    ck_assert_msg(err.kind == ERR_NONE, "%s: %s", err.msg, text);
    ck_assert_str_eq(guard_document(guard, &n), expected);
    ck_assert_uint_eq(n, strlen(expected));
    guard_free(&guard);
}

void guard_run_refused(const char *text, enum err_kind kind, const char *words)
{
    struct err err = {0};
    struct guard *guard = guard_run_all(&guard_run_limits, NULL, text, strlen(text), &err);

    ck_assert_msg(err.kind == kind, "%s, \"%s\": %.200s", err_kind_name(err.kind), err.msg, text);
    ck_assert_msg(strstr(err.msg, words) != NULL, "\"%s\" lacks \"%s\"", err.msg, words);
    guard_free(&guard);
}
