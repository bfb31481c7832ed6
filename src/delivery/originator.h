/* Whom a notification comes from (domain.md 6.3). */
#ifndef DPVD_DELIVERY_ORIGINATOR_H
#define DPVD_DELIVERY_ORIGINATOR_H

#include "base/config.h"
#include "delivery/gateway.h"

/* From and Reply-To of an e-mail. address is the notification's FromAddress or its template's, NULL
 * if there is none: it is From only if its domain is one of mail_domains, for only these are
 * vouched for (SPF, DMARC); else answers go to it. */
void originator_mail(const struct config *config, const char *address, struct notice *notice);

/* What an SMS shows: the service owner's short name if it has one and the sender asked for it, NULL
 * otherwise; else sms_sender. */
void originator_sms(const struct config *config, const char *short_name, struct notice *notice);

/* mail_from is an address and sms_sender can be shown. */
bool originator_verify(const struct config *config, struct err *err);

#endif
