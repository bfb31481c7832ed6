/* Checks of notifications (domain.md 3.3, 6.2-6.5); rules.c says in which order they are made and
 * what is answered. */
#include "model/identifier.h"
#include "model/plan_internal.h"
#include "model/rules_internal.h"

static bool any_notification(const struct message *m,
                             bool (*test)(const struct notification_order *))
{
    for (size_t i = 0; i < m->notification_count; i++) {
        if (test(&m->notifications[i]))
            return true;
    }
    return false;
}

static bool any_end_point(const struct notification_order *order,
                          bool (*test)(const struct receiver_end_point *))
{
    for (size_t i = 0; i < order->end_point_count; i++) {
        if (test(&order->end_points[i]))
            return true;
    }
    return false;
}

RULE(notifications_too_many)
{
    size_t end_points = 0;

    UNUSED(f);
    for (size_t i = 0; i < m->notification_count; i++)
        end_points += m->notifications[i].end_point_count;
    return m->notification_count > l->notifications || end_points > l->end_points;
}

static bool is_without_type(const struct notification_order *order)
{
    return identifier_is_blank(order->type);
}

RULE(notification_type_missing)
{
    UNUSED(f), UNUSED(l);
    return any_notification(m, is_without_type);
}

static bool is_without_language(const struct notification_order *order)
{
    return !rules_is_language(order->language_code);
}

RULE(notification_language_missing)
{
    UNUSED(f), UNUSED(l);
    return any_notification(m, is_without_language);
}

static bool is_bad_from(const struct notification_order *order)
{
    return order->from_address != NULL && order->from_address[0] != '\0' &&
           !identifier_is_email(order->from_address);
}

RULE(from_address_not_an_address)
{
    UNUSED(f), UNUSED(l);
    return any_notification(m, is_bad_from);
}

static bool is_unusable_transport(const struct receiver_end_point *point)
{
    return point->transport == TRANSPORT_NOT_GIVEN || point->transport == TRANSPORT_IM;
}

static bool has_unusable_transport(const struct notification_order *order)
{
    return any_end_point(order, is_unusable_transport);
}

RULE(transport_not_usable)
{
    UNUSED(f), UNUSED(l);
    return any_notification(m, has_unusable_transport);
}

static bool is_forbidden_address(const struct receiver_end_point *point)
{
    return point->transport != TRANSPORT_SMS && point->transport != TRANSPORT_EMAIL &&
           point->address != NULL && point->address[0] != '\0';
}

static bool has_forbidden_address(const struct notification_order *order)
{
    return any_end_point(order, is_forbidden_address);
}

RULE(address_not_allowed)
{
    UNUSED(f), UNUSED(l);
    return any_notification(m, has_forbidden_address);
}

RULE(template_unknown)
{
    UNUSED(l);
    for (size_t i = 0; i < m->notification_count; i++) {
        if (!plan_knows_template(&f->reach, m->notifications[i].type))
            return true;
    }
    return false;
}

/* --- confidential mail --- */

/* Nobody would learn of it (domain.md 3.3). */
RULE(confidential_without_notification)
{
    UNUSED(l);
    if (!f->service.confidential)
        return false;
    for (size_t i = 0; i < m->notification_count; i++) {
        if (plan_is_usable(&f->reach, &m->notifications[i]))
            return false;
    }
    return true;
}

RULE(confidential_without_address)
{
    UNUSED(l);
    return f->service.confidential && !plan_reaches_anyone(m, &f->reach);
}
