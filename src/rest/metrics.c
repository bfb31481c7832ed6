#include "rest/metrics.h"

#include "base/clock.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_SERIES = 512, BUCKETS = 10 };

/* Upper bounds in microseconds; one more bucket takes the rest. */
static const int64_t bounds[BUCKETS] = {1000,   2500,   5000,    10000,   25000,
                                        100000, 250000, 1000000, 5000000, 10000000};

/* Requests of one operation with one outcome. */
struct series {
    const char *operation;
    const char *outcome;
    uint64_t count;
    uint64_t microseconds;
    uint64_t bucket[BUCKETS + 1];
};

struct metrics {
    pthread_mutex_t lock;
    struct series series[MAX_SERIES];
    size_t series_count;
    uint64_t bytes_in;
    const struct monitor *monitor;
    const struct http_server *server;
    const struct sealer *sealer;
    const struct usage *usage;
    const struct notifier_stats *notifier;
};

struct metrics *metrics_new(const struct monitor *monitor)
{
    struct metrics *metrics = calloc(1, sizeof(*metrics));

    if (metrics == NULL)
        return NULL;
    pthread_mutex_init(&metrics->lock, NULL);
    metrics->monitor = monitor;
    return metrics;
}

void metrics_free(struct metrics **metrics)
{
    if (*metrics == NULL)
        return;
    pthread_mutex_destroy(&(*metrics)->lock);
    free(*metrics);
    *metrics = NULL;
}

void metrics_watch(struct metrics *metrics, const struct http_server *server)
{
    pthread_mutex_lock(&metrics->lock);
    metrics->server = server;
    pthread_mutex_unlock(&metrics->lock);
}

void metrics_watch_jobs(struct metrics *metrics, const struct sealer *sealer,
                        const struct usage *usage)
{
    pthread_mutex_lock(&metrics->lock);
    metrics->sealer = sealer;
    metrics->usage = usage;
    pthread_mutex_unlock(&metrics->lock);
}

void metrics_watch_notifier(struct metrics *metrics, const struct notifier_stats *stats)
{
    pthread_mutex_lock(&metrics->lock);
    metrics->notifier = stats;
    pthread_mutex_unlock(&metrics->lock);
}

/* NULL when all series are taken: operations and outcomes are constants, so that never happens. */
static struct series *find_series(struct metrics *metrics, const char *operation,
                                  const char *outcome)
{
    struct series *series = NULL;

    for (size_t i = 0; i < metrics->series_count; i++) {
        series = &metrics->series[i];
        if (strcmp(series->operation, operation) == 0 && strcmp(series->outcome, outcome) == 0)
            return series;
    }
    if (metrics->series_count == MAX_SERIES)
        return NULL;
    series = &metrics->series[metrics->series_count++];
    *series = (struct series){.operation = operation, .outcome = outcome};
    return series;
}

static size_t bucket_of(int64_t microseconds)
{
    size_t i = 0;

    while (i < BUCKETS && microseconds > bounds[i])
        i++;
    return i;
}

void metrics_count(struct metrics *metrics, const struct http_exchange *exchange,
                   int64_t microseconds)
{
    const char *operation = exchange->operation == NULL ? "none" : exchange->operation;
    const char *outcome = exchange->outcome == NULL ? "none" : exchange->outcome;
    struct series *series = NULL;

    pthread_mutex_lock(&metrics->lock);
    metrics->bytes_in += exchange->body_bytes;
    series = find_series(metrics, operation, outcome);
    if (series != NULL) {
        series->count++;
        series->microseconds += (uint64_t)microseconds;
        series->bucket[bucket_of(microseconds)]++;
    }
    pthread_mutex_unlock(&metrics->lock);
}

static void print_series(const struct series *series, struct buf *out)
{
    uint64_t sum = 0;

    for (size_t i = 0; i <= BUCKETS; i++) {
        char bound[32] = "+Inf";

        if (i < BUCKETS)
            snprintf(bound, sizeof(bound), "%g", (double)bounds[i] / 1e6);
        sum += series->bucket[i];
        buf_add_format(
            out, "dpvd_request_seconds_bucket{operation=\"%s\",outcome=\"%s\",le=\"%s\"} %llu\n",
            series->operation, series->outcome, bound, (unsigned long long)sum);
    }
    buf_add_format(out,
                   "dpvd_request_seconds_sum{operation=\"%s\",outcome=\"%s\"} %.6f\n"
                   "dpvd_request_seconds_count{operation=\"%s\",outcome=\"%s\"} %llu\n",
                   series->operation, series->outcome, (double)series->microseconds / 1e6,
                   series->operation, series->outcome, (unsigned long long)series->count);
}

static void print_number(struct buf *out, const char *name, const char *type, const char *help,
                         int64_t value)
{
    buf_add_format(out, "# HELP %s %s\n# TYPE %s %s\n%s %lld\n", name, help, name, type, name,
                   (long long)value);
}

static void print_gauges(const struct metrics *metrics, struct buf *out)
{
    struct http_gauges gauges = {0};

    if (metrics->server != NULL)
        http_server_gauges(metrics->server, &gauges);
    print_number(out, "dpvd_held_bytes", "gauge", "Bytes of request bodies held now.",
                 gauges.held_bytes);
    print_number(out, "dpvd_connections", "gauge", "Open connections.", gauges.connections);
    print_number(out, "dpvd_queued_requests", "gauge", "Requests waiting for a worker.",
                 gauges.queued);
    print_number(out, "dpvd_database_up", "gauge", "1 while the database answers.",
                 monitor_ready(metrics->monitor));
    if (metrics->sealer != NULL)
        print_number(out, "dpvd_audit_lag_seconds", "gauge",
                     "Age of the oldest audit row that has no seal, or of the last look.",
                     sealer_lag(metrics->sealer));
    if (metrics->usage != NULL)
        print_number(out, "dpvd_quota_warnings_total", "counter",
                     "Actual senders that reached 80 or 100 % of their quota.",
                     usage_warnings(metrics->usage));
    print_number(out, "dpvd_received_bytes_total", "counter", "Bytes of request bodies received.",
                 (int64_t)metrics->bytes_in);
}

/* One number of each channel. */
static void print_channels(struct buf *out, const struct notifier_stats *stats, const char *name,
                           const char *help, int64_t (*number)(const struct notifier_stats *))
{
    buf_add_format(out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
    for (int i = 0; i < NOTIFIER_CHANNELS; i++)
        buf_add_format(out, "%s{channel=\"%s\"} %lld\n", name, stats[i].channel,
                       (long long)number(&stats[i]));
}

static int64_t due_of(const struct notifier_stats *stats)
{
    return atomic_load(&stats->due);
}

static int64_t age_of(const struct notifier_stats *stats)
{
    const int64_t oldest = atomic_load(&stats->oldest);
    const int64_t now = clock_now();

    return oldest == 0 || oldest > now ? 0 : (now - oldest) / 1000000;
}

static int64_t up_of(const struct notifier_stats *stats)
{
    return atomic_load(&stats->is_down) == 0;
}

static void print_outcome(struct buf *out, const struct notifier_stats *stats, const char *outcome,
                          const _Atomic int64_t *number)
{
    buf_add_format(out, "dpvd_notifications_total{channel=\"%s\",outcome=\"%s\"} %lld\n",
                   stats->channel, outcome, (long long)atomic_load(number));
}

static void print_notifier(struct buf *out, const struct notifier_stats *stats)
{
    print_channels(out, stats, "dpvd_notifications_due",
                   "Notifications that wait although it is their time.", due_of);
    print_channels(out, stats, "dpvd_notifications_oldest_seconds",
                   "For how long the oldest of them has been waiting.", age_of);
    print_channels(out, stats, "dpvd_gateway_up", "0 while the gateway takes nothing.", up_of);
    buf_add_text(out, "# HELP dpvd_notifications_total What became of notifications and tries.\n"
                      "# TYPE dpvd_notifications_total counter\n");
    for (int i = 0; i < NOTIFIER_CHANNELS; i++) {
        print_outcome(out, &stats[i], "sent", &stats[i].sent);
        print_outcome(out, &stats[i], "later", &stats[i].later);
        print_outcome(out, &stats[i], "failed", &stats[i].failed);
        print_outcome(out, &stats[i], "cancelled", &stats[i].cancelled);
        print_outcome(out, &stats[i], "repeated", &stats[i].repeated);
    }
}

static void serve(void *context, void *worker, struct http_exchange *exchange)
{
    struct metrics *metrics = context;
    struct buf *out = &exchange->answer.body;

    (void)worker;
    exchange->answer.status = 200;
    exchange->answer.content_type = "text/plain; version=0.0.4; charset=utf-8";
    exchange->operation = "metrics";
    exchange->outcome = "ok";
    pthread_mutex_lock(&metrics->lock);
    print_gauges(metrics, out);
    if (metrics->notifier != NULL)
        print_notifier(out, metrics->notifier);
    buf_add_text(out, "# HELP dpvd_request_seconds Time from headers to answer, by operation and "
                      "outcome.\n# TYPE dpvd_request_seconds histogram\n");
    for (size_t i = 0; i < metrics->series_count; i++)
        print_series(&metrics->series[i], out);
    pthread_mutex_unlock(&metrics->lock);
}

struct http_route metrics_route(struct metrics *metrics)
{
    return (struct http_route){.path = "/metrics",
                               .get = true,
                               .operators_only = true,
                               .serve = serve,
                               .context = metrics};
}
