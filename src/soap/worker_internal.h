/* What handlers find behind soap->user. */
#ifndef DPVD_SOAP_WORKER_INTERNAL_H
#define DPVD_SOAP_WORKER_INTERNAL_H

#include "http/server.h"
#include "model/call.h"
#include "service/session.h"
#include "soap/worker.h"
#include "xml/guard.h"

#include <soapH.h>

struct soap_worker {
    struct soap soap;
    struct session session;

    /* of the request in work */
    const struct guard *guard;      /* holds the attachments that were lifted out */
    struct http_exchange *exchange; /* takes the answer */
    struct call call;
    struct credentials header; /* credentials that came in SOAP headers */
    struct err err;            /* why the handler failed */
    const char *outcome;       /* for the metrics: "ok" unless the handler says otherwise */
};

/* The worker behind a handler's soap. */
struct soap_worker *soap_worker_of(struct soap *soap);

/* Last line of a failing handler: err is answered as a fault. */
int soap_worker_fail(struct soap *soap);

#endif
