/* The gSOAP structs of an insert to model structs; nothing else. */
#ifndef DPVD_SOAP_CODEC_MESSAGE_H
#define DPVD_SOAP_CODEC_MESSAGE_H

#include "base/arena.h"
#include "model/message.h"
#include "xml/guard.h"

#include <soapH.h>

/* Both fill message_out except system_user_code and reference. correspondence may be NULL (not
 * given). Strings point into the gSOAP structs, lists into arena, content into guard. ERR_INVALID
 * names the element whose value does not fit the contract. */
bool codec_message(struct arena *arena, const struct guard *guard,
                   const struct c1010__InsertCorrespondenceV2 *correspondence,
                   struct message *message_out, struct err *err);

/* The first version of the contract: no DestinationType, one XML attachment, fewer members. */
bool codec_message_first(struct arena *arena, const struct guard *guard,
                         const struct c0910__InsertCorrespondence *correspondence,
                         struct message *message_out, struct err *err);

/* The texts and the end points of a notification; lists may be NULL (not given). */
bool codec_tokens(struct arena *arena, const struct not0910__TextTokenSubstitutionBEList *list,
                  struct notification_order *order, struct err *err);
bool codec_end_points(struct arena *arena, const struct not0910__ReceiverEndPointBEList *list,
                      struct notification_order *order, struct err *err);

/* An optional boolean. */
enum choice codec_choice(const enum xsd__boolean *value);

/* An optional dateTime; `element` is named when text is none. NULL and year 1: not given. */
bool codec_moment(const char *text, const char *element, struct moment *moment_out,
                  struct err *err);

#endif
