/* The door: listeners, TLS, limits and admission. The only folder that knows libmicrohttpd. */
#ifndef DPVD_HTTP_SERVER_H
#define DPVD_HTTP_SERVER_H

#include "base/buf.h"
#include "base/config.h"
#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

/* One request and its answer. Strings live as long as the exchange; absent headers are NULL. */
struct http_exchange {
    char id[17];        /* hex, in every log line of the request and in the X-Request-Id header */
    const char *method; /* "GET", "POST" */
    const char *path;   /* without the query, as sent */
    const char *query;  /* what follows '?', NULL if there is none */
    const char *host;   /* Host header */
    const char *content_type;
    const char *soap_action;
    char client[64]; /* the caller's address as text: the peer's, or what a trusted proxy says */
    bool tls;
    int64_t started;     /* clock_monotonic when the headers were complete */
    uint64_t body_bytes; /* received so far */
    const struct http_route *route;
    void *body; /* what the route's body_open made */

    struct {
        int status;               /* HTTP status, 0: nothing was answered */
        const char *content_type; /* a constant */
        const char *allow;        /* Allow header of 405, or NULL */
        int retry_after;          /* seconds, 0: no header */
        bool close;               /* close the connection after this answer */
        struct buf body;          /* taken over and freed by http/ */
    } answer;

    /* for the log line that ends every request: operation and outcome are constants or NULL */
    const char *operation;
    const char *outcome;
};

/* What stands behind a path. Callbacks get `context` first. body_* run in a socket thread and must
 * not block; serve runs in a worker thread. */
struct http_route {
    const char *path;
    bool get;            /* GET and HEAD are served */
    bool post;           /* POST is served */
    bool operators_only; /* on admin_listen alone; all others on listen and tls_listen */
    /* POST only; NULL: a body is refused. Called for an empty body too; a POST that announces no
     * length at all is 411. The headers are known. false: err decides the answer (http_refuse), the
     * body is drained. */
    bool (*body_open)(void *context, struct http_exchange *exchange, struct err *err);
    /* A piece of the body as it arrives. false: the rest is drained within a bound, then
     * body_refused may write the answer. */
    bool (*body_data)(void *context, struct http_exchange *exchange, const void *data, size_t n,
                      struct err *err);
    /* Writes the answer for a body that was refused by body_open or body_data; NULL: http_refuse.
     */
    void (*body_refused)(void *context, struct http_exchange *exchange, const struct err *err);
    /* Fills exchange->answer. worker is what http_workers.open made for this thread, NULL while it
     * fails. */
    void (*serve)(void *context, void *worker, struct http_exchange *exchange);
    /* Always called once for a body that body_open made, also when the connection broke. */
    void (*body_free)(void *context, struct http_exchange *exchange);
    void *context;
};

/* What every worker thread owns. open may return NULL: the thread tries again each second, and
 * meanwhile serves requests with worker == NULL. */
struct http_workers {
    void *(*open)(void *context, struct err *err);
    void (*close)(void *context, void **worker);
    void *context;
    /* Called once for every finished exchange, from any thread; answer.status is what was sent (0:
     * nothing), both bodies are gone. NULL: nobody counts. */
    void (*finished)(void *context, const struct http_exchange *exchange, int64_t microseconds);
    void *finished_context;
};

struct http_server;

/* Opens the listeners and starts all threads; logs event=listening with each real address. routes
 * ends with a row without path, a path must match exactly; they and config must outlive the
 * server. workers is copied and may be NULL. */
bool http_server_start(const struct config *config, const struct http_route *routes,
                       const struct http_workers *workers, struct http_server **server_out,
                       struct err *err);

/* Reads certificate and key again; on false the old ones stay in use. */
bool http_server_reload(struct http_server *server, struct err *err);

/* Stops accepting, lets requests in work finish within shutdown_timeout, then closes everything. */
void http_server_stop(struct http_server **server);

/* Numbers for /metrics: now held bytes, open connections, requests waiting for a worker. */
struct http_gauges {
    int64_t held_bytes;
    int64_t connections;
    int64_t queued;
};
void http_server_gauges(const struct http_server *server, struct http_gauges *gauges_out);

/* The plain answer for an err where no SOAP was read (security.md 4): ERR_TOO_LARGE 413, ERR_BUSY
 * 503 with Retry-After, ERR_NOT_FOUND 404, ERR_INTERNAL 500, the rest 400; always closes. */
void http_refuse(struct http_exchange *exchange, const struct err *err);

/* A plain answer with a constant text. */
void http_answer_text(struct http_exchange *exchange, int status, const char *text);

#endif
