/* Which notifications a message gives, decided when it is inserted (domain.md 6.2-6.5). */
#ifndef DPVD_MODEL_PLAN_H
#define DPVD_MODEL_PLAN_H

#include "base/arena.h"
#include "model/message.h"
#include "model/receipt.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An address that the registers have for the reportee. In the order in which they are used: the
 * official ones of the organisation, or of its main unit where it has none; then those of persons
 * who may read the message; of a person only its own. */
struct contact {
    enum transport_type transport; /* SMS or Email */
    const char *address;           /* as the register has it */
};

/* A template that the message names, in one language. */
struct template
{
    const char *name;
    const char *language_code;
    bool has_email;
    bool has_sms;
    bool has_reminder;
};

/* What the registers say about notifications of one message. */
struct reach {
    const struct contact *contacts;
    size_t contact_count;
    const struct template *templates;
    size_t template_count;
};

/* One sending to one address. */
struct planned {
    size_t order;                  /* index of the Notification that asked for it */
    enum transport_type transport; /* SMS or Email */
    const char *recipient;         /* as the sender or the register gave it (domain.md 2.5) */
    const char *address;           /* E.164 or the e-mail address */
    bool reminder;
    int64_t due; /* earliest time, before any window of the day; microseconds since 1970 UTC */
};

/* What is told in a sub-receipt (domain.md 4.10). */
struct problem {
    enum receipt_status status;
    int error_id;     /* 0: none is documented */
    const char *text; /* whole, masked, ErrorID in brackets at its end */
};

struct plan {
    const struct planned *items; /* in the order of status answers (domain.md 5.5) */
    size_t count;
    const struct notification_order *own; /* an order of ours after those of the message, or NULL */
    const struct problem *problems;
    size_t problem_count;
};

struct plan_terms {
    int64_t visible;        /* when the message is */
    int64_t reminder_delay; /* microseconds */
    bool remind_unopened;   /* the service is confidential */
};

/* Plans all notifications of a message that no rule refuses, and of confidential mail to an
 * organisation a reminder of our own to each of its registered addresses that the sender does not
 * remind (domain.md 3.3 g). Strings point into message, reach and arena. false: memory ran out. */
bool plan_make(struct arena *arena, const struct message *message, const struct reach *reach,
               const struct plan_terms *terms, struct plan *plan_out);

/* At least one address would be notified. Also of messages that other rules refuse. */
bool plan_reaches_anyone(const struct message *message, const struct reach *reach);

/* The form in which a notification goes to an address: E.164 of a mobile number, the trimmed e-mail
 * address. 0, or the ErrorID that says what is wrong with it (domain.md 2.5, 6.5): 30010, 30302,
 * 30303. *address_out lives in arena; NULL if memory ran out. */
int plan_normalize(struct arena *arena, enum transport_type transport, const char *recipient,
                   const char **address_out);

#endif
