/* One call: what the wire knows about it, for the audit log and the answer. */
#ifndef DPVD_MODEL_CALL_H
#define DPVD_MODEL_CALL_H

#include "model/token.h"

#include <stdint.h>

struct call {
    const char *endpoint;   /* "CorrespondenceAgencyExternalBasic" */
    const char *operation;  /* "InsertCorrespondenceBasicV2" */
    const char *request_id; /* in every log line of the request */
    const char *client;     /* the caller's address as text */
    int64_t received;       /* microseconds since 1970 UTC */
};

/* What a caller proves itself with; NULL: not given. */
struct credentials {
    const char *user_name;
    const char *password;
    const struct token *token; /* of WS-Security, which they came with */
};

#endif
