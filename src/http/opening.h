/* The first look at a request: is it well-formed HTTP, whose is it, may its body come? */
#ifndef DPVD_HTTP_OPENING_H
#define DPVD_HTTP_OPENING_H

#include "http/request.h"

/* What MHD made of the request's head. */
struct opening {
    const char *url;
    const char *method;
    const char *version;
};

/* The headers are complete: refuses the request or readies it for its body. */
enum MHD_Result opening_handle(struct request *request, const struct opening *opening);

#endif
