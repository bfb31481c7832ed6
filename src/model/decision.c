#include "model/decision.h"

#include "model/identifier.h"

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

void message_decide(const struct message *message, const struct facts *facts, int64_t now,
                    struct decision *decision_out)
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

    decide_senders(message, facts, &decision);
    *decision_out = decision;
}
