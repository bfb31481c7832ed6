#include "soap/call.h"

#include "base/clock.h"
#include "soap/action.h"
#include "soap/addressing.h"
#include "soap/fault.h"
#include "soap/security.h"
#include "soap/worker_internal.h"

#include <string.h>

extern SOAP_NMAC struct Namespace namespaces[];

/* gSOAP's view of what is wrong with the request: a value that does not fit the contract (domain.md
 * 4.2), named by its element. */
static void answer_unfit(struct soap_worker *worker, const struct reply *reply,
                         struct http_exchange *exchange)
{
    const char *tag = strrchr(worker->soap.tag, ':');
    struct err err = {0};

    /* Without its table of namespaces gSOAP finds that nothing fits. */
    if (worker->soap.error == SOAP_EOM || worker->soap.local_namespaces == NULL)
        err_no_memory(&err);
    else
        err_set(&err, ERR_INVALID, "%s has a value that does not fit the contract",
                tag == NULL ? worker->soap.tag : tag + 1);
    fault_answer(exchange, reply, &err);
}

static void answer_err(struct soap_worker *worker, const struct reply *reply,
                       struct http_exchange *exchange)
{
    if (worker->err.kind != ERR_NONE)
        fault_answer(exchange, reply, &worker->err);
    else
        answer_unfit(worker, reply, exchange);
}

/* Takes the credentials out of the header. */
static bool take_credentials(const struct reply *reply, const struct SOAP_ENV__Header *header,
                             struct soap_worker *worker)
{
    worker->header = (struct credentials){0};
    if (reply->token)
        return security_read(worker->session.arena, worker->guard,
                             header == NULL ? NULL : header->wsse__Security, &worker->header,
                             &worker->err);
    if (header != NULL && !reply->addressed) {
        worker->header.user_name = header->w0910__SystemUserName;
        worker->header.password = header->w0910__SystemPassword;
    }
    return true;
}

/* What gSOAP holds as header goes into the answer: never the request's. */
static bool dress_answer(const struct reply *reply, struct soap_worker *worker)
{
    struct soap *soap = &worker->soap;
    struct SOAP_ENV__Header *header = NULL;
    struct buf blocks = {0};
    bool ok = false;

    if (!reply->addressed)
        return true;
    header = soap_new_SOAP_ENV__Header(soap, 1);
    ok = header != NULL &&
         reply_add_blocks(reply, (struct reply_action){reply->action, "Response"}, true, &blocks);
    if (ok)
        header->__answer = arena_strdup(worker->session.arena, blocks.data);
    buf_free(&blocks);
    if (!ok || header->__answer == NULL)
        return err_no_memory(&worker->err);
    soap->header = header;
    return true;
}

static bool read_envelope(struct soap *soap)
{
    return soap_begin_recv(soap) == SOAP_OK && soap_envelope_begin_in(soap) == SOAP_OK &&
           soap_recv_header(soap) == SOAP_OK && soap_body_begin_in(soap) == SOAP_OK;
}

/* Reads the header and puts the answer's in its place. false: it was answered. */
static bool take_header(const struct wire_operation *operation, const struct reply *reply,
                        struct soap_worker *worker, struct http_exchange *exchange)
{
    const struct SOAP_ENV__Header *header = worker->soap.header;
    const char *action = header == NULL ? NULL : header->wsa__Action;
    const struct fault_addressing *problem = NULL;

    worker->soap.header = NULL;
    if (reply->addressed)
        problem = addressing_check(header);
    if (reply->addressed && problem == NULL && action != NULL &&
        action_names_another(operation, action, strlen(action)))
        problem = addressing_other_operation();
    if (problem != NULL) {
        fault_addressing(exchange, reply, problem);
        return false;
    }
    if (!take_credentials(reply, header, worker) || !dress_answer(reply, worker)) {
        fault_answer(exchange, reply, &worker->err);
        return false;
    }
    return true;
}

static void run(const struct wire_operation *operation, const struct reply *reply,
                struct soap_worker *worker, struct http_exchange *exchange)
{
    struct soap *soap = &worker->soap;
    size_t length = 0;

    if (soap_set_namespaces(soap, namespaces) != SOAP_OK) {
        answer_unfit(worker, reply, exchange);
        return;
    }
    soap->is = guard_document(worker->guard, &length);
    if (!read_envelope(soap)) {
        answer_unfit(worker, reply, exchange);
        return;
    }
    if (!take_header(operation, reply, worker, exchange))
        return;
    exchange->answer.status = 200;
    exchange->answer.content_type = fault_content_type(reply->version);
    exchange->outcome = worker->outcome = "ok";
    if (operation->serve(soap) == SOAP_OK)
        exchange->outcome = worker->outcome;
    else
        answer_err(worker, reply, exchange);
}

static void begin(const struct wire_endpoint *endpoint, const struct wire_operation *operation,
                  struct soap_worker *worker, struct http_exchange *exchange)
{
    worker->guard = exchange->body;
    worker->exchange = exchange;
    worker->err = (struct err){0};
    worker->call = (struct call){
        .endpoint = endpoint->name,
        .operation = operation->name,
        .request_id = exchange->id,
        .client = exchange->client,
        .received = clock_now(),
    };
}

static void end(struct soap_worker *worker)
{
    worker->soap.header = NULL;
    soap_destroy(&worker->soap);
    /* soap_end would walk gSOAP's hash tables of ids as well; soap_begin_recv does so anyway. */
    soap_dealloc(&worker->soap, NULL);
    arena_reset(worker->session.arena);
    worker->guard = NULL;
    worker->exchange = NULL;
}

void call_serve(const struct wire_endpoint *endpoint, const struct wire_operation *operation,
                const struct reply *reply, struct soap_worker *worker,
                struct http_exchange *exchange)
{
    struct err err = {0};

    if (worker == NULL || !db_ensure(worker->session.db, &err)) {
        if (worker == NULL)
            err_set(&err, ERR_BUSY, "the database is away");
        fault_answer(exchange, reply, &err);
        return;
    }
    begin(endpoint, operation, worker, exchange);
    run(operation, reply, worker, exchange);
    end(worker);
}
