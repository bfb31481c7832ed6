/* From a path and a body to an operation of an endpoint, and its answer. */
#ifndef DPVD_SOAP_DISPATCH_H
#define DPVD_SOAP_DISPATCH_H

#include "base/config.h"
#include "http/server.h"

#include <stddef.h>

struct soap_dispatch;

/* The routes of all endpoints that are built: POST serves calls, GET ?wsdl, ?singleWsdl and
 * ?xsd=NAME the contract. Their serve expects a struct soap_worker (NULL: the database is away).
 * config must outlive the dispatch. NULL when memory ran out. */
struct soap_dispatch *soap_dispatch_new(const struct config *config);

size_t soap_dispatch_count(const struct soap_dispatch *dispatch);

/* Writes soap_dispatch_count routes; they live as long as the dispatch. */
void soap_dispatch_routes(const struct soap_dispatch *dispatch, struct http_route *routes);

void soap_dispatch_free(struct soap_dispatch **dispatch);

#endif
