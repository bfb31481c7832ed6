/* What http/ refuses: heads that two parsers could read in two ways, and bodies that lie. */
#include "support/door.h"

#include <check.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HOST "Host: localhost\r\n"
#define POST "POST /echo HTTP/1.1\r\n" HOST
/* What a smuggler hopes for: a second request that we would see and a proxy before us would not. */
#define SECOND "GET /echo HTTP/1.1\r\n" HOST "\r\n"

static struct door *door;

static void open_door(void)
{
    door = door_open((const char *const[]){"max_body=1m", "drain_bytes=64k", NULL});
}

struct hostile {
    const char *claim;
    int status; /* 0: the connection is closed without an answer */
    const char *request;
};

static const struct hostile refused[] = {
    {"length beside chunked", 400,
     POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" SECOND},
    {"chunked beside length", 400,
     POST "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" SECOND},
    {"two equal lengths", 400, POST "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello" SECOND},
    {"two lengths", 400, POST "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello" SECOND},
    {"a list of lengths", 400, POST "Content-Length: 5, 5\r\n\r\nhello" SECOND},
    {"negative length", 400, POST "Content-Length: -1\r\n\r\nhello" SECOND},
    {"length with a plus", 400, POST "Content-Length: +5\r\n\r\nhello" SECOND},
    {"length in hex", 400, POST "Content-Length: 0x5\r\n\r\nhello" SECOND},
    {"length with text", 400, POST "Content-Length: 5a\r\n\r\nhello" SECOND},
    {"empty length", 400, POST "Content-Length:\r\n\r\nhello" SECOND},
    {"length over 2^64", 413, POST "Content-Length: 99999999999999999999999\r\n\r\nhello"},
    {"a terabyte", 413, POST "Content-Length: 1099511627776\r\n\r\nhello"},
    {"a byte too many", 413, POST "Content-Length: 1048577\r\n\r\nhello"},
    {"gzip as transfer encoding", 400, POST "Transfer-Encoding: gzip\r\n\r\n0\r\n\r\n" SECOND},
    {"gzip, chunked", 400, POST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" SECOND},
    {"chunked twice", 400, POST "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n" SECOND},
    {"two chunked lines", 400,
     POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" SECOND},
    {"identity", 400, POST "Transfer-Encoding: identity\r\n\r\n" SECOND},
    {"xchunked", 400, POST "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" SECOND},
    {"chunked with a tail", 400, POST "Transfer-Encoding: chunked \r\n\r\n0\r\n\r\n" SECOND},
    {"quoted chunked", 400, POST "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n" SECOND},
    {"empty transfer encoding", 400, POST "Transfer-Encoding:\r\n\r\n0\r\n\r\n" SECOND},
    {"chunked in HTTP/1.0", 400,
     "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" SECOND},
    {"space before the colon", 400, POST "Content-Length : 5\r\n\r\nhello" SECOND},
    {"tab before the colon", 400, POST "Transfer-Encoding\t: chunked\r\n\r\n0\r\n\r\n" SECOND},
    {"name with odd characters", 400, POST "X(a): 1\r\n\r\n" SECOND},
    {"no colon", 400, POST "Nonsense\r\n\r\n" SECOND},
    {"no name", 400, POST ": 1\r\nContent-Length: 0\r\n\r\n" SECOND},
    {"first line folded", 400, "POST /echo HTTP/1.1\r\n Host: localhost\r\n\r\n" SECOND},
    {"folded header", 400, POST "X-A: 1\r\n 2\r\nContent-Length: 0\r\n\r\n" SECOND},
    {"folded transfer encoding", 400,
     POST "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" SECOND},
    {"bare line feed after the request line", 400,
     "POST /echo HTTP/1.1\n" HOST "Content-Length: 0\r\n\r\n" SECOND},
    {"bare line feed after a header", 400,
     "POST /echo HTTP/1.1\r\nHost: localhost\nContent-Length: 0\r\n\r\n" SECOND},
    {"bare line feed at the end", 400, POST "Content-Length: 0\r\n\n" SECOND},
    {"carriage return in a value", 400, POST "X-A: 1\r2\r\nContent-Length: 0\r\n\r\n" SECOND},
    {"control character in a value", 400, POST "X-A: 1\x01\r\nContent-Length: 0\r\n\r\n" SECOND},
    {"no Host", 400, "GET /echo HTTP/1.1\r\n\r\n" SECOND},
    {"two Hosts", 400, "GET /echo HTTP/1.1\r\n" HOST HOST "\r\n" SECOND},
    {"empty Host", 400, "GET /echo HTTP/1.1\r\nHost:\r\n\r\n" SECOND},
    {"Host with markup", 400, "GET /echo HTTP/1.1\r\nHost: a\"><b\r\n\r\n" SECOND},
    {"absolute URI", 400, "GET http://localhost/echo HTTP/1.1\r\n" HOST "\r\n" SECOND},
    {"TRACE", 405, "TRACE /echo HTTP/1.1\r\n" HOST "\r\n"},
    {"CONNECT", 400, "CONNECT localhost:1 HTTP/1.1\r\n" HOST "\r\n"},
    {"asterisk", 400, "OPTIONS * HTTP/1.1\r\n" HOST "\r\n"},
    {"method that is no token", 400, "GE(T /echo HTTP/1.1\r\n" HOST "\r\n" SECOND},
    {"lower-case method", 405, "get /echo HTTP/1.1\r\n" HOST "\r\n"},
    {"two spaces in the request line", 400, "GET  /echo HTTP/1.1\r\n" HOST "\r\n" SECOND},
    {"two spaces before the version", 400, "GET /echo  HTTP/1.1\r\n" HOST "\r\n" SECOND},
    {"tab in the request line", 0, "GET\t/echo\tHTTP/1.1\r\n" HOST "\r\n" SECOND},
    {"space in the path", 400, "GET /ec ho HTTP/1.1\r\n" HOST "\r\n" SECOND},
    {"bytes above ASCII in the path", 400, "GET /echo\xc3\xa5 HTTP/1.1\r\n" HOST "\r\n" SECOND},
    {"control character in the query", 400, "GET /echo?\x01 HTTP/1.1\r\n" HOST "\r\n" SECOND},
    {"traversal", 404, "GET /../echo HTTP/1.1\r\n" HOST "\r\n"},
    {"escaped path", 404, "GET /%65cho HTTP/1.1\r\n" HOST "\r\n"},
    {"HTTP/0.9", 400, "GET /echo\r\n\r\n"},
    {"HTTP/0.9 by name", 505, "GET /echo HTTP/0.9\r\n\r\n"},
    {"HTTP/2", 505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
    {"version in lower case", 400, "GET /echo http/1.1\r\n" HOST "\r\n" SECOND},
    {"version with a tail", 400, "GET /echo HTTP/1.1x\r\n" HOST "\r\n" SECOND},
    {"other expectation", 417, POST "Expect: tea\r\nContent-Length: 5\r\n\r\n"},
    {"too large, asked before", 413,
     POST "Expect: 100-continue\r\nContent-Length: 9999999\r\n\r\n"},
    {"body in a coding that is not known", 415,
     POST "Content-Encoding: br\r\nContent-Length: 5\r\n\r\nhello"},
    {"two media types", 400,
     POST "Content-Type: a/b\r\nContent-Type: c/d\r\nContent-Length: 0\r\n\r\n" SECOND},
    {"chunk size in bad hex", 400, POST "Transfer-Encoding: chunked\r\n\r\nXYZ\r\nhello\r\n"},
    {"negative chunk size", 400, POST "Transfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n"},
    {"chunk size with 0x", 400, POST "Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n"},
    {"chunk size over 2^64", 413,
     POST "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFF\r\nhello\r\n"},
    {"space after the chunk size", 400, POST "Transfer-Encoding: chunked\r\n\r\n5 \r\nhello\r\n"},
    {"empty chunk size", 400, POST "Transfer-Encoding: chunked\r\n\r\n\r\nhello\r\n"},
    {"chunk longer than its size", 400,
     POST "Transfer-Encoding: chunked\r\n\r\n3\r\nhello\r\n0\r\n\r\n"},
};

/* One answer, and then the end: what comes after a refusal is never taken for a request. */
START_TEST(is_refused_and_nothing_after_it_is_read)
{
    const struct hostile *h = &refused[_i];
    const int fd = client_connect(door->port);
    const char *answer = NULL;

    client_text(fd, h->request);
    answer = client_answer(fd);
    ck_assert_msg(status_of(answer) == h->status, "%s: %s", h->claim, answer);
    /* MHD sends the head of its own refusal of a length twice: that is no second answer. */
    while (answer[0] != '\0' && (h->status != 404 && h->status != 405)) {
        ck_assert_msg(status_of(answer) != 200, "%s: a second answer: %s", h->claim, answer);
        answer = client_answer(fd);
    }
    ck_assert_msg(atomic_load(&door->served) == 0, "%s was served", h->claim);
    close(fd);
}
END_TEST

START_TEST(a_zero_byte_in_a_header_is_refused)
{
    static const char request[] = POST "X-A: 1\0 2\r\nContent-Length: 0\r\n\r\n" SECOND;
    static const char in_name[] = POST "X-A\0: 1\r\nContent-Length: 0\r\n\r\n" SECOND;
    static const char in_length[] = POST "Content-Length: 5\0 6\r\n\r\nhello" SECOND;
    static const char in_path[] = "GET /echo\0/x HTTP/1.1\r\n" HOST "\r\n" SECOND;
    const struct {
        const char *text;
        size_t n;
    } cases[] = {{request, sizeof(request) - 1},
                 {in_name, sizeof(in_name) - 1},
                 {in_length, sizeof(in_length) - 1},
                 {in_path, sizeof(in_path) - 1}};

    for (size_t i = 0; i < 4; i++) {
        const int fd = client_connect(door->port);

        client_send(fd, cases[i].text, cases[i].n);
        ck_assert_int_eq(status_of(client_answer(fd)), 400);
        ck_assert_str_eq(client_answer(fd), "");
        close(fd);
    }
    ck_assert_int_eq(atomic_load(&door->served), 0);
}
END_TEST

static int ask_with_lines(int count)
{
    char request[16000] = "GET /echo HTTP/1.1\r\n" HOST;

    for (int i = 1; i < count; i++)
        strcat(request, "X-Line: some text\r\n");
    strcat(request, "\r\n");
    return status_of(client_ask(door->port, request));
}

START_TEST(a_hundred_headers_are_fine_and_one_more_is_not)
{
    ck_assert_int_eq(ask_with_lines(100), 200);
    ck_assert_int_eq(ask_with_lines(101), 431);
    ck_assert_int_eq(ask_with_lines(400), 431);
}
END_TEST

static int ask_with_head_of(size_t n)
{
    static const char head[] = "GET /echo HTTP/1.1\r\n" HOST "X-Long: ";
    char *request = calloc(1, n + 1);
    int status = 0;

    ck_assert_ptr_nonnull(request);
    memset(request, 'x', n);
    memcpy(request, head, sizeof(head) - 1);
    memcpy(request + n - 4, "\r\n\r\n", 4);
    status = status_of(client_ask(door->port, request));
    free(request);
    return status;
}

START_TEST(a_head_of_16_kb_is_fine_and_one_byte_more_is_not)
{
    ck_assert_int_eq(ask_with_head_of(16384), 200);
    ck_assert_int_eq(ask_with_head_of(16385), 431);
    ck_assert_int_eq(ask_with_head_of(200000), 431);
}
END_TEST

START_TEST(an_endless_request_line_is_refused)
{
    char *request = calloc(1, 200001);

    ck_assert_ptr_nonnull(request);
    memset(request, 'x', 200000);
    memcpy(request, "GET /", 5);
    ck_assert_int_eq(status_of(client_ask(door->port, request)), 414);
    free(request);
}
END_TEST

START_TEST(an_announced_body_too_large_is_answered_although_it_keeps_coming)
{
    const int fd = client_connect(door->port);
    char *body = calloc(1, 2U << 20);

    client_text(fd, POST "Content-Length: 2097152\r\n\r\n");
    client_send(fd, body, 2U << 20);
    ck_assert_int_eq(status_of(client_answer(fd)), 413);
    free(body);
    close(fd);
}
END_TEST

static void send_chunks(int fd, size_t size, size_t count)
{
    char *chunk = calloc(1, size + 32);
    const int head = snprintf(chunk, 32, "%zx\r\n", size);

    memset(chunk + head, 'x', size);
    memcpy(chunk + head + (int)size, "\r\n", 2);
    for (size_t i = 0; i < count; i++)
        client_send(fd, chunk, (size_t)head + size + 2);
    free(chunk);
}

START_TEST(a_chunked_body_a_little_too_large_is_drained_and_answered)
{
    const int fd = client_connect(door->port);

    client_text(fd, POST "Transfer-Encoding: chunked\r\n\r\n");
    send_chunks(fd, 11000, 100);
    client_text(fd, "0\r\n\r\n");
    ck_assert_int_eq(status_of(client_answer(fd)), 413);
    ck_assert(client_closed(fd, DOOR_PATIENCE));
    close(fd);
}
END_TEST

START_TEST(a_chunked_body_without_end_is_cut)
{
    const int fd = client_connect(door->port);

    client_text(fd, POST "Transfer-Encoding: chunked\r\n\r\n");
    send_chunks(fd, 100000, 40);
    ck_assert_str_eq(client_answer(fd), "");
    ck_assert_int_eq(atomic_load(&door->served), 0);
    close(fd);
}
END_TEST

static void reset(int fd)
{
    const struct linger now = {1, 0};

    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    close(fd);
}

START_TEST(a_reset_in_mid_body_frees_the_body_once)
{
    struct http_gauges gauges = {0};

    for (int i = 0; i < 20; i++) {
        const int fd = client_connect(door->port);

        client_text(fd, POST "Content-Length: 100000\r\n\r\nsome of it");
        while (atomic_load(&door->opened) <= i)
            poll(NULL, 0, 1);
        if (i % 2 == 0)
            reset(fd);
        else
            close(fd);
    }
    while (atomic_load(&door->finished) < 20)
        poll(NULL, 0, 1);
    ck_assert_int_eq(atomic_load(&door->opened), 20);
    ck_assert_int_eq(atomic_load(&door->freed), 20);
    http_server_gauges(door->server, &gauges);
    ck_assert_int_eq(gauges.held_bytes, 0);
}
END_TEST

/* Ends of lines that a proxy before us may read otherwise. */
static const char *const odd_chunks[] = {
    "5\nhello\r\n0\r\n\r\n",   "5\r\nhello\n0\r\n\r\n",         "5\r\nhello\r\n0\n\n",
    "5;x\nhello\r\n0\r\n\r\n", "5\r\nhello\r\n0\r\nX: y\n\r\n", "5\r\nhello\r\n0\r\n\r\n",
};

START_TEST(nothing_behind_the_chunks_of_a_proxy_is_a_request)
{
    int fd = -1;

    door_close();
    door = door_open((const char *const[]){"trusted_proxies=127.0.0.1", NULL});
    fd = client_connect(door->port);
    client_text(fd, POST "Transfer-Encoding: chunked\r\n\r\n");
    client_text(fd, odd_chunks[_i]);
    client_text(fd, SECOND);
    ck_assert_int_eq(status_of(client_answer(fd)), 200);
    ck_assert_str_eq(client_answer(fd), "");
    ck_assert_int_eq(atomic_load(&door->served), 1);
    close(fd);
}
END_TEST

/* The end arrives together with the bytes; body_grace would let each connection stay a minute. */
START_TEST(a_client_that_sends_a_part_and_ends_is_let_go)
{
    static const char *const parts[] = {POST "Content-Length: 100\r\n\r\nsome of it", POST,
                                        POST "Transfer-Encoding: chunked\r\n\r\n64\r\nsome"};
    struct http_gauges gauges = {.connections = 1};
    int half_closed[3];

    for (size_t i = 0; i < 3; i++) {
        const int fd = client_connect(door->port);

        half_closed[i] = client_connect(door->port);
        client_text(fd, parts[i]);
        close(fd);
        client_text(half_closed[i], parts[i]);
        shutdown(half_closed[i], SHUT_WR);
        ck_assert_str_eq(client_answer(half_closed[i]), "");
    }
    while (gauges.connections > 0) {
        poll(NULL, 0, 5);
        http_server_gauges(door->server, &gauges);
    }
    ck_assert_int_eq(gauges.held_bytes, 0);
    ck_assert_int_eq(atomic_load(&door->served), 0);
    for (size_t i = 0; i < 3; i++)
        close(half_closed[i]);
}
END_TEST

START_TEST(a_client_that_leaves_while_it_is_served_harms_nobody)
{
    for (int i = 0; i < 4; i++) {
        const int fd = client_connect(door->port);

        client_text(fd, "GET /slow HTTP/1.1\r\n" HOST "\r\n");
        poll(NULL, 0, 20);
        reset(fd);
    }
    ck_assert_int_eq(status_of(client_ask(door->port, "GET /echo HTTP/1.1\r\n" HOST "\r\n")), 200);
}
END_TEST

START_TEST(what_one_connection_pipelines_after_a_refusal_is_not_served)
{
    const int fd = client_connect(door->port);

    client_text(fd, POST "Content-Length: 3\r\n\r\nabc" POST
                         "Content-Length: 3\r\nContent-Length: 30\r\n\r\nabc" SECOND);
    ck_assert_int_eq(status_of(client_answer(fd)), 200);
    ck_assert_int_eq(status_of(client_answer(fd)), 400);
    ck_assert_str_eq(client_answer(fd), "");
    ck_assert_int_eq(atomic_load(&door->served), 1);
    close(fd);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http_hostile");
    TCase *tests = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    tcase_add_checked_fixture(tests, open_door, door_close);
    tcase_add_loop_test(tests, is_refused_and_nothing_after_it_is_read, 0,
                        (int)(sizeof(refused) / sizeof(refused[0])));
    tcase_add_test(tests, a_zero_byte_in_a_header_is_refused);
    tcase_add_test(tests, a_hundred_headers_are_fine_and_one_more_is_not);
    tcase_add_test(tests, a_head_of_16_kb_is_fine_and_one_byte_more_is_not);
    tcase_add_test(tests, an_endless_request_line_is_refused);
    tcase_add_test(tests, an_announced_body_too_large_is_answered_although_it_keeps_coming);
    tcase_add_test(tests, a_chunked_body_a_little_too_large_is_drained_and_answered);
    tcase_add_test(tests, a_chunked_body_without_end_is_cut);
    tcase_add_test(tests, a_reset_in_mid_body_frees_the_body_once);
    tcase_add_loop_test(tests, nothing_behind_the_chunks_of_a_proxy_is_a_request, 0,
                        (int)(sizeof(odd_chunks) / sizeof(odd_chunks[0])));
    tcase_add_test(tests, a_client_that_sends_a_part_and_ends_is_let_go);
    tcase_add_test(tests, a_client_that_leaves_while_it_is_served_harms_nobody);
    tcase_add_test(tests, what_one_connection_pipelines_after_a_refusal_is_not_served);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
