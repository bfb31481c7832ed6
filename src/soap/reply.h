/* How the envelope of an answer is dressed: its version, and on addressed endpoints the blocks of
 * its Header (CONTRACT.md 2, 4). */
#ifndef DPVD_SOAP_REPLY_H
#define DPVD_SOAP_REPLY_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

enum soap_version { SOAP_VERSION_11 = 1, SOAP_VERSION_12 = 2 };

struct reply {
    enum soap_version version;
    bool addressed;     /* it has WS-Addressing's blocks, and if it is no rubbish WS-Security's */
    bool token;         /* credentials come in WS-Security: its own fault when they are wrong */
    const char *action; /* of the operation; NULL: not known */
    const char *message_id; /* of the request, as XML text; NULL: none */
    int64_t lifetime;       /* of the Timestamp, in microseconds */
};

/* What the value of Action is made of: "ACTIONsuffix". */
struct reply_action {
    const char *action;
    const char *suffix;
};

/* Action and RelatesTo; with timestamp also Security, which says when the answer was made. They
 * declare all prefixes themselves. false: memory ran out. */
bool reply_add_blocks(const struct reply *reply, struct reply_action action, bool timestamp,
                      struct buf *out);

#endif
