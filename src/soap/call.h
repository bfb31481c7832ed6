/* One call: from a checked envelope through its handler to the answer. */
#ifndef DPVD_SOAP_CALL_H
#define DPVD_SOAP_CALL_H

#include "http/server.h"
#include "soap/reply.h"
#include "soap/worker.h"

#include <operations.h>

/* Serves the operation that stands in the body of the exchange's guard, which is finished; reply is
 * how the endpoint answers. worker is NULL while the database is away. */
void call_serve(const struct wire_endpoint *endpoint, const struct wire_operation *operation,
                const struct reply *reply, struct soap_worker *worker,
                struct http_exchange *exchange);

#endif
