#include "model/standalone.h"

#include "base/ident.h"
#include "model/address_form.h"
#include "model/identifier.h"
#include "model/plan_internal.h"
#include "model/rules_internal.h"

#include <stdio.h>
#include <string.h>

enum { ERROR_MISSING = 1, ERROR_TOO_MANY = 40014, ERROR_NOT_BOTH = 30309 };

/* A ShipmentDateTime nearer than this is one that clients compute anew on each try. */
#define NEAR INT64_C(3600000000)

bool standalone_digest(const struct standalone_call *call, int64_t now, uint8_t digest_out[32])
{
    struct ident_hash *hash = ident_hash_new();
    bool ok = hash != NULL;

    if (ok)
        ident_hash_add(hash, "dpvd standalone 1", 17);
    for (size_t i = 0; ok && i < call->count; i++) {
        const struct standalone *item = &call->items[i];
        const struct moment shipment = item->message.notifications[0].shipment;
        const bool later = shipment.given && shipment.when > now + NEAR;
        char rest[64] = "";
        uint8_t digest[32];

        ok = message_digest(&item->message, digest);
        snprintf(rest, sizeof(rest), "%d %lld", item->short_name,
                 later ? (long long)shipment.when : 0LL);
        ident_hash_add(hash, digest, sizeof(digest));
        ident_hash_add(hash, rest, sizeof(rest));
    }
    if (ok)
        ident_hash_finish(hash, digest_out);
    ident_hash_free(&hash);
    return ok;
}

/* ------------------------------------------------------------------ rules */

static RULE(given_service_unknown)
{
    return m->service_code != NULL && service_unknown(m, f, l);
}

static RULE(given_service_of_another)
{
    return m->service_code != NULL && service_of_another(m, f, l);
}

/* No end point could be notified, whatever addresses there are (domain.md 6.2). */
static RULE(template_without_text)
{
    UNUSED(l);
    return !plan_is_usable(&f->reach, &m->notifications[0]);
}

#define FAULT OUTCOME_FAULT
#define SBL "SBL External error - "

/* clang-format off */
const struct rule standalone_rules[] = {
    {"sender_not_active", "10.6", FAULT, 5, "The sender is not authorized to send notifications", sender_not_active},
    {"reportee_missing", "6.7", FAULT, 40007, SBL "Reportee cannot be null", reportee_missing},
    {"notification_type_missing", "6.3", FAULT, 1, "NotificationType cannot be null", notification_type_missing},
    {"notification_language_missing", "6.3", FAULT, 40001, SBL "Language code of a notification must be 1033, 1044 or 2068", notification_language_missing},
    {"from_address_not_an_address", "6.3", FAULT, 40020, "The From Address must be skipped or contain a valid email address.", from_address_not_an_address},
    {"end_points_too_many", "6.5", FAULT, 40014, SBL "Number of receiver end points is not valid", notifications_too_many},
    {"transport_not_usable", "6.4", FAULT, 40015, SBL "TransportType must be SMS or Email", transport_not_usable},
    {"address_not_allowed", "6.4", FAULT, 30009, "ReceiverAddress must be empty with this TransportType", address_not_allowed},
    {"reportee_not_a_person", "6.5", FAULT, 40016, SBL "Reportee is not a valid social security number", reportee_not_a_person},
    {"reportee_unknown", "6.5", FAULT, 60012, "Reportee number is not valid: the reportee cannot be identified", reportee_unknown},
    {"reportee_deleted", "6.5", FAULT, 60012, "Reportee number is not valid: the organization is deleted", reportee_deleted},
    {"reportee_dead", "6.5", FAULT, 60012, "Reportee number is not valid: the person is registered as dead", reportee_dead},
    {"service_unknown", "6.7", FAULT, 40013, SBL "Service code and service edition are not a valid service", given_service_unknown},
    {"service_of_another", "3.4", FAULT, 5, "The sender is not authorized to use the service", given_service_of_another},
    {"template_unknown", "6.2", FAULT, 1, "NotificationType is not a known notification template", template_unknown},
    {"template_without_text", "6.2", FAULT, 1, "NotificationType has no text in this language for any of the receiver end points", template_without_text},
    {0},
};
/* clang-format on */

static void refuse(struct verdict *verdict, const char *rule, int error_id, const char *text)
{
    *verdict = (struct verdict){.outcome = OUTCOME_FAULT, .error_id = error_id, .rule = rule};
    snprintf(verdict->text, sizeof(verdict->text), "%s", text);
}

void standalone_judge_call(const struct standalone_call *call, const struct caller *caller,
                           const struct rule_limits *limits, size_t max,
                           struct verdict *verdict_out)
{
    const struct facts facts = {.caller = *caller};

    *verdict_out = (struct verdict){.outcome = OUTCOME_ACCEPT};
    if (sender_not_active(NULL, &facts, limits))
        refuse(verdict_out, standalone_rules[0].name, standalone_rules[0].error_id,
               standalone_rules[0].text);
    else if (call->count == 0)
        refuse(verdict_out, "notifications_missing", ERROR_MISSING,
               "StandaloneNotifications cannot be null");
    else if (call->count > max)
        refuse(verdict_out, "notifications_too_many", ERROR_TOO_MANY,
               SBL "Number of notifications is not valid");
}

/* ------------------------------------------------------------------ the plan of one entry */

/* Those of the channels that a good address is registered for. */
static unsigned good_channels(const struct reach *reach)
{
    char form[ADDRESS_FORM_SIZE] = "";
    unsigned found = 0;

    for (size_t i = 0; i < reach->contact_count; i++) {
        const struct contact *contact = &reach->contacts[i];

        if (address_form(contact->transport, contact->address, form) == ADDRESS_GOOD)
            found |= plan_channels(contact->transport);
    }
    return found;
}

/* Both needs both kinds here, as far as the template has texts for them (domain.md 6.4, 6.5). */
static bool lacks_one_of_both(const struct message *message, const struct reach *reach)
{
    const struct template *template = plan_template(reach, &message->notifications[0]);
    const unsigned found = good_channels(reach);
    size_t count = 0;
    const struct receiver_end_point *points = plan_points(&message->notifications[0], &count);

    for (size_t i = 0; i < count; i++) {
        const unsigned usable = plan_usable_channels(template, &points[i]);

        if (points[i].transport == TRANSPORT_BOTH && (usable & ~found) != 0)
            return true;
    }
    return false;
}

/* Nothing can be read here that would stop a reminder, so that there is none (domain.md 6.6). */
static bool without_reminders(struct arena *arena, const struct reach *reach,
                              struct reach *reach_out)
{
    struct template *templates = arena_array(arena, reach->template_count, sizeof(*templates));

    for (size_t i = 0; templates != NULL && i < reach->template_count; i++) {
        templates[i] = reach->templates[i];
        templates[i].has_reminder = false;
    }
    *reach_out = *reach;
    reach_out->templates = templates;
    return templates != NULL;
}

/* What a sub-receipt would tell, without the ErrorID at its end; cut between two characters. */
static void refuse_problem(const struct problem *problem, struct verdict *verdict)
{
    const char *end = strrchr(problem->text, '(');
    size_t n = strlen(problem->text);

    if (problem->error_id != 0 && end != NULL && end > problem->text)
        n = (size_t)(end - problem->text) - 1;
    if (n > VERDICT_TEXT_SIZE - 1)
        n = VERDICT_TEXT_SIZE - 1;
    while (n > 0 && ((unsigned char)problem->text[n] & 0xc0) == 0x80)
        n--;
    refuse(verdict, "address_problem", problem->error_id, "");
    memcpy(verdict->text, problem->text, n);
    verdict->text[n] = '\0';
}

static bool plan_item(struct arena *arena, const struct standalone *item, const struct facts *facts,
                      int64_t now, struct verdict *verdict, bool *personal, struct plan *plan_out)
{
    const struct plan_terms terms = {.visible = now};
    struct reach reach = {0};

    if (!without_reminders(arena, &facts->reach, &reach) ||
        !plan_make(arena, &item->message, &reach, &terms, plan_out))
        return false;
    if (plan_out->problem_count > 0) {
        refuse_problem(&plan_out->problems[0], verdict);
        *personal = true;
    } else if (lacks_one_of_both(&item->message, &reach)) {
        refuse(verdict, "both_not_possible", ERROR_NOT_BOTH,
               "The reportee lacks an e-mail address or a mobile number, and Both needs both");
    }
    return true;
}

/* ------------------------------------------------------------------ all entries */

/* Sendings of one entry behind those of the entries before it. */
static bool append(struct arena *arena, struct plan *all, const struct plan *more, size_t order)
{
    struct planned *items = arena_array(arena, all->count + more->count, sizeof(*items));

    if (items == NULL)
        return false;
    for (size_t i = 0; i < all->count; i++)
        items[i] = all->items[i];
    for (size_t i = 0; i < more->count; i++) {
        items[all->count + i] = more->items[i];
        items[all->count + i].order = order;
    }
    all->items = items;
    all->count += more->count;
    return true;
}

static struct standalone_decision decide(const struct message *message, const struct facts *facts)
{
    return (struct standalone_decision){
        .reportee_is_person = identifier_is_digits(message->reportee, 11),
        .reportee_name = facts->reportee.name,
        .service_edition = message->service_code == NULL ? 0 : facts->service.edition,
    };
}

static bool is_reserved(const struct message *message, const struct facts *facts)
{
    return message->is_reservable == CHOICE_YES && identifier_is_digits(message->reportee, 11) &&
           facts->reportee_reserved;
}

bool standalone_judge(struct arena *arena, const struct standalone_call *call,
                      const struct standalone_facts *facts, const struct rule_limits *limits,
                      int64_t now, struct verdict *verdict_out, bool *personal_out,
                      struct standalone_plan *plan_out)
{
    struct standalone_decision *items = arena_array(arena, call->count, sizeof(*items));
    struct plan all = {0};

    *verdict_out = (struct verdict){.outcome = OUTCOME_ACCEPT};
    *personal_out = false;
    if (items == NULL)
        return false;
    for (size_t i = 0; i < call->count; i++) {
        const struct standalone *item = &call->items[i];
        struct plan plan = {0};

        rules_judge(standalone_rules, &item->message, &facts->items[i], limits, verdict_out);
        if (verdict_out->outcome != OUTCOME_ACCEPT)
            return true;
        items[i] = decide(&item->message, &facts->items[i]);
        if (is_reserved(&item->message, &facts->items[i]))
            continue;
        if (!plan_item(arena, item, &facts->items[i], now, verdict_out, personal_out, &plan))
            return false;
        if (verdict_out->outcome != OUTCOME_ACCEPT)
            return true;
        if (!append(arena, &all, &plan, i))
            return false;
    }
    *plan_out = (struct standalone_plan){now, items, all};
    return true;
}
