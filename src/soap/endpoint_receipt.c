/* ReceiptAgencyExternalBasic: SOAP 1.1, credentials as the first two children of the body. One
 * function per operation: decode, act, encode. */
#include "service/receipts.h"
#include "soap/codec_receipt.h"
#include "soap/codec_receipt_request.h"
#include "soap/worker_internal.h"

int __receipt__Test(struct soap *soap, struct _base__Test *req, struct _base__TestResponse *res)
{
    (void)soap;
    (void)req;
    (void)res;
    return SOAP_OK;
}

int __receipt__GetReceiptBasic(struct soap *soap, struct _wrec__GetReceiptBasic *req,
                               struct _wrec__GetReceiptBasicResponse *res)
{
    struct soap_worker *worker = soap_worker_of(soap);
    const struct credentials credentials = {.user_name = req->systemUserName,
                                            .password = req->systemPassword};
    const struct receipt_search search = codec_receipt_search(req->receipt);
    struct receipt receipt = {0};

    if (!receipts_get(&worker->session, &worker->call, &credentials, &search, &receipt,
                      &worker->err))
        return soap_worker_fail(soap);
    res->GetReceiptBasicResult = codec_receipt(soap, worker->session.arena, &receipt);
    return res->GetReceiptBasicResult == NULL ? SOAP_EOM : SOAP_OK;
}

int __receipt__GetReceiptBasicV2(struct soap *soap, struct _wrec__GetReceiptBasicV2 *req,
                                 struct _wrec__GetReceiptBasicV2Response *res)
{
    struct soap_worker *worker = soap_worker_of(soap);
    const struct credentials credentials = {.user_name = req->systemUserName,
                                            .password = req->systemPassword};
    const struct receipt_search search = codec_receipt_search_v2(req->receipt);
    struct receipt receipt = {0};

    if (!receipts_get(&worker->session, &worker->call, &credentials, &search, &receipt,
                      &worker->err))
        return soap_worker_fail(soap);
    res->GetReceiptBasicV2Result = codec_receipt_v2(soap, worker->session.arena, &receipt);
    return res->GetReceiptBasicV2Result == NULL ? SOAP_EOM : SOAP_OK;
}

int __receipt__GetReceiptListBasic(struct soap *soap, struct _wrec__GetReceiptListBasic *req,
                                   struct _wrec__GetReceiptListBasicResponse *res)
{
    struct soap_worker *worker = soap_worker_of(soap);
    const struct credentials credentials = {.user_name = req->systemUserName,
                                            .password = req->systemPassword};
    const enum receipt_type type = req->receiptTypeName == NULL
                                       ? RECEIPT_TYPE_NOT_SET
                                       : (enum receipt_type) * req->receiptTypeName;
    struct receipt_span span = {0};
    struct receipt_page page = {0};

    if (!codec_receipt_span(type, req->dateFrom, req->dateTo, &span, &worker->err) ||
        !receipts_list(&worker->session, &worker->call, &credentials, &span, &page, &worker->err))
        return soap_worker_fail(soap);
    res->GetReceiptListBasicResult =
        codec_receipts(soap, worker->session.arena, page.receipts, page.count);
    return res->GetReceiptListBasicResult == NULL ? SOAP_EOM : SOAP_OK;
}

int __receipt__GetReceiptListBasicV2(struct soap *soap, struct _wrec__GetReceiptListBasicV2 *req,
                                     struct _wrec__GetReceiptListBasicV2Response *res)
{
    struct soap_worker *worker = soap_worker_of(soap);
    const struct credentials credentials = {.user_name = req->systemUserName,
                                            .password = req->systemPassword};
    const enum receipt_type type = req->receiptTypeName == NULL
                                       ? RECEIPT_TYPE_NOT_SET
                                       : (enum receipt_type) * req->receiptTypeName;
    struct receipt_span span = {0};
    struct receipt_page page = {0};

    if (!codec_receipt_span(type, req->dateFrom, req->dateTo, &span, &worker->err) ||
        !receipts_list(&worker->session, &worker->call, &credentials, &span, &page, &worker->err))
        return soap_worker_fail(soap);
    res->GetReceiptListBasicV2Result =
        codec_receipts_v2(soap, worker->session.arena, page.receipts, page.count);
    return res->GetReceiptListBasicV2Result == NULL ? SOAP_EOM : SOAP_OK;
}

int __receipt__SaveReceiptBasic(struct soap *soap, struct _wrec__SaveReceiptBasic *req,
                                struct _wrec__SaveReceiptBasicResponse *res)
{
    struct soap_worker *worker = soap_worker_of(soap);
    const struct credentials credentials = {.user_name = req->systemUserName,
                                            .password = req->systemPassword};
    struct receipt_edit edit = {0};
    struct receipt receipt = {0};

    if (!codec_receipt_edit(worker->session.arena, req->receipt, &edit, &worker->err) ||
        !receipts_save(&worker->session, &worker->call, &credentials, &edit, &receipt,
                       &worker->err))
        return soap_worker_fail(soap);
    res->SaveReceiptBasicResult = codec_receipt(soap, worker->session.arena, &receipt);
    return res->SaveReceiptBasicResult == NULL ? SOAP_EOM : SOAP_OK;
}

int __receipt__UpdateReceiptBasic(struct soap *soap, struct _wrec__UpdateReceiptBasic *req,
                                  struct _wrec__UpdateReceiptBasicResponse *res)
{
    struct soap_worker *worker = soap_worker_of(soap);
    const struct credentials credentials = {.user_name = req->systemUserName,
                                            .password = req->systemPassword};
    struct receipt_edit edit = {0};
    struct receipt receipt = {0};

    if (!codec_receipt_edit_v2(worker->session.arena, req->receipt, &edit, &worker->err) ||
        !receipts_update(&worker->session, &worker->call, &credentials, &edit, &receipt,
                         &worker->err))
        return soap_worker_fail(soap);
    res->UpdateReceiptBasicResult = codec_receipt_v2(soap, worker->session.arena, &receipt);
    return res->UpdateReceiptBasicResult == NULL ? SOAP_EOM : SOAP_OK;
}
