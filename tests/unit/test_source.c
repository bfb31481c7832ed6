/* Files as they are read for an import: plain, compressed, damaged, cut. */
#include "base/buf.h"
#include "registers/source.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum { LARGE = 1000 * 1000, PATH_SIZE = 64 };

static char path[PATH_SIZE];

static void setup(void)
{
    int fd = -1;

    strcpy(path, "/tmp/dpvd-source-XXXXXX");
    fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    close(fd);
}

static void teardown(void)
{
    unlink(path);
}

static void write_file(const void *data, size_t n)
{
    FILE *file = fopen(path, "wb");

    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(data, 1, n, file), n);
    ck_assert_int_eq(fclose(file), 0);
}

/* One gzip member behind what buf has. */
static void add_gzip(struct buf *buf, const char *text, size_t n)
{
    z_stream stream = {0};
    const size_t room = compressBound((uLong)n) + 64;

    ck_assert_int_eq(deflateInit2(&stream, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY),
                     Z_OK);
    stream.next_out = (Bytef *)buf_room(buf, room);
    ck_assert_ptr_nonnull(stream.next_out);
    stream.avail_out = (uInt)room;
    stream.next_in = (Bytef *)(uintptr_t)text;
    stream.avail_in = (uInt)n;
    ck_assert_int_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
    buf->len += room - stream.avail_out;
    deflateEnd(&stream);
}

static bool read_all(struct buf *text, struct err *err)
{
    struct source *source = NULL;
    struct bytes piece = {0};
    bool ok = source_open(path, &source, err);
    int percent = 0;

    while (ok && (ok = source_read(source, &piece, err)) && piece.len > 0) {
        ck_assert(buf_add(text, piece.data, piece.len));
        ck_assert_int_ge(source_percent(source), percent);
        percent = source_percent(source);
    }
    ck_assert(!ok || percent == 100 || text->len == 0);
    source_close(&source);
    return ok;
}

static void expect(const void *data, size_t n)
{
    struct buf text = {0};
    struct err err = {0};

    ck_assert_msg(read_all(&text, &err), "%s", err.msg);
    ck_assert_uint_eq(text.len, n);
    ck_assert(n == 0 || memcmp(text.data, data, n) == 0);
    buf_free(&text);
}

static void expect_refused(const char *words)
{
    struct buf text = {0};
    struct err err = {0};

    ck_assert(!read_all(&text, &err));
    ck_assert_int_eq(err.kind, ERR_INVALID);
    ck_assert_msg(strstr(err.msg, words) != NULL, "%s", err.msg);
    buf_free(&text);
}

/* Many pieces of text that does not compress to nothing. */
static char *make_large(void)
{
    char *data = malloc(LARGE);
    unsigned state = 1;

    ck_assert_ptr_nonnull(data);
    for (size_t i = 0; i < LARGE; i++) {
        state = state * 1103515245 + 12345;
        data[i] = (char)('a' + (state >> 16) % 26);
    }
    return data;
}

START_TEST(a_plain_file_is_read_as_it_is)
{
    char *large = make_large();

    write_file("", 0);
    expect("", 0);
    write_file("\x1f", 1);
    expect("\x1f", 1);
    write_file(large, LARGE);
    expect(large, LARGE);
    free(large);
}
END_TEST

START_TEST(a_compressed_file_is_read_as_what_it_was)
{
    char *large = make_large();
    struct buf file = {0};

    add_gzip(&file, large, LARGE);
    write_file(file.data, file.len);
    expect(large, LARGE);
    free(large);
    buf_free(&file);
}
END_TEST

START_TEST(members_of_a_compressed_file_are_read_one_behind_the_other)
{
    struct buf file = {0};

    add_gzip(&file, "one, ", 5);
    add_gzip(&file, "", 0);
    add_gzip(&file, "two", 3);
    write_file(file.data, file.len);
    expect("one, two", 8);
    buf_free(&file);
}
END_TEST

START_TEST(a_compressed_file_that_is_cut_anywhere_is_refused)
{
    static const char text[] = "number;name\n910820605;Blåbær og rømme AS\n";
    struct buf file = {0};

    add_gzip(&file, text, sizeof(text) - 1);
    for (size_t n = 2; n < file.len; n++) {
        write_file(file.data, n);
        expect_refused("the gzip stream ends early");
    }
    write_file(file.data, file.len);
    expect(text, sizeof(text) - 1);
    buf_free(&file);
}
END_TEST

START_TEST(a_byte_that_changed_in_a_compressed_file_is_noticed)
{
    static const char text[] = "number;name\n910820605;Blåbær og rømme AS\n";
    enum { HEADER = 10 };
    struct buf file = {0};

    add_gzip(&file, text, sizeof(text) - 1);
    for (size_t i = HEADER; i < file.len; i++) {
        file.data[i] = (char)(file.data[i] ^ 0x10);
        write_file(file.data, file.len);
        expect_refused("the gzip stream ");
        file.data[i] = (char)(file.data[i] ^ 0x10);
    }
    buf_free(&file);
}
END_TEST

START_TEST(something_else_behind_a_compressed_file_is_refused)
{
    struct buf file = {0};

    add_gzip(&file, "text", 4);
    ck_assert(buf_add_text(&file, "something else"));
    write_file(file.data, file.len);
    expect_refused("the gzip stream is damaged");
    buf_free(&file);
}
END_TEST

START_TEST(a_file_that_cannot_be_read_is_named)
{
    struct source *source = NULL;
    struct err err = {0};

    ck_assert(!source_open("/nowhere/at all", &source, &err));
    ck_assert_ptr_nonnull(strstr(err.msg, "/nowhere/at all: "));
    ck_assert(source_open("/", &source, &err));
    ck_assert(!source_read(source, &(struct bytes){0}, &err));
    ck_assert_int_eq(err.kind, ERR_INVALID);
    ck_assert_int_eq(source_percent(source), -1);
    source_close(&source);
    ck_assert_ptr_null(source);
    source_close(&source);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("source");
    TCase *tcase = tcase_create("source");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    suite_add_tcase(suite, tcase);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, a_plain_file_is_read_as_it_is);
    tcase_add_test(tcase, a_compressed_file_is_read_as_what_it_was);
    tcase_add_test(tcase, members_of_a_compressed_file_are_read_one_behind_the_other);
    tcase_add_test(tcase, a_compressed_file_that_is_cut_anywhere_is_refused);
    tcase_add_test(tcase, a_byte_that_changed_in_a_compressed_file_is_noticed);
    tcase_add_test(tcase, something_else_behind_a_compressed_file_is_refused);
    tcase_add_test(tcase, a_file_that_cannot_be_read_is_named);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
