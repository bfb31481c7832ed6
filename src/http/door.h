/* What the parts of the door share; nobody outside src/http includes it. */
#ifndef DPVD_HTTP_DOOR_H
#define DPVD_HTTP_DOOR_H

#include "base/address.h"
#include "http/acceptor.h"
#include "http/admission.h"
#include "http/reaper.h"
#include "http/server.h"
#include "http/tls.h"
#include "http/worker.h"

#include <microhttpd.h>
#include <stdatomic.h>

struct request;

/* One MHD daemon: an event loop with its own thread. */
struct loop {
    struct http_server *server;
    struct MHD_Daemon *daemon;
    bool tls;
    bool operators;
    atomic_int connections;
};

enum { LISTENERS = 3, LOOPS_MAX = 64 };

struct listener {
    const char *name;    /* of the setting */
    const char *address; /* its value, empty: off */
    bool tls;
    bool operators;
    int fd;
    int loop_count;
    struct loop loops[LOOPS_MAX];
};

struct http_server {
    const struct config *config;
    const struct http_route *routes;
    struct http_workers workers; /* all NULL when there are none */
    struct listener listeners[LISTENERS];
    struct networks proxies; /* that are trusted to name the caller */
    struct admission *admission;
    struct reaper *reaper;
    struct worker_pool *pool;
    struct tls *tls;
    struct acceptor *acceptor;
    atomic_int connections; /* open ones, without the operators' */
    atomic_int exchanges;   /* begun and not ended */
    atomic_bool stopping;
};

#endif
