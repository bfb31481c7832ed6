/* What the senders' endpoints have in common: decode, act, encode. They differ in names, and in
 * where the credentials stand. */
#ifndef DPVD_SOAP_CORRESPONDENCE_H
#define DPVD_SOAP_CORRESPONDENCE_H

#include "model/call.h"

#include <soapH.h>
#include <stdbool.h>

/* All return NULL or false when the worker's err tells why. */

/* What stands beside the message in a request; NULL: not given. */
struct shipment {
    const char *system_user_code;
    const char *reference;
};

struct rec__ReceiptExternal *correspondence_insert(struct soap *soap,
                                                   const struct credentials *credentials,
                                                   const struct shipment *shipment,
                                                   const struct c1010__InsertCorrespondenceV2 *in);
struct rec__ReceiptExternal *
correspondence_insert_first(struct soap *soap, const struct credentials *credentials,
                            const struct shipment *shipment,
                            const struct c0910__InsertCorrespondence *in);

bool correspondence_history(struct soap *soap, const struct credentials *credentials,
                            const struct _w0910__CorrespondenceStatusHistoryRequest *in,
                            struct _w0910__CorrespondenceStatusHistoryResult *out);

struct c1311__CorrespondenceStatusResult *
correspondence_details_v1(struct soap *soap, const struct credentials *credentials,
                          const struct c1311__CorrespondenceStatusFilter *in);
struct c1410__CorrespondenceStatusResultV2 *
correspondence_details_v2(struct soap *soap, const struct credentials *credentials,
                          const struct c1410__CorrespondenceStatusFilterV2 *in);
struct c1602__CorrespondenceStatusResultV3 *
correspondence_details_v3(struct soap *soap, const struct credentials *credentials,
                          const struct c1602__CorrespondenceStatusFilterV3 *in);

struct c1306__CorrespondenceServiceInfo *
correspondence_create_simple(struct soap *soap, const struct credentials *credentials,
                             const char *template_code, const int *template_edition);

#endif
