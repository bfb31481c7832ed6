#include "http/body.h"

#include "base/clock.h"
#include "base/config.h"
#include "http/answer.h"

#include <stddef.h>

static struct request *request_of(struct ticket *ticket)
{
    return (struct request *)(void *)((char *)ticket - offsetof(struct request, ticket));
}

/* The answer is written while the route still knows its body; then what that held is given back,
 * and what comes is only drained. */
static void refuse(struct request *r, const struct err *err, bool by_route)
{
    const struct http_route *route = r->exchange.route;

    r->refused = true;
    if (by_route && route->body_refused != NULL)
        route->body_refused(route->context, &r->exchange, err);
    else
        http_refuse(&r->exchange, err);
    request_release_body(r);
}

/* What a packed body holds counts as well, but nobody waits for room in the middle of it. */
static bool on_inflated(void *context, const char *data, size_t n, struct err *err)
{
    struct request *r = context;
    const struct http_route *route = r->exchange.route;

    if (!admission_take(r->server->admission, &r->ticket, (int64_t)n))
        return err_set(err, ERR_BUSY, "no room for the body");
    if (route->body_data(route->context, &r->exchange, data, n, err))
        return true;
    r->route_refused = true;
    return false;
}

static bool begin_inflating(struct request *r, struct err *err)
{
    const struct config *config = r->server->config;
    const struct inflater_limits limits = {.max_bytes = (uint64_t)config->max_inflated,
                                           .max_ratio = (uint64_t)config->max_inflate_ratio};

    if (r->coding == CODING_NONE)
        return true;
    r->inflater = inflater_new(r->coding, &limits, on_inflated, r);
    return r->inflater != NULL || err_no_memory(err);
}

void body_begin(struct request *r)
{
    const struct http_route *route = r->exchange.route;
    struct watch *watch = &r->connection->watch;
    struct err err = {0};

    atomic_store(&watch->received, 0);
    watch_set(watch, WATCH_BODY);
    r->body_is_open = route->body_open(route->context, &r->exchange, &err);
    if (!r->body_is_open)
        refuse(r, &err, true);
    else if (!begin_inflating(r, &err))
        refuse(r, &err, false);
}

void body_ready(struct ticket *ticket)
{
    MHD_resume_connection(request_of(ticket)->mhd);
}

/* Is there room for the piece? If not, the connection sleeps until there is: MHD does not read
 * from it meanwhile, so that the client is held back by TCP. */
static bool has_room(struct request *r, size_t size)
{
    const int64_t now = clock_monotonic();
    const int64_t need = (int64_t)size - r->granted;

    if (need <= 0 || admission_take(r->server->admission, &r->ticket, need)) {
        r->granted = need < 0 ? -need : 0;
        return true;
    }
    r->asleep = true;
    watch_set(&r->connection->watch, WATCH_QUIET);
    MHD_suspend_connection(r->mhd); /* before the wait begins, as it may be over at once */
    admission_wait(r->server->admission, &r->ticket, need,
                   now + r->server->config->response_timeout * 1000);
    return false;
}

static enum MHD_Result drain(struct request *r, size_t *size)
{
    r->drained += (int64_t)*size;
    r->exchange.body_bytes += *size;
    *size = 0;
    return r->drained <= r->server->config->drain_bytes ? MHD_YES : MHD_NO;
}

/* The connection slept: was it for nothing? */
static void wake_up(struct request *r)
{
    struct err err = {0};

    r->asleep = false;
    watch_set(&r->connection->watch, WATCH_BODY);
    if (r->ticket.refused) {
        err_set(&err, ERR_BUSY, "no room for the body");
        refuse(r, &err, false);
    } else {
        r->granted += r->ticket.wanted;
    }
}

static void hand_on(struct request *r, const char *data, size_t size)
{
    const struct http_route *route = r->exchange.route;
    struct err err = {0};

    r->exchange.body_bytes += size;
    if (r->inflater != NULL) {
        if (!inflater_feed(r->inflater, data, size, &err))
            refuse(r, &err, r->route_refused || err.kind == ERR_MALFORMED);
        return;
    }
    if (!route->body_data(route->context, &r->exchange, data, size, &err))
        refuse(r, &err, true);
}

enum MHD_Result body_piece(struct request *r, const char *data, size_t *size)
{
    const uint64_t max_body = (uint64_t)r->server->config->max_body;
    struct err err = {0};

    if (r->asleep)
        wake_up(r);
    if (!r->refused && r->exchange.body_bytes + *size > max_body) {
        err_set(&err, ERR_TOO_LARGE, "the body is larger than max_body");
        refuse(r, &err, false);
    }
    if (!r->refused && !has_room(r, *size))
        return MHD_YES;
    atomic_fetch_add(&r->connection->watch.received, (int64_t)*size);
    if (r->refused)
        return drain(r, size);
    hand_on(r, data, *size);
    *size = 0;
    return MHD_YES;
}

static enum MHD_Result answer_refused(struct request *r)
{
    r->connection->linger = r->announced;
    r->stage = STAGE_ANSWER;
    return request_answer(r);
}

enum MHD_Result body_end(struct request *r)
{
    struct err err = {0};

    if (!r->refused && r->inflater != NULL && !inflater_finish(r->inflater, &err))
        refuse(r, &err, true);
    if (r->refused)
        return answer_refused(r);
    r->stage = STAGE_ANSWER;
    watch_set(&r->connection->watch, WATCH_QUIET);
    MHD_suspend_connection(r->mhd); /* before a worker can resume it */
    if (!worker_pool_submit(r->server->pool, &r->job))
        request_refuse(&r->job);
    return MHD_YES;
}
