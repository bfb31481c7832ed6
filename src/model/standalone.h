/* Stand-alone notifications: what a call of NotificationAgencyExternal asks for, and the rules for
 * it (domain.md 6.7). Each entry is looked at as a message that has one Notification and no
 * content, so that both are checked and planned in the same way. */
#ifndef DPVD_MODEL_STANDALONE_H
#define DPVD_MODEL_STANDALONE_H

#include "model/decision.h"

/* One StandaloneNotification. Of the message are used: reportee, is_reservable, the one
 * notification, and the service; service_code NULL: no Service was given. Roles have no meaning. */
struct standalone {
    struct message message;
    bool short_name; /* SMS show the service owner's short name */
};

struct standalone_call {
    const struct standalone *items;
    size_t count;
};

/* What the database knows about a call. */
struct standalone_facts {
    bool repeated;             /* the same call was stored not long ago */
    const struct facts *items; /* caller, service, reportee, reportee_reserved, reach of each */
};

/* What will be stored of one entry. */
struct standalone_decision {
    bool reportee_is_person;
    const char *reportee_name;
    int32_t service_edition; /* 0: no Service */
};

/* What will be stored of a call: for each entry what was decided, and all sendings together. Those
 * of an entry have its index as their order; of a reserved reportee there are none. */
struct standalone_plan {
    int64_t now; /* microseconds since 1970 UTC */
    const struct standalone_decision *items;
    struct plan plan;
};

/* Where one entry went. */
struct standalone_end_point {
    const char *name;    /* of the reportee; NULL: the sender gave the address */
    const char *address; /* as the sender or the register gave it */
    bool registered;     /* the address is from a register */
    enum transport_type transport;
};

/* The answer to one entry; no end points: the reportee is reserved. */
struct standalone_result {
    const char *type;
    const char *reportee;
    const struct standalone_end_point *end_points;
    size_t count;
};

/* What became of a call: a result for each of its entries. */
struct standalone_answer {
    const struct standalone_result *results;
    size_t count;
};

/* The table of rules for one entry, ended by a row without name. */
extern const struct rule standalone_rules[];

/* What makes two calls the same call: as message_digest, but that a ShipmentDateTime more than an
 * hour from now tells two apart: nobody computes that anew on each try. false: memory ran out. */
bool standalone_digest(const struct standalone_call *call, int64_t now, uint8_t digest_out[32]);

/* Checks before anything is read: whether the caller may send, and how many entries there are. */
void standalone_judge_call(const struct standalone_call *call, const struct caller *caller,
                           const struct rule_limits *limits, size_t max,
                           struct verdict *verdict_out);

/* First broken rule of the first entry that breaks one, or OUTCOME_ACCEPT. Then the plan is made,
 * where every problem is a broken rule too. *personal_out: the text names an address and is for the
 * caller alone. false: memory ran out. */
bool standalone_judge(struct arena *arena, const struct standalone_call *call,
                      const struct standalone_facts *facts, const struct rule_limits *limits,
                      int64_t now, struct verdict *verdict_out, bool *personal_out,
                      struct standalone_plan *plan_out);

#endif
