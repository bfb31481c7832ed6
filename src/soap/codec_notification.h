/* The gSOAP structs of stand-alone notifications to model structs and back; nothing else. */
#ifndef DPVD_SOAP_CODEC_NOTIFICATION_H
#define DPVD_SOAP_CODEC_NOTIFICATION_H

#include "base/arena.h"
#include "model/standalone.h"

#include <soapH.h>

/* list may be NULL (not given). Strings point into the gSOAP structs, lists into arena. ERR_INVALID
 * names the element whose value does not fit the contract. */
bool codec_standalone(struct arena *arena, const struct sn0910__StandaloneNotificationBEList *list,
                      struct standalone_call *call_out, struct err *err);

/* The reportees that were not notified because they are reserved, in one text; "": none. NULL when
 * memory ran out. */
char *codec_reserved(struct arena *arena, const struct standalone_answer *answer);

/* What became of each entry; NULL when memory ran out. */
struct not1506__SendNotificationResultList *
codec_standalone_results(struct soap *soap, const struct standalone_answer *answer);

#endif
