/* A whole request as an endpoint gets it, without sockets and without a database: headers,
 * unpacking, guard, dispatch, decoding, rules, answer. */
#ifndef DPVD_TESTS_FUZZ_REQUEST_H
#define DPVD_TESTS_FUZZ_REQUEST_H

#include "fuzz/fuzz.h"

/* "GET ?query" in the first line asks for the contract. Else there are header lines up to an empty
 * one, then the body; what begins with "<" is a body alone. endpoint is a name of the contract. */
void request_run(const char *endpoint, struct fuzz_input input);

/* Posts a body to the endpoint with a media type; returns the HTTP status. */
int request_post(const char *endpoint, const char *content_type, const void *body, size_t n);

#endif
