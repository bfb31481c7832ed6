/* The one place that turns an err into a SOAP fault (domain.md 11.1, CONTRACT.md 9). */
#ifndef DPVD_SOAP_FAULT_H
#define DPVD_SOAP_FAULT_H

#include "base/err.h"
#include "http/server.h"
#include "soap/reply.h"

/* Replaces the exchange's answer by the fault for err: AltinnFault for everything that a rule, a
 * right or our own malfunction caused, a bare client fault for ERR_MALFORMED, and for wrong
 * credentials that came in WS-Security its fault. Gives err a guid if it has none, logs event=fault
 * once, and sets the exchange's outcome. */
void fault_answer(struct http_exchange *exchange, const struct reply *reply, struct err *err);

/* The envelope is of the other SOAP version than the endpoint: answered in SOAP 1.1's form, as both
 * specifications ask (SOAP 1.2 part 1, appendix A). */
void fault_version_mismatch(struct http_exchange *exchange, const struct reply *reply);

/* A header block that must be understood and is not. */
struct fault_block {
    const char *space;
    const char *name;
};
void fault_must_understand(struct http_exchange *exchange, const struct reply *reply,
                           struct fault_block block);

/* What an addressed endpoint does not take (WS-Addressing 1.0 SOAP binding, 6.4); all constants. */
struct fault_addressing {
    const char *subcode;    /* "InvalidAddressingHeader" */
    const char *subsubcode; /* "OnlyAnonymousAddressSupported", or NULL */
    const char *header;     /* the block that is at fault, "ReplyTo" */
    const char *text;
};
void fault_addressing(struct http_exchange *exchange, const struct reply *reply,
                      const struct fault_addressing *problem);

/* Content type of an envelope. */
const char *fault_content_type(enum soap_version version);

#endif
