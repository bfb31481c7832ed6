/* The ways out for notifications: one gateway for e-mail, one for SMS. */
#ifndef DPVD_DELIVERY_GATEWAY_H
#define DPVD_DELIVERY_GATEWAY_H

#include "base/config.h"
#include "base/err.h"
#include "model/message.h"
#include "model/sending.h"

#include <stdbool.h>
#include <stdint.h>

enum { GATEWAY_ID_SIZE = 128, GATEWAY_REASON_SIZE = 200 };

/* One e-mail or SMS, ready to go. Texts are UTF-8. */
struct notice {
    const char *id;            /* plain ASCII; the same again for a repeat */
    const char *to;            /* an e-mail address, or a number as E.164 */
    const char *from;          /* an e-mail address, or the name or number that an SMS shows */
    const char *from_name;     /* of an e-mail; NULL: none */
    const char *reply_to;      /* of an e-mail; NULL: none */
    const char *language_code; /* of an e-mail */
    const char *subject;       /* of an e-mail */
    const char *text;
    int64_t date; /* microseconds since 1970 UTC */
};

struct gateway_answer {
    enum sending_outcome outcome;
    char gateway_id[GATEWAY_ID_SIZE]; /* what the gateway calls it; "" if it said nothing */
    char reason[GATEWAY_REASON_SIZE]; /* why it was not taken: printable ASCII */
};

/* One thread's. */
struct gateway;

/* By the settings smtp_* (TRANSPORT_EMAIL) or sms_* (TRANSPORT_SMS), which outlive it. Nothing is
 * connected yet. *gateway_out is NULL when there is none: its URL is empty. ERR_INVALID: a setting
 * cannot be used. */
bool gateway_open(const struct config *config, enum transport_type transport,
                  struct gateway **gateway_out, struct err *err);

/* Hands one notice over and waits for the answer, gateway_timeout at most. */
void gateway_send(struct gateway *gateway, const struct notice *notice,
                  struct gateway_answer *answer_out);

void gateway_close(struct gateway **gateway);

#endif
