/* What the kinds of gateway are made of. */
#ifndef DPVD_DELIVERY_GATEWAY_INTERNAL_H
#define DPVD_DELIVERY_GATEWAY_INTERNAL_H

#include "base/buf.h"
#include "delivery/gateway.h"

#include <curl/curl.h>

/* A kind; send fills an answer that is all zero. */
struct gateway_kind {
    void (*send)(void *state, const struct notice *notice, struct gateway_answer *answer);
    void (*close)(void *state);
};

struct gateway {
    const struct gateway_kind *kind;
    void *state;
};

bool smtp_open(const struct config *config, struct gateway *gateway, struct err *err);
bool sms_open(const struct config *config, struct gateway *gateway, struct err *err);

/* Files in a folder, one for each notice, mail as it would be sent. */
bool spool_open(const char *folder, enum transport_type transport, struct gateway *gateway,
                struct err *err);

/* A transfer with what both wires have in common: deadlines, certificates to trust, no proxy, no
 * redirection, and these protocols only. NULL when memory ran out. */
CURL *gateway_curl(const struct config *config, const char *protocols);

/* The first line of a file; NULL in *secret_out for an empty path. The caller frees it. */
bool gateway_secret(const char *path, char **secret_out, struct err *err);

/* Copies as much as there is room for: printable ASCII, a question mark for anything else. */
void gateway_copy(char *room, size_t size, const char *text, size_t n);

/* A mail as it goes over the wire. false: memory ran out. */
bool gateway_write_mail(const struct notice *notice, struct buf *out);

#endif
