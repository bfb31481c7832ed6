/* Numbers for the operators, as Prometheus text. */
#ifndef DPVD_REST_METRICS_H
#define DPVD_REST_METRICS_H

#include "http/server.h"
#include "service/notifier_stats.h"
#include "service/sealer.h"
#include "service/usage.h"
#include "store/monitor.h"

struct metrics;

/* monitor must outlive the metrics. NULL when memory ran out. */
struct metrics *metrics_new(const struct monitor *monitor);

/* Counts one finished request; called from any thread. operation and outcome of the exchange must
 * be constants. */
void metrics_count(struct metrics *metrics, const struct http_exchange *exchange,
                   int64_t microseconds);

/* The server whose gauges are shown; NULL: none yet, or no longer. */
void metrics_watch(struct metrics *metrics, const struct http_server *server);

/* The jobs in the background whose numbers are shown; sealer NULL: this dpvd does not seal. They
 * outlive the requests. */
void metrics_watch_jobs(struct metrics *metrics, const struct sealer *sealer,
                        const struct usage *usage);

/* The channels of the notifier, NOTIFIER_CHANNELS of them; NULL: this dpvd sends none. */
void metrics_watch_notifier(struct metrics *metrics, const struct notifier_stats *stats);

/* GET /metrics, on the operators' listener only. */
struct http_route metrics_route(struct metrics *metrics);

void metrics_free(struct metrics **metrics);

#endif
