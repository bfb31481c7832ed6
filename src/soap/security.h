/* WS-Security's header: a UsernameToken and a Timestamp to credentials. Nothing is verified here.
 */
#ifndef DPVD_SOAP_SECURITY_H
#define DPVD_SOAP_SECURITY_H

#include "base/arena.h"
#include "base/err.h"
#include "model/call.h"
#include "xml/guard.h"

#include <soapH.h>
#include <stdbool.h>

/* Is it the Security block? */
bool security_knows(const struct envelope_block *block);

/* The credentials of the header, which may be NULL. What cannot be read, or in two ways, is said in
 * their token, and whoever verifies them refuses and audits it. Texts point into the header. false:
 * memory ran out. */
bool security_read(struct arena *arena, const struct guard *guard,
                   const struct wsse__Security *header, struct credentials *credentials_out,
                   struct err *err);

#endif
