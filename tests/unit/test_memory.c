#include "base/arena.h"
#include "base/blob.h"
#include "base/buf.h"
#include "base/config.h"
#include "base/ident.h"
#include "base/log.h"
#include "support/guard_run.h"

#include <check.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A checker of addresses brings an allocator of its own, which must not be replaced. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define REPLACED 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define REPLACED 0
#else
#define REPLACED 1
#endif
#else
#define REPLACED 1
#endif

#if REPLACED
static long left = -1; /* allocations until one fails; -1: none does */

static bool fails(void)
{
    if (left < 0)
        return false;
    return left-- == 0;
}

/* The allocator behind libc's own, which the functions below replace. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void __libc_free(void *old);

void *malloc(size_t size)
{
    return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    return fails() ? NULL : __libc_realloc(old, size);
}

void free(void *old)
{
    __libc_free(old);
}

/* Each of these does its work and gives everything back; false: memory ran out. */

static bool use_arena(void)
{
    struct arena *arena = arena_new();
    bool ok = arena != NULL && arena_alloc(arena, 1 << 20) != NULL &&
              arena_format(arena, "%*d", 1 << 20, 1) != NULL;

    arena_free(&arena);
    return ok;
}

static bool use_buf(void)
{
    struct buf buf = {0};
    char text[2000];
    bool ok = false;

    memset(text, '<', sizeof(text));
    ok = buf_add(&buf, text, sizeof(text)) && buf_add_format(&buf, "%5000d", 1) &&
         buf_add_xml(&buf, text, sizeof(text)) && buf_add_xml(&buf, "<", 1) &&
         buf_add_json(&buf, "\"\n", 2);
    for (int i = 0; ok && i < 3000; i++)
        ok = buf_add_xml(&buf, "a<", 2) && buf_add_json(&buf, "a\"", 2);
    buf_free(&buf);
    return ok;
}

static bool use_hash(void)
{
    struct ident_hash *hash = ident_hash_new();
    const bool ok = hash != NULL;

    ident_hash_free(&hash);
    return ok;
}

static bool use_blob(void)
{
    struct blob *blob = blob_new("/tmp", 1 << 20);
    struct err err = {0};
    const bool ok = blob != NULL && blob_add(blob, "a", 1, &err);

    if (blob != NULL && !ok)
        ck_assert_int_eq(err.kind, ERR_BUSY);
    blob_free(&blob);
    return ok;
}

static bool use_config(void)
{
    struct config config = {0};
    struct err err = {0};
    const bool ok = config_init(&config, &err) && config_assign(&config, "listen=:1", &err);

    if (!ok)
        ck_assert_int_eq(err.kind, ERR_BUSY);
    config_free(&config);
    return ok;
}

static bool use_guard(void)
{
    static const char text[] =
        HEAD "<a b='c&lt;&amp;'>d&amp;]]<!-- -->><![CDATA[e&]]>&#13;</a>"
             "<n:BinaryAttachmentV2 xmlns:n='" LISTS_2010 "'><n:Data>QUJD</n:Data>"
             "</n:BinaryAttachmentV2><BinaryAttachment xmlns='" LISTS_2009 "'><Data>QUJD</Data>"
             "</BinaryAttachment>" TAIL;
    struct guard *guard = guard_new(&guard_run_limits, NULL);
    struct err err = {0};
    bool ok = guard != NULL;

    for (size_t i = 0; ok && i < sizeof(text) - 1; i++)
        ok = guard_feed(guard, text + i, 1, &err);
    ok = ok && guard_finish(guard, &err);
    guard_free(&guard);
    return ok;
}

static char last_byte(int file)
{
    char last = '\0';

    return lseek(file, -1, SEEK_END) >= 0 && read(file, &last, 1) == 1 ? last : '\n';
}

/* The log never fails; a line may be short of what did not fit, but it ends. */
static bool use_log(void)
{
    const int saved = dup(STDERR_FILENO);
    const int file = memfd_create("log", 0);
    const bool armed = left >= 0;
    char text[300] = "a\"b\nc";
    int unended = 0;

    memset(text + 5, 'x', sizeof(text) - 6);
    dup2(file, STDERR_FILENO);
    for (size_t n = 0; n < sizeof(text); n++) {
        log_event(LOG_ERROR, "tested", F_STR("value", text + n));
        unended += last_byte(file) != '\n';
    }
    dup2(saved, STDERR_FILENO);
    close(saved);
    close(file);
    if (unended > 0)
        abort();
    return !armed || left >= 0;
}

static bool (*const uses[])(void) = {use_arena,  use_buf,   use_hash, use_blob,
                                     use_config, use_guard, use_log};

/* Lets the first allocation fail, then the second, and so on until none is left. */
START_TEST(memory_that_runs_out_is_told_and_breaks_nothing)
{
    bool failed = true;
    int told = 0;

    ck_assert(uses[_i]()); /* libraries make what they keep */
    for (int round = 0; failed; round++) {
        left = round;
        told += !uses[_i]();
        failed = left < 0;
        left = -1; /* check needs memory, too */
        ck_assert_int_lt(round, 10000);
    }
    ck_assert_int_gt(told, 0);
}
END_TEST
#endif

int main(void)
{
    Suite *suite = suite_create("memory");
    TCase *cases = tcase_create("memory");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    suite_add_tcase(suite, cases);
#if REPLACED
    tcase_add_loop_test(cases, memory_that_runs_out_is_told_and_breaks_nothing, 0,
                        (int)(sizeof(uses) / sizeof(uses[0])));
#endif
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
