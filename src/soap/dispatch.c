#include "soap/dispatch.h"

#include "soap/action.h"
#include "soap/addressing.h"
#include "soap/call.h"
#include "soap/fault.h"
#include "soap/security.h"
#include "soap/wsdl.h"
#include "xml/guard.h"

#include <operations.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

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

/* How the endpoint answers. The SOAP version of an answer to what could not be read is the
 * envelope's, else the endpoint's; the other version than the endpoint's knows no addressing. */
static struct reply reply_of(const struct endpoint *endpoint, const struct guard *guard,
                             const struct wire_operation *operation)
{
    struct reply reply = {
        .version = version_of(endpoint),
        .action = operation == NULL ? NULL : operation->action,
        .lifetime = endpoint->dispatch->config->wsse_lifetime * 1000,
    };

    if (guard != NULL && guard_soap(guard) == GUARD_SOAP_11)
        reply.version = SOAP_VERSION_11;
    if (guard != NULL && guard_soap(guard) == GUARD_SOAP_12)
        reply.version = SOAP_VERSION_12;
    reply.addressed = reply.version == SOAP_VERSION_12 && version_of(endpoint) == SOAP_VERSION_12;
    reply.token = reply.addressed && endpoint->wire->username_token != 0;
    reply.message_id = reply.addressed && guard != NULL ? guard_message_id(guard) : NULL;
    if (reply.message_id != NULL && reply.message_id[0] == '\0')
        reply.message_id = NULL;
    return reply;
}

/* Refused by the guard: a fault, with HTTP status 400 if it was no SOAP at all. */
static void answer_refusal(const struct endpoint *endpoint, struct http_exchange *exchange,
                           const struct guard *guard, const struct err *err)
{
    const struct reply reply = reply_of(endpoint, guard, NULL);
    struct err copy = *err;

    fault_answer(exchange, &reply, &copy);
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

/* The header parts of the contract, which carry credentials where nothing else does. */
static bool is_contract_part(const struct envelope_block *block)
{
    static const char space[] =
        "http://www.altinn.no/services/ServiceEngine/Correspondence/2009/10";

    return strcmp(block->space, space) == 0 && (strcmp(block->name, "SystemUserName") == 0 ||
                                                strcmp(block->name, "SystemPassword") == 0);
}

static bool understands(const struct reply *reply, const struct envelope_block *block)
{
    if (!reply->addressed)
        return is_contract_part(block);
    return addressing_knows(block) || (reply->token && security_knows(block));
}

/* A header block that the endpoint must understand and does not; NULL: there is none. */
static const struct envelope_block *not_understood(const struct reply *reply,
                                                   const struct guard *guard)
{
    size_t count = 0;
    const struct envelope_block *blocks = guard_blocks(guard, &count);

    for (size_t i = 0; i < count; i++) {
        if (blocks[i].must_understand && !understands(reply, &blocks[i]))
            return &blocks[i];
    }
    return NULL;
}

/* What can be refused before the body is read. true: it was answered. */
static bool refuse_header(const struct reply *reply, const struct wire_operation *operation,
                          const struct guard *guard, struct http_exchange *exchange)
{
    const struct envelope_block *block = not_understood(reply, guard);
    const struct fault_addressing *problem = NULL;
    struct err err = {0};

    if (block != NULL) {
        fault_must_understand(exchange, reply, (struct fault_block){block->space, block->name});
        return true;
    }
    if (reply->addressed)
        problem = addressing_repeated(guard);
    if (problem == NULL && action_http_names_another(operation, exchange)) {
        err_set(&err, ERR_MALFORMED, "The action names another operation than the body");
        problem = reply->addressed ? addressing_other_operation() : NULL;
    }
    if (problem != NULL)
        fault_addressing(exchange, reply, problem);
    else if (err.kind != ERR_NONE)
        fault_answer(exchange, reply, &err);
    return problem != NULL || err.kind != ERR_NONE;
}

static void serve_envelope(const struct endpoint *endpoint, const struct guard *guard,
                           struct soap_worker *worker, struct http_exchange *exchange)
{
    const struct wire_operation *operation = find_operation(endpoint, guard);
    const struct reply reply = reply_of(endpoint, guard, operation);
    struct err err = {0};

    if (reply.version != version_of(endpoint) || guard_soap(guard) == GUARD_SOAP_OTHER) {
        fault_version_mismatch(exchange, &(struct reply){.version = version_of(endpoint)});
        return;
    }
    if (operation == NULL) {
        err_set(&err, ERR_MALFORMED, "The body holds no operation of this endpoint");
        fault_answer(exchange, &reply, &err);
        return;
    }
    exchange->operation = operation->name;
    if (!refuse_header(&reply, operation, guard, exchange))
        call_serve(endpoint->wire, operation, &reply, worker, exchange);
}

static void serve_call(const struct endpoint *endpoint, struct soap_worker *worker,
                       struct http_exchange *exchange)
{
    struct guard *guard = exchange->body;
    struct err err = {0};

    if (guard_finish(guard, &err))
        serve_envelope(endpoint, guard, worker, exchange);
    else
        answer_refusal(endpoint, exchange, guard, &err);
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
