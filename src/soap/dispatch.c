#include "soap/dispatch.h"

#include "base/bytes.h"
#include "base/clock.h"
#include "base/log.h"
#include "soap/fault.h"
#include "soap/worker_internal.h"
#include "soap/wsdl.h"

#include <operations.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

extern SOAP_NMAC struct Namespace namespaces[];

/* One endpoint, the context of its route. */
struct endpoint {
    const struct wire_endpoint *wire;
    const struct soap_dispatch *dispatch;
};

struct soap_dispatch {
    const struct config *config;
    struct guard_limits limits;
    struct endpoint *endpoints;
    size_t count;
};

static enum soap_version version_of(const struct endpoint *endpoint)
{
    return endpoint->wire->soap_version == 2 ? SOAP_VERSION_12 : SOAP_VERSION_11;
}

/* Both SOAP media types are taken on every endpoint; the envelope decides (architecture 5). */
static bool is_soap_media(const char *content_type)
{
    static const char *const types[] = {"text/xml", "application/soap+xml"};

    for (size_t i = 0; content_type != NULL && i < 2; i++) {
        const size_t n = strlen(types[i]);

        if (strncasecmp(content_type, types[i], n) == 0 && strchr("; \t", content_type[n]) != NULL)
            return true;
    }
    return false;
}

static bool body_open(void *context, struct http_exchange *exchange, struct err *err)
{
    const struct endpoint *endpoint = context;

    if (!is_soap_media(exchange->content_type))
        return err_set(err, ERR_MALFORMED, "the media type is not SOAP's");
    exchange->body = guard_new(&endpoint->dispatch->limits, exchange->content_type);
    return exchange->body != NULL || err_no_memory(err);
}

static bool body_data(void *context, struct http_exchange *exchange, const void *data, size_t n,
                      struct err *err)
{
    (void)context;
    return guard_feed(exchange->body, data, n, err);
}

/* The SOAP version of an answer to what could not be read: the envelope's, else the endpoint's. */
static enum soap_version answer_version(const struct endpoint *endpoint, const struct guard *guard)
{
    switch (guard == NULL ? GUARD_SOAP_NONE : guard_soap(guard)) {
    case GUARD_SOAP_11:
        return SOAP_VERSION_11;
    case GUARD_SOAP_12:
        return SOAP_VERSION_12;
    default:
        return version_of(endpoint);
    }
}

/* Refused by the guard: a fault, with HTTP status 400 if it was no SOAP at all. */
static void answer_refusal(const struct endpoint *endpoint, struct http_exchange *exchange,
                           const struct guard *guard, const struct err *err)
{
    struct err copy = *err;

    fault_answer(exchange, answer_version(endpoint, guard), &copy);
    if (err->kind == ERR_MALFORMED && (guard == NULL || guard_soap(guard) == GUARD_SOAP_NONE))
        exchange->answer.status = 400;
}

static void body_refused(void *context, struct http_exchange *exchange, const struct err *err)
{
    if (is_soap_media(exchange->content_type)) {
        answer_refusal(context, exchange, exchange->body, err);
        return;
    }
    exchange->outcome = "malformed";
    exchange->answer.close = true;
    http_answer_text(exchange, 415, "unsupported media type");
}

static void body_free(void *context, struct http_exchange *exchange)
{
    struct guard *guard = exchange->body;

    (void)context;
    guard_free(&guard);
    exchange->body = NULL;
}

/* ------------------------------------------------------------------ which operation */

static const struct wire_operation *find_operation(const struct endpoint *endpoint,
                                                   const struct guard *guard)
{
    for (const struct wire_operation *op = endpoint->wire->operations; op->name != NULL; op++) {
        if (strcmp(op->element, guard_operation(guard)) == 0 &&
            strcmp(op->element_namespace, guard_operation_namespace(guard)) == 0)
            return op;
    }
    return NULL;
}

/* The action without quotes: SOAPAction, else the media type's parameter; "" if there is none. */
static struct bytes action_of(const struct http_exchange *exchange)
{
    const char *text = exchange->soap_action;
    size_t n = 0;

    if (text == NULL && exchange->content_type != NULL) {
        text = strcasestr(exchange->content_type, "action=");
        text = text == NULL ? NULL : text + strlen("action=");
    }
    if (text == NULL)
        return (struct bytes){(const uint8_t *)"", 0};
    text += strspn(text, " \t");
    n = *text == '"' ? strcspn(++text, "\"") : strcspn(text, "; \t");
    return (struct bytes){(const uint8_t *)text, n};
}

static bool is_action(const struct wire_operation *op, struct bytes action)
{
    return strlen(op->action) == action.len && memcmp(op->action, action.data, action.len) == 0;
}

/* An action that is present and names another operation is refused; a missing or empty one, and one
 * that names nothing we know, says nothing (architecture 6). */
static bool names_another(const struct wire_operation *op, struct bytes action)
{
    if (action.len == 0 || is_action(op, action))
        return false;
    for (const struct wire_endpoint *e = wire_endpoints; e->name != NULL; e++) {
        for (const struct wire_operation *other = e->operations; other->name != NULL; other++) {
            if (is_action(other, action))
                return true;
        }
    }
    return false;
}

/* ------------------------------------------------------------------ one call */

/* gSOAP's view of what is wrong with the request: either a header that must be understood, or a
 * value that does not fit the contract (domain.md 4.2), named by its element. */
static void answer_unfit(const struct endpoint *endpoint, struct soap_worker *worker,
                         struct http_exchange *exchange)
{
    const char *tag = strrchr(worker->soap.tag, ':');
    struct err err = {0};

    switch (worker->soap.error) {
    case SOAP_MUSTUNDERSTAND:
        fault_must_understand(exchange, version_of(endpoint));
        return;
    case SOAP_EOM:
        err_no_memory(&err);
        break;
    default:
        err_set(&err, ERR_INVALID, "%s has a value that does not fit the contract",
                tag == NULL ? worker->soap.tag : tag + 1);
    }
    fault_answer(exchange, version_of(endpoint), &err);
}

/* Takes the credentials out of the header; what is left there would be sent back. */
static void take_header(struct soap_worker *worker)
{
    const struct SOAP_ENV__Header *header = worker->soap.header;

    worker->header = (struct credentials){0};
    if (header != NULL) {
        worker->header.user_name = header->w0910__SystemUserName;
        worker->header.password = header->w0910__SystemPassword;
    }
    worker->soap.header = NULL;
}

static bool read_envelope(struct soap *soap)
{
    return soap_begin_recv(soap) == SOAP_OK && soap_envelope_begin_in(soap) == SOAP_OK &&
           soap_recv_header(soap) == SOAP_OK && soap_body_begin_in(soap) == SOAP_OK;
}

static void run(const struct endpoint *endpoint, const struct wire_operation *operation,
                struct soap_worker *worker, struct http_exchange *exchange)
{
    struct soap *soap = &worker->soap;
    size_t length = 0;

    if (soap_set_namespaces(soap, namespaces) != SOAP_OK) {
        answer_unfit(endpoint, worker, exchange);
        return;
    }
    soap->is = guard_document(worker->guard, &length);
    if (!read_envelope(soap)) {
        answer_unfit(endpoint, worker, exchange);
        return;
    }
    take_header(worker);
    exchange->answer.status = 200;
    exchange->answer.content_type = fault_content_type(version_of(endpoint));
    exchange->outcome = worker->outcome = "ok";
    if (operation->serve(soap) == SOAP_OK)
        exchange->outcome = worker->outcome;
    else if (worker->err.kind != ERR_NONE)
        fault_answer(exchange, version_of(endpoint), &worker->err);
    else
        answer_unfit(endpoint, worker, exchange);
}

static void begin(const struct endpoint *endpoint, const struct wire_operation *operation,
                  struct soap_worker *worker, struct http_exchange *exchange)
{
    worker->guard = exchange->body;
    worker->exchange = exchange;
    worker->err = (struct err){0};
    worker->call = (struct call){
        .endpoint = endpoint->wire->name,
        .operation = operation->name,
        .request_id = exchange->id,
        .client = exchange->client,
        .received = clock_now(),
    };
}

static void end(struct soap_worker *worker)
{
    soap_destroy(&worker->soap);
    /* soap_end would walk gSOAP's hash tables of ids as well; soap_begin_recv does so anyway. */
    soap_dealloc(&worker->soap, NULL);
    arena_reset(worker->session.arena);
    worker->guard = NULL;
    worker->exchange = NULL;
}

static void serve_operation(const struct endpoint *endpoint, const struct wire_operation *operation,
                            struct soap_worker *worker, struct http_exchange *exchange)
{
    struct err err = {0};

    if (worker == NULL || !db_ensure(worker->session.db, &err)) {
        if (worker == NULL)
            err_set(&err, ERR_BUSY, "the database is away");
        fault_answer(exchange, version_of(endpoint), &err);
        return;
    }
    begin(endpoint, operation, worker, exchange);
    run(endpoint, operation, worker, exchange);
    end(worker);
}

static void serve_call(const struct endpoint *endpoint, struct soap_worker *worker,
                       struct http_exchange *exchange)
{
    struct guard *guard = exchange->body;
    const struct wire_operation *operation = NULL;
    struct err err = {0};

    if (!guard_finish(guard, &err)) {
        answer_refusal(endpoint, exchange, guard, &err);
        return;
    }
    if (guard_soap(guard) !=
        (version_of(endpoint) == SOAP_VERSION_12 ? GUARD_SOAP_12 : GUARD_SOAP_11)) {
        fault_version_mismatch(exchange);
        return;
    }
    operation = find_operation(endpoint, guard);
    if (operation == NULL) {
        err_set(&err, ERR_MALFORMED, "The body holds no operation of this endpoint");
    } else if (names_another(operation, action_of(exchange))) {
        exchange->operation = operation->name;
        err_set(&err, ERR_MALFORMED, "The action names another operation than the body");
    } else {
        exchange->operation = operation->name;
        serve_operation(endpoint, operation, worker, exchange);
        return;
    }
    fault_answer(exchange, version_of(endpoint), &err);
}

/* ------------------------------------------------------------------ the contract */

static void serve_contract(const struct endpoint *endpoint, struct http_exchange *exchange)
{
    const struct config *config = endpoint->dispatch->config;
    struct err err = {0};
    struct buf base = {0};
    bool ok = false;

    if (exchange->query == NULL) {
        exchange->answer.allow = "POST";
        exchange->answer.close = true;
        http_answer_text(exchange, 405, "method not allowed");
        return;
    }
    ok = config->public_url[0] != '\0'
             ? buf_add_text(&base, config->public_url)
             : buf_add_format(&base, "%s://%s", exchange->tls ? "https" : "http",
                              exchange->host == NULL ? "localhost" : exchange->host);
    if (!ok)
        err_no_memory(&err);
    else if (wsdl_answer(endpoint->wire->name, exchange->query, base.data, &exchange->answer.body,
                         &err)) {
        exchange->answer.status = 200;
        exchange->answer.content_type = "text/xml; charset=utf-8";
        exchange->operation = "wsdl";
        exchange->outcome = "ok";
    }
    if (err.kind != ERR_NONE)
        http_refuse(exchange, &err);
    buf_free(&base);
}

static void serve(void *context, void *worker, struct http_exchange *exchange)
{
    if (strcmp(exchange->method, "POST") == 0)
        serve_call(context, worker, exchange);
    else
        serve_contract(context, exchange);
}

/* ------------------------------------------------------------------ routes */

static struct guard_limits limits_of(const struct config *config)
{
    return (struct guard_limits){
        .max_depth = (size_t)config->max_depth,
        .max_markup = (size_t)config->max_markup,
        .max_attributes = (size_t)config->max_attributes,
        .max_elements = (size_t)config->max_elements,
        .max_text = (size_t)config->max_text,
        .max_long_text = (size_t)config->max_long_text,
        .max_references = (size_t)config->max_references,
        .max_attachments = (size_t)config->max_attachments,
        .max_attachment_bytes = (uint64_t)config->max_attachment_bytes,
        .spool_directory = config->spool_directory,
        .spool_threshold = (size_t)config->spool_threshold,
    };
}

struct soap_dispatch *soap_dispatch_new(const struct config *config)
{
    struct soap_dispatch *dispatch = calloc(1, sizeof(*dispatch));

    if (dispatch == NULL)
        return NULL;
    dispatch->config = config;
    dispatch->limits = limits_of(config);
    while (wire_endpoints[dispatch->count].name != NULL)
        dispatch->count++;
    dispatch->endpoints = calloc(dispatch->count + 1, sizeof(*dispatch->endpoints));
    if (dispatch->endpoints == NULL) {
        soap_dispatch_free(&dispatch);
        return NULL;
    }
    for (size_t i = 0; i < dispatch->count; i++)
        dispatch->endpoints[i] = (struct endpoint){&wire_endpoints[i], dispatch};
    return dispatch;
}

size_t soap_dispatch_count(const struct soap_dispatch *dispatch)
{
    return dispatch->count;
}

void soap_dispatch_routes(const struct soap_dispatch *dispatch, struct http_route *routes)
{
    for (size_t i = 0; i < dispatch->count; i++) {
        routes[i] = (struct http_route){
            .path = dispatch->endpoints[i].wire->path,
            .get = true,
            .post = true,
            .body_open = body_open,
            .body_data = body_data,
            .body_refused = body_refused,
            .serve = serve,
            .body_free = body_free,
            .context = &dispatch->endpoints[i],
        };
    }
}

void soap_dispatch_free(struct soap_dispatch **dispatch)
{
    if (*dispatch == NULL)
        return;
    free((*dispatch)->endpoints);
    free(*dispatch);
    *dispatch = NULL;
}
