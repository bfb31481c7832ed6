/* Status filters and answers between gSOAP and model; nothing else. */
#ifndef DPVD_SOAP_CODEC_STATUS_H
#define DPVD_SOAP_CODEC_STATUS_H

#include "base/arena.h"
#include "model/status.h"
#include "store/status_store.h"

#include <soapH.h>

/* Filters; filter NULL counts as one without any member. */
bool codec_filter_v1(const struct c1311__CorrespondenceStatusFilter *in,
                     struct status_filter *filter_out, struct err *err);
bool codec_filter_v2(const struct c1410__CorrespondenceStatusFilterV2 *in,
                     struct status_filter *filter_out, struct err *err);
bool codec_filter_v3(const struct c1602__CorrespondenceStatusFilterV3 *in,
                     struct status_filter *filter_out, struct err *err);

/* Lists of a page; NULL when memory ran out. V1 cannot say Reserved: it is left out there. */
struct c1311__ArrayOfStatus *codec_statuses_v1(struct soap *soap, struct arena *arena,
                                               const struct status_page *page);
struct c1410__ArrayOfStatusV2 *codec_statuses_v2(struct soap *soap, struct arena *arena,
                                                 const struct status_page *page);

/* The two parts of a history answer and of a V3 answer; NULL when memory ran out. */
struct c1602__CorrespondenceStatusInformation *
codec_status_information(struct soap *soap, struct arena *arena, const struct status_page *page);
struct c1602__SdpStatusInformation *codec_sdp_information(struct soap *soap, struct arena *arena,
                                                          const struct status_page *page);

#endif
