/* A plan is made Notification by Notification and end point by end point, and put into the order of
 * status answers at the end. */
#include "model/plan.h"

#include "model/address_form.h"
#include "model/identifier.h"
#include "model/plan_internal.h"

#include <string.h>
#include <strings.h>

/* An address in the form in which it is used. */
struct target {
    enum transport_type transport;
    const char *recipient; /* as given, without the white space around it */
    const char *address;
    int error_id; /* 0: the address is good */
};

struct planner {
    struct arena *arena;
    const struct message *message;
    const struct reach *reach;
    const struct plan_terms *terms;
    struct target *registered; /* the contacts of reach */
    struct planned *items;
    size_t count;
    struct problem *problems;
    size_t problem_count;
    bool failed; /* memory ran out */

    /* The Notification at work: */
    size_t order;
    const struct template *template;
    size_t first_item;
    int64_t due;
};

/* A text that was told already is not told again; NULL: memory ran out. */
static void add_problem(struct planner *p, enum receipt_status status, int error_id,
                        const char *text)
{
    if (text == NULL) {
        p->failed = true;
        return;
    }
    for (size_t i = 0; i < p->problem_count; i++) {
        if (strcmp(p->problems[i].text, text) == 0)
            return;
    }
    p->problems[p->problem_count++] = (struct problem){status, error_id, text};
}

static void add_bad_address(struct planner *p, const struct target *target)
{
    add_problem(
        p, RECEIPT_VALIDATION_FAILED, target->error_id,
        plan_bad_address_text(p->arena, p->message->reportee, target->recipient, target->error_id));
}

static void add_missing(struct planner *p, enum transport_type transport)
{
    const int error_id = plan_missing_error_id(transport, p->message->reportee);

    add_problem(p, RECEIPT_REJECTED, error_id,
                plan_missing_text(p->arena, p->message->reportee, error_id));
}

static bool make_target(struct arena *arena, enum transport_type transport, const char *given,
                        struct target *target_out)
{
    size_t length = 0;
    const char *text = address_trim(given, &length);

    target_out->transport = transport;
    target_out->recipient = arena_strndup(arena, text, length);
    target_out->error_id = plan_normalize(arena, transport, given, &target_out->address);
    return target_out->recipient != NULL &&
           (target_out->error_id != 0 || target_out->address != NULL);
}

/* One address gets one sending of a Notification, however often and in whatever form it is named.
 * No mailbox minds the case of letters. */
static bool is_planned(const struct planner *p, const struct target *target, bool reminder)
{
    for (size_t i = p->first_item; i < p->count; i++) {
        const struct planned *item = &p->items[i];

        if (item->transport == target->transport && item->reminder == reminder &&
            strcasecmp(item->address, target->address) == 0)
            return true;
    }
    return false;
}

static void add_sending(struct planner *p, const struct target *target, bool reminder)
{
    if (is_planned(p, target, reminder))
        return;
    p->items[p->count++] = (struct planned){
        .order = p->order,
        .transport = target->transport,
        .recipient = target->recipient,
        .address = target->address,
        .reminder = reminder,
        .due = reminder ? p->due + p->terms->reminder_delay : p->due,
    };
}

/* Those of the channels that have a good registered address; bad ones are told. */
static unsigned registered_channels(struct planner *p, unsigned channels)
{
    unsigned found = 0;

    for (size_t i = 0; i < p->reach->contact_count; i++) {
        const struct target *target = &p->registered[i];

        if ((plan_channels(target->transport) & channels) == 0)
            continue;
        if (target->error_id == 0)
            found |= plan_channels(target->transport);
        else
            add_bad_address(p, target);
    }
    return found;
}

/* Decided once for the organisation, not for each of its persons (domain.md 6.4). */
static unsigned choose_channels(struct planner *p, enum transport_type transport, unsigned usable,
                                bool reminder)
{
    const unsigned preferred = plan_preferred_channel(transport, reminder) & usable;
    const unsigned found = registered_channels(p, preferred);

    return found != 0 ? found : registered_channels(p, usable & ~preferred);
}

static void plan_registered(struct planner *p, enum transport_type transport, unsigned usable,
                            bool reminder)
{
    const unsigned chosen = choose_channels(p, transport, usable, reminder);

    if (chosen == 0)
        add_missing(p, transport);
    for (size_t i = 0; i < p->reach->contact_count; i++) {
        const struct target *target = &p->registered[i];

        if (target->error_id == 0 && (plan_channels(target->transport) & chosen) != 0)
            add_sending(p, target, reminder);
    }
}

static void plan_point(struct planner *p, const struct receiver_end_point *point, unsigned usable)
{
    struct target target = {0};

    if (!plan_has_own_address(point)) {
        plan_registered(p, point->transport, usable, false);
        if (p->template->has_reminder)
            plan_registered(p, point->transport, usable, true);
    } else if (!make_target(p->arena, point->transport, point->address, &target)) {
        p->failed = true;
    } else if (target.error_id != 0) {
        add_bad_address(p, &target);
    } else {
        add_sending(p, &target, false);
        if (p->template->has_reminder)
            add_sending(p, &target, true);
    }
}

/* End points that the template has no text for are dropped (domain.md 6.2). */
static void plan_order(struct planner *p, const struct notification_order *order)
{
    const int64_t visible = p->terms->visible;
    const bool later = order->shipment.given && order->shipment.when > visible;
    size_t count = 0;
    size_t dropped = 0;
    const struct receiver_end_point *points = plan_points(order, &count);

    p->template = plan_template(p->reach, order);
    p->first_item = p->count;
    p->due = later ? order->shipment.when : visible;
    for (size_t i = 0; i < count; i++) {
        const unsigned usable = plan_usable_channels(p->template, &points[i]);

        if (usable == 0)
            dropped++;
        else
            plan_point(p, &points[i], usable);
    }
    if (dropped == count)
        add_problem(p, RECEIPT_REJECTED, 0, "Unable to properly identify notification receivers");
}

/* The organisation is reminded of confidential mail that lies unopened, whether the sender asked
 * for it or not: by a text that names neither sender nor title, where it registered an address, in
 * the language of the first Notification. NULL: nobody is left to remind, or memory ran out. */
static const struct notification_order *plan_unopened(struct planner *p)
{
    struct notification_order *own = arena_alloc(p->arena, sizeof(*own));
    const size_t before = p->count;

    if (own == NULL) {
        p->failed = true;
        return NULL;
    }
    *own = (struct notification_order){
        .type = "UnopenedConfidential",
        .language_code = p->message->notifications[0].language_code,
    };
    p->first_item = 0;
    p->due = p->terms->visible;
    for (size_t i = 0; i < p->reach->contact_count; i++) {
        if (p->registered[i].error_id == 0)
            add_sending(p, &p->registered[i], true);
    }
    return p->count > before ? own : NULL;
}

/* Room for all that can come of the message: a Notification has at most one sending and one
 * reminder to each address of its own or of the registers, and an order of ours one reminder; an
 * end point and an address have one problem. */
static bool make_room(struct planner *p)
{
    const size_t contacts = p->reach->contact_count;
    size_t items = contacts;
    size_t problems = contacts;

    for (size_t i = 0; i < p->message->notification_count; i++) {
        const size_t points = p->message->notifications[i].end_point_count;

        items += 2 * (points + contacts);
        problems +=
            points + 2; /* of the Notification itself, and of its end point if it has none */
    }
    p->items = arena_array(p->arena, items, sizeof(*p->items));
    p->problems = arena_array(p->arena, problems, sizeof(*p->problems));
    p->registered = arena_array(p->arena, contacts, sizeof(*p->registered));
    if (p->items == NULL || p->problems == NULL || p->registered == NULL)
        return false;
    for (size_t i = 0; i < contacts; i++) {
        const struct contact *contact = &p->reach->contacts[i];

        if (!make_target(p->arena, contact->transport, contact->address, &p->registered[i]))
            return false;
    }
    return true;
}

/* First notifications before reminders, and of both e-mails before SMS (domain.md 5.5). */
static struct planned *in_order(const struct planner *p)
{
    static const enum transport_type transports[] = {TRANSPORT_EMAIL, TRANSPORT_SMS};
    struct planned *items = arena_array(p->arena, p->count, sizeof(*items));
    size_t n = 0;

    for (size_t group = 0; items != NULL && group < 4; group++) {
        for (size_t i = 0; i < p->count; i++) {
            if (p->items[i].reminder == (group >= 2) &&
                p->items[i].transport == transports[group % 2])
                items[n++] = p->items[i];
        }
    }
    return items;
}

bool plan_make(struct arena *arena, const struct message *message, const struct reach *reach,
               const struct plan_terms *terms, struct plan *plan_out)
{
    struct planner planner = {.arena = arena, .message = message, .reach = reach, .terms = terms};
    const struct notification_order *own = NULL;
    const struct planned *items = NULL;

    if (message->notification_count == 0) {
        *plan_out = (struct plan){0};
        return true;
    }
    if (!make_room(&planner))
        return false;
    for (; planner.order < message->notification_count; planner.order++)
        plan_order(&planner, &message->notifications[planner.order]);
    if (terms->remind_unopened && !identifier_is_digits(message->reportee, 11))
        own = plan_unopened(&planner);
    items = in_order(&planner);
    if (planner.failed || items == NULL)
        return false;
    *plan_out = (struct plan){items, planner.count, own, planner.problems, planner.problem_count};
    return true;
}

int plan_normalize(struct arena *arena, enum transport_type transport, const char *recipient,
                   const char **address_out)
{
    char form[ADDRESS_FORM_SIZE] = "";
    const enum address_problem problem = address_form(transport, recipient, form);

    *address_out = problem == ADDRESS_GOOD ? arena_strdup(arena, form) : NULL;
    return (int)problem;
}
