/* The body of a request as it arrives: accounts, limits, and what happens to a refused one. */
#ifndef DPVD_HTTP_BODY_H
#define DPVD_HTTP_BODY_H

#include "http/request.h"

/* Opens the route's body; request->refused tells whether it was refused. */
void body_begin(struct request *request);

/* A piece has come; *size becomes what was left of it. */
enum MHD_Result body_piece(struct request *request, const char *data, size_t *size);

/* The end has come: hands the request to a worker, or answers that the body was refused. */
enum MHD_Result body_end(struct request *request);

/* The ticket's callback: the wait for room is over. */
void body_ready(struct ticket *ticket);

#endif
