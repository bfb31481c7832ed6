/* CorrespondenceAgencyExternalBasic: SOAP 1.1, credentials as the first two children of the body,
 * in the history operation as SOAP headers. */
#include "soap/correspondence.h"
#include "soap/worker_internal.h"

static struct credentials basic(const char *user_name, const char *password)
{
    return (struct credentials){.user_name = user_name, .password = password};
}

int __basic__Test(struct soap *soap, struct _base__Test *req, struct _base__TestResponse *res)
{
    (void)soap;
    (void)req;
    (void)res;
    return SOAP_OK;
}

int __basic__InsertCorrespondenceBasicV2(struct soap *soap,
                                         struct _w0910__InsertCorrespondenceBasicV2 *req,
                                         struct _w0910__InsertCorrespondenceBasicV2Response *res)
{
    const struct credentials credentials = basic(req->systemUserName, req->systemPassword);
    const struct shipment shipment = {req->SystemUserCode, req->ExternalShipmentReference};

    res->InsertCorrespondenceBasicV2Result =
        correspondence_insert(soap, &credentials, &shipment, req->Correspondence);
    return res->InsertCorrespondenceBasicV2Result == NULL ? soap_worker_fail(soap) : SOAP_OK;
}

int __basic__InsertCorrespondenceBasic(struct soap *soap,
                                       struct _w0910__InsertCorrespondenceBasic *req,
                                       struct _w0910__InsertCorrespondenceBasicResponse *res)
{
    const struct credentials credentials = basic(req->systemUserName, req->systemPassword);
    const struct shipment shipment = {req->SystemUserCode, req->ExternalReference};

    res->InsertCorrespondenceBasicResult =
        correspondence_insert_first(soap, &credentials, &shipment, req->Correspondence);
    return res->InsertCorrespondenceBasicResult == NULL ? soap_worker_fail(soap) : SOAP_OK;
}

int __basic__GetCorrespondenceStatusHistoryBasic(
    struct soap *soap, struct _w0910__CorrespondenceStatusHistoryRequest *req,
    struct _w0910__CorrespondenceStatusHistoryResult *res)
{
    const struct credentials *credentials = &soap_worker_of(soap)->header;

    return correspondence_history(soap, credentials, req, res) ? SOAP_OK : soap_worker_fail(soap);
}

int __basic__GetCorrespondenceStatusDetailsBasic(
    struct soap *soap, struct _w0910__GetCorrespondenceStatusDetailsBasic *req,
    struct _w0910__GetCorrespondenceStatusDetailsBasicResponse *res)
{
    const struct credentials credentials = basic(req->systemUserName, req->systemPassword);

    res->GetCorrespondenceStatusDetailsBasicResult =
        correspondence_details_v1(soap, &credentials, req->filterCriteria);
    return res->GetCorrespondenceStatusDetailsBasicResult == NULL ? soap_worker_fail(soap)
                                                                  : SOAP_OK;
}

int __basic__GetCorrespondenceStatusDetailsBasicV2(
    struct soap *soap, struct _w0910__GetCorrespondenceStatusDetailsBasicV2 *req,
    struct _w0910__GetCorrespondenceStatusDetailsBasicV2Response *res)
{
    const struct credentials credentials = basic(req->systemUserName, req->systemPassword);

    res->GetCorrespondenceStatusDetailsBasicV2Result =
        correspondence_details_v2(soap, &credentials, req->filterCriteria);
    return res->GetCorrespondenceStatusDetailsBasicV2Result == NULL ? soap_worker_fail(soap)
                                                                    : SOAP_OK;
}

int __basic__GetCorrespondenceStatusDetailsBasicV3(
    struct soap *soap, struct _w0910__GetCorrespondenceStatusDetailsBasicV3 *req,
    struct _w0910__GetCorrespondenceStatusDetailsBasicV3Response *res)
{
    const struct credentials credentials = basic(req->systemUserName, req->systemPassword);

    res->GetCorrespondenceStatusDetailsBasicV3Result =
        correspondence_details_v3(soap, &credentials, req->filterCriteria);
    return res->GetCorrespondenceStatusDetailsBasicV3Result == NULL ? soap_worker_fail(soap)
                                                                    : SOAP_OK;
}

int __basic__CreateSimpleCorrespondenceServiceBasic(
    struct soap *soap, struct _w0910__CreateSimpleCorrespondenceServiceBasic *req,
    struct _w0910__CreateSimpleCorrespondenceServiceBasicResponse *res)
{
    const struct credentials credentials = basic(req->systemUserName, req->systemPassword);

    res->CreateSimpleCorrespondenceServiceBasicResult = correspondence_create_simple(
        soap, &credentials, req->templateServiceCode, req->templateServiceEditionCode);
    return res->CreateSimpleCorrespondenceServiceBasicResult == NULL ? soap_worker_fail(soap)
                                                                     : SOAP_OK;
}
