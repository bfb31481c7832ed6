#include "http/request.h"

#include "base/clock.h"
#include "base/config.h"
#include "base/ident.h"
#include "base/log.h"
#include "http/answer.h"
#include "http/body.h"
#include "http/opening.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct request *request_of(struct job *job)
{
    return job->data;
}

static void make_id(char id[17])
{
    uint8_t uuid[16] = {0};

    ident_uuid(uuid);
    ident_hex(uuid, 8, id);
}

/* Without the random source ids are zeros: they only tie log lines together. */
static struct request *request_new(struct loop *loop, const char *uri)
{
    struct request *r = calloc(1, sizeof(*r));
    char *query = NULL;

    if (r == NULL)
        return NULL;
    r->target = strdup(uri == NULL ? "" : uri);
    if (r->target == NULL) {
        free(r);
        return NULL;
    }
    query = strchr(r->target, '?');
    if (query != NULL)
        *query++ = '\0';
    r->server = loop->server;
    r->exchange.path = r->target;
    r->exchange.query = query;
    r->exchange.method = "";
    r->exchange.tls = loop->tls;
    r->exchange.started = clock_monotonic();
    r->job.data = r;
    make_id(r->exchange.id);
    return r;
}

void *request_line(void *cls, const char *uri, struct MHD_Connection *mhd)
{
    struct connection *connection = connection_of(mhd);
    struct request *r = connection == NULL ? NULL : request_new(cls, uri);

    if (r == NULL)
        return NULL;
    r->mhd = mhd;
    r->connection = connection;
    memcpy(r->exchange.client, connection->client, sizeof(r->exchange.client));
    atomic_fetch_add(&r->server->exchanges, 1);
    connection->linger = false;
    if (connection->idle) {
        connection->idle = false;
        watch_set(&connection->watch, WATCH_HEADERS);
    }
    return r;
}

enum MHD_Result request_handle(void *cls, struct MHD_Connection *mhd, const char *url,
                               const char *method, const char *version, const char *data,
                               size_t *size, void **context)
{
    const struct opening opening = {url, method, version};
    struct request *r = *context;
    enum MHD_Result result = MHD_NO;

    (void)cls;
    (void)mhd;
    if (r == NULL) /* memory ran out */
        return MHD_NO;
    log_set_request(r->exchange.id);
    switch (r->stage) {
    case STAGE_HEADERS:
        result = opening_handle(r, &opening);
        break;
    case STAGE_BODY:
        result = *size > 0 ? body_piece(r, data, size) : body_end(r);
        break;
    case STAGE_ANSWER:
        result = request_answer(r);
        break;
    }
    log_set_request(NULL);
    return result;
}

void request_serve(struct job *job, void *worker)
{
    struct request *r = request_of(job);
    struct http_exchange *x = &r->exchange;

    log_set_request(x->id);
    x->route->serve(x->route->context, worker, x);
    request_release_body(r);
    log_set_request(NULL);
    MHD_resume_connection(r->mhd); /* from here on r belongs to the socket's thread */
}

void request_refuse(struct job *job)
{
    struct request *r = request_of(job);

    answer_refusal(&r->exchange, 503, "busy, try again later");
    request_release_body(r);
    MHD_resume_connection(r->mhd);
}

void request_release_body(struct request *r)
{
    if (r->body_is_open && r->exchange.route->body_free != NULL)
        r->exchange.route->body_free(r->exchange.route->context, &r->exchange);
    r->body_is_open = false;
    r->exchange.body = NULL;
    inflater_free(&r->inflater);
    admission_end(r->server->admission, &r->ticket);
}

enum MHD_Result request_answer(struct request *r)
{
    watch_set(&r->connection->watch, WATCH_ANSWER);
    return answer_queue(&r->exchange, r->mhd, atomic_load(&r->server->stopping), &r->answer_bytes)
               ? MHD_YES
               : MHD_NO;
}

enum MHD_Result request_refuse_early(struct request *r, int status, const char *text)
{
    answer_refusal(&r->exchange, status, text);
    r->connection->linger = true;
    r->stage = STAGE_ANSWER;
    return request_answer(r);
}

/* What MHD refused on its own has a status, but was never seen by our handler. */
static void take_status(struct request *r)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(r->mhd, MHD_CONNECTION_INFO_HTTP_STATUS);

    if (r->exchange.answer.status != 0 || info == NULL || info->http_status == 0)
        return;
    r->exchange.answer.status = (int)info->http_status;
    r->exchange.outcome = "malformed";
    r->connection->linger = true;
}

/* How it ended: the route's word for it, if the answer went out at all. */
static const char *outcome_of(const struct request *r, bool completed)
{
    if (completed || (r->stage != STAGE_ANSWER && r->exchange.answer.status != 0))
        return r->exchange.outcome;
    return "aborted";
}

static void report(struct request *r, bool completed)
{
    struct http_exchange *x = &r->exchange;
    const struct http_workers *workers = &r->server->workers;
    const int64_t took = clock_monotonic() - x->started;
    char path[201];

    snprintf(path, sizeof(path), "%s", x->path);
    log_set_request(x->id);
    log_event(LOG_INFO, "request", F_STR("method", x->method), F_STR("path", path),
              F_INT("status", x->answer.status), F_STR("operation", x->operation),
              F_STR("outcome", outcome_of(r, completed)), F_STR("client", x->client),
              F_INT("bytes_in", x->body_bytes), F_INT("bytes_out", completed ? r->answer_bytes : 0),
              F_INT("ms", took / 1000), F_INT("tls", x->tls));
    log_set_request(NULL);
    if (workers->finished != NULL)
        workers->finished(workers->finished_context, x, took);
}

void request_completed(void *cls, struct MHD_Connection *mhd, void **context,
                       enum MHD_RequestTerminationCode code)
{
    struct request *r = *context;
    struct http_server *server = NULL;

    (void)cls;
    (void)mhd;
    if (r == NULL)
        return;
    *context = NULL;
    server = r->server;
    request_release_body(r);
    take_status(r);
    report(r, code == MHD_REQUEST_TERMINATED_COMPLETED_OK);
    r->connection->idle = true;
    watch_set(&r->connection->watch, WATCH_IDLE);
    buf_free(&r->exchange.answer.body);
    free(r->target);
    free(r);
    atomic_fetch_sub(&server->exchanges, 1);
}
