#include "fuzz/request.h"

#include "base/log.h"
#include "fuzz/lines.h"
#include "http/inflater.h"
#include "http/server.h"
#include "soap/dispatch.h"
#include "soap/worker.h"
#include "xml/datetime.h"

#include <operations.h>
#include <stdlib.h>
#include <string.h>

enum { ROUTES_MAX = 16, BODY_MAX = 4 * 1024 * 1024 };

/* What a process has, made for the first request. */
static struct config config;
static struct process process;
static struct soap_dispatch *dispatch;
static struct soap_worker *worker;
static struct http_route routes[ROUTES_MAX];

static void set_up(void)
{
    struct err err = {0};

    if (dispatch != NULL)
        return;
    fuzz_hold(datetime_setup() && config_init(&config, &err), "presets are good");
    log_setup(LOG_ERROR, LOG_LOGFMT);
    process.config = &config;
    dispatch = soap_dispatch_new(&config);
    worker = soap_worker_open(&process, &err);
    fuzz_hold(dispatch != NULL && worker != NULL, "memory is left");
    fuzz_hold(soap_dispatch_count(dispatch) < ROUTES_MAX, "routes fit");
    soap_dispatch_routes(dispatch, routes);
}

static const struct http_route *route_of(const char *endpoint)
{
    set_up();
    for (size_t i = 0; wire_endpoints[i].name != NULL; i++) {
        if (strcmp(wire_endpoints[i].name, endpoint) == 0)
            return &routes[i];
    }
    return NULL;
}

/* An answer is XML of ours, or a word; only what was understood has status 200. */
static void hold_answer(const struct http_exchange *exchange, bool envelope)
{
    const int status = exchange->answer.status;
    const struct buf *body = &exchange->answer.body;

    fuzz_hold(status == 200 || (status >= 400 && status <= 504), "there is an answer");
    fuzz_hold(!envelope || exchange->outcome != NULL, "an outcome is noted");
    fuzz_hold(body->len > 0 && strlen(body->data) == body->len, "an answer has no zero in it");
    if (strstr(exchange->answer.content_type, "xml") == NULL)
        return;
    if (envelope)
        fuzz_hold(strstr(body->data, "Envelope") != NULL && fuzz_is_xml(body->data, body->len),
                  "an answer is well-formed");
}

static void finish(const struct http_route *route, struct http_exchange *exchange)
{
    if (exchange->body != NULL)
        route->body_free(route->context, exchange);
    fuzz_hold(exchange->body == NULL, "a body is given back");
    buf_free(&exchange->answer.body);
}

static void get(const struct http_route *route, const char *query)
{
    struct http_exchange exchange = {.id = "0123456789abcdef",
                                     .method = "GET",
                                     .path = route->path,
                                     .query = query[0] == '?' ? query + 1 : NULL,
                                     .host = "localhost",
                                     .client = "192.0.2.1",
                                     .route = route};

    route->serve(route->context, worker, &exchange);
    hold_answer(&exchange, false);
    finish(route, &exchange);
}

/* ------------------------------------------------------------------ bodies */

static bool feed(void *context, const void *data, size_t n, struct err *err)
{
    struct http_exchange *exchange = context;

    exchange->body_bytes += n;
    return exchange->route->body_data(exchange->route->context, exchange, data, n, err);
}

static bool unpacked(void *context, const char *data, size_t n, struct err *err)
{
    return feed(context, data, n, err);
}

static bool feed_packed(void *context, const void *data, size_t n, struct err *err)
{
    return inflater_feed(context, data, n, err);
}

static bool feed_all(struct http_exchange *exchange, enum content_coding coding,
                     struct fuzz_input body, struct err *err)
{
    const struct inflater_limits limits = {.max_bytes = BODY_MAX, .max_ratio = 100};
    const uint8_t cut = (uint8_t)body.n;
    struct inflater *inflater = NULL;
    bool ok = false;

    if (coding == CODING_NONE)
        return fuzz_pieces(body.data, body.n, cut, feed, exchange, err);
    inflater = inflater_new(coding, &limits, unpacked, exchange);
    fuzz_hold(inflater != NULL, "memory is left");
    ok = fuzz_pieces(body.data, body.n, cut, feed_packed, inflater, err) &&
         inflater_finish(inflater, err);
    inflater_free(&inflater);
    return ok;
}

/* The way of http/body.c. */
static int post(const struct http_route *route, const struct header_facts *facts,
                struct fuzz_input body)
{
    struct http_exchange exchange = {.id = "0123456789abcdef",
                                     .method = "POST",
                                     .path = route->path,
                                     .host = facts->host,
                                     .content_type = facts->content_type,
                                     .soap_action = facts->soap_action,
                                     .client = "192.0.2.1",
                                     .route = route};
    struct err err = {0};
    int status = 0;

    if (!route->body_open(route->context, &exchange, &err) ||
        !feed_all(&exchange, facts->coding, body, &err))
        route->body_refused(route->context, &exchange, &err);
    else
        route->serve(route->context, worker, &exchange);
    hold_answer(&exchange, true);
    status = exchange.answer.status;
    finish(route, &exchange);
    return status;
}

int request_post(const char *endpoint, const char *content_type, const void *body, size_t n)
{
    const struct header_facts facts = {.host = "localhost", .content_type = content_type};

    return post(route_of(endpoint), &facts, (struct fuzz_input){body, n});
}

void request_run(const char *endpoint, struct fuzz_input input)
{
    static const char get_word[] = "GET ";
    const struct http_route *route = route_of(endpoint);
    struct header_facts facts = {.content_type = "text/xml; charset=utf-8"};
    const char *reason = NULL;
    struct lines lines = {0};

    if (input.n > sizeof(get_word) && memcmp(input.data, get_word, sizeof(get_word) - 1) == 0) {
        char *line = fuzz_line(&input);

        get(route, line + sizeof(get_word) - 1);
        free(line);
        return;
    }
    if (input.n > 0 && input.data[0] != '<')
        lines_take(&input, &lines);
    if (lines.count == 0 || headers_read(lines.items, lines.count, true, &facts, &reason) == 0)
        post(route, &facts, input);
    lines_free(&lines);
}
