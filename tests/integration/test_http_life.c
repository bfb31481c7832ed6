/* Start, stop, TLS and its reload, workers without resources. */
#include "base/clock.h"
#include "support/door.h"
#include "support/tls_client.h"

#include <check.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HOST "Host: localhost\r\n"
#define GET "GET /echo HTTP/1.1\r\n" HOST "\r\n"
#define SLOW "GET /slow HTTP/1.1\r\n" HOST "\r\n"

static struct door *door;

static void *stop_door(void *argument)
{
    (void)argument;
    http_server_stop(&door->server);
    return NULL;
}

static pthread_t stop_aside(void)
{
    pthread_t thread;

    ck_assert_int_eq(pthread_create(&thread, NULL, stop_door, NULL), 0);
    return thread;
}

/* Until so many slow requests are in work and so many wait. */
static void wait_for(int in_work, int64_t queued)
{
    struct http_gauges gauges = {0};

    do {
        poll(NULL, 0, 2);
        http_server_gauges(door->server, &gauges);
    } while (atomic_load(&door->in_work) < in_work || gauges.queued < queued);
}

START_TEST(a_request_in_work_is_finished_before_the_stop)
{
    pthread_t thread;
    int fd = -1;
    const char *answer = NULL;

    door_prepare()->hold = true;
    door = door_open((const char *const[]){"shutdown_timeout=10m", NULL});
    fd = client_connect(door->port);
    client_text(fd, SLOW);
    wait_for(1, 0);
    thread = stop_aside();
    while (client_can_connect(door->port))
        poll(NULL, 0, 2);
    atomic_store(&door->hold, false);
    answer = client_answer(fd);
    ck_assert_int_eq(status_of(answer), 200);
    ck_assert_ptr_nonnull(strstr(answer, "Connection: close\r\n"));
    pthread_join(thread, NULL);
    close(fd);
    door_close();
}
END_TEST

START_TEST(a_stopping_server_refuses_connections_and_drops_idle_ones)
{
    pthread_t thread;
    int busy = -1;
    int idle = -1;
    int port = 0;

    door_prepare()->hold = true;
    door = door_open((const char *const[]){"shutdown_timeout=10m", "idle_timeout=10m", NULL});
    port = door->port;
    idle = client_connect(port);
    client_text(idle, GET);
    ck_assert_int_eq(status_of(client_answer(idle)), 200);
    busy = client_connect(port);
    client_text(busy, SLOW);
    wait_for(1, 0);
    thread = stop_aside();
    ck_assert(client_closed(idle, DOOR_PATIENCE));
    ck_assert(!client_can_connect(port));
    atomic_store(&door->hold, false);
    ck_assert_int_eq(status_of(client_answer(busy)), 200);
    pthread_join(thread, NULL); /* long before shutdown_timeout */
    close(idle);
    close(busy);
    door_close();
}
END_TEST

START_TEST(a_stop_does_not_wait_for_ever_for_a_slow_client)
{
    int64_t start = 0;
    int fd = -1;

    door = door_open((const char *const[]){"shutdown_timeout=300ms", "body_grace=10m", NULL});
    fd = client_connect(door->port);
    client_text(fd, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 100\r\n\r\nhello");
    while (atomic_load(&door->opened) == 0)
        poll(NULL, 0, 2);
    start = clock_monotonic();
    door_close();
    ck_assert_int_ge(clock_monotonic() - start, 300000);
    close(fd);
}
END_TEST

START_TEST(what_still_queues_when_time_is_up_is_told_to_come_again)
{
    int fds[4];
    pthread_t thread;

    door_prepare()->hold = true;
    door = door_open((const char *const[]){"workers=1", "shutdown_timeout=100ms", NULL});
    for (int i = 0; i < 4; i++) {
        fds[i] = client_connect(door->port);
        client_text(fds[i], SLOW);
        wait_for(1, i);
    }
    thread = stop_aside();
    for (int i = 3; i >= 0; i--) {
        ck_assert_int_eq(status_of(client_answer(fds[i])), i == 0 ? 200 : 503);
        atomic_store(&door->hold, i > 1); /* the first one is in work until all others are told */
        close(fds[i]);
    }
    pthread_join(thread, NULL);
    door_close();
}
END_TEST

START_TEST(a_waiting_upload_does_not_block_the_stop)
{
    static char body[900000];
    int fds[2];

    door = door_open((const char *const[]){"held_bytes=1m", "held_reserve=0", "max_body=1m",
                                           "small_request=64k", "shutdown_timeout=200ms", NULL});
    for (int i = 0; i < 2; i++) {
        fds[i] = client_connect(door->port);
        client_text(fds[i], "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 1000000\r\n\r\n");
    }
    client_send(fds[0], body, sizeof(body));
    send(fds[1], body, sizeof(body), MSG_DONTWAIT | MSG_NOSIGNAL);
    poll(NULL, 0, 100);
    door_close();
    close(fds[0]);
    close(fds[1]);
}
END_TEST

static void *hammer(void *argument)
{
    atomic_bool *over = argument;
    static char body[300000];
    char answer[1000];

    while (!atomic_load(over)) {
        const int fd = client_socket(door->port);

        if (fd < 0)
            continue;
        for (int i = 0; i < 20; i++) {
            client_text(fd, GET "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 300000\r\n\r\n");
            client_send(fd, body, sizeof(body));
            if (recv(fd, answer, sizeof(answer), 0) <= 0)
                break;
        }
        close(fd);
    }
    return NULL;
}

START_TEST(a_stop_under_load_is_clean)
{
    enum { THREADS = 8 };
    pthread_t threads[THREADS];
    atomic_bool over = false;

    door = door_open((const char *const[]){"held_bytes=1m", "held_reserve=0", "max_body=512k",
                                           "small_request=64k", "shutdown_timeout=5ms",
                                           "drain_bytes=0", NULL});
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, hammer, &over);
    poll(NULL, 0, 150);
    http_server_stop(&door->server);
    atomic_store(&over, true);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    door_close();
}
END_TEST

START_TEST(a_listener_that_cannot_open_says_which)
{
    struct config config = {0};
    struct http_server *server = NULL;
    struct err err = {0};
    const struct http_route none[] = {{0}};
    char setting[64];

    door = door_open(NULL);
    ck_assert(config_init(&config, &err));
    snprintf(setting, sizeof(setting), "listen=127.0.0.1:%d", door->port);
    ck_assert(config_assign(&config, setting, &err));
    ck_assert(!http_server_start(&config, none, NULL, &server, &err));
    ck_assert_ptr_nonnull(strstr(err.msg, "listen: "));
    ck_assert_ptr_nonnull(strstr(err.msg, strerror(EADDRINUSE)));
    ck_assert_ptr_null(server);
    config_free(&config);
    door_close();
}
END_TEST

START_TEST(requests_wait_for_a_worker_with_resources_while_others_have_none)
{
    static struct door *d;
    int clients[6];
    int without = 0;

    door_prepare()->workers_most = 1;
    d = door = door_open((const char *const[]){"workers=4", NULL});
    while (atomic_load(&d->with_worker) == 0) /* it may still be about to open them */
        ck_assert_int_eq(status_of(client_ask(d->port, GET)), 200);
    without = atomic_load(&d->without_worker);
    for (size_t i = 0; i < 6; i++)
        client_text(clients[i] = client_connect(d->port), SLOW);
    for (size_t i = 0; i < 6; i++) {
        ck_assert_int_eq(status_of(client_answer(clients[i])), 200);
        close(clients[i]);
    }
    ck_assert_int_eq(atomic_load(&d->without_worker), without);
    door_close();
}
END_TEST

START_TEST(requests_are_served_without_resources_until_they_come)
{
    static struct door *d;
    int without = 0;

    door_prepare()->workers_fail = true;
    d = door = door_open((const char *const[]){"workers=1", NULL});
    ck_assert_int_eq(status_of(client_ask(d->port, GET)), 200);
    ck_assert_int_eq(atomic_load(&d->without_worker), 1);
    ck_assert(door_logged("event=workers_unavailable reason=\"no database\""));
    atomic_store(&d->workers_fail, false);
    ck_assert(door_logged("event=workers_available"));
    without = atomic_load(&d->without_worker);
    ck_assert_int_eq(status_of(client_ask(d->port, GET)), 200);
    ck_assert_int_eq(atomic_load(&d->without_worker), without);
    door_close();
}
END_TEST

static void open_tls(struct tls_files *files, const char *header_timeout)
{
    char certificate[200];
    char key[200];

    tls_files_make(files, "first.example");
    snprintf(certificate, sizeof(certificate), "tls_certificate=%s", files->certificate);
    snprintf(key, sizeof(key), "tls_key=%s", files->key);
    door = door_open(
        (const char *const[]){"tls_listen=127.0.0.1:0", certificate, key, header_timeout, NULL});
}

START_TEST(new_tls_versions_are_spoken_and_old_ones_refused)
{
    const struct {
        const char *priorities;
        bool ok;
    } cases[] = {
        {"NORMAL:-VERS-ALL:+VERS-TLS1.3", true},
        {"NORMAL:-VERS-ALL:+VERS-TLS1.2", true},
        {"NORMAL:-VERS-ALL:+VERS-TLS1.1", false},
        {"LEGACY:-VERS-ALL:+VERS-TLS1.0", false},
        {"NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+RSA", false},
        {"NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+AES-128-CBC", false},
        {"NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+ANON-ECDH", false},
    };
    struct tls_files files;
    char answer[1000];
    char name[100];

    open_tls(&files, "header_timeout=60s");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ck_assert_msg(tls_ask(door->tls_port, cases[i].priorities, GET, answer, name) ==
                          cases[i].ok,
                      "%s", cases[i].priorities);
        if (cases[i].ok)
            ck_assert_int_eq(status_of(answer), 200);
    }
    ck_assert(door_logged(" tls=1"));
    tls_files_remove(&files);
    door_close();
}
END_TEST

START_TEST(a_reload_shows_the_new_certificate_and_a_bad_one_keeps_the_old)
{
    struct tls_files files;
    struct err err = {0};
    char answer[1000];
    char name[100];

    open_tls(&files, "header_timeout=60s");
    ck_assert(tls_ask(door->tls_port, "NORMAL", GET, answer, name));
    ck_assert_str_eq(name, "first.example");
    tls_files_make_again(&files, "second.example");
    ck_assert_msg(http_server_reload(door->server, &err), "%s", err.msg);
    ck_assert(tls_ask(door->tls_port, "NORMAL", GET, answer, name));
    ck_assert_str_eq(name, "second.example");
    tls_files_break(&files);
    ck_assert(!http_server_reload(door->server, &err));
    ck_assert_ptr_nonnull(strstr(err.msg, files.certificate));
    ck_assert(tls_ask(door->tls_port, "NORMAL", GET, answer, name));
    ck_assert_str_eq(name, "second.example");
    tls_files_remove(&files);
    door_close();
}
END_TEST

START_TEST(a_key_of_another_certificate_is_refused)
{
    struct tls_files files;
    struct tls_files other;
    struct err err = {0};

    open_tls(&files, "header_timeout=60s");
    tls_files_make(&other, "other.example");
    ck_assert_int_eq(rename(other.key, files.key), 0);
    ck_assert(!http_server_reload(door->server, &err));
    ck_assert_ptr_nonnull(strstr(err.msg, "does not belong"));
    tls_files_remove(&other);
    tls_files_remove(&files);
    door_close();
}
END_TEST

START_TEST(a_stalled_handshake_is_cut)
{
    struct tls_files files;
    int64_t start = 0;
    int fd = -1;

    open_tls(&files, "header_timeout=300ms");
    start = clock_monotonic();
    fd = client_connect(door->tls_port);
    client_send(fd, "\x16\x03\x01\x02", 4);
    ck_assert(client_closed(fd, DOOR_SOON));
    ck_assert_int_ge(clock_monotonic() - start, 250000);
    close(fd);
    tls_files_remove(&files);
    door_close();
}
END_TEST

START_TEST(plain_http_on_the_tls_port_is_no_request)
{
    struct tls_files files;

    open_tls(&files, "header_timeout=60s");
    ck_assert_int_eq(status_of(client_ask(door->tls_port, GET)), 0);
    ck_assert_int_eq(atomic_load(&door->served), 0);
    tls_files_remove(&files);
    door_close();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http_life");
    TCase *tests = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    tcase_add_test(tests, a_request_in_work_is_finished_before_the_stop);
    tcase_add_test(tests, a_stopping_server_refuses_connections_and_drops_idle_ones);
    tcase_add_test(tests, a_stop_does_not_wait_for_ever_for_a_slow_client);
    tcase_add_test(tests, what_still_queues_when_time_is_up_is_told_to_come_again);
    tcase_add_test(tests, a_waiting_upload_does_not_block_the_stop);
    tcase_add_test(tests, a_stop_under_load_is_clean);
    tcase_add_test(tests, a_listener_that_cannot_open_says_which);
    tcase_add_test(tests, requests_are_served_without_resources_until_they_come);
    tcase_add_test(tests, requests_wait_for_a_worker_with_resources_while_others_have_none);
    tcase_add_test(tests, new_tls_versions_are_spoken_and_old_ones_refused);
    tcase_add_test(tests, a_reload_shows_the_new_certificate_and_a_bad_one_keeps_the_old);
    tcase_add_test(tests, a_key_of_another_certificate_is_refused);
    tcase_add_test(tests, a_stalled_handshake_is_cut);
    tcase_add_test(tests, plain_http_on_the_tls_port_is_no_request);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
