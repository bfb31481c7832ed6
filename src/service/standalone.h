/* Stand-alone notifications: a call is taken whole or refused (domain.md 6.7). */
#ifndef DPVD_SERVICE_STANDALONE_H
#define DPVD_SERVICE_STANDALONE_H

#include "model/call.h"
#include "service/session.h"
#include "store/standalone_store.h"

/* On true the notifications and the call's audit row are on disk, and will be sent as those of
 * messages are. The same call again, within the setting standalone_repeat, sends nothing anew and
 * gets the first answer. The answer lives in the session's arena. false: nothing was stored; every
 * problem, also of an address, is an ErrorID (domain.md 6.5). */
bool standalone_send(const struct session *session, const struct call *call,
                     const struct credentials *credentials, const struct standalone_call *what,
                     struct standalone_answer *answer_out, struct err *err);

#endif
