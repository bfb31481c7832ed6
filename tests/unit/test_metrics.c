/* The operators' pages: /metrics, /health/live and /health/ready. */
#include "no_memory.h"
#include "rest/health.h"
#include "rest/metrics.h"
#include "support/door.h"

#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

/* The database, as the test says. */
struct monitor {
    bool ready;
};

bool monitor_ready(const struct monitor *monitor)
{
    return monitor->ready;
}

static struct monitor monitor;
static struct metrics *metrics;
static struct http_exchange exchange;

static void set_up(void)
{
    monitor.ready = true;
    metrics = metrics_new(&monitor);
    exchange = (struct http_exchange){0};
    ck_assert_ptr_nonnull(metrics);
}

static void tear_down(void)
{
    metrics_free(&metrics);
    buf_free(&exchange.answer.body);
}

static void ask(struct http_route route)
{
    buf_free(&exchange.answer.body);
    route.serve(route.context, NULL, &exchange);
}

static bool shows(const char *line)
{
    char whole[256];

    snprintf(whole, sizeof(whole), "\n%s\n", line);
    ask(metrics_route(metrics));
    return strstr(exchange.answer.body.data, whole) != NULL;
}

static void count(const char *operation, const char *outcome, int64_t microseconds)
{
    const struct http_exchange finished = {
        .operation = operation, .outcome = outcome, .body_bytes = 10};

    metrics_count(metrics, &finished, microseconds);
}

/* ------------------------------------------------------------------ metrics */

START_TEST(page_is_prometheus_text_for_operators_only)
{
    const struct http_route route = metrics_route(metrics);

    ck_assert_str_eq(route.path, "/metrics");
    ck_assert(route.get && !route.post && route.operators_only);
    ask(route);
    ck_assert_int_eq(exchange.answer.status, 200);
    ck_assert_str_eq(exchange.answer.content_type, "text/plain; version=0.0.4; charset=utf-8");
    ck_assert_str_eq(exchange.operation, "metrics");
    ck_assert_str_eq(exchange.outcome, "ok");
}
END_TEST

START_TEST(requests_are_counted_by_operation_and_outcome)
{
    count("Test", "ok", 1000);
    count("Test", "ok", 500000);
    count("Test", "refused", 1);
    count("Insert", "ok", 1);

    ck_assert(shows("dpvd_request_seconds_count{operation=\"Test\",outcome=\"ok\"} 2"));
    ck_assert(shows("dpvd_request_seconds_sum{operation=\"Test\",outcome=\"ok\"} 0.501000"));
    ck_assert(shows("dpvd_request_seconds_count{operation=\"Test\",outcome=\"refused\"} 1"));
    ck_assert(shows("dpvd_request_seconds_count{operation=\"Insert\",outcome=\"ok\"} 1"));
    ck_assert(shows("dpvd_received_bytes_total 40"));
}
END_TEST

START_TEST(request_without_operation_is_counted_as_none)
{
    count(NULL, NULL, 1);
    ck_assert(shows("dpvd_request_seconds_count{operation=\"none\",outcome=\"none\"} 1"));
}
END_TEST

/* le is "less or equal", and every bucket holds the smaller ones. */
static const struct {
    int64_t microseconds;
    const char *outside; /* the largest bound that it exceeds, NULL: none */
    const char *inside;  /* the smallest that it does not */
} buckets[] = {
    {0, NULL, "0.001"},        {1000, NULL, "0.001"},     {1001, "0.001", "0.0025"},
    {2500, "0.001", "0.0025"}, {5000, "0.0025", "0.005"}, {10000, "0.005", "0.01"},
    {25000, "0.01", "0.025"},  {100000, "0.025", "0.1"},  {250000, "0.1", "0.25"},
    {1000000, "0.25", "1"},    {5000000, "1", "5"},       {10000000, "5", "10"},
    {10000001, "10", "+Inf"},  {INT64_MAX, "10", "+Inf"},
};

static bool bucket_holds(const char *bound, int n)
{
    char line[128];

    snprintf(line, sizeof(line),
             "dpvd_request_seconds_bucket{operation=\"Test\",outcome=\"ok\",le=\"%s\"} %d", bound,
             n);
    return shows(line);
}

START_TEST(time_falls_into_the_buckets_that_are_not_smaller)
{
    count("Test", "ok", buckets[_i].microseconds);
    ck_assert(bucket_holds(buckets[_i].inside, 1));
    ck_assert(bucket_holds("+Inf", 1));
    ck_assert(buckets[_i].outside == NULL || bucket_holds(buckets[_i].outside, 0));
}
END_TEST

START_TEST(gauges_are_the_servers_while_it_is_watched)
{
    const struct door *door = door_open(NULL);
    const int client = client_connect(door->port);

    client_text(client, "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n");
    ck_assert_int_ne(status_of(client_answer(client)), 0);
    ck_assert(shows("dpvd_connections 0"));
    metrics_watch(metrics, door->server);
    ck_assert(shows("dpvd_connections 1"));
    metrics_watch(metrics, NULL);
    ck_assert(shows("dpvd_connections 0"));
    close(client);
    door_close();
}
END_TEST

START_TEST(database_is_up_or_not)
{
    ck_assert(shows("dpvd_database_up 1"));
    monitor.ready = false;
    ck_assert(shows("dpvd_database_up 0"));
}
END_TEST

START_TEST(every_metric_has_help_and_type)
{
    static const char *const lines[] = {
        "# TYPE dpvd_held_bytes gauge",
        "# TYPE dpvd_connections gauge",
        "# TYPE dpvd_queued_requests gauge",
        "# TYPE dpvd_database_up gauge",
        "# TYPE dpvd_received_bytes_total counter",
        "# TYPE dpvd_request_seconds histogram",
    };
    int helps = 0;

    for (int i = 0; i < COUNT(lines); i++)
        ck_assert_msg(shows(lines[i]), "%s", lines[i]);
    ask(metrics_route(metrics));
    for (const char *at = exchange.answer.body.data; (at = strstr(at, "# HELP ")) != NULL; at++)
        helps++;
    ck_assert_int_eq(helps, COUNT(lines));
}
END_TEST

START_TEST(series_without_end_do_no_harm)
{
    static char names[2000][16];

    for (int i = 0; i < COUNT(names); i++) {
        snprintf(names[i], sizeof(names[i]), "op%d", i);
        count(names[i], "ok", 1);
    }
    ck_assert(shows("dpvd_request_seconds_count{operation=\"op0\",outcome=\"ok\"} 1"));
    ck_assert(shows("dpvd_received_bytes_total 20000"));
}
END_TEST

enum { THREADS = 4, ROUNDS = 2000 };

static void *count_many(void *context)
{
    (void)context;
    for (int i = 0; i < ROUNDS; i++)
        count("Test", "ok", i);
    return NULL;
}

START_TEST(threads_count_together)
{
    pthread_t threads[THREADS];
    char line[128];

    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, count_many, NULL), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    snprintf(line, sizeof(line), "dpvd_request_seconds_count{operation=\"Test\",outcome=\"ok\"} %d",
             THREADS * ROUNDS);
    ck_assert(shows(line));
}
END_TEST

START_TEST(start_without_memory_fails_and_free_of_nothing_is_nothing)
{
    metrics_free(&metrics);
    metrics_free(&metrics);
    memory_fails_at(1);
    metrics = metrics_new(&monitor);
    memory_fails_at(0);
    metrics_free(&metrics);
    ck_assert_ptr_null(metrics);
}
END_TEST

/* ------------------------------------------------------------------ health */

START_TEST(live_whatever_the_database_does)
{
    const struct http_route route = health_live_route();

    ck_assert_str_eq(route.path, "/health/live");
    ck_assert(route.get && !route.post && !route.operators_only);
    ask(route);
    ck_assert_int_eq(exchange.answer.status, 200);
    ck_assert_str_eq(exchange.answer.body.data, "live\n");
}
END_TEST

START_TEST(ready_while_the_database_answers)
{
    const struct http_route route = health_ready_route(&monitor);

    ck_assert_str_eq(route.path, "/health/ready");
    ck_assert(route.get && !route.post && !route.operators_only);
    ask(route);
    ck_assert_int_eq(exchange.answer.status, 200);
    ck_assert_str_eq(exchange.answer.body.data, "ready\n");
    ck_assert_str_eq(exchange.outcome, "ok");
    monitor.ready = false;
    ask(route);
    ck_assert_int_eq(exchange.answer.status, 503);
    ck_assert_str_eq(exchange.outcome, "unavailable");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("metrics");
    TCase *tcase = tcase_create("metrics");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    suite_add_tcase(suite, tcase);
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, page_is_prometheus_text_for_operators_only);
    tcase_add_test(tcase, requests_are_counted_by_operation_and_outcome);
    tcase_add_test(tcase, request_without_operation_is_counted_as_none);
    tcase_add_loop_test(tcase, time_falls_into_the_buckets_that_are_not_smaller, 0, COUNT(buckets));
    tcase_add_test(tcase, gauges_are_the_servers_while_it_is_watched);
    tcase_add_test(tcase, database_is_up_or_not);
    tcase_add_test(tcase, every_metric_has_help_and_type);
    tcase_add_test(tcase, series_without_end_do_no_harm);
    tcase_add_test(tcase, threads_count_together);
    tcase_add_test(tcase, start_without_memory_fails_and_free_of_nothing_is_nothing);
    tcase_add_test(tcase, live_whatever_the_database_does);
    tcase_add_test(tcase, ready_while_the_database_answers);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
