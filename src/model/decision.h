/* The rules of InsertCorrespondence: from a message and the facts to an answer, without I/O. */
#ifndef DPVD_MODEL_DECISION_H
#define DPVD_MODEL_DECISION_H

#include "base/arena.h"
#include "model/message.h"
#include "model/plan.h"
#include "model/receipt.h"
#include "model/sender.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Everything that the database knows about one insert. */
struct facts {
    struct caller caller;
    struct service service;
    struct party reportee;
    struct party on_behalf_of;
    bool repeated;        /* a message with this digest is stored for the caller */
    bool reference_used;  /* another message of the caller has this reference */
    bool code_of_another; /* SystemUserCode is that of another sender (domain.md 4.3) */

    bool reportee_reserved;     /* opted out of digital post (KRR) */
    bool reportee_has_key_role; /* domain.md 3.3 point 7; asked if the service is confidential */
    enum sender_status actual_status; /* of OnBehalfOfOrgNr as a sender; 0: it is none */
    enum sender_kind actual_kind;     /* 0: it is none */
    int64_t sent_this_year; /* messages of the actual sender so far; asked if the quota blocks */
    struct reach reach;
};

/* Whether an actual sender must be an active sender here (domain.md 4.6). */
enum on_behalf_of_check { CHECK_OFF, CHECK_WARN, CHECK_ENFORCE };

/* Limits that are settings (base/config.h). */
struct rule_limits {
    size_t reference_length; /* characters, as all lengths here */
    size_t title_length;
    size_t summary_length;
    size_t body_length;
    size_t sender_length;
    size_t reply_options;
    size_t notifications;
    size_t end_points;
    bool synthetic_persons;
    bool refuse_used_reference;
    enum on_behalf_of_check on_behalf_of_check;
    int64_t quota;          /* messages of an actual sender in a calendar year; 0: no limit */
    int64_t reminder_delay; /* microseconds */
};

/* What will be stored besides the message itself. Names are frozen at insert (domain.md 4.6). */
struct decision {
    int64_t now; /* microseconds since 1970 UTC: created, LastChanged */
    int32_t service_edition;
    const char *system_user_code;
    bool reportee_is_person;
    const char *reportee_name;
    const char *technical_number;
    const char *technical_name;
    const char *actual_number;
    const char *actual_name;
    const char *display_sender;
    int64_t visible; /* at once: now */
    bool allow_forwarding;
    bool is_reservable;
    bool reserved;               /* the message is stored but hidden (domain.md 4.9) */
    enum choice actual_verified; /* CHOICE_NOT_GIVEN: not checked */
    struct plan plan;            /* its problems also hold those of reservation and SDP */
};

/* How the answer looks when a rule is broken (domain.md 4.2 R1, R2). */
enum outcome { OUTCOME_ACCEPT, OUTCOME_FAULT, OUTCOME_VALIDATION_FAILED, OUTCOME_REJECTED };

/* Bytes of a rule's text, with the number that it names. */
enum { VERDICT_TEXT_SIZE = 256 };

struct verdict {
    enum outcome outcome;
    int error_id;     /* of OUTCOME_FAULT */
    const char *rule; /* the broken rule's name */
    char text[VERDICT_TEXT_SIZE];
};

/* One check and its answer; the whole of domain.md 4.2-4.5 is one table of these, in order. */
struct rule {
    const char *name;    /* "title_missing" */
    const char *section; /* "4.5" */
    enum outcome outcome;
    int error_id;
    const char *text; /* English; no content; {quota} is the limit of that name */
    bool (*broken)(const struct message *message, const struct facts *facts,
                   const struct rule_limits *limits);
};

/* The table, ended by a row without name. */
extern const struct rule message_rules[];

/* First broken rule, or OUTCOME_ACCEPT; the caller must have been authenticated. */
void message_judge(const struct message *message, const struct facts *facts,
                   const struct rule_limits *limits, struct verdict *verdict_out);

/* Fills the decision for an accepted message (domain.md 4.6, 4.8, 4.9, 6); strings point into
 * message, facts or arena. false: memory ran out. */
bool message_decide(struct arena *arena, const struct message *message, const struct facts *facts,
                    const struct rule_limits *limits, int64_t now, struct decision *decision_out);

#endif
