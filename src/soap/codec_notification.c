#include "soap/codec_notification.h"

#include "soap/codec_message.h"
#include "soap/codec_text.h"

#include <string.h>

/* ------------------------------------------------------------------ the request */

/* A Service without code is one that nobody knows. */
static bool service(struct arena *arena, const struct sn1506__Service *in, struct message *message)
{
    if (in == NULL)
        return true;
    message->service_code = in->ServiceCode == NULL ? "" : in->ServiceCode;
    if (in->ServiceEdition == NULL)
        return true;
    message->service_edition = arena_format(arena, "%d", *in->ServiceEdition);
    return message->service_edition != NULL;
}

static bool order(struct arena *arena, const struct not0910__StandaloneNotification *in,
                  struct notification_order *order_out, struct err *err)
{
    struct notification_order made = {.from_address = in->FromAddress,
                                      .type = in->NotificationType};

    if (in->LanguageID != NULL) {
        made.language_code = arena_format(arena, "%d", *in->LanguageID);
        if (made.language_code == NULL)
            return err_no_memory(err);
    }
    if (!codec_moment(in->ShipmentDateTime, "ShipmentDateTime", &made.shipment, err) ||
        !codec_tokens(arena, in->TextTokens, &made, err) ||
        !codec_end_points(arena, in->ReceiverEndPoints, &made, err))
        return false;
    *order_out = made;
    return true;
}

static bool item(struct arena *arena, const struct not0910__StandaloneNotification *in,
                 struct standalone *item_out, struct err *err)
{
    struct notification_order *orders = arena_alloc(arena, sizeof(*orders));

    if (orders == NULL)
        return err_no_memory(err);
    item_out->message = (struct message){
        .reportee = in->ReporteeNumber,
        .notifications = orders,
        .notification_count = 1,
        .is_reservable = codec_choice(in->IsReservable),
    };
    item_out->short_name = codec_choice(in->UseServiceOwnerShortNameAsSenderOfSms) == CHOICE_YES;
    if (!service(arena, in->Service, &item_out->message))
        return err_no_memory(err);
    return order(arena, in, orders, err);
}

bool codec_standalone(struct arena *arena, const struct sn0910__StandaloneNotificationBEList *list,
                      struct standalone_call *call_out, struct err *err)
{
    const size_t count = list == NULL ? 0 : (size_t)list->__sizeStandaloneNotification;
    struct standalone *items = arena_array(arena, count, sizeof(*items));

    if (items == NULL)
        return err_no_memory(err);
    for (size_t i = 0; i < count; i++) {
        if (!item(arena, &list->StandaloneNotification[i], &items[i], err))
            return false;
    }
    *call_out = (struct standalone_call){items, count};
    return true;
}

/* ------------------------------------------------------------------ the answer */

char *codec_reserved(struct arena *arena, const struct standalone_answer *answer)
{
    char *text = arena_strdup(arena, "");

    for (size_t i = 0; text != NULL && i < answer->count; i++) {
        if (answer->results[i].count > 0)
            continue;
        text = arena_format(arena, "%s%s%s", text,
                            text[0] == '\0' ? "Reserved against electronic communication: " : ", ",
                            answer->results[i].reportee);
    }
    return text;
}

static bool end_point(struct soap *soap, const struct standalone_end_point *point,
                      struct not1506__EndPointResult *out)
{
    out->Name = codec_text(point->name);
    out->ReceiverAddress = codec_text(point->address);
    out->RetrieveFromProfile = soap_malloc(soap, sizeof(*out->RetrieveFromProfile));
    if (out->RetrieveFromProfile == NULL)
        return false;
    *out->RetrieveFromProfile = point->registered ? xsd__boolean__true_ : xsd__boolean__false_;
    out->TransportType =
        point->transport == TRANSPORT_SMS ? fe__TransportType__SMS : fe__TransportType__Email;
    return true;
}

static struct not1506__EndPointResultList *end_points(struct soap *soap,
                                                      const struct standalone_result *result)
{
    struct not1506__EndPointResultList *list = soap_new_not1506__EndPointResultList(soap, 1);

    if (list == NULL)
        return NULL;
    list->EndPointResult = soap_new_not1506__EndPointResult(soap, (int)result->count);
    if (list->EndPointResult == NULL)
        return NULL;
    list->__sizeEndPointResult = (int)result->count;
    for (size_t i = 0; i < result->count; i++) {
        if (!end_point(soap, &result->end_points[i], &list->EndPointResult[i]))
            return NULL;
    }
    return list;
}

struct not1506__SendNotificationResultList *
codec_standalone_results(struct soap *soap, const struct standalone_answer *answer)
{
    struct not1506__SendNotificationResultList *list =
        soap_new_not1506__SendNotificationResultList(soap, 1);

    if (list == NULL)
        return NULL;
    list->NotificationResult = soap_new_not1506__NotificationResult(soap, (int)answer->count);
    if (list->NotificationResult == NULL)
        return NULL;
    list->__sizeNotificationResult = (int)answer->count;
    for (size_t i = 0; i < answer->count; i++) {
        const struct standalone_result *result = &answer->results[i];
        struct not1506__NotificationResult *out = &list->NotificationResult[i];

        out->NotificationType = codec_text(result->type);
        out->ReporteeNumber = codec_text(result->reportee);
        out->EndPoints = end_points(soap, result);
        if (out->EndPoints == NULL)
            return NULL;
    }
    return list;
}
