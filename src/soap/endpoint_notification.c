/* NotificationAgencyExternalBasic: SOAP 1.1, credentials as the first two children of the body. One
 * function per operation: decode, act, encode. */
#include "service/standalone.h"
#include "soap/codec_notification.h"
#include "soap/worker_internal.h"

/* What the three operations of one meaning have in common. */
static bool send_all(struct soap_worker *worker, const struct credentials *credentials,
                     const struct sn0910__StandaloneNotificationBEList *list,
                     struct standalone_answer *answer_out)
{
    struct standalone_call what = {0};

    return codec_standalone(worker->session.arena, list, &what, &worker->err) &&
           standalone_send(&worker->session, &worker->call, credentials, &what, answer_out,
                           &worker->err);
}

int __notification__Test(struct soap *soap, struct _base__Test *req,
                         struct _base__TestResponse *res)
{
    (void)soap;
    (void)req;
    (void)res;
    return SOAP_OK;
}

int __notification__SendStandaloneNotificationBasic(
    struct soap *soap, struct _wnot__SendStandaloneNotificationBasic *req,
    struct _wnot__SendStandaloneNotificationBasicResponse *res)
{
    const struct credentials credentials = {.user_name = req->systemUserName,
                                            .password = req->systemPassword};
    struct standalone_answer answer = {0};

    (void)res;
    if (!send_all(soap_worker_of(soap), &credentials, req->standaloneNotifications, &answer))
        return soap_worker_fail(soap);
    return SOAP_OK;
}

int __notification__SendStandaloneNotificationBasicV2(
    struct soap *soap, struct _wnot__SendStandaloneNotificationBasicV2 *req,
    struct _wnot__SendStandaloneNotificationBasicV2Response *res)
{
    const struct credentials credentials = {.user_name = req->systemUserName,
                                            .password = req->systemPassword};
    struct soap_worker *worker = soap_worker_of(soap);
    struct standalone_answer answer = {0};

    if (!send_all(worker, &credentials, req->standaloneNotifications, &answer))
        return soap_worker_fail(soap);
    res->SendStandaloneNotificationBasicV2Result = codec_reserved(worker->session.arena, &answer);
    return res->SendStandaloneNotificationBasicV2Result == NULL ? SOAP_EOM : SOAP_OK;
}

int __notification__SendStandaloneNotificationBasicV3(
    struct soap *soap, struct _wnot__SendStandaloneNotificationBasicV3 *req,
    struct _wnot__SendStandaloneNotificationBasicV3Response *res)
{
    const struct credentials credentials = {.user_name = req->systemUserName,
                                            .password = req->systemPassword};
    struct standalone_answer answer = {0};

    if (!send_all(soap_worker_of(soap), &credentials, req->standaloneNotifications, &answer))
        return soap_worker_fail(soap);
    res->SendStandaloneNotificationBasicV3Result = codec_standalone_results(soap, &answer);
    return res->SendStandaloneNotificationBasicV3Result == NULL ? SOAP_EOM : SOAP_OK;
}
