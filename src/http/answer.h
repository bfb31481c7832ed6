/* Answers: the plain ones of this layer, and how any answer reaches MHD. */
#ifndef DPVD_HTTP_ANSWER_H
#define DPVD_HTTP_ANSWER_H

#include "http/server.h"

#include <microhttpd.h>

/* A plain answer after which the connection is closed. */
void answer_refusal(struct http_exchange *exchange, int status, const char *text);

/* Hands exchange->answer to MHD, which then owns the body, and tells its length; close: also when
 * the answer itself does not ask for it. false: the connection must be closed without an answer. */
bool answer_queue(struct http_exchange *exchange, struct MHD_Connection *mhd, bool close,
                  uint64_t *length_out);

#endif
