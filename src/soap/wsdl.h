/* The contract as a caller fetches it: ?wsdl, ?singleWsdl and ?xsd=NAME of an endpoint. */
#ifndef DPVD_SOAP_WSDL_H
#define DPVD_SOAP_WSDL_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>

/* endpoint is the file name of its path without ".svc", query what follows '?', base_url what the
 * caller used, "https://host:8443"; every address in the answer leads back there. ERR_NOT_FOUND: no
 * such document; ERR_INVALID: a host that is none. The caller frees *text_out. */
bool wsdl_answer(const char *endpoint, const char *query, const char *base_url,
                 struct buf *text_out, struct err *err);

#endif
