/* The receipt service: what a sender asks about its receipts, and writes into them (domain.md 9).
 */
#ifndef DPVD_SERVICE_RECEIPTS_H
#define DPVD_SERVICE_RECEIPTS_H

#include "model/call.h"
#include "model/receipt.h"
#include "service/session.h"
#include "store/receipt_store.h"

/* The receipt that is searched for, the newest of several. 30008: there is none, or it is not the
 * caller's. Only the owner and the actual sender of the message may read it. What is answered here
 * and below lives in the session's arena. */
bool receipts_get(const struct session *session, const struct call *call,
                  const struct credentials *credentials, const struct receipt_search *search,
                  struct receipt *receipt_out, struct err *err);

/* The caller's own receipts of a type, last changed first, at most receipts_answered. 30101: no
 * type; 30102: from is later than to. */
bool receipts_list(const struct session *session, const struct call *call,
                   const struct credentials *credentials, const struct receipt_span *span,
                   struct receipt_page *page_out, struct err *err);

/* New text and status for a receipt of the caller's, and for sub-receipts of it; the old text goes
 * on top of the history. 30008: not found; 0: a wrong edit, or only the owner may do it; 5: the
 * sender is suspended. */
bool receipts_update(const struct session *session, const struct call *call,
                     const struct credentials *credentials, const struct receipt_edit *edit,
                     struct receipt *receipt_out, struct err *err);

/* The same for an edit that names a receipt; one that names none makes a new receipt of type
 * Outbound, which belongs to the caller. */
bool receipts_save(const struct session *session, const struct call *call,
                   const struct credentials *credentials, const struct receipt_edit *edit,
                   struct receipt *receipt_out, struct err *err);

#endif
