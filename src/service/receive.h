/* Receives a message: what dpvd promises, from the facts to the receipt. */
#ifndef DPVD_SERVICE_RECEIVE_H
#define DPVD_SERVICE_RECEIVE_H

#include "model/call.h"
#include "model/message.h"
#include "model/receipt.h"
#include "service/session.h"

/* On true with a receipt OK the message, its receipt and its audit row are on disk (domain.md 4.7);
 * a repeated request gets its first receipt (4.11); a refusal that is answered with a receipt
 * (ValidationFailed, Rejected) is stored with its audit row. On false err is the fault: nothing but
 * an audit row was stored. Strings of the receipt live in the session's arena. */
bool receive_message(const struct session *session, const struct call *call,
                     const struct credentials *credentials, const struct message *message,
                     struct receipt *receipt_out, struct err *err);

#endif
