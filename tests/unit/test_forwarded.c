#include "http/forwarded.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

enum { LINES_MAX = 8 };

/* Trusted are 10.0.0.0/8 and 2001:db8:a::/48; the peer is 10.0.0.1. */
static const struct {
    const char *head;   /* "Name: value" lines, each ended by \n */
    const char *client; /* NULL: refused */
} heads[] = {
    /* nothing said */
    {"Host: a\n", "10.0.0.1"},
    {"X-Forwarded-For: \n", "10.0.0.1"},
    {"Forwarded: , ,\n", "10.0.0.1"},
    {"X-Forwarded-Fo: 192.0.2.1\n", "10.0.0.1"},

    /* X-Forwarded-For */
    {"X-Forwarded-For: 192.0.2.1\n", "192.0.2.1"},
    {"x-forwarded-for:  192.0.2.1\t\n", "192.0.2.1"},
    {"X-Forwarded-For: 192.0.2.1:65535\n", "192.0.2.1"},
    {"X-Forwarded-For: 2001:DB8::0:1\n", "2001:db8::1"},
    {"X-Forwarded-For: [2001:db8::1]\n", "2001:db8::1"},
    {"X-Forwarded-For: [2001:db8::1]:80\n", "2001:db8::1"},
    {"X-Forwarded-For: ::ffff:192.0.2.1\n", "192.0.2.1"},
    {"X-Forwarded-For: 203.0.113.9, 192.0.2.1\n", "192.0.2.1"},
    {"X-Forwarded-For: 203.0.113.9,192.0.2.1 , 10.0.0.2, 2001:db8:a::1\n", "192.0.2.1"},
    {"X-Forwarded-For: 10.0.0.3, 10.0.0.2\n", "10.0.0.3"},
    {"X-Forwarded-For: 203.0.113.9\nX-Forwarded-For: 192.0.2.1\n", "192.0.2.1"},
    {"X-Forwarded-For: 192.0.2.1\nX-Forwarded-For: 10.0.0.2\n", "192.0.2.1"},
    {"X-Forwarded-For: 192.0.2.1,\n", "192.0.2.1"},
    {"X-Forwarded-For: ,,192.0.2.1,,\n", "192.0.2.1"},

    /* what the caller sent to the first proxy is not looked at */
    {"X-Forwarded-For: <script>, 192.0.2.1\n", "192.0.2.1"},
    {"X-Forwarded-For: \"\\, 192.0.2.1\n", "192.0.2.1"},
    {"Forwarded: for=\"abc, for=192.0.2.1\n", "192.0.2.1"},
    {"Forwarded: for=\"\\\\\\\", for=192.0.2.1\n", "192.0.2.1"},
    {"Forwarded: ====;;;, for=192.0.2.1\n", "192.0.2.1"},

    /* X-Forwarded-For that names nobody */
    {"X-Forwarded-For: unknown\n", NULL},
    {"X-Forwarded-For: _hidden\n", NULL},
    {"X-Forwarded-For: 192.0.2.1, unknown\n", NULL},
    {"X-Forwarded-For: unknown, 10.0.0.2\n", NULL},
    {"X-Forwarded-For: 192.0.2.1 10.0.0.2\n", NULL},
    {"X-Forwarded-For: 192.0.2.1:\n", NULL},
    {"X-Forwarded-For: 192.0.2.1:x\n", NULL},
    {"X-Forwarded-For: 192.0.2.1:123456\n", NULL},
    {"X-Forwarded-For: [192.0.2.1]\n", NULL},
    {"X-Forwarded-For: [2001:db8::1\n", NULL},
    {"X-Forwarded-For: [2001:db8::1]x\n", NULL},
    {"X-Forwarded-For: [2001:db8::1]:\n", NULL},
    {"X-Forwarded-For: []:80\n", NULL},
    {"X-Forwarded-For: []\n", NULL},
    {"X-Forwarded-For: [\n", NULL},
    {"X-Forwarded-For: :\n", NULL},
    {"X-Forwarded-For: fe80::1%eth0\n", NULL},
    {"X-Forwarded-For: 192.0.2.0/24\n", NULL},
    {"X-Forwarded-For: \"192.0.2.1\"\n", NULL},

    /* Forwarded: RFC 7239, 4 and 6 */
    {"Forwarded: for=192.0.2.1\n", "192.0.2.1"},
    {"Forwarded: For=192.0.2.1;proto=http;by=203.0.113.43\n", "192.0.2.1"},
    {"Forwarded: proto=http; FOR=\"192.0.2.1\" ; by=_x\n", "192.0.2.1"},
    {"Forwarded: for=\"192.0.2.1:47011\"\n", "192.0.2.1"},
    {"Forwarded: for=\"[2001:db8:cafe::17]:4711\"\n", "2001:db8:cafe::17"},
    {"Forwarded: for=\"192.\\0.2.1\"\n", "192.0.2.1"},
    {"Forwarded: for=203.0.113.9, for=192.0.2.1;host=\"a,b\", for=10.0.0.2\n", "192.0.2.1"},
    {"Forwarded: for=192.0.2.1;host=\"a\\\",for=203.0.113.9\"\n", "192.0.2.1"},
    {"Forwarded: ;for=192.0.2.1;\n", "192.0.2.1"},
    {"Forwarded: for=203.0.113.9\nForwarded: for=192.0.2.1\n", "192.0.2.1"},
    {"Forwarded: for=unknown\n", NULL},
    {"Forwarded: for=_gazonk\n", NULL},
    {"Forwarded: for=\"_gazonk:80\"\n", NULL},
    {"Forwarded: proto=https\n", NULL},
    {"Forwarded: 192.0.2.1\n", NULL},
    {"Forwarded: for=\n", NULL},
    {"Forwarded: for=\"\"\n", NULL},
    {"Forwarded: for\n", NULL},
    {"Forwarded: =192.0.2.1\n", NULL},
    {"Forwarded: for =192.0.2.1\n", NULL},
    {"Forwarded: for=192.0.2.1;for=192.0.2.1\n", NULL},
    {"Forwarded: for=\"192.0.2.1\n", NULL},
    {"Forwarded: for=\"192.0.2.1\\\n", NULL},
    {"Forwarded: for=\"192.0.2.1\"x\n", NULL},
    {"Forwarded: for=192.0.2.1 by=a\n", NULL},
    {"Forwarded: for=000000000000000000000000000000000000000000000000000000000192.0.2.1\n", NULL},

    /* both: a proxy that writes one may pass the other on */
    {"Forwarded: for=192.0.2.1\nX-Forwarded-For: 192.0.2.1\n", "192.0.2.1"},
    {"Forwarded: for=\"[2001:db8::1]\"\nX-Forwarded-For: 2001:db8:0::1\n", "2001:db8::1"},
    {"Forwarded: for=203.0.113.9\nX-Forwarded-For: 192.0.2.1\n", NULL},
    {"Forwarded: for=unknown\nX-Forwarded-For: 192.0.2.1\n", NULL},
};

static struct networks trusted(void)
{
    struct networks networks = {0};
    struct err err = {0};

    ck_assert(networks_parse("10.0.0.0/8 2001:db8:a::/48", &networks, &err));
    return networks;
}

static size_t split(char *text, struct header_line *lines)
{
    size_t count = 0;

    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        char *colon = strstr(line, ": ");

        ck_assert_uint_lt(count, LINES_MAX);
        lines[count].name = line;
        lines[count].name_len = (size_t)(colon - line);
        lines[count].value = colon + 2;
        lines[count].value_len = strlen(colon + 2);
        count++;
    }
    return count;
}

/* The client's address, NULL when the headers are refused. The lines stand at the very end of their
 * memory, so that reading on is noticed. */
static const char *read_client(const char *head)
{
    static char client[ADDRESS_TEXT_SIZE];
    const struct networks networks = trusted();
    char *copy = strdup(head);
    struct header_line lines[LINES_MAX];
    struct address address = {.bytes = {10, 0, 0, 1}};
    const char *reason = NULL;
    bool ok = false;

    ck_assert_ptr_nonnull(copy);
    ok = forwarded_client(lines, split(copy, lines), &networks, &address, &reason);
    ck_assert_int_eq(ok, reason == NULL);
    address_text(&address, client);
    free(copy);
    ck_assert(ok || strcmp(client, "10.0.0.1") == 0);
    return ok ? client : NULL;
}

START_TEST(the_client_is_the_right_most_address_that_is_no_proxy)
{
    const char *client = read_client(heads[_i].head);

    if (heads[_i].client == NULL)
        ck_assert_msg(client == NULL, "%s: %s", heads[_i].head, client);
    else
        ck_assert_msg(client != NULL && strcmp(client, heads[_i].client) == 0, "%s: %s",
                      heads[_i].head, client == NULL ? "refused" : client);
}
END_TEST

/* name, then text so many times, then end. */
static char *long_head(const char *name, const char *text, size_t times, const char *end)
{
    char *head = malloc(strlen(name) + strlen(text) * times + strlen(end) + 2);
    char *at = head;

    ck_assert_ptr_nonnull(head);
    at = stpcpy(at, name);
    for (size_t i = 0; i < times; i++)
        at = stpcpy(at, text);
    stpcpy(stpcpy(at, end), "\n");
    return head;
}

static const struct {
    const char *name;
    const char *text;
    const char *end;
    const char *client;
} floods[] = {
    {"X-Forwarded-For: ", "10.0.0.2, ", "10.0.0.3", "10.0.0.2"},
    {"X-Forwarded-For: ", "203.0.113.9, ", "192.0.2.1", "192.0.2.1"},
    {"X-Forwarded-For: 192.0.2.1", ",", " ", "192.0.2.1"},
    {"X-Forwarded-For: ", "9", "", NULL},
    {"X-Forwarded-For: ", "[", "", NULL},
    {"Forwarded: ", "for=10.0.0.2;by=_b,", "for=10.0.0.3", "10.0.0.2"},
    {"Forwarded: ", "\"", ", for=192.0.2.1", "192.0.2.1"},
    {"Forwarded: ", "\\", "\", for=192.0.2.1", "192.0.2.1"},
    {"Forwarded: ", "\\\"", "", NULL},
    {"Forwarded: ", ";", "for=192.0.2.1", "192.0.2.1"},
    {"Forwarded: ", "a=b;", "for=192.0.2.1", "192.0.2.1"},
    {"Forwarded: for=\"", "\\1", "\"", NULL},
};

START_TEST(a_million_of_anything_is_read_in_one_pass)
{
    char *head = long_head(floods[_i].name, floods[_i].text, 1000000 / strlen(floods[_i].text),
                           floods[_i].end);
    const char *client = read_client(head);

    if (floods[_i].client == NULL)
        ck_assert_ptr_null(client);
    else
        ck_assert_str_eq(client == NULL ? "refused" : client, floods[_i].client);
    free(head);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("forwarded");
    TCase *tests = tcase_create("forwarded");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_add_loop_test(tests, the_client_is_the_right_most_address_that_is_no_proxy, 0,
                        COUNT(heads));
    tcase_add_loop_test(tests, a_million_of_anything_is_read_in_one_pass, 0, COUNT(floods));
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
