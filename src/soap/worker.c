#include "soap/worker.h"

#include "soap/worker_internal.h"

#include <stdlib.h>

static int append(struct soap *soap, const char *data, size_t n)
{
    struct soap_worker *worker = soap_worker_of(soap);

    return buf_add(&worker->exchange->answer.body, data, n) ? SOAP_OK : SOAP_EOM;
}

/* Whether a header block must be understood was decided before gSOAP sees it. */
static int ignore(struct soap *soap, const char *tag)
{
    (void)soap;
    (void)tag;
    return SOAP_OK;
}

struct soap_worker *soap_worker_of(struct soap *soap)
{
    return soap->user;
}

int soap_worker_fail(struct soap *soap)
{
    return soap->error = SOAP_USER_ERROR;
}

struct soap_worker *soap_worker_open(const struct process *process, struct err *err)
{
    struct soap_worker *worker = calloc(1, sizeof(*worker));

    if (worker == NULL) {
        err_no_memory(err);
        return NULL;
    }
    soap_init1(&worker->soap, SOAP_C_UTFSTRING | SOAP_XML_TREE | SOAP_ENC_PLAIN);
    soap_set_omode(&worker->soap,
                   SOAP_C_UTFSTRING | SOAP_XML_TREE | SOAP_ENC_PLAIN | SOAP_IO_BUFFER);
    worker->soap.maxoccurs = (size_t)process->config->max_elements; /* the guard counts */
    worker->soap.user = worker;
    worker->soap.fsend = append;
    worker->soap.fignore = ignore;
    worker->session.process = process;
    worker->session.arena = arena_new();
    if (worker->session.arena == NULL)
        err_no_memory(err);
    else if (db_open(process->config, &worker->session.db, err))
        return worker;
    soap_worker_close(&worker);
    return NULL;
}

void soap_worker_close(struct soap_worker **worker)
{
    if (*worker == NULL)
        return;
    db_close(&(*worker)->session.db);
    arena_free(&(*worker)->session.arena);
    soap_destroy(&(*worker)->soap);
    soap_end(&(*worker)->soap);
    soap_done(&(*worker)->soap);
    free(*worker);
    *worker = NULL;
}
