/* What ordinary clients do: methods, keep-alive, bodies in both forms, HEAD, HTTP/1.0. */
#include "support/door.h"

#include <check.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HOST "Host: localhost\r\n"

static struct door *door;

static void open_door(void)
{
    door = door_open((const char *const[]){"admin_listen=127.0.0.1:0", NULL});
}

START_TEST(a_get_is_answered_with_our_headers)
{
    const char *answer = client_ask(door->port, "GET /echo?a=b HTTP/1.1\r\n" HOST "\r\n");

    ck_assert_int_eq(status_of(answer), 200);
    ck_assert_ptr_nonnull(strstr(answer, "X-Request-Id: "));
    ck_assert_ptr_nonnull(strstr(answer, "X-Content-Type-Options: nosniff\r\n"));
    ck_assert_ptr_nonnull(strstr(answer, "Cache-Control: no-store\r\n"));
    ck_assert_ptr_nonnull(strstr(answer, "Content-Type: text/plain\r\n"));
    ck_assert_ptr_null(strstr(answer, "Server:"));
    ck_assert_ptr_nonnull(strstr(answer, "length=0"));
}
END_TEST

START_TEST(a_post_with_a_length_is_read_whole)
{
    const char *answer =
        client_ask(door->port, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello");

    ck_assert_ptr_nonnull(strstr(answer, "length=5"));
}
END_TEST

START_TEST(a_chunked_post_with_extension_and_trailer_is_read_whole)
{
    const char *answer =
        client_ask(door->port, "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: cHunkEd\r\n\r\n"
                               "5;a=b\r\nhello\r\nA\r\n0123456789\r\n"
                               "0\r\nX-Trailer: 1\r\n\r\n");

    ck_assert_ptr_nonnull(strstr(answer, "length=15"));
}
END_TEST

START_TEST(a_large_body_arrives_whole)
{
    const size_t n = 20U << 20;
    char *body = calloc(1, n);
    const int fd = client_connect(door->port);

    client_text(fd, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 20971520\r\n\r\n");
    client_send(fd, body, n);
    ck_assert_ptr_nonnull(strstr(client_answer(fd), "length=20971520"));
    free(body);
    close(fd);
}
END_TEST

START_TEST(a_connection_serves_several_requests)
{
    const int fd = client_connect(door->port);

    for (int i = 0; i < 5; i++) {
        client_text(fd, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc");
        ck_assert_ptr_nonnull(strstr(client_answer(fd), "length=3"));
        client_text(fd, "GET /echo HTTP/1.1\r\n" HOST "\r\n");
        ck_assert_ptr_nonnull(strstr(client_answer(fd), "length=0"));
    }
    close(fd);
}
END_TEST

START_TEST(pipelined_requests_are_answered_in_order)
{
    const int fd = client_connect(door->port);

    client_text(fd, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc"
                    "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
                    "4\r\nabcd\r\n0\r\n\r\n"
                    "GET /echo HTTP/1.1\r\n" HOST "\r\n");
    ck_assert_ptr_nonnull(strstr(client_answer(fd), "length=3"));
    ck_assert_ptr_nonnull(strstr(client_answer(fd), "length=4"));
    ck_assert_ptr_nonnull(strstr(client_answer(fd), "length=0"));
    close(fd);
}
END_TEST

START_TEST(head_is_answered_without_a_body)
{
    const int fd = client_connect(door->port);

    client_text(fd, "HEAD /echo HTTP/1.1\r\n" HOST "\r\n");
    ck_assert_ptr_nonnull(strstr(client_answer_to_head(fd), "Content-Length: 8\r\n"));
    client_text(fd, "GET /echo HTTP/1.1\r\n" HOST "\r\n");
    ck_assert_int_eq(status_of(client_answer(fd)), 200);
    close(fd);
}
END_TEST

START_TEST(an_old_client_is_served_and_closed)
{
    const int fd = client_connect(door->port);

    client_text(fd, "POST /echo HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc");
    ck_assert_ptr_nonnull(strstr(client_answer(fd), "length=3"));
    ck_assert(client_closed(fd, DOOR_PATIENCE));
    close(fd);
}
END_TEST

START_TEST(an_old_client_may_ask_for_keep_alive)
{
    const int fd = client_connect(door->port);

    for (int i = 0; i < 2; i++) {
        client_text(fd, "GET /echo HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        ck_assert_int_eq(status_of(client_answer(fd)), 200);
    }
    close(fd);
}
END_TEST

START_TEST(close_is_honoured)
{
    const int fd = client_connect(door->port);

    client_text(fd, "GET /echo HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n");
    ck_assert_ptr_nonnull(strstr(client_answer(fd), "Connection: close\r\n"));
    ck_assert(client_closed(fd, DOOR_PATIENCE));
    close(fd);
}
END_TEST

START_TEST(continue_is_sent_before_the_body)
{
    const int fd = client_connect(door->port);

    client_text(fd,
                "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    ck_assert_int_eq(status_of(client_answer(fd)), 100);
    client_text(fd, "abc");
    ck_assert_ptr_nonnull(strstr(client_answer(fd), "length=3"));
    close(fd);
}
END_TEST

START_TEST(an_unknown_path_is_404_and_keeps_the_connection)
{
    const int fd = client_connect(door->port);

    client_text(fd, "GET /nothing HTTP/1.1\r\n" HOST "\r\n");
    ck_assert_int_eq(status_of(client_answer(fd)), 404);
    client_text(fd, "GET /echo HTTP/1.1\r\n" HOST "\r\n");
    ck_assert_int_eq(status_of(client_answer(fd)), 200);
    close(fd);
}
END_TEST

START_TEST(a_wrong_method_is_405_with_allow)
{
    const char *answer = client_ask(door->port, "DELETE /echo HTTP/1.1\r\n" HOST "\r\n");

    ck_assert_int_eq(status_of(answer), 405);
    ck_assert_ptr_nonnull(strstr(answer, "Allow: GET, HEAD, POST\r\n"));
    answer = client_ask(door->port, "GET /picky HTTP/1.1\r\n" HOST "\r\n");
    ck_assert_ptr_nonnull(strstr(answer, "Allow: POST\r\n"));
}
END_TEST

START_TEST(operators_routes_are_on_their_own_listener_only)
{
    const char *request = "GET /admin HTTP/1.1\r\n" HOST "\r\n";

    ck_assert_int_eq(status_of(client_ask(door->port, request)), 404);
    ck_assert_int_eq(status_of(client_ask(door->admin_port, request)), 200);
    request = "GET /echo HTTP/1.1\r\n" HOST "\r\n";
    ck_assert_int_eq(status_of(client_ask(door->admin_port, request)), 404);
}
END_TEST

START_TEST(a_body_refused_by_the_route_is_drained_and_answered_by_it)
{
    const int fd = client_connect(door->port);
    const char *answer = NULL;
    char body[100000];

    memset(body, 'x', sizeof(body));
    client_text(fd, "POST /picky HTTP/1.1\r\n" HOST "Content-Length: 100000\r\n\r\n");
    client_send(fd, body, sizeof(body));
    answer = client_answer(fd);
    ck_assert_int_eq(status_of(answer), 500);
    ck_assert_ptr_nonnull(strstr(answer, "more than ten"));
    client_text(fd, "GET /echo HTTP/1.1\r\n" HOST "\r\n");
    ck_assert_int_eq(status_of(client_answer(fd)), 200);
    close(fd);
}
END_TEST

START_TEST(a_body_refused_at_once_is_answered_plainly)
{
    const char *answer =
        client_ask(door->port, "POST /closed HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello");

    ck_assert_int_eq(status_of(answer), 400);
    answer = client_ask(door->port, "POST /closed HTTP/1.1\r\n" HOST
                                    "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    ck_assert_int_eq(status_of(answer), 400);
}
END_TEST

START_TEST(a_body_where_none_is_expected_is_refused)
{
    const char *answer =
        client_ask(door->port, "GET /echo HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello");

    ck_assert_int_eq(status_of(answer), 400);
    answer =
        client_ask(door->port, "POST /bare HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello");
    ck_assert_int_eq(status_of(answer), 400);
    answer = client_ask(door->port, "POST /bare HTTP/1.1\r\n" HOST "\r\n");
    ck_assert_int_eq(status_of(answer), 200);
}
END_TEST

START_TEST(a_post_without_any_length_is_411)
{
    const char *answer = client_ask(door->port, "POST /echo HTTP/1.1\r\n" HOST "\r\n");

    ck_assert_int_eq(status_of(answer), 411);
}
END_TEST

START_TEST(each_request_ends_in_one_log_line_without_its_query)
{
    client_ask(door->port, "POST /echo?secret HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\nab");
    ck_assert(door_logged("method=POST path=/echo status=200 operation=echo outcome=ok "
                          "client=127.0.0.1 bytes_in=2 bytes_out=8 ms="));
    ck_assert(!door_log_has("secret"));
    while (atomic_load(&door->finished) == 0) /* told behind the line */
        poll(NULL, 0, 2);
    ck_assert_int_eq(atomic_load(&door->finished), 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http_basic");
    TCase *tests = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    tcase_add_checked_fixture(tests, open_door, door_close);
    tcase_add_test(tests, a_get_is_answered_with_our_headers);
    tcase_add_test(tests, a_post_with_a_length_is_read_whole);
    tcase_add_test(tests, a_chunked_post_with_extension_and_trailer_is_read_whole);
    tcase_add_test(tests, a_large_body_arrives_whole);
    tcase_add_test(tests, a_connection_serves_several_requests);
    tcase_add_test(tests, pipelined_requests_are_answered_in_order);
    tcase_add_test(tests, head_is_answered_without_a_body);
    tcase_add_test(tests, an_old_client_is_served_and_closed);
    tcase_add_test(tests, an_old_client_may_ask_for_keep_alive);
    tcase_add_test(tests, close_is_honoured);
    tcase_add_test(tests, continue_is_sent_before_the_body);
    tcase_add_test(tests, an_unknown_path_is_404_and_keeps_the_connection);
    tcase_add_test(tests, a_wrong_method_is_405_with_allow);
    tcase_add_test(tests, operators_routes_are_on_their_own_listener_only);
    tcase_add_test(tests, a_body_refused_by_the_route_is_drained_and_answered_by_it);
    tcase_add_test(tests, a_body_refused_at_once_is_answered_plainly);
    tcase_add_test(tests, a_body_where_none_is_expected_is_refused);
    tcase_add_test(tests, a_post_without_any_length_is_411);
    tcase_add_test(tests, each_request_ends_in_one_log_line_without_its_query);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
