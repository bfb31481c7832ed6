/* CSV files of registers: every way to write one, and how they end. */
#include "entry_rig.h"
#include "no_memory.h"
#include "registers/csv.h"

#include <stdio.h>
#include <stdlib.h>

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

enum { FILE_MAX = 4096 };

static const struct column columns[] = {{.name = "number", .must = true, .key = true},
                                        {.name = "name", .must = true},
                                        {.name = "form"},
                                        {0}};

/* Reads the text in two pieces; what came out stands in entries. */
static bool read_pieces(const char *text, size_t n, size_t cut, struct entries *entries,
                        bool *broken_out, struct err *err)
{
    struct csv *csv = csv_new(columns, note_entry, entries);
    char *first = malloc(cut + 1);
    char *second = malloc(n - cut + 1);
    bool ok = false;

    ck_assert_ptr_nonnull(csv);
    ck_assert(first != NULL && second != NULL);
    /* Copies of the right size, so that a reader that goes too far is caught. */
    memcpy(first, text, cut);
    memcpy(second, text + cut, n - cut);
    entries->fields = 3;
    ok = csv_feed(csv, first, cut, err) && csv_feed(csv, second, n - cut, err) &&
         csv_finish(csv, broken_out, err);
    free(first);
    free(second);
    csv_free(&csv);
    return ok;
}

static void expect(const char *text, const char *expected)
{
    for (size_t cut = 0; cut <= strlen(text); cut++) {
        struct entries entries = {0};
        struct err err = {0};
        bool broken = false;

        ck_assert_msg(read_pieces(text, strlen(text), cut, &entries, &broken, &err), "%s: %s", text,
                      err.msg);
        ck_assert_str_eq(noted(&entries), expected);
        ck_assert_int_eq(broken, text[strlen(text) - 1] != '\n');
        buf_free(&entries.text);
    }
}

static void expect_refused(const char *text, const char *words)
{
    for (size_t cut = 0; cut <= strlen(text); cut++) {
        struct entries entries = {0};
        struct err err = {0};
        bool broken = false;

        ck_assert_msg(!read_pieces(text, strlen(text), cut, &entries, &broken, &err), "%s", text);
        ck_assert_int_eq(err.kind, ERR_INVALID);
        ck_assert_ptr_nonnull(strstr(err.msg, words));
        buf_free(&entries.text);
    }
}

static const struct {
    const char *text;
    const char *expected;
} files[] = {
    {"number;name;form\n1;a;AS\n2;b;\n", "2:1|a|AS\n3:2|b|"},
    {"number,name,form\n1,a;b,AS\n", "2:1|a;b|AS"},
    {"number;name\n1;a,b\n", "2:1|a,b|-"},
    {"form;name;number\r\nAS;a;1\r\n", "2:1|a|AS"},
    {"\xef\xbb\xbfnumber;name\n1;a\n", "2:1|a|-"},
    {"\xef\xbb\xbf\"number\";\"name\"\n\"1\";\"a\"\n", "2:1|a|-"},
    {"number;name\n1;\"a;b\"\n", "2:1|a;b|-"},
    {"number;name\n1;\"say \"\"hi\"\"\"\n", "2:1|say \"hi\"|-"},
    {"number;name\n1;\"\"\n", "2:1||-"},
    {"number;name\n1;a\"b\"c\n", "2:1|a\"b\"c|-"},
    {"number;name\n1;\"a\nb\"\n2;c\n", "2:1|a\nb|-\n4:2|c|-"},
    {"number;name\r\n1;\"a\r\nb\"\r\n2;c\r\n", "2:1|a\r\nb|-\n4:2|c|-"},
    {"number;name\n\n1;a\n\r\n\n2;b\n", "3:1|a|-\n6:2|b|-"},
    {"number;name\n1;a\rb\n", "2:1|a\rb|-"},
    {"number;name\n1;a", "2:1|a|-"},
    {"number;name\n1;", "2:1||-"},
    {"number;name\n1;\"a\"", "2:1|a|-"},
    {"number;name", ""},
    {"number;name\n1;BL\xc3\x85\n", "2:1|BL\xc3\x85|-"},
};

START_TEST(values_are_read_however_the_file_is_written_and_cut_into_pieces)
{
    expect(files[_i].text, files[_i].expected);
}
END_TEST

static const struct {
    const char *text;
    const char *expected;
} broken_rows[] = {
    {"number;name\n1\n2;b\n", "2!does not have as many values as the header\n3:2|b|-"},
    {"number;name\n1;a;c\n2;b\n", "2!does not have as many values as the header\n3:2|b|-"},
    {"number;name\n1;\"a\"x\n2;b\n", "2!has something behind a closing quote\n3:2|b|-"},
    {"number;name\n1;\"a\"\rx\n2;b\n", "2!has something behind a closing quote\n3:2|b|-"},
};

START_TEST(a_broken_row_does_not_spoil_the_next)
{
    expect(broken_rows[_i].text, broken_rows[_i].expected);
}
END_TEST

static const struct {
    const char *text;
    const char *words;
} refused[] = {
    {"", "no header line"},
    {"\n\n", "no header line"},
    {"1;a\n", "line 1: word 1 of the header is none of number name form"},
    {"number;name;colour\n1;a;red\n", "word 3 of the header"},
    {"number;name;name\n", "name is there twice"},
    {"number;form\n", "name is missing"},
    {"number;name\n1;\"a\n", "line 2: the file ends in a quoted value"},
    {"number;name\n1;a\n2;\"b;c\nd;e\n", "line 3: the file ends in a quoted value"},
};

START_TEST(a_file_that_is_no_register_or_cut_in_quotes_is_refused)
{
    expect_refused(refused[_i].text, refused[_i].words);
}
END_TEST

START_TEST(a_zero_byte_is_no_end_of_a_value)
{
    static const char text[] = "number;name\n1;a\0b\n2;\"c\0d\"\n";
    struct entries entries = {0};
    struct err err = {0};
    bool broken = false;

    ck_assert(read_pieces(text, sizeof(text) - 1, 5, &entries, &broken, &err));
    ck_assert_str_eq(noted(&entries), "2:1|a\1b|-\n3:2|c\1d|-");
    buf_free(&entries.text);
}
END_TEST

START_TEST(more_values_than_anybody_has_are_one_broken_row)
{
    char text[FILE_MAX] = "number;name\n";
    struct entries entries = {0};
    struct err err = {0};
    bool broken = false;
    size_t n = strlen(text);

    memset(text + n, ';', 1000);
    snprintf(text + n + 1000, sizeof(text) - n - 1000, "\n2;b\n");
    ck_assert(read_pieces(text, strlen(text), 0, &entries, &broken, &err));
    ck_assert_str_eq(noted(&entries), "2!has too many values\n3:2|b|-");
    buf_free(&entries.text);
}
END_TEST

START_TEST(a_quote_that_never_ends_does_not_fill_the_memory)
{
    struct entries entries = {.fields = 3};
    struct csv *csv = csv_new(columns, note_entry, &entries);
    char piece[FILE_MAX];
    struct err err = {0};
    size_t fed = 0;

    memset(piece, 'x', sizeof(piece));
    ck_assert(csv_feed(csv, "number;name\n1;a\n2;\"", 19, &err));
    while (csv_feed(csv, piece, sizeof(piece), &err))
        ck_assert_uint_lt(fed += sizeof(piece), 2 * (size_t)ENTRY_SIZE_MAX);
    ck_assert_int_eq(err.kind, ERR_INVALID);
    ck_assert_ptr_nonnull(strstr(err.msg, "line 3: an entry of more than a megabyte"));
    csv_free(&csv);
    buf_free(&entries.text);
}
END_TEST

/* A cut within the last line is told as such. */
START_TEST(of_a_cut_file_all_but_the_last_line_is_as_it_was)
{
    static const char text[] = "number;name;form\n1;\"a;b\";AS\n2;b;NUF\n";
    static const char whole[] = "2:1|a;b|AS\n3:2|b|NUF";

    for (size_t n = 1; n < sizeof(text); n++) {
        struct entries entries = {0};
        struct err err = {0};
        bool broken = false;
        const bool ok = read_pieces(text, n, n / 2, &entries, &broken, &err);
        const char *last = strrchr(noted(&entries), '\n');
        size_t sure = entries.text.len;

        if (broken)
            sure = last == NULL ? 0 : (size_t)(last - noted(&entries));
        ck_assert(!ok || strncmp(noted(&entries), whole, sure) == 0);
        ck_assert(!ok || broken == (text[n - 1] != '\n'));
        buf_free(&entries.text);
    }
}
END_TEST

START_TEST(without_memory_reading_fails_and_says_so)
{
    static const char text[] = "number;name\n1;a\n";

    for (long allocation = 1; allocation < 20; allocation++) {
        struct entries entries = {.fields = 3};
        struct err err = {0};
        struct csv *csv = NULL;
        bool broken = false;
        bool ok = false;

        memory_fails_at(allocation);
        csv = csv_new(columns, note_entry, &entries);
        ok = csv != NULL && csv_feed(csv, text, sizeof(text) - 1, &err) &&
             csv_finish(csv, &broken, &err);
        memory_fails_at(0);
        ck_assert(ok || csv == NULL || err.kind == ERR_BUSY);
        csv_free(&csv);
        buf_free(&entries.text);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("csv");
    TCase *tcase = tcase_create("csv");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    suite_add_tcase(suite, tcase);
    tcase_add_loop_test(tcase, values_are_read_however_the_file_is_written_and_cut_into_pieces, 0,
                        COUNT(files));
    tcase_add_loop_test(tcase, a_broken_row_does_not_spoil_the_next, 0, COUNT(broken_rows));
    tcase_add_loop_test(tcase, a_file_that_is_no_register_or_cut_in_quotes_is_refused, 0,
                        COUNT(refused));
    tcase_add_test(tcase, a_zero_byte_is_no_end_of_a_value);
    tcase_add_test(tcase, more_values_than_anybody_has_are_one_broken_row);
    tcase_add_test(tcase, a_quote_that_never_ends_does_not_fill_the_memory);
    tcase_add_test(tcase, of_a_cut_file_all_but_the_last_line_is_as_it_was);
    tcase_add_test(tcase, without_memory_reading_fails_and_says_so);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
