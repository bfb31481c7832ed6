#include "rest/health.h"

static void serve_live(void *context, void *worker, struct http_exchange *exchange)
{
    (void)context;
    (void)worker;
    exchange->operation = "live";
    exchange->outcome = "ok";
    http_answer_text(exchange, 200, "live");
}

static void serve_ready(void *context, void *worker, struct http_exchange *exchange)
{
    const bool ready = monitor_ready(context);

    (void)worker;
    exchange->operation = "ready";
    exchange->outcome = ready ? "ok" : "unavailable";
    http_answer_text(exchange, ready ? 200 : 503, ready ? "ready" : "the database is away");
}

struct http_route health_live_route(void)
{
    return (struct http_route){.path = "/health/live", .get = true, .serve = serve_live};
}

struct http_route health_ready_route(struct monitor *monitor)
{
    return (struct http_route){
        .path = "/health/ready", .get = true, .serve = serve_ready, .context = monitor};
}
