#include "http/server.h"

#include "base/clock.h"
#include "base/log.h"
#include "http/door.h"
#include "http/loop.h"
#include "http/request.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum { OPERATOR_CONNECTIONS = 64, LAST_ANSWERS_MS = 500, POLL_MS = 5 };

static bool has_room(void *context, int i)
{
    struct http_server *s = context;

    if (s->listeners[i].operators)
        return atomic_load(&s->listeners[i].loops[0].connections) < OPERATOR_CONNECTIONS;
    return atomic_load(&s->connections) < s->config->max_connections;
}

/* To the loop with the fewest; descriptors break ties, so that a burst is spread. */
static void accepted(void *context, int i, int fd, const struct sockaddr *peer, socklen_t size)
{
    struct http_server *s = context;
    struct listener *l = &s->listeners[i];
    struct loop *best = &l->loops[fd % l->loop_count];

    for (int n = 0; n < l->loop_count; n++) {
        if (atomic_load(&l->loops[n].connections) < atomic_load(&best->connections))
            best = &l->loops[n];
    }
    loop_add(best, fd, peer, size);
}

/* Each connection may linger as a second descriptor; the rest is for databases and spools. */
static void raise_descriptors(const struct config *config)
{
    const rlim_t wanted = (rlim_t)config->max_connections * 2 + 2048;
    struct rlimit limit = {0};

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < wanted)
        log_event(LOG_WARN, "few_descriptors", F_INT("limit", limit.rlim_cur),
                  F_INT("wanted", wanted));
}

static bool start_listener(struct http_server *s, struct listener *l, struct err *err)
{
    const int count = l->operators ? 1 : (int)s->config->http_threads;
    char text[80];
    char url[96];

    if (l->address[0] == '\0')
        return true;
    if (!acceptor_listen(l->address, &l->fd, text, err))
        return err_wrap(err, "%s", l->name);
    for (int i = 0; i < count; i++) {
        l->loops[i].server = s;
        l->loops[i].tls = l->tls;
        l->loops[i].operators = l->operators;
        if (!loop_start(&l->loops[i], err))
            return err_wrap(err, "%s", l->name);
        l->loop_count++;
    }
    snprintf(url, sizeof(url), "%s://%s", l->tls ? "https" : "http", text);
    log_event(LOG_INFO, "listening", F_STR("listener", l->name), F_STR("address", text),
              F_STR("url", url));
    return true;
}

static bool start_helpers(struct http_server *s, struct err *err)
{
    const struct config *c = s->config;
    const struct admission_limits limits = {c->held_bytes, c->held_reserve, c->small_request,
                                            c->held_percent_per_address,
                                            c->max_connections_per_address};
    const struct worker_settings workers = {c->workers, c->queue_limit, &s->workers, request_serve,
                                            request_refuse};

    s->admission = admission_new(&limits);
    if (s->admission == NULL)
        return err_no_memory(err);
    if (c->tls_listen[0] != '\0' &&
        !tls_open(c->tls_certificate, c->tls_key, c->tls_priorities, &s->tls, err))
        return false;
    return reaper_start(c, s->admission, &s->reaper, err) &&
           worker_pool_start(&workers, &s->pool, err);
}

static bool start(struct http_server *s, struct err *err)
{
    struct acceptor_settings settings = {.has_room = has_room, .accepted = accepted, .context = s};

    if (!start_helpers(s, err))
        return false;
    for (int i = 0; i < LISTENERS; i++) {
        if (!start_listener(s, &s->listeners[i], err))
            return false;
        settings.sockets[i] = s->listeners[i].fd;
    }
    if (!acceptor_start(&settings, &s->acceptor, err))
        return false;
    for (int i = 0; i < LISTENERS; i++)
        s->listeners[i].fd = -1; /* the acceptor's now */
    return true;
}

static void name_listeners(struct http_server *s)
{
    s->listeners[0].name = "listen";
    s->listeners[0].address = s->config->listen;
    s->listeners[1].name = "tls_listen";
    s->listeners[1].address = s->config->tls_listen;
    s->listeners[1].tls = true;
    s->listeners[2].name = "admin_listen";
    s->listeners[2].address = s->config->admin_listen;
    s->listeners[2].operators = true;
    for (int i = 0; i < LISTENERS; i++)
        s->listeners[i].fd = -1;
}

bool http_server_start(const struct config *config, const struct http_route *routes,
                       const struct http_workers *workers, struct http_server **server_out,
                       struct err *err)
{
    struct http_server *s = calloc(1, sizeof(*s));

    if (s == NULL)
        return err_no_memory(err);
    s->config = config;
    s->routes = routes;
    if (workers != NULL)
        s->workers = *workers;
    name_listeners(s);
    raise_descriptors(config);
    if (!networks_parse(config->trusted_proxies, &s->proxies, err) || !start(s, err)) {
        http_server_stop(&s);
        return false;
    }
    *server_out = s;
    return true;
}

bool http_server_reload(struct http_server *server, struct err *err)
{
    return server->tls == NULL || tls_reload(server->tls, err);
}

static void wait_for_exchanges(const struct http_server *s, int64_t milliseconds)
{
    const int64_t until = clock_monotonic() + milliseconds * 1000;

    while (atomic_load(&s->exchanges) > 0 && clock_monotonic() < until)
        poll(NULL, 0, POLL_MS);
}

static void stop_listeners(struct http_server *s)
{
    for (int i = 0; i < LISTENERS; i++) {
        struct listener *l = &s->listeners[i];

        for (int n = 0; n < l->loop_count; n++)
            loop_stop(&l->loops[n]);
        if (l->fd >= 0)
            close(l->fd);
    }
}

void http_server_stop(struct http_server **server)
{
    struct http_server *s = *server;

    if (s == NULL)
        return;
    acceptor_stop(&s->acceptor);
    atomic_store(&s->stopping, true);
    if (s->reaper != NULL)
        reaper_close_idle(s->reaper);
    wait_for_exchanges(s, s->config->shutdown_timeout);
    if (s->pool != NULL)
        worker_pool_stop(s->pool); /* what is still in work ends by its own deadlines */
    if (s->admission != NULL)
        admission_close(s->admission);
    wait_for_exchanges(s, LAST_ANSWERS_MS);
    stop_listeners(s); /* nothing is suspended any more, nor stays so: MHD would abort */
    worker_pool_free(&s->pool);
    reaper_stop(&s->reaper);
    admission_free(&s->admission);
    tls_close(&s->tls);
    free(s);
    *server = NULL;
}

void http_server_gauges(const struct http_server *server, struct http_gauges *gauges_out)
{
    gauges_out->held_bytes = admission_held(server->admission);
    gauges_out->connections = atomic_load(&server->connections);
    gauges_out->queued = worker_pool_queued(server->pool);
}
