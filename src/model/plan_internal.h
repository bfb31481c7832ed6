/* How a plan is made: what its parts ask each other, and what the rules ask about templates. */
#ifndef DPVD_MODEL_PLAN_INTERNAL_H
#define DPVD_MODEL_PLAN_INTERNAL_H

#include "model/plan.h"

/* Sets of channels are sums of these. */
enum channel { CHANNEL_SMS = 1, CHANNEL_EMAIL = 2 };

/* The channels that a transport type may go through; 0: it is not usable (domain.md 6.4). */
unsigned plan_channels(enum transport_type transport);

/* The channel that is tried first with registered addresses, alone; 0: all are used together. */
unsigned plan_preferred_channel(enum transport_type transport, bool reminder);

/* The template that an order names, in the order's language; NULL: there is none. */
const struct template *plan_template(const struct reach *reach,
                                     const struct notification_order *order);

/* A template of that name exists, in any language. */
bool plan_knows_template(const struct reach *reach, const char *name);

/* The end points of an order. Without any it is one of Both without address (domain.md 6.3). */
const struct receiver_end_point *plan_points(const struct notification_order *order,
                                             size_t *count_out);

/* The channels of an end point that the template (may be NULL) has a text for. */
unsigned plan_usable_channels(const struct template *template,
                              const struct receiver_end_point *point);

/* An address is given, and the transport type is one that takes it. */
bool plan_has_own_address(const struct receiver_end_point *point);

/* The template has a text in the order's language for at least one of the end points. */
bool plan_is_usable(const struct reach *reach, const struct notification_order *order);

/* Texts of sub-receipts (domain.md 4.10, 6.5), masked; NULL: memory ran out. recipient is told up
 * to 254 characters. */
const char *plan_bad_address_text(struct arena *arena, const char *reportee, const char *recipient,
                                  int error_id);
const char *plan_missing_text(struct arena *arena, const char *reportee, int error_id);

/* The ErrorID of an end point that no registered address fits. */
int plan_missing_error_id(enum transport_type transport, const char *reportee);

#endif
