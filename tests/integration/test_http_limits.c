/* Greedy clients: bytes held, connections of an address, the queue. */
#include "base/clock.h"
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
#define GET "GET /echo HTTP/1.1\r\n" HOST "\r\n"
#define CHUNKED "Transfer-Encoding: chunked\r\n\r\n"

static struct door *door;

static void open_with(const char *const *settings)
{
    door = door_open(settings);
}

#define TIGHT                                                                                      \
    "held_bytes=2m", "held_reserve=256k", "small_request=64k", "max_body=1m",                      \
        "held_percent_per_address=100", "drain_bytes=2m"

static const char *const tight[] = {TIGHT, NULL};

/* A connection that has announced n bytes and sent some of them. */
static int start_upload(size_t announced, size_t sent)
{
    const int fd = client_connect(door->port);
    const int before = atomic_load(&door->opened);
    char head[128];
    char *body = calloc(1, sent + 1);
    struct http_gauges gauges = {0};
    int64_t held = 0;

    http_server_gauges(door->server, &gauges);
    held = gauges.held_bytes;
    snprintf(head, sizeof(head), POST "Content-Length: %zu\r\n\r\n", announced);
    client_text(fd, head);
    client_send(fd, body, sent);
    while (atomic_load(&door->opened) == before || gauges.held_bytes < held + (int64_t)sent) {
        poll(NULL, 0, 2);
        http_server_gauges(door->server, &gauges);
    }
    free(body);
    return fd;
}

START_TEST(what_does_not_fit_is_503_with_retry_after)
{
    const char *answer = NULL;
    int fd = -1;

    open_with(tight);
    fd = start_upload(1000000, 999999);
    answer = client_ask(door->port, POST "Content-Length: 1000000\r\n\r\n");
    ck_assert_int_eq(status_of(answer), 503);
    ck_assert_ptr_nonnull(strstr(answer, "Retry-After: "));
    client_text(fd, "x");
    ck_assert_int_eq(status_of(client_answer(fd)), 200);
    close(fd);
}
END_TEST

START_TEST(small_requests_have_their_reserve)
{
    int large[2] = {-1, -1};

    open_with(tight);
    large[0] = start_upload(900000, 899999);
    large[1] = start_upload(900000, 899999);
    ck_assert_int_eq(status_of(client_ask(door->port, POST "Content-Length: 100000\r\n\r\n")), 503);
    ck_assert_int_eq(status_of(client_ask(door->port, POST "Content-Length: 2\r\n\r\nab")), 200);
    close(large[0]);
    close(large[1]);
}
END_TEST

static void send_chunk(int fd, size_t n)
{
    char *chunk = calloc(1, n + 32);
    const int head = snprintf(chunk, 32, "%zx\r\n", n);

    memcpy(chunk + head + (int)n, "\r\n", 2);
    client_send(fd, chunk, (size_t)head + n + 2);
    free(chunk);
}

START_TEST(a_chunked_upload_waits_for_room_and_then_succeeds)
{
    int large[2] = {-1, -1};
    int fd = -1;

    open_with(tight);
    large[0] = start_upload(900000, 899999);
    fd = client_connect(door->port);
    client_text(fd, POST CHUNKED);
    send_chunk(fd, 100000);
    large[1] = start_upload(700000, 699999);
    send_chunk(fd, 400000);
    poll(NULL, 0, 100);
    client_text(large[0], "x");
    ck_assert_int_eq(status_of(client_answer(large[0])), 200);
    client_text(fd, "0\r\n\r\n");
    ck_assert_ptr_nonnull(strstr(client_answer(fd), "length=500000"));
    close(fd);
    close(large[0]);
    close(large[1]);
}
END_TEST

static int status_of_a_long_wait(void)
{
    int large[2] = {-1, -1};
    int fd = -1;
    int status = 0;
    struct http_gauges gauges = {.held_bytes = 1};

    large[0] = start_upload(900000, 899999);
    fd = client_connect(door->port);
    client_text(fd, POST CHUNKED);
    send_chunk(fd, 100000);
    large[1] = start_upload(700000, 699999);
    send_chunk(fd, 400000);
    client_text(fd, "0\r\n\r\n");
    status = status_of(client_answer(fd));
    close(fd);
    close(large[0]);
    close(large[1]);
    while (gauges.held_bytes > 0) {
        poll(NULL, 0, 2);
        http_server_gauges(door->server, &gauges);
    }
    return status;
}

/* The setting is the time for the answer as well, which may be cut off before it is out. */
START_TEST(a_wait_that_is_too_long_ends_in_503)
{
    int status = 0;

    open_with((const char *const[]){TIGHT, "response_timeout=500ms", NULL});
    for (int i = 0; i < 50 && status == 0; i++)
        status = status_of_a_long_wait();
    ck_assert_int_eq(status, 503);
}
END_TEST

START_TEST(uploads_that_together_are_too_large_do_not_block_each_other_for_ever)
{
    enum { UPLOADS = 6 };
    int fds[UPLOADS];
    int served = 0;
    int told = 0;

    open_with(tight);
    for (int i = 0; i < UPLOADS; i++) {
        fds[i] = client_connect(door->port);
        client_text(fds[i], POST CHUNKED);
    }
    for (int n = 0; n < 9; n++) {
        for (int i = 0; i < UPLOADS; i++)
            send_chunk(fds[i], 100000);
    }
    for (int i = 0; i < UPLOADS; i++)
        client_text(fds[i], "0\r\n\r\n");
    for (int i = 0; i < UPLOADS; i++) {
        const int status = status_of(client_answer(fds[i]));

        served += status == 200;
        told += status == 503;
        close(fds[i]);
    }
    ck_assert_int_ge(served, 1);
    ck_assert_int_eq(served + told, UPLOADS);
}
END_TEST

/* Who had to wait for the slow ones would wait much longer than a machine ever stalls. */
#define PATIENT "header_timeout=10m", "body_grace=10m", "response_timeout=10m", "idle_timeout=10m"
#define LONG INT64_C(30000000)

START_TEST(greedy_uploads_of_one_address_do_not_starve_a_small_request)
{
    int fds[20];

    open_with((const char *const[]){"held_bytes=2m", "held_reserve=256k", "small_request=64k",
                                    "max_body=1m", "held_percent_per_address=25", PATIENT, NULL});
    for (int i = 0; i < 20; i++) {
        char body[300000] = {0};

        fds[i] = client_connect(door->port);
        client_text(fds[i], POST "Content-Length: 1000000\r\n\r\n");
        send(fds[i], body, sizeof(body), MSG_DONTWAIT | MSG_NOSIGNAL);
    }
    for (int i = 0; i < 20; i++) {
        const int64_t start = clock_monotonic();

        ck_assert_int_eq(status_of(client_ask(door->port, POST "Content-Length: 2\r\n\r\nab")),
                         200);
        ck_assert_int_lt(clock_monotonic() - start, LONG);
    }
    for (int i = 0; i < 20; i++)
        close(fds[i]);
}
END_TEST

START_TEST(an_address_has_so_many_connections_and_no_more)
{
    int fds[3];

    open_with((const char *const[]){"max_connections_per_address=3", NULL});
    for (int i = 0; i < 3; i++) {
        fds[i] = client_connect(door->port);
        client_text(fds[i], GET);
        ck_assert_int_eq(status_of(client_answer(fds[i])), 200);
    }
    ck_assert_int_eq(status_of(client_ask(door->port, GET)), 0);
    close(fds[0]);
    while (status_of(client_ask(door->port, GET)) != 200)
        poll(NULL, 0, 5);
    close(fds[1]);
    close(fds[2]);
}
END_TEST

START_TEST(a_full_server_leaves_callers_in_the_backlog)
{
    int fds[3];

    open_with((const char *const[]){"max_connections=2", NULL});
    for (int i = 0; i < 3; i++) {
        fds[i] = client_connect(door->port);
        client_text(fds[i], GET);
        if (i < 2)
            ck_assert_int_eq(status_of(client_answer(fds[i])), 200);
    }
    ck_assert(!client_closed(fds[2], 200));
    close(fds[0]);
    ck_assert_int_eq(status_of(client_answer(fds[2])), 200);
    close(fds[1]);
    close(fds[2]);
}
END_TEST

START_TEST(a_full_queue_is_503_with_retry_after)
{
    static const char slow[] = "GET /slow HTTP/1.1\r\n" HOST "\r\n";
    int fds[3];

    door_prepare()->hold = true;
    open_with((const char *const[]){"workers=1", "queue_limit=2", NULL});
    for (int i = 0; i < 3; i++) {
        struct http_gauges gauges = {0};

        fds[i] = client_connect(door->port);
        client_text(fds[i], slow);
        while (atomic_load(&door->in_work) == 0 || gauges.queued < i) {
            poll(NULL, 0, 2);
            http_server_gauges(door->server, &gauges);
        }
    }
    for (int i = 0; i < 9; i++) {
        const char *answer = client_ask(door->port, slow);

        ck_assert_int_eq(status_of(answer), 503);
        ck_assert_ptr_nonnull(strstr(answer, "Retry-After: "));
    }
    atomic_store(&door->hold, false);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(status_of(client_answer(fds[i])), 200);
        close(fds[i]);
    }
}
END_TEST

START_TEST(a_good_client_is_served_beside_many_bad_ones)
{
    enum { IDLE = 1000, SLOW = 40 };
    static int fds[IDLE + SLOW];

    open_with((const char *const[]){PATIENT, NULL});
    for (int i = 0; i < IDLE + SLOW; i++) {
        fds[i] = client_connect(door->port);
        if (i < IDLE) {
            client_text(fds[i], GET);
            ck_assert_int_eq(status_of(client_answer(fds[i])), 200);
        } else {
            client_text(fds[i], POST "Content-Length: 200000000\r\n\r\nslow");
        }
    }
    for (int i = 0; i < 50; i++) {
        const int64_t start = clock_monotonic();

        ck_assert_int_eq(status_of(client_ask(door->port, POST "Content-Length: 5\r\n\r\nhello")),
                         200);
        ck_assert_int_lt(clock_monotonic() - start, LONG);
    }
    for (int i = 0; i < IDLE + SLOW; i++)
        close(fds[i]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http_limits");
    TCase *tests = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    tcase_add_checked_fixture(tests, NULL, door_close);
    tcase_add_test(tests, what_does_not_fit_is_503_with_retry_after);
    tcase_add_test(tests, small_requests_have_their_reserve);
    tcase_add_test(tests, a_chunked_upload_waits_for_room_and_then_succeeds);
    tcase_add_test(tests, a_wait_that_is_too_long_ends_in_503);
    tcase_add_test(tests, uploads_that_together_are_too_large_do_not_block_each_other_for_ever);
    tcase_add_test(tests, greedy_uploads_of_one_address_do_not_starve_a_small_request);
    tcase_add_test(tests, an_address_has_so_many_connections_and_no_more);
    tcase_add_test(tests, a_full_server_leaves_callers_in_the_backlog);
    tcase_add_test(tests, a_full_queue_is_503_with_retry_after);
    tcase_add_test(tests, a_good_client_is_served_beside_many_bad_ones);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
