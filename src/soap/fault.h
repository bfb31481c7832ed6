/* The one place that turns an err into a SOAP fault (domain.md 11.1, CONTRACT.md 9). */
#ifndef DPVD_SOAP_FAULT_H
#define DPVD_SOAP_FAULT_H

#include "base/err.h"
#include "http/server.h"

enum soap_version { SOAP_VERSION_11 = 1, SOAP_VERSION_12 = 2 };

/* Replaces the exchange's answer by the fault for err: AltinnFault for everything that a rule, a
 * right or our own malfunction caused, a bare client fault for ERR_MALFORMED. Gives err a guid if
 * it has none, logs event=fault once, and sets the exchange's outcome. */
void fault_answer(struct http_exchange *exchange, enum soap_version version, struct err *err);

/* The envelope is of the other SOAP version than the endpoint: answered in SOAP 1.1's form, as both
 * specifications ask (SOAP 1.2 part 1, appendix A). */
void fault_version_mismatch(struct http_exchange *exchange);

/* A header block that must be understood and is not. */
void fault_must_understand(struct http_exchange *exchange, enum soap_version version);

/* Content type of an envelope. */
const char *fault_content_type(enum soap_version version);

#endif
