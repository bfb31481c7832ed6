#include "http/headers.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

struct heads {
    const char *text; /* "Name: value" lines, each ended by \n */
    int status;
};

static const struct heads heads[] = {
    {"Host: a\n", 0},
    {"host: a.example:8080\n", 0},
    {"HOST: [::1]:80\n", 0},
    {"Host: a\nContent-Length: 0\n", 0},
    {"Host: a\nContent-Length: 0005\n", 0},
    {"Host: a\nContent-Length: 9223372036854775807\n", 0},
    {"Host: a\nContent-Length: 9223372036854775808\n", 413},
    {"Host: a\nContent-Length: \n", 400},
    {"Host: a\nContent-Length: 5 \n", 400},
    {"Host: a\nContent-Length: 5\ncontent-length: 5\n", 400},
    {"Host: a\nContent-Length: 5\nTransfer-Encoding: chunked\n", 400},
    {"Host: a\nTransfer-Encoding: CHUNKED\n", 0},
    {"Host: a\nTransfer-Encoding: chunked;q=1\n", 400},
    {"Host: a\nTransfer-Encoding: chunke\n", 400},
    {"Host: a\nExpect: 100-Continue\n", 0},
    {"Host: a\nExpect: 100-continue, x\n", 417},
    {"Host: a\nContent-Encoding: identity\n", 0},
    {"Host: a\nContent-Encoding: gzip\n", 0},
    {"Host: a\nContent-Encoding: X-Gzip\n", 0},
    {"Host: a\nContent-Encoding: deflate\n", 0},
    {"Host: a\nContent-Encoding: br\n", 415},
    {"Host: a\nContent-Encoding: gzip, gzip\n", 415},
    {"Host: a\nContent-Encoding: \n", 415},
    {"Host: a\nSOAPAction: \"a\"\nSoapAction: \"b\"\n", 400},
    {"Host: a\nX-A: 1\nX-A: 2\n", 0},
    {"Host: a\nX-A: \t tab\n", 0},
    {"Host: a\nX-A: \xc3\xa5\n", 0},
    {"Host: a\nX-A: \x7f\n", 400},
    {"Host: a\nX A: 1\n", 400},
    {"Host: a/b\n", 400},
    {"Host: a,b\n", 400},
    {"X-A: 1\n", 400},
    {"", 400},
};

static size_t split(char *text, struct header_line *lines)
{
    size_t count = 0;

    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        char *colon = strstr(line, ": ");

        lines[count].name = line;
        lines[count].name_len = (size_t)(colon - line);
        lines[count].value = colon + 2;
        lines[count].value_len = strlen(colon + 2);
        count++;
    }
    return count;
}

static int read_head(const char *text, bool http_1_0, struct header_facts *facts)
{
    static char copy[1000];
    struct header_line lines[20];
    const char *reason = NULL;
    int status = 0;

    strcpy(copy, text);
    status = headers_read(lines, split(copy, lines), http_1_0, facts, &reason);
    ck_assert_int_eq(status != 0, reason != NULL);
    return status;
}

START_TEST(a_head_is_taken_or_refused)
{
    struct header_facts facts = {0};

    ck_assert_msg(read_head(heads[_i].text, false, &facts) == heads[_i].status, "%s",
                  heads[_i].text);
}
END_TEST

START_TEST(what_the_headers_say_is_kept)
{
    struct header_facts facts = {0};

    ck_assert_int_eq(read_head("Host: h\nContent-Type: text/xml\nSOAPAction: \"a\"\n"
                               "Content-Length: 12\nExpect: 100-continue\n",
                               false, &facts),
                     0);
    ck_assert_str_eq(facts.host, "h");
    ck_assert_str_eq(facts.content_type, "text/xml");
    ck_assert_str_eq(facts.soap_action, "\"a\"");
    ck_assert_int_eq(facts.length, 12);
    ck_assert(facts.expects_continue && !facts.chunked);
}
END_TEST

START_TEST(absent_headers_are_null)
{
    struct header_facts facts = {0};

    ck_assert_int_eq(read_head("Host: h\n", false, &facts), 0);
    ck_assert_ptr_null(facts.content_type);
    ck_assert_ptr_null(facts.soap_action);
    ck_assert_int_eq(facts.length, -1);
}
END_TEST

START_TEST(http_1_0_needs_no_host_and_has_no_chunks)
{
    struct header_facts facts = {0};

    ck_assert_int_eq(read_head("X-A: 1\n", true, &facts), 0);
    ck_assert_int_eq(read_head("Transfer-Encoding: chunked\n", true, &facts), 400);
}
END_TEST

START_TEST(a_target_is_a_visible_path)
{
    ck_assert(headers_target_ok("/") && headers_target_ok("/a%20b;c=d"));
    ck_assert(!headers_target_ok("") && !headers_target_ok("*"));
    ck_assert(!headers_target_ok("http://a/") && !headers_target_ok("/a b"));
    ck_assert(!headers_target_ok("/\x7f") && !headers_target_ok("/\xc3\xa5"));
    ck_assert(headers_is_visible("") && !headers_is_visible("a\tb"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("headers");
    TCase *tests = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    tcase_add_loop_test(tests, a_head_is_taken_or_refused, 0,
                        (int)(sizeof(heads) / sizeof(heads[0])));
    tcase_add_test(tests, what_the_headers_say_is_kept);
    tcase_add_test(tests, absent_headers_are_null);
    tcase_add_test(tests, http_1_0_needs_no_host_and_has_no_chunks);
    tcase_add_test(tests, a_target_is_a_visible_path);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
