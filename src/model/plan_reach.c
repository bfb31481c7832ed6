#include "model/address_form.h"
#include "model/identifier.h"
#include "model/plan_internal.h"

#include <string.h>

unsigned plan_channels(enum transport_type transport)
{
    switch (transport) {
    case TRANSPORT_SMS:
        return CHANNEL_SMS;
    case TRANSPORT_EMAIL:
        return CHANNEL_EMAIL;
    case TRANSPORT_BOTH:
    case TRANSPORT_SMS_PREFERRED:
    case TRANSPORT_EMAIL_PREFERRED:
    case TRANSPORT_PRIORITY_EMAIL_SMS_REMINDER:
        return CHANNEL_SMS | CHANNEL_EMAIL;
    default:
        return 0;
    }
}

unsigned plan_preferred_channel(enum transport_type transport, bool reminder)
{
    switch (transport) {
    case TRANSPORT_SMS_PREFERRED:
        return CHANNEL_SMS;
    case TRANSPORT_EMAIL_PREFERRED:
        return CHANNEL_EMAIL;
    case TRANSPORT_PRIORITY_EMAIL_SMS_REMINDER:
        return reminder ? CHANNEL_SMS : CHANNEL_EMAIL;
    default:
        return 0;
    }
}

static bool is_same(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

const struct template *plan_template(const struct reach *reach,
                                     const struct notification_order *order)
{
    for (size_t i = 0; i < reach->template_count; i++) {
        if (is_same(reach->templates[i].name, order->type) &&
            is_same(reach->templates[i].language_code, order->language_code))
            return &reach->templates[i];
    }
    return NULL;
}

bool plan_knows_template(const struct reach *reach, const char *name)
{
    for (size_t i = 0; i < reach->template_count; i++) {
        if (is_same(reach->templates[i].name, name))
            return true;
    }
    return false;
}

const struct receiver_end_point *plan_points(const struct notification_order *order,
                                             size_t *count_out)
{
    static const struct receiver_end_point both = {TRANSPORT_BOTH, NULL};

    *count_out = order->end_point_count == 0 ? 1 : order->end_point_count;
    return order->end_point_count == 0 ? &both : order->end_points;
}

unsigned plan_usable_channels(const struct template *template,
                              const struct receiver_end_point *point)
{
    unsigned texts = 0;

    if (template != NULL && template->has_sms)
        texts |= CHANNEL_SMS;
    if (template != NULL && template->has_email)
        texts |= CHANNEL_EMAIL;
    return texts & plan_channels(point->transport);
}

bool plan_has_own_address(const struct receiver_end_point *point)
{
    return (point->transport == TRANSPORT_SMS || point->transport == TRANSPORT_EMAIL) &&
           !identifier_is_blank(point->address);
}

bool plan_is_usable(const struct reach *reach, const struct notification_order *order)
{
    const struct template *template = plan_template(reach, order);
    size_t count = 0;
    const struct receiver_end_point *points = plan_points(order, &count);

    for (size_t i = 0; i < count; i++) {
        if (plan_usable_channels(template, &points[i]) != 0)
            return true;
    }
    return false;
}

static bool point_reaches(const struct reach *reach, const struct receiver_end_point *point,
                          unsigned usable)
{
    char form[ADDRESS_FORM_SIZE] = "";

    if (usable != 0 && plan_has_own_address(point))
        return address_form(point->transport, point->address, form) == ADDRESS_GOOD;
    for (size_t i = 0; i < reach->contact_count; i++) {
        const struct contact *contact = &reach->contacts[i];

        if ((plan_channels(contact->transport) & usable) != 0 &&
            address_form(contact->transport, contact->address, form) == ADDRESS_GOOD)
            return true;
    }
    return false;
}

bool plan_reaches_anyone(const struct message *message, const struct reach *reach)
{
    for (size_t i = 0; i < message->notification_count; i++) {
        const struct template *template = plan_template(reach, &message->notifications[i]);
        size_t count = 0;
        const struct receiver_end_point *points = plan_points(&message->notifications[i], &count);

        for (size_t j = 0; j < count; j++) {
            if (point_reaches(reach, &points[j], plan_usable_channels(template, &points[j])))
                return true;
        }
    }
    return false;
}
