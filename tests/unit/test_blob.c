#include "base/blob.h"
#include "base/ident.h"

#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static char folder[64];
static bool no_nameless_files; /* play a file system without O_TMPFILE */

/* Stands in for libc's, so that the test can say what the file system can do. */
int open(const char *path, int flags, ...)
{
    va_list args;
    mode_t mode = 0;

    if (no_nameless_files && (flags & O_TMPFILE) == O_TMPFILE)
        return -1;
    va_start(args, flags);
    if ((flags & (O_CREAT | O_TMPFILE)) != 0)
        mode = va_arg(args, mode_t);
    va_end(args);
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

static void make_folder(void)
{
    snprintf(folder, sizeof(folder), "/tmp/test_blob.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void remove_folder(void)
{
    ck_assert_int_eq(rmdir(folder), 0); /* and so nothing was left in it */
}

static void fill(uint8_t *data, size_t n)
{
    for (size_t i = 0; i < n; i++)
        data[i] = (uint8_t)(i * 31 + i / 251);
}

/* A blob of n bytes, added piece by piece. */
static struct blob *make(const uint8_t *data, size_t n, size_t piece, size_t limit)
{
    struct blob *blob = blob_new(folder, limit);
    struct err err = {0};

    ck_assert_ptr_nonnull(blob);
    for (size_t at = 0; at < n; at += piece)
        ck_assert_msg(blob_add(blob, data + at, n - at < piece ? n - at : piece, &err), "%s",
                      err.msg);
    blob_finish(blob);
    return blob;
}

static void assert_holds(const struct blob *blob, const uint8_t *data, size_t n)
{
    uint8_t digest[IDENT_DIGEST_SIZE];
    uint8_t room[4096];
    struct err err = {0};

    ck_assert_uint_eq(blob_size(blob), n);
    ident_sha256(data, n, digest);
    ck_assert_mem_eq(blob_sha256(blob), digest, sizeof(digest));
    for (size_t at = 0; at < n; at += sizeof(room)) {
        const size_t piece = n - at < sizeof(room) ? n - at : sizeof(room);

        ck_assert_msg(blob_read(blob, at, room, piece, &err), "%s", err.msg);
        ck_assert_mem_eq(room, data + at, piece);
    }
    ck_assert(blob_read(blob, n, room, 0, &err));
    ck_assert(!blob_read(blob, n, room, 1, &err));
    ck_assert_int_eq(err.kind, ERR_INTERNAL);
    ck_assert(!blob_read(blob, UINT64_MAX, room, 1, &err));
    ck_assert(!blob_read(blob, n + 1, room, 0, &err));
}

START_TEST(up_to_the_limit_it_stays_in_memory)
{
    static const size_t sizes[] = {0, 1, 999, 1000};
    uint8_t data[1000];
    struct blob *blob = NULL;

    fill(data, sizeof(data));
    blob = make(data, sizes[_i], 7, 1000);
    assert_holds(blob, data, sizes[_i]);
    ck_assert_ptr_nonnull(blob_memory(blob));
    ck_assert(memcmp(blob_memory(blob), data, sizes[_i]) == 0);
    blob_free(&blob);
    ck_assert_ptr_null(blob);
    blob_free(&blob);
}
END_TEST

/* The descriptor of the nameless file of that size; check has such files too. */
static int spool_file(off_t size)
{
    for (int fd = 3; fd < 64; fd++) {
        struct stat st = {0};

        if (fstat(fd, &st) == 0 && st.st_nlink == 0 && st.st_size == size)
            return fd;
    }
    return -1;
}

static bool folder_is_empty(void)
{
    DIR *dir = opendir(folder);
    int entries = 0;

    ck_assert_ptr_nonnull(dir);
    while (readdir(dir) != NULL)
        entries++;
    closedir(dir);
    return entries == 2;
}

START_TEST(beyond_the_limit_it_is_in_a_file_without_a_name)
{
    const size_t n = 100000;
    uint8_t *data = malloc(n);
    struct blob *blob = NULL;
    struct stat st = {0};

    no_nameless_files = _i == 1;
    fill(data, n);
    blob = make(data, n, 999, 1000);
    assert_holds(blob, data, n);
    ck_assert_ptr_null(blob_memory(blob));
    ck_assert_int_eq(fstat(spool_file((off_t)n), &st), 0);
    ck_assert_uint_eq(st.st_mode & 0777, 0600);
    ck_assert(folder_is_empty());
    blob_free(&blob);
    free(data);
}
END_TEST

START_TEST(a_first_piece_beyond_the_limit_goes_straight_to_the_file)
{
    uint8_t data[2000];
    struct blob *blob = NULL;

    fill(data, sizeof(data));
    blob = make(data, sizeof(data), sizeof(data), 0);
    assert_holds(blob, data, sizeof(data));
    ck_assert_ptr_null(blob_memory(blob));
    blob_free(&blob);
}
END_TEST

START_TEST(no_folder_means_try_again)
{
    char long_name[5000];
    struct err err = {0};
    struct blob *blob = blob_new("/nonexistent", 2);
    struct blob *other = NULL;

    ck_assert(blob_add(blob, "ab", 2, &err));
    ck_assert(!blob_add(blob, "c", 1, &err));
    ck_assert_int_eq(err.kind, ERR_BUSY);
    blob_free(&blob);

    memset(long_name, 'a', sizeof(long_name));
    long_name[sizeof(long_name) - 1] = '\0';
    other = blob_new(long_name, 0);
    ck_assert(!blob_add(other, "c", 1, &err));
    ck_assert_int_eq(err.kind, ERR_BUSY);
    blob_free(&other);
}
END_TEST

/* The limit of file sizes plays the full disk. */
START_TEST(a_full_disk_means_try_again)
{
    const struct rlimit limit = {4096, 4096};
    uint8_t data[8192] = {0};
    struct blob *blob = blob_new(folder, 0);
    struct blob *late = blob_new(folder, 6000);
    struct err err = {0};

    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    ck_assert(blob_add(blob, data, 4096, &err));
    ck_assert(!blob_add(blob, data, 1, &err));
    ck_assert_int_eq(err.kind, ERR_BUSY);
    blob_free(&blob);

    ck_assert(blob_add(late, data, 6000, &err));
    ck_assert(!blob_add(late, data, 1, &err)); /* while it moves */
    ck_assert_int_eq(err.kind, ERR_BUSY);
    blob_free(&late);
}
END_TEST

START_TEST(a_file_that_lost_bytes_is_a_broken_machine)
{
    uint8_t data[12345] = {0};
    uint8_t room[100];
    struct blob *blob = make(data, sizeof(data), sizeof(data), 0);
    struct err err = {0};

    ck_assert_int_eq(ftruncate(spool_file(sizeof(data)), 50), 0);
    ck_assert(blob_read(blob, 0, room, 50, &err));
    ck_assert(!blob_read(blob, 0, room, 51, &err));
    ck_assert_int_eq(err.kind, ERR_INTERNAL);
    blob_free(&blob);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("blob");
    TCase *cases = tcase_create("blob");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    suite_add_tcase(suite, cases);
    tcase_add_checked_fixture(cases, make_folder, remove_folder);
    tcase_add_loop_test(cases, up_to_the_limit_it_stays_in_memory, 0, 4);
    tcase_add_loop_test(cases, beyond_the_limit_it_is_in_a_file_without_a_name, 0, 2);
    tcase_add_test(cases, a_first_piece_beyond_the_limit_goes_straight_to_the_file);
    tcase_add_test(cases, no_folder_means_try_again);
    tcase_add_test(cases, a_full_disk_means_try_again);
    tcase_add_test(cases, a_file_that_lost_bytes_is_a_broken_machine);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
