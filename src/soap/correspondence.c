#include "soap/correspondence.h"

#include "service/catalogue.h"
#include "service/receive.h"
#include "service/status.h"
#include "soap/codec_message.h"
#include "soap/codec_receipt.h"
#include "soap/codec_status.h"
#include "soap/codec_text.h"
#include "soap/worker_internal.h"

/* Receives and makes the answer's receipt. */
static struct rec__ReceiptExternal *receive(struct soap_worker *worker,
                                            const struct credentials *credentials,
                                            const struct shipment *shipment,
                                            struct message *message)
{
    struct receipt receipt = {0};
    struct rec__ReceiptExternal *out = NULL;

    message->system_user_code = shipment->system_user_code;
    message->reference = shipment->reference;
    if (!receive_message(&worker->session, &worker->call, credentials, message, &receipt,
                         &worker->err))
        return NULL;
    out = codec_receipt(&worker->soap, worker->session.arena, &receipt);
    if (out == NULL)
        err_no_memory(&worker->err);
    worker->outcome = receipt.status == RECEIPT_OK ? "ok" : "refused";
    return out;
}

struct rec__ReceiptExternal *correspondence_insert(struct soap *soap,
                                                   const struct credentials *credentials,
                                                   const struct shipment *shipment,
                                                   const struct c1010__InsertCorrespondenceV2 *in)
{
    struct soap_worker *worker = soap_worker_of(soap);
    struct message message = {0};

    if (!codec_message(worker->session.arena, worker->guard, in, &message, &worker->err))
        return NULL;
    return receive(worker, credentials, shipment, &message);
}

struct rec__ReceiptExternal *
correspondence_insert_first(struct soap *soap, const struct credentials *credentials,
                            const struct shipment *shipment,
                            const struct c0910__InsertCorrespondence *in)
{
    struct soap_worker *worker = soap_worker_of(soap);
    struct message message = {0};

    if (!codec_message_first(worker->session.arena, worker->guard, in, &message, &worker->err))
        return NULL;
    return receive(worker, credentials, shipment, &message);
}

bool correspondence_history(struct soap *soap, const struct credentials *credentials,
                            const struct _w0910__CorrespondenceStatusHistoryRequest *in,
                            struct _w0910__CorrespondenceStatusHistoryResult *out)
{
    struct soap_worker *worker = soap_worker_of(soap);
    const struct arr__ArrayOfstring *list = in->CorrespondenceSendersReferences;
    const char *const *references = list == NULL ? NULL : (const char *const *)list->string;
    struct status_page page = {0};

    if (!status_history(&worker->session, &worker->call, credentials, references,
                        list == NULL ? 0 : (size_t)list->__sizestring, &page, &worker->err))
        return false;
    out->CorrespondenceStatusInformation =
        codec_status_information(soap, worker->session.arena, &page);
    out->SdpStatusInformation = codec_sdp_information(soap, worker->session.arena, &page);
    return (out->CorrespondenceStatusInformation != NULL && out->SdpStatusInformation != NULL) ||
           err_no_memory(&worker->err);
}

static bool details(struct soap_worker *worker, const struct credentials *credentials,
                    const struct status_filter *filter, struct status_page *page_out)
{
    return status_details(&worker->session, &worker->call, credentials, filter, page_out,
                          &worker->err);
}

struct c1311__CorrespondenceStatusResult *
correspondence_details_v1(struct soap *soap, const struct credentials *credentials,
                          const struct c1311__CorrespondenceStatusFilter *in)
{
    struct soap_worker *worker = soap_worker_of(soap);
    struct c1311__CorrespondenceStatusResult *out =
        soap_new_c1311__CorrespondenceStatusResult(soap, 1);
    struct status_filter filter = {0};
    struct status_page page = {0};

    if (!codec_filter_v1(in, &filter, &worker->err) ||
        !details(worker, credentials, &filter, &page))
        return NULL;
    if (out != NULL) {
        out->LimitReached = page.limit_reached ? xsd__boolean__true_ : xsd__boolean__false_;
        out->ServiceCode = codec_text(filter.service_code);
        out->ServiceEditionCode = filter.service_edition;
        out->StatusList = codec_statuses_v1(soap, worker->session.arena, &page);
    }
    if (out == NULL || out->StatusList == NULL)
        err_no_memory(&worker->err);
    return worker->err.kind == ERR_NONE ? out : NULL;
}

struct c1410__CorrespondenceStatusResultV2 *
correspondence_details_v2(struct soap *soap, const struct credentials *credentials,
                          const struct c1410__CorrespondenceStatusFilterV2 *in)
{
    struct soap_worker *worker = soap_worker_of(soap);
    struct c1410__CorrespondenceStatusResultV2 *out =
        soap_new_c1410__CorrespondenceStatusResultV2(soap, 1);
    struct status_filter filter = {0};
    struct status_page page = {0};

    if (!codec_filter_v2(in, &filter, &worker->err) ||
        !details(worker, credentials, &filter, &page))
        return NULL;
    if (out != NULL) {
        out->LimitReached = page.limit_reached ? xsd__boolean__true_ : xsd__boolean__false_;
        out->ServiceCode = codec_text(filter.service_code);
        out->ServiceEditionCode = filter.service_edition;
        out->StatusList = codec_statuses_v2(soap, worker->session.arena, &page);
    }
    if (out == NULL || out->StatusList == NULL)
        err_no_memory(&worker->err);
    return worker->err.kind == ERR_NONE ? out : NULL;
}

struct c1602__CorrespondenceStatusResultV3 *
correspondence_details_v3(struct soap *soap, const struct credentials *credentials,
                          const struct c1602__CorrespondenceStatusFilterV3 *in)
{
    struct soap_worker *worker = soap_worker_of(soap);
    struct c1602__CorrespondenceStatusResultV3 *out =
        soap_new_c1602__CorrespondenceStatusResultV3(soap, 1);
    struct status_filter filter = {0};
    struct status_page page = {0};

    if (!codec_filter_v3(in, &filter, &worker->err) ||
        !details(worker, credentials, &filter, &page))
        return NULL;
    if (out != NULL) {
        out->ServiceCode = codec_text(filter.service_code);
        out->ServiceEditionCode = filter.service_edition;
        out->CorrespondenceStatusInformation =
            codec_status_information(soap, worker->session.arena, &page);
        out->SdpStatusInformation = codec_sdp_information(soap, worker->session.arena, &page);
    }
    if (out == NULL || out->CorrespondenceStatusInformation == NULL ||
        out->SdpStatusInformation == NULL)
        err_no_memory(&worker->err);
    return worker->err.kind == ERR_NONE ? out : NULL;
}

struct c1306__CorrespondenceServiceInfo *
correspondence_create_simple(struct soap *soap, const struct credentials *credentials,
                             const char *template_code, const int *template_edition)
{
    struct soap_worker *worker = soap_worker_of(soap);
    const int edition = template_edition == NULL ? 0 : *template_edition;
    struct c1306__CorrespondenceServiceInfo *out =
        soap_new_c1306__CorrespondenceServiceInfo(soap, 1);
    const char *code = NULL;

    if (!catalogue_create_simple(&worker->session, &worker->call, credentials, template_code,
                                 edition, &code, &worker->err))
        return NULL;
    if (out == NULL) {
        err_no_memory(&worker->err);
        return NULL;
    }
    out->ExternalServiceCode = codec_text(code);
    out->ExternalServiceEditionCode = 1;
    return out;
}
