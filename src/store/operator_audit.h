/* The operator's acts in the audit log (domain.md 10.1). */
#ifndef DPVD_STORE_OPERATOR_AUDIT_H
#define DPVD_STORE_OPERATOR_AUDIT_H

#include "base/err.h"
#include "store/desk.h"

#include <stdbool.h>
#include <stdint.h>

/* One command of `dpvd admin` and what came of it. Texts that are NULL and numbers that are 0 are
 * not given. Never content, passwords or identity numbers. */
struct operator_act {
    const char *operation; /* "import organizations" */
    const char *who;       /* who did it; NULL: the Unix user's login name */
    const char *result;    /* "ok", or more words: "added 3, changed 0" */
    int64_t began;         /* microseconds since 1970 UTC */
    int32_t sender_id;     /* whom or what it was done to */
    int32_t system_user_id;
    const char *organization; /* a number, not a person's */
    const char *senders_reference;
    int32_t receipt_id;
    int32_t correspondence_id;
    const char *service_code;
    int32_t service_edition;
};

/* Adds the row to the desk's transaction, under endpoint "admin". An operator that is named by an
 * identity number is not written down (domain.md 10.2). */
bool operator_audit(struct desk *desk, const struct operator_act *act, struct err *err);

#endif
