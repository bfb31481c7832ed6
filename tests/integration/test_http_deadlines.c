/* Slow clients: the deadlines of heads, bodies, answers and idle connections. */
#include "base/clock.h"
#include "support/door.h"

#include <check.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HOST "Host: localhost\r\n"
#define POST "POST /echo HTTP/1.1\r\n" HOST
#define GET "GET /echo HTTP/1.1\r\n" HOST "\r\n"

static struct door *door;

static void open_with(const char *const *settings)
{
    door = door_open(settings);
}

static int64_t connected; /* clock_monotonic, before the server can know of the connection */

static int open_and_connect(const char *const *settings)
{
    open_with(settings);
    connected = clock_monotonic();
    return client_connect(door->port);
}

/* Was it cut soon, but not before so many microseconds had passed since then? */
static void check_cut(int fd, int64_t since, int64_t microseconds)
{
    ck_assert(client_closed(fd, DOOR_SOON));
    ck_assert_int_ge(clock_monotonic() - since, microseconds);
}

/* A machine that stalls makes the best client too slow: one of many attempts must go well. */
enum { ATTEMPTS = 50 };

static int connect_and_get(void)
{
    for (int i = 0; i < ATTEMPTS; i++) {
        const int fd = client_connect(door->port);

        client_text(fd, GET);
        if (status_of(client_answer(fd)) == 200)
            return fd;
        close(fd);
    }
    ck_abort_msg("no attempt was fast enough");
    return -1;
}

START_TEST(slow_headers_are_cut)
{
    const int fd = open_and_connect((const char *const[]){"header_timeout=300ms", NULL});
    int i = 0;

    for (; i < 90 && !client_closed(fd, 80); i++) /* never 300 ms without a line */
        client_text(fd, i == 0 ? "GET /echo HTTP/1.1\r\n" : "X: y\r\n");
    ck_assert_int_ge(clock_monotonic() - connected, 250000);
    ck_assert_int_lt(i, 90);
    close(fd);
}
END_TEST

START_TEST(a_silent_connection_is_cut)
{
    const int fd = open_and_connect((const char *const[]){"header_timeout=300ms", NULL});

    check_cut(fd, connected, 250000);
    close(fd);
}
END_TEST

START_TEST(empty_lines_do_not_stretch_the_headers)
{
    const int fd = open_and_connect((const char *const[]){"header_timeout=300ms", NULL});
    int i = 0;

    for (; i < DOOR_SOON / 20 && !client_closed(fd, 20); i++)
        client_text(fd, "\r\n");
    ck_assert_int_lt(i, DOOR_SOON / 20);
    close(fd);
}
END_TEST

START_TEST(an_idle_connection_is_cut_after_idle_timeout)
{
    const int fd = open_and_connect((const char *const[]){"idle_timeout=400ms", NULL});

    client_text(fd, GET);
    ck_assert_int_eq(status_of(client_answer(fd)), 200);
    check_cut(fd, connected, 350000);
    close(fd);
}
END_TEST

START_TEST(a_second_request_has_its_own_time_for_headers)
{
    int64_t start = 0;
    int fd = -1;

    open_with((const char *const[]){"idle_timeout=10m", "header_timeout=300ms", NULL});
    fd = connect_and_get();
    poll(NULL, 0, 400);
    start = clock_monotonic();
    client_text(fd, "G"); /* the line is not complete: only the kernel has seen the byte */
    check_cut(fd, start, 250000);
    close(fd);
}
END_TEST

START_TEST(a_trickling_body_is_cut)
{
    const int fd =
        open_and_connect((const char *const[]){"body_grace=300ms", "body_rate=100k", NULL});
    int i = 0;

    client_text(fd, POST "Content-Length: 100000\r\n\r\n");
    for (; i < DOOR_SOON / 20 && !client_closed(fd, 20); i++)
        client_text(fd, "x");
    ck_assert_int_lt(i, DOOR_SOON / 20);
    ck_assert_int_ge(clock_monotonic() - connected, 250000);
    ck_assert(door_logged("reason=body_rate"));
    close(fd);
}
END_TEST

START_TEST(a_body_that_stops_after_a_good_start_is_cut)
{
    const int fd =
        open_and_connect((const char *const[]){"body_grace=300ms", "body_rate=10k", NULL});
    char body[50000] = {0};

    client_text(fd, POST "Content-Length: 10000000\r\n\r\n");
    for (int i = 0; i < 20; i++)
        client_send(fd, body, sizeof(body)); /* enough for 100 s at that rate */
    ck_assert(client_closed(fd, DOOR_SOON));
    close(fd);
}
END_TEST

static bool send_steadily(void)
{
    const int fd = client_connect(door->port);
    char body[100] = {0};
    bool served = false;

    client_text(fd, POST "Content-Length: 3000\r\n\r\n");
    for (int i = 0; i < 30; i++) {
        client_send(fd, body, sizeof(body));
        poll(NULL, 0, 20);
    }
    served = strstr(client_answer(fd), "length=3000") != NULL;
    close(fd);
    return served;
}

START_TEST(a_slow_but_steady_body_is_served)
{
    int i = 0;

    open_with((const char *const[]){"body_grace=200ms", "body_rate=1k", NULL});
    while (!send_steadily())
        ck_assert_int_lt(++i, ATTEMPTS);
}
END_TEST

START_TEST(a_client_that_does_not_read_its_answer_is_cut)
{
    const int fd =
        open_and_connect((const char *const[]){"response_timeout=300ms", "body_rate=64k", NULL});

    client_text(fd, "GET /big HTTP/1.1\r\n" HOST "\r\n");
    ck_assert(door_logged("reason=response_timeout"));
    close(fd);
}
END_TEST

static size_t read_steadily(void)
{
    const int fd = client_connect(door->port);
    static char room[1U << 19];
    size_t total = 0;
    ssize_t n = 0;

    client_text(fd, "GET /big HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n");
    while ((n = recv(fd, room, sizeof(room), MSG_WAITALL)) > 0) {
        total += (size_t)n;
        poll(NULL, 0, 20);
    }
    close(fd);
    return total;
}

START_TEST(a_client_that_reads_slowly_but_steadily_gets_all)
{
    int i = 0;

    open_with((const char *const[]){"response_timeout=300ms", "body_rate=64k", NULL});
    while (read_steadily() <= 32U << 20)
        ck_assert_int_lt(++i, ATTEMPTS);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http_deadlines");
    TCase *tests = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    tcase_add_checked_fixture(tests, NULL, door_close);
    tcase_add_test(tests, slow_headers_are_cut);
    tcase_add_test(tests, a_silent_connection_is_cut);
    tcase_add_test(tests, empty_lines_do_not_stretch_the_headers);
    tcase_add_test(tests, an_idle_connection_is_cut_after_idle_timeout);
    tcase_add_test(tests, a_second_request_has_its_own_time_for_headers);
    tcase_add_test(tests, a_trickling_body_is_cut);
    tcase_add_test(tests, a_body_that_stops_after_a_good_start_is_cut);
    tcase_add_test(tests, a_slow_but_steady_body_is_served);
    tcase_add_test(tests, a_client_that_does_not_read_its_answer_is_cut);
    tcase_add_test(tests, a_client_that_reads_slowly_but_steadily_gets_all);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
