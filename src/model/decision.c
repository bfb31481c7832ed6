#include "model/decision.h"

#include "model/identifier.h"

#include <string.h>

static bool is_given(const char *text)
{
    return text != NULL && text[0] != '\0';
}

/* The four combinations of domain.md 4.6; names are frozen here. */
static void decide_senders(const struct message *message, const struct facts *facts,
                           struct decision *decision)
{
    decision->technical_number = facts->caller.organization_number;
    decision->technical_name = facts->caller.name;
    decision->actual_number = decision->technical_number;
    decision->actual_name = decision->technical_name;
    if (is_given(message->on_behalf_of)) {
        decision->actual_number = message->on_behalf_of;
        decision->actual_name = facts->on_behalf_of.name;
    }
    decision->display_sender = identifier_is_blank(message->message_sender)
                                   ? decision->actual_name
                                   : message->message_sender;
}

/* Who sends for itself was authenticated (domain.md 4.6). */
static enum choice verified(const struct facts *facts, const struct rule_limits *limits,
                            const char *actual_number)
{
    if (strcmp(actual_number, facts->caller.organization_number) == 0)
        return CHOICE_YES;
    if (limits->on_behalf_of_check == CHECK_OFF)
        return CHOICE_NOT_GIVEN;
    return facts->actual_status == SENDER_ACTIVE ? CHOICE_YES : CHOICE_NO;
}

/* Nobody is told of a message that its recipient cannot see (domain.md 4.9). Without a connection
 * to DPI nobody has a digital mailbox (domain.md 4.8). */
static bool decide_plan(struct arena *arena, const struct message *message,
                        const struct facts *facts, const struct rule_limits *limits,
                        struct decision *decision)
{
    static const struct problem reserved = {
        RECEIPT_REJECTED, 0, "Reportee is reserved against electronic communication"};
    static const struct problem no_mailbox = {
        RECEIPT_REJECTED, 0,
        "SdpOptions: the letter could not be sent, no digital mailbox is known for the reportee"};
    const struct plan_terms terms = {decision->visible, limits->reminder_delay,
                                     facts->service.confidential};
    struct plan *plan = &decision->plan;
    struct problem *problems = NULL;

    if (!decision->reserved && !plan_make(arena, message, &facts->reach, &terms, plan))
        return false;
    if (!decision->reserved && message->sdp == NULL)
        return true;
    problems = arena_array(arena, plan->problem_count + 2, sizeof(*problems));
    if (problems == NULL)
        return false;
    for (size_t i = 0; i < plan->problem_count; i++)
        problems[i] = plan->problems[i];
    if (decision->reserved)
        problems[plan->problem_count++] = reserved;
    if (message->sdp != NULL)
        problems[plan->problem_count++] = no_mailbox;
    plan->problems = problems;
    return true;
}

bool message_decide(struct arena *arena, const struct message *message, const struct facts *facts,
                    const struct rule_limits *limits, int64_t now, struct decision *decision_out)
{
    struct decision decision = {
        .now = now,
        .service_edition = facts->service.edition,
        .system_user_code = identifier_is_blank(message->system_user_code)
                                ? facts->caller.system_user_code
                                : message->system_user_code,
        .reportee_is_person = identifier_is_digits(message->reportee, 11),
        .reportee_name = facts->reportee.name,
        .visible =
            message->visible.given && message->visible.when > now ? message->visible.when : now,
        .allow_forwarding = message->allow_forwarding != CHOICE_NO,
        .is_reservable = message->is_reservable == CHOICE_YES,
    };

    decision.reserved =
        decision.is_reservable && decision.reportee_is_person && facts->reportee_reserved;
    decide_senders(message, facts, &decision);
    decision.actual_verified = verified(facts, limits, decision.actual_number);
    if (!decide_plan(arena, message, facts, limits, &decision))
        return false;
    *decision_out = decision;
    return true;
}
