/* CorrespondenceAgencyExternalBasic: SOAP 1.1, credentials as the first two children of the body,
 * in the history operation as SOAP headers. One function per operation: decode, act, encode. */
#include "service/catalogue.h"
#include "service/receive.h"
#include "service/status.h"
#include "soap/codec_message.h"
#include "soap/codec_receipt.h"
#include "soap/codec_status.h"
#include "soap/codec_text.h"
#include "soap/worker_internal.h"

/* Receives and makes the answer's receipt; NULL: worker->err tells. */
static struct rec__ReceiptExternal *receive(struct soap_worker *worker,
                                            const struct credentials *credentials,
                                            const struct message *message)
{
    struct receipt receipt = {0};
    struct rec__ReceiptExternal *out = NULL;

    if (!receive_message(&worker->session, &worker->call, credentials, message, &receipt,
                         &worker->err))
        return NULL;
    out = codec_receipt(&worker->soap, worker->session.arena, &receipt);
    if (out == NULL)
        err_no_memory(&worker->err);
    worker->outcome = receipt.status == RECEIPT_OK ? "ok" : "refused";
    return out;
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
    struct soap_worker *worker = soap_worker_of(soap);
    const struct credentials credentials = {req->systemUserName, req->systemPassword};
    struct message message = {0};

    if (!codec_message(worker->session.arena, worker->guard, req->Correspondence, &message,
                       &worker->err))
        return soap_worker_fail(soap);
    message.system_user_code = req->SystemUserCode;
    message.reference = req->ExternalShipmentReference;
    res->InsertCorrespondenceBasicV2Result = receive(worker, &credentials, &message);
    return res->InsertCorrespondenceBasicV2Result == NULL ? soap_worker_fail(soap) : SOAP_OK;
}

int __basic__InsertCorrespondenceBasic(struct soap *soap,
                                       struct _w0910__InsertCorrespondenceBasic *req,
                                       struct _w0910__InsertCorrespondenceBasicResponse *res)
{
    struct soap_worker *worker = soap_worker_of(soap);
    const struct credentials credentials = {req->systemUserName, req->systemPassword};
    struct message message = {0};

    if (!codec_message_first(worker->session.arena, worker->guard, req->Correspondence, &message,
                             &worker->err))
        return soap_worker_fail(soap);
    message.system_user_code = req->SystemUserCode;
    message.reference = req->ExternalReference;
    res->InsertCorrespondenceBasicResult = receive(worker, &credentials, &message);
    return res->InsertCorrespondenceBasicResult == NULL ? soap_worker_fail(soap) : SOAP_OK;
}

int __basic__GetCorrespondenceStatusHistoryBasic(
    struct soap *soap, struct _w0910__CorrespondenceStatusHistoryRequest *req,
    struct _w0910__CorrespondenceStatusHistoryResult *res)
{
    struct soap_worker *worker = soap_worker_of(soap);
    const struct arr__ArrayOfstring *list = req->CorrespondenceSendersReferences;
    const char *const *references = list == NULL ? NULL : (const char *const *)list->string;
    struct status_page page = {0};

    if (!status_history(&worker->session, &worker->call, &worker->header, references,
                        list == NULL ? 0 : (size_t)list->__sizestring, &page, &worker->err))
        return soap_worker_fail(soap);
    res->CorrespondenceStatusInformation =
        codec_status_information(soap, worker->session.arena, &page);
    res->SdpStatusInformation = codec_sdp_information(soap, worker->session.arena, &page);
    return res->CorrespondenceStatusInformation == NULL || res->SdpStatusInformation == NULL
               ? SOAP_EOM
               : SOAP_OK;
}

int __basic__GetCorrespondenceStatusDetailsBasic(
    struct soap *soap, struct _w0910__GetCorrespondenceStatusDetailsBasic *req,
    struct _w0910__GetCorrespondenceStatusDetailsBasicResponse *res)
{
    struct soap_worker *worker = soap_worker_of(soap);
    const struct credentials credentials = {req->systemUserName, req->systemPassword};
    struct c1311__CorrespondenceStatusResult *out =
        soap_new_c1311__CorrespondenceStatusResult(soap, 1);
    struct status_filter filter = {0};
    struct status_page page = {0};

    if (!codec_filter_v1(req->filterCriteria, &filter, &worker->err) ||
        !status_details(&worker->session, &worker->call, &credentials, &filter, &page,
                        &worker->err))
        return soap_worker_fail(soap);
    if (out == NULL)
        return SOAP_EOM;
    out->LimitReached = page.limit_reached ? xsd__boolean__true_ : xsd__boolean__false_;
    out->ServiceCode = codec_text(filter.service_code);
    out->ServiceEditionCode = filter.service_edition;
    out->StatusList = codec_statuses_v1(soap, worker->session.arena, &page);
    res->GetCorrespondenceStatusDetailsBasicResult = out;
    return out->StatusList == NULL ? SOAP_EOM : SOAP_OK;
}

int __basic__GetCorrespondenceStatusDetailsBasicV2(
    struct soap *soap, struct _w0910__GetCorrespondenceStatusDetailsBasicV2 *req,
    struct _w0910__GetCorrespondenceStatusDetailsBasicV2Response *res)
{
    struct soap_worker *worker = soap_worker_of(soap);
    const struct credentials credentials = {req->systemUserName, req->systemPassword};
    struct c1410__CorrespondenceStatusResultV2 *out =
        soap_new_c1410__CorrespondenceStatusResultV2(soap, 1);
    struct status_filter filter = {0};
    struct status_page page = {0};

    if (!codec_filter_v2(req->filterCriteria, &filter, &worker->err) ||
        !status_details(&worker->session, &worker->call, &credentials, &filter, &page,
                        &worker->err))
        return soap_worker_fail(soap);
    if (out == NULL)
        return SOAP_EOM;
    out->LimitReached = page.limit_reached ? xsd__boolean__true_ : xsd__boolean__false_;
    out->ServiceCode = codec_text(filter.service_code);
    out->ServiceEditionCode = filter.service_edition;
    out->StatusList = codec_statuses_v2(soap, worker->session.arena, &page);
    res->GetCorrespondenceStatusDetailsBasicV2Result = out;
    return out->StatusList == NULL ? SOAP_EOM : SOAP_OK;
}

int __basic__GetCorrespondenceStatusDetailsBasicV3(
    struct soap *soap, struct _w0910__GetCorrespondenceStatusDetailsBasicV3 *req,
    struct _w0910__GetCorrespondenceStatusDetailsBasicV3Response *res)
{
    struct soap_worker *worker = soap_worker_of(soap);
    const struct credentials credentials = {req->systemUserName, req->systemPassword};
    struct c1602__CorrespondenceStatusResultV3 *out =
        soap_new_c1602__CorrespondenceStatusResultV3(soap, 1);
    struct status_filter filter = {0};
    struct status_page page = {0};

    if (!codec_filter_v3(req->filterCriteria, &filter, &worker->err) ||
        !status_details(&worker->session, &worker->call, &credentials, &filter, &page,
                        &worker->err))
        return soap_worker_fail(soap);
    if (out == NULL)
        return SOAP_EOM;
    out->ServiceCode = codec_text(filter.service_code);
    out->ServiceEditionCode = filter.service_edition;
    out->CorrespondenceStatusInformation =
        codec_status_information(soap, worker->session.arena, &page);
    out->SdpStatusInformation = codec_sdp_information(soap, worker->session.arena, &page);
    res->GetCorrespondenceStatusDetailsBasicV3Result = out;
    return out->CorrespondenceStatusInformation == NULL || out->SdpStatusInformation == NULL
               ? SOAP_EOM
               : SOAP_OK;
}

int __basic__CreateSimpleCorrespondenceServiceBasic(
    struct soap *soap, struct _w0910__CreateSimpleCorrespondenceServiceBasic *req,
    struct _w0910__CreateSimpleCorrespondenceServiceBasicResponse *res)
{
    struct soap_worker *worker = soap_worker_of(soap);
    const struct credentials credentials = {req->systemUserName, req->systemPassword};
    const int edition =
        req->templateServiceEditionCode == NULL ? 0 : *req->templateServiceEditionCode;
    struct c1306__CorrespondenceServiceInfo *out =
        soap_new_c1306__CorrespondenceServiceInfo(soap, 1);
    const char *code = NULL;

    if (!catalogue_create_simple(&worker->session, &worker->call, &credentials,
                                 req->templateServiceCode, edition, &code, &worker->err))
        return soap_worker_fail(soap);
    if (out == NULL)
        return SOAP_EOM;
    out->ExternalServiceCode = codec_text(code);
    out->ExternalServiceEditionCode = 1;
    res->CreateSimpleCorrespondenceServiceBasicResult = out;
    return SOAP_OK;
}
