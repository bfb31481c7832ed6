/* CorrespondenceAgencyExternal: SOAP 1.2 with WS-Addressing, credentials as WS-Security's
 * UsernameToken in every operation. */
#include "service/caller.h"
#include "soap/correspondence.h"
#include "soap/worker_internal.h"

/* The policy of the endpoint leaves none out: here Test needs credentials, too. */
int __external__Test(struct soap *soap, struct _base__Test *req, struct _base__TestResponse *res)
{
    struct soap_worker *worker = soap_worker_of(soap);
    struct caller caller = {0};

    (void)req;
    (void)res;
    return caller_authenticate(&worker->session, &worker->call, &worker->header, &caller,
                               &worker->err)
               ? SOAP_OK
               : soap_worker_fail(soap);
}

int __external__InsertCorrespondenceV2(struct soap *soap,
                                       struct _w0910__InsertCorrespondenceV2 *req,
                                       struct _w0910__InsertCorrespondenceV2Response *res)
{
    const struct shipment shipment = {req->SystemUserCode, req->ExternalShipmentReference};

    res->InsertCorrespondenceV2Result =
        correspondence_insert(soap, &soap_worker_of(soap)->header, &shipment, req->Correspondence);
    return res->InsertCorrespondenceV2Result == NULL ? soap_worker_fail(soap) : SOAP_OK;
}

int __external__InsertCorrespondence(struct soap *soap, struct _w0910__InsertCorrespondence *req,
                                     struct _w0910__InsertCorrespondenceResponse *res)
{
    const struct shipment shipment = {req->SystemUserCode, req->ExternalReference};

    res->InsertCorrespondenceResult = correspondence_insert_first(
        soap, &soap_worker_of(soap)->header, &shipment, req->Correspondence);
    return res->InsertCorrespondenceResult == NULL ? soap_worker_fail(soap) : SOAP_OK;
}

int __external__GetCorrespondenceStatusHistory(
    struct soap *soap, struct _w0910__CorrespondenceStatusHistoryRequest *req,
    struct _w0910__CorrespondenceStatusHistoryResult *res)
{
    const struct credentials *credentials = &soap_worker_of(soap)->header;

    return correspondence_history(soap, credentials, req, res) ? SOAP_OK : soap_worker_fail(soap);
}

int __external__GetCorrespondenceStatusDetails(
    struct soap *soap, struct _w0910__GetCorrespondenceStatusDetails *req,
    struct _w0910__GetCorrespondenceStatusDetailsResponse *res)
{
    res->GetCorrespondenceStatusDetailsResult =
        correspondence_details_v1(soap, &soap_worker_of(soap)->header, req->filterCriteria);
    return res->GetCorrespondenceStatusDetailsResult == NULL ? soap_worker_fail(soap) : SOAP_OK;
}

int __external__GetCorrespondenceStatusDetailsV2(
    struct soap *soap, struct _w0910__GetCorrespondenceStatusDetailsV2 *req,
    struct _w0910__GetCorrespondenceStatusDetailsV2Response *res)
{
    res->GetCorrespondenceStatusDetailsV2Result =
        correspondence_details_v2(soap, &soap_worker_of(soap)->header, req->filterCriteria);
    return res->GetCorrespondenceStatusDetailsV2Result == NULL ? soap_worker_fail(soap) : SOAP_OK;
}

int __external__GetCorrespondenceStatusDetailsV3(
    struct soap *soap, struct _w0910__GetCorrespondenceStatusDetailsV3 *req,
    struct _w0910__GetCorrespondenceStatusDetailsV3Response *res)
{
    res->GetCorrespondenceStatusDetailsV3Result =
        correspondence_details_v3(soap, &soap_worker_of(soap)->header, req->filterCriteria);
    return res->GetCorrespondenceStatusDetailsV3Result == NULL ? soap_worker_fail(soap) : SOAP_OK;
}

int __external__CreateSimpleCorrespondenceService(
    struct soap *soap, struct _w0910__CreateSimpleCorrespondenceService *req,
    struct _w0910__CreateSimpleCorrespondenceServiceResponse *res)
{
    res->CreateSimpleCorrespondenceServiceResult =
        correspondence_create_simple(soap, &soap_worker_of(soap)->header, req->templateServiceCode,
                                     req->templateServiceEditionCode);
    return res->CreateSimpleCorrespondenceServiceResult == NULL ? soap_worker_fail(soap) : SOAP_OK;
}
