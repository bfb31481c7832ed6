/* Actions: what a caller says it is calling, besides the body that decides. */
#ifndef DPVD_SOAP_ACTION_H
#define DPVD_SOAP_ACTION_H

#include "http/server.h"

#include <operations.h>
#include <stdbool.h>
#include <stddef.h>

/* An action that is present and names another operation is refused; a missing or empty one, and one
 * that names nothing we know, says nothing (architecture 6). text may be NULL; white space around
 * it does not count. */
bool action_names_another(const struct wire_operation *operation, const char *text, size_t n);

/* The same for SOAPAction and for the media type's parameter. */
bool action_http_names_another(const struct wire_operation *operation,
                               const struct http_exchange *exchange);

#endif
