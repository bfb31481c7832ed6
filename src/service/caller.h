/* Who calls: credentials to a caller, or the documented refusal. */
#ifndef DPVD_SERVICE_CALLER_H
#define DPVD_SERVICE_CALLER_H

#include "model/call.h"
#include "model/sender.h"
#include "service/session.h"

/* Checks the credentials against the loaded caller: ERR_DENIED after the audit row was written,
 * with ErrorID 989 and the same answer for unknown user and wrong password, locked or not; with the
 * right password 989 when locked out, 5 from a wrong address (domain.md 2.3, 11.2). */
bool caller_verify(const struct session *session, const struct call *call,
                   const struct credentials *credentials, const struct caller *caller,
                   struct err *err);

/* Loads and verifies in one go, for calls that need nothing else first. 5: the sender has left. */
bool caller_authenticate(const struct session *session, const struct call *call,
                         const struct credentials *credentials, struct caller *caller_out,
                         struct err *err);

/* Writes the audit row of a call that err ended and gives err its guid; err stays what it was. */
void caller_audit_fault(const struct session *session, const struct call *call,
                        const struct credentials *credentials, const struct caller *caller,
                        const char *reference, struct err *err);

#endif
