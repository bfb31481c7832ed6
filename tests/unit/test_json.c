/* JSON files of registers: what is kept of them, where it stood, and how they end. */
#include "entry_rig.h"
#include "registers/json.h"

#include <stdlib.h>

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

enum { NUMBER, NAME, CODE, LINE, LINE_2, FLAG, FIELDS };

/* "a", "b", "c": values of three depths, with entries at the depth of "b". */
static const struct json_node kind[] = {{.name = "code", .field = CODE, .room = 1}, {0}};
static const struct json_node plain_members[] = {{.name = "number", .field = NUMBER, .room = 1},
                                                 {.name = "name", .field = NAME, .room = 1},
                                                 {.name = "kind", .members = kind},
                                                 {.name = "lines", .field = LINE, .room = 2},
                                                 {.name = "flag", .field = FLAG, .room = 1},
                                                 {0}};
static const struct json_node plain = {.use = JSON_ENTRY, .members = plain_members};

static const struct json_node item_members[] = {
    {.name = "name", .field = NAME, .room = 1}, {.name = "kind", .members = kind}, {0}};
static const struct json_node group_members[] = {
    {.name = "changed", .field = FLAG, .room = 1},
    {.name = "items", .use = JSON_ENTRY, .members = item_members},
    {0}};
static const struct json_node nested_members[] = {
    {.name = "number", .field = NUMBER, .room = 1},
    {.name = "groups", .use = JSON_SCOPE, .members = group_members},
    {0}};
static const struct json_node nested = {.use = JSON_SCOPE, .members = nested_members};

static bool read_pieces(const struct json_node *root, const char *text, size_t n, size_t cut,
                        struct entries *entries, struct err *err)
{
    struct json *json = json_new(root, note_entry, entries);
    char *first = malloc(cut + 1);
    char *second = malloc(n - cut + 1);
    bool ok = false;

    ck_assert_ptr_nonnull(json);
    ck_assert(first != NULL && second != NULL);
    memcpy(first, text, cut);
    memcpy(second, text + cut, n - cut);
    entries->fields = FIELDS;
    ok = json_feed(json, first, cut, err) && json_feed(json, second, n - cut, err) &&
         json_finish(json, err);
    free(first);
    free(second);
    json_free(&json);
    return ok;
}

static void expect(const struct json_node *root, const char *text, const char *expected)
{
    for (size_t cut = 0; cut <= strlen(text); cut++) {
        struct entries entries = {0};
        struct err err = {0};

        ck_assert_msg(read_pieces(root, text, strlen(text), cut, &entries, &err), "%s: %s", text,
                      err.msg);
        ck_assert_str_eq(noted(&entries), expected);
        buf_free(&entries.text);
    }
}

static const struct {
    const char *text;
    const char *expected;
} files[] = {
    {"[]", ""},
    {" [ ] \n", ""},
    {"[{\"number\":\"1\",\"name\":\"a\"}]", "1:1|a|-|-|-|-"},
    {"[{\"number\":1,\"flag\":true},\n{\"number\":2.5e1,\"flag\":false}]\n",
     "1:1|-|-|-|-|true\n2:2.5e1|-|-|-|-|false"},
    {"[\n  {\n    \"number\": \"1\"\n  },\n  {\n    \"number\": \"2\"\n  }\n]\n",
     "2:1|-|-|-|-|-\n5:2|-|-|-|-|-"},
    {"[{\"name\":null,\"number\":\"1\"}]", "1:1|-|-|-|-|-"},
    {"[{\"kind\":{\"code\":\"AS\",\"text\":\"x\",\"more\":{\"code\":\"no\"}},\"number\":\"1\"}]",
     "1:1|-|AS|-|-|-"},
    {"[{\"other\":{\"number\":\"no\",\"lines\":[\"no\"]},\"number\":\"1\"}]", "1:1|-|-|-|-|-"},
    {"[{\"others\":[{\"number\":\"no\"},[\"no\"]],\"number\":\"1\"}]", "1:1|-|-|-|-|-"},
    {"[{\"lines\":[\"a\"]},{\"lines\":[\"a\",\"b\"]},{\"lines\":[\"a\",\"b\",\"c\",\"d\"]}]",
     "1:-|-|-|a|-|-\n1:-|-|-|a|b|-\n1:-|-|-|a|b, c, d|-"},
    {"[{\"lines\":[[\"no\"],{\"a\":\"no\"},\"a\"]}]", "1:-|-|-|a|-|-"},
    {"[{\"number\":{\"number\":\"no\"},\"name\":[\"a\"]}]", "1:-|a|-|-|-|-"},
    {"[{\"name\":\"\\u00c5 \\\"x\\\" \\n\"}]", "1:-|\xc3\x85 \"x\" \n|-|-|-|-"},
    {"[{\"name\":\"a\\u0000b\"}]", "1:-|a\1b|-|-|-|-"},
    {"[{\"name\":\"a\"},{}]", "1:-|a|-|-|-|-\n1:-|-|-|-|-|-"},
    {"[{\"name\":\"a\",\"name\":\"b\"}]", "1:-|b|-|-|-|-"},
};

START_TEST(what_is_asked_for_is_kept_however_the_file_is_cut_into_pieces)
{
    expect(&plain, files[_i].text, files[_i].expected);
}
END_TEST

static const struct {
    const char *text;
    const char *expected;
} deep_files[] = {
    {"[{\"number\":\"1\",\"groups\":[{\"changed\":\"c\",\"items\":[{\"name\":\"a\"},\n"
     "{\"name\":\"b\",\"kind\":{\"code\":\"X\"}}]},{\"items\":[{\"name\":\"d\"}]}]}]",
     "1:1|a|-|-|-|c\n2:1|b|X|-|-|c\n2:1|d|-|-|-|-"},
    {"[{\"groups\":[{\"items\":[{\"name\":\"a\"}],\"changed\":\"c\"}],\"number\":\"1\"},"
     "{\"number\":\"2\",\"groups\":[{\"items\":[{\"name\":\"b\"}]}]}]",
     "1:1|a|-|-|-|c\n1:2|b|-|-|-|-"},
    {"[{\"number\":\"1\"},{\"number\":\"2\",\"groups\":[]},{\"groups\":[{\"items\":[]}]}]", ""},
};

START_TEST(an_inner_entry_has_the_values_around_it_in_whatever_order)
{
    expect(&nested, deep_files[_i].text, deep_files[_i].expected);
}
END_TEST

START_TEST(an_element_that_is_no_object_does_not_spoil_the_next)
{
    expect(&plain, "[1,\n\"a\",null,true,[{\"number\":\"no\"}],{\"number\":\"1\"}]",
           "1!is no object\n2!is no object\n2!is no object\n2!is no object\n2!is no object\n"
           "2:1|-|-|-|-|-");
}
END_TEST

static const struct {
    const char *text;
    const char *words;
} refused[] = {
    {"", "line 1: "},
    {"{\"number\":\"1\"}", "line 1: no JSON array"},
    {"\"a\"", "no JSON array"},
    {"null", "no JSON array"},
    {"17 ", "no JSON array"},
    {"[{\"number\":\"1\"}", "line 1: "},
    {"[{\"number\":\"1\"},\n{\"number\":}]", "line 2: "},
    {"[{\"number\":\"1\"}]x", "line 1: "},
    {"[{\"number\":\"1\"}][]", "line 1: "},
    {"[{\"number\":\"1\"},\n\n", "line 3: "},
    {"number;name\n1;a\n", "line 1: "},
    {"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "nested too deeply"},
    {"[{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":"
     "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":"
     "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{",
     "nested too deeply"},
};

START_TEST(a_file_that_is_no_whole_array_is_refused_with_its_line)
{
    const char *text = refused[_i].text;

    for (size_t cut = 0; cut <= strlen(text); cut++) {
        struct entries entries = {0};
        struct err err = {0};

        ck_assert(!read_pieces(&plain, text, strlen(text), cut, &entries, &err));
        ck_assert_int_eq(err.kind, ERR_INVALID);
        ck_assert_msg(strstr(err.msg, refused[_i].words) != NULL, "%s", err.msg);
        buf_free(&entries.text);
    }
}
END_TEST

START_TEST(a_file_that_is_cut_anywhere_is_refused)
{
    static const char text[] = "[{\"number\":\"1\",\"kind\":{\"code\":\"AS\"},\"lines\":[\"a\"]},\n"
                               " {\"number\":2,\"flag\":true}]";

    for (size_t n = 0; n < sizeof(text) - 1; n++) {
        struct entries entries = {0};
        struct err err = {0};

        ck_assert(!read_pieces(&plain, text, n, n / 2, &entries, &err));
        ck_assert_int_eq(err.kind, ERR_INVALID);
        buf_free(&entries.text);
    }
}
END_TEST

/* Repeats a piece behind a beginning until it is refused. */
static void expect_limit(const struct json_node *root, const char *beginning, const char *piece,
                         const char *words)
{
    struct entries entries = {.fields = FIELDS};
    struct json *json = json_new(root, note_entry, &entries);
    struct err err = {0};
    size_t fed = 0;

    ck_assert(json_feed(json, beginning, strlen(beginning), &err));
    while (json_feed(json, piece, strlen(piece), &err))
        ck_assert_uint_lt(fed += strlen(piece), 4 * (size_t)ENTRY_SIZE_MAX);
    ck_assert_int_eq(err.kind, ERR_INVALID);
    ck_assert_msg(strstr(err.msg, words) != NULL, "%s", err.msg);
    json_free(&json);
    buf_free(&entries.text);
}

START_TEST(no_entry_fills_the_memory)
{
    static char blanks[4097];
    static char letters[4097];

    memset(blanks, ' ', sizeof(blanks) - 1);
    memset(letters, 'x', sizeof(letters) - 1);
    expect_limit(&plain, "[{\"number\":\"", letters, "a value of more than a megabyte");
    expect_limit(&plain, "[{\"unknown\":\"", letters, "a value of more than a megabyte");
    expect_limit(&plain, "[", blanks, "a value of more than a megabyte");
    expect_limit(&plain, "[{\"x\":1", ",\"name\":\"some text that is kept\"",
                 "an entry of more than a megabyte");
    expect_limit(&nested, "[{\"groups\":[{\"items\":[{}", ",{}",
                 "an entry of more than a megabyte");
}
END_TEST

static bool refuse_second(void *context, struct entry *entry, struct err *err)
{
    int *calls = context;

    ck_assert_int_le(++*calls, 2);
    return entry->number < 2 || err_set(err, ERR_BUSY, "no more");
}

START_TEST(what_the_sink_says_ends_the_reading)
{
    static const char text[] = "[{},{},{}]";
    int calls = 0;
    struct json *json = json_new(&plain, refuse_second, &calls);
    struct err err = {0};

    ck_assert(!json_feed(json, text, sizeof(text) - 1, &err));
    ck_assert_int_eq(err.kind, ERR_BUSY);
    ck_assert_str_eq(err.msg, "no more");
    json_free(&json);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("json");
    TCase *tcase = tcase_create("json");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    suite_add_tcase(suite, tcase);
    tcase_add_loop_test(tcase, what_is_asked_for_is_kept_however_the_file_is_cut_into_pieces, 0,
                        COUNT(files));
    tcase_add_loop_test(tcase, an_inner_entry_has_the_values_around_it_in_whatever_order, 0,
                        COUNT(deep_files));
    tcase_add_test(tcase, an_element_that_is_no_object_does_not_spoil_the_next);
    tcase_add_loop_test(tcase, a_file_that_is_no_whole_array_is_refused_with_its_line, 0,
                        COUNT(refused));
    tcase_add_test(tcase, a_file_that_is_cut_anywhere_is_refused);
    tcase_add_test(tcase, no_entry_fills_the_memory);
    tcase_add_test(tcase, what_the_sink_says_ends_the_reading);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
