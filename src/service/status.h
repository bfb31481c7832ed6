/* Answers status queries, only for the caller's own messages (domain.md 5). */
#ifndef DPVD_SERVICE_STATUS_H
#define DPVD_SERVICE_STATUS_H

#include "model/call.h"
#include "model/status.h"
#include "service/session.h"
#include "store/status_store.h"

/* The messages and letters to digital mailboxes with these references (domain.md 5.2, 5.4): NULL
 * and empty ones are ignored, each counts once, the first references_answered are answered. The
 * page is valid until the session's next request. */
bool status_history(const struct session *session, const struct call *call,
                    const struct credentials *credentials, const char *const *references,
                    size_t count, struct status_page *page_out, struct err *err);

/* The messages, and if asked for the letters, that pass the filter, newest first (domain.md 5.3):
 * 40006 without service code, 40013 for an unknown service, 5 for one the caller may not use. */
bool status_details(const struct session *session, const struct call *call,
                    const struct credentials *credentials, const struct status_filter *filter,
                    struct status_page *page_out, struct err *err);

#endif
