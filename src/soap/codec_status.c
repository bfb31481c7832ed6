#include "soap/codec_status.h"

#include "model/sdp.h"
#include "soap/codec_message.h"
#include "soap/codec_text.h"

/* The contract's enumerations in declared order, as the numbers that we keep. */
static const enum status_type filter_types_v1[] = {STATUS_CREATED, STATUS_READ, STATUS_CONFIRMED};
static const enum status_type filter_types_v2[] = {STATUS_NOT_SET, STATUS_CREATED, STATUS_READ,
                                                   STATUS_CONFIRMED, STATUS_RESERVED};

static const char *given(const char *text)
{
    return text == NULL || text[0] == '\0' ? NULL : text;
}

static bool dates(const char *after, const char *before, struct status_filter *filter,
                  struct err *err)
{
    return codec_moment(after, "CreatedAfterDate", &filter->created_after, err) &&
           codec_moment(before, "CreatedBeforeDate", &filter->created_before, err);
}

bool codec_filter_v1(const struct c1311__CorrespondenceStatusFilter *in,
                     struct status_filter *filter_out, struct err *err)
{
    struct status_filter filter = {0};

    if (in != NULL) {
        filter.service_code = in->ServiceCode;
        filter.service_edition = in->ServiceEditionCode == NULL ? 0 : *in->ServiceEditionCode;
        filter.current =
            in->CurrentStatus == NULL ? STATUS_NOT_SET : filter_types_v1[*in->CurrentStatus];
        filter.notification_sent = codec_choice(in->NotificationSent);
        filter.reportee = given(in->Reportee);
        filter.reference = given(in->SendersReference);
        if (!dates(in->CreatedAfterDate, in->CreatedBeforeDate, &filter, err))
            return false;
    }
    *filter_out = filter;
    return true;
}

bool codec_filter_v2(const struct c1410__CorrespondenceStatusFilterV2 *in,
                     struct status_filter *filter_out, struct err *err)
{
    struct status_filter filter = {0};

    if (in != NULL) {
        filter.service_code = in->ServiceCode;
        filter.service_edition = in->ServiceEditionCode == NULL ? 0 : *in->ServiceEditionCode;
        filter.current =
            in->CurrentStatus == NULL ? STATUS_NOT_SET : filter_types_v2[*in->CurrentStatus];
        filter.notification_sent = codec_choice(in->NotificationSent);
        filter.reportee = given(in->Reportee);
        filter.reference = given(in->SendersReference);
        if (!dates(in->CreatedAfterDate, in->CreatedBeforeDate, &filter, err))
            return false;
    }
    *filter_out = filter;
    return true;
}

bool codec_filter_v3(const struct c1602__CorrespondenceStatusFilterV3 *in,
                     struct status_filter *filter_out, struct err *err)
{
    struct c1410__CorrespondenceStatusFilterV2 same = {0};

    if (in == NULL)
        return codec_filter_v2(NULL, filter_out, err);
    same.CreatedAfterDate = in->CreatedAfterDate;
    same.CreatedBeforeDate = in->CreatedBeforeDate;
    same.CurrentStatus = in->CurrentStatus;
    same.NotificationSent = in->NotificationSent;
    same.Reportee = in->Reportee;
    same.SendersReference = in->SendersReference;
    same.ServiceCode = in->ServiceCode;
    same.ServiceEditionCode = in->ServiceEditionCode;
    if (!codec_filter_v2(&same, filter_out, err))
        return false;
    filter_out->sdp = in->SdpSearchOptions != NULL;
    filter_out->sdp_only = in->SdpSearchOptions != NULL &&
                           codec_choice(in->SdpSearchOptions->IncludeCorrespondence) == CHOICE_NO;
    return true;
}

/* Only SMS and Email are ever planned: the contract's values stand one lower than ours. */
static bool fill_notification(struct arena *arena, const struct status_notification *in,
                              struct c1311__Notification *out)
{
    out->Recipient = codec_text(in->recipient);
    out->SentDate = in->sent.given ? codec_datetime(arena, in->sent.when) : NULL;
    out->TransportType = (enum fe__TransportType)((int)in->transport - 1);
    return !in->sent.given || out->SentDate != NULL;
}

static struct c1311__ArrayOfNotification *notifications(struct soap *soap, struct arena *arena,
                                                        const struct status_entry *entry)
{
    struct c1311__ArrayOfNotification *list = soap_new_c1311__ArrayOfNotification(soap, 1);
    const struct status_notification *items = NULL;
    size_t count = 0;

    if (list == NULL || !status_notifications_unpack(arena, entry->notifications, &items, &count))
        return NULL;
    if (count == 0)
        return list;
    list->Notification = soap_new_c1311__Notification(soap, (int)count);
    if (list->Notification == NULL)
        return NULL;
    list->__sizeNotification = (int)count;
    for (size_t i = 0; i < count; i++) {
        if (!fill_notification(arena, &items[i], &list->Notification[i]))
            return NULL;
    }
    return list;
}

static enum e1410__CorrespondenceStatusTypeV2 wire_type_v2(enum status_type type)
{
    switch (type) {
    case STATUS_CREATED:
        return e1410__CorrespondenceStatusTypeV2__Created;
    case STATUS_READ:
        return e1410__CorrespondenceStatusTypeV2__Read;
    case STATUS_CONFIRMED:
        return e1410__CorrespondenceStatusTypeV2__Confirmed;
    case STATUS_RESERVED:
        return e1410__CorrespondenceStatusTypeV2__Reserved;
    case STATUS_NOT_SET:
        break;
    }
    return e1410__CorrespondenceStatusTypeV2__NotSet;
}

static struct c1410__ArrayOfStatusChangeV2 *changes_v2(struct soap *soap, struct arena *arena,
                                                       const struct status_entry *entry)
{
    struct c1410__ArrayOfStatusChangeV2 *list = soap_new_c1410__ArrayOfStatusChangeV2(soap, 1);
    const struct status_change *items = NULL;
    size_t count = 0;

    if (list == NULL || !status_history_unpack(arena, entry->history, &items, &count))
        return NULL;
    list->StatusChangeV2 = soap_new_c1410__StatusChangeV2(soap, (int)count);
    if (list->StatusChangeV2 == NULL)
        return NULL;
    list->__sizeStatusChangeV2 = (int)count;
    for (size_t i = 0; i < count; i++) {
        list->StatusChangeV2[i].StatusDate = codec_datetime(arena, items[i].when);
        list->StatusChangeV2[i].StatusType = wire_type_v2(items[i].type);
        if (list->StatusChangeV2[i].StatusDate == NULL)
            return NULL;
    }
    return list;
}

struct c1410__ArrayOfStatusV2 *codec_statuses_v2(struct soap *soap, struct arena *arena,
                                                 const struct status_page *page)
{
    struct c1410__ArrayOfStatusV2 *list = soap_new_c1410__ArrayOfStatusV2(soap, 1);

    if (list == NULL || page->count == 0)
        return list;
    list->StatusV2 = soap_new_c1410__StatusV2(soap, (int)page->count);
    if (list->StatusV2 == NULL)
        return NULL;
    list->__sizeStatusV2 = (int)page->count;
    for (size_t i = 0; i < page->count; i++) {
        const struct status_entry *entry = &page->entries[i];
        struct c1410__StatusV2 *out = &list->StatusV2[i];

        out->CorrespondenceID = entry->correspondence_id;
        out->CreatedDate = codec_datetime(arena, entry->created);
        out->Notifications = notifications(soap, arena, entry);
        out->Reportee = codec_text(entry->reportee);
        out->SendersReference = codec_text(entry->reference);
        out->StatusChanges = changes_v2(soap, arena, entry);
        if (out->CreatedDate == NULL || out->Notifications == NULL || out->StatusChanges == NULL)
            return NULL;
    }
    return list;
}

/* V1 has no word for Reserved: that change is left out (domain.md 5.3). */
static bool wire_type_v1(enum status_type type, enum e1311__CorrespondenceStatusType *type_out)
{
    switch (type) {
    case STATUS_CREATED:
        *type_out = e1311__CorrespondenceStatusType__Created;
        return true;
    case STATUS_READ:
        *type_out = e1311__CorrespondenceStatusType__Read;
        return true;
    case STATUS_CONFIRMED:
        *type_out = e1311__CorrespondenceStatusType__Confirmed;
        return true;
    default:
        return false;
    }
}

static struct c1311__ArrayOfStatusChange *changes_v1(struct soap *soap, struct arena *arena,
                                                     const struct status_entry *entry)
{
    struct c1311__ArrayOfStatusChange *list = soap_new_c1311__ArrayOfStatusChange(soap, 1);
    const struct status_change *items = NULL;
    size_t count = 0;

    if (list == NULL || !status_history_unpack(arena, entry->history, &items, &count))
        return NULL;
    list->StatusChange = soap_new_c1311__StatusChange(soap, (int)count);
    if (list->StatusChange == NULL)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        struct c1311__StatusChange *out = &list->StatusChange[list->__sizeStatusChange];

        if (!wire_type_v1(items[i].type, &out->StatusType))
            continue;
        out->StatusDate = codec_datetime(arena, items[i].when);
        if (out->StatusDate == NULL)
            return NULL;
        list->__sizeStatusChange++;
    }
    return list;
}

struct c1311__ArrayOfStatus *codec_statuses_v1(struct soap *soap, struct arena *arena,
                                               const struct status_page *page)
{
    struct c1311__ArrayOfStatus *list = soap_new_c1311__ArrayOfStatus(soap, 1);

    if (list == NULL || page->count == 0)
        return list;
    list->Status = soap_new_c1311__Status(soap, (int)page->count);
    if (list->Status == NULL)
        return NULL;
    list->__sizeStatus = (int)page->count;
    for (size_t i = 0; i < page->count; i++) {
        const struct status_entry *entry = &page->entries[i];
        struct c1311__Status *out = &list->Status[i];

        out->CorrespondenceID = entry->correspondence_id;
        out->CreatedDate = codec_datetime(arena, entry->created);
        out->Notifications = notifications(soap, arena, entry);
        out->Reportee = codec_text(entry->reportee);
        out->SendersReference = codec_text(entry->reference);
        out->StatusChanges = changes_v1(soap, arena, entry);
        if (out->CreatedDate == NULL || out->Notifications == NULL || out->StatusChanges == NULL)
            return NULL;
    }
    return list;
}

struct c1602__CorrespondenceStatusInformation *
codec_status_information(struct soap *soap, struct arena *arena, const struct status_page *page)
{
    struct c1602__CorrespondenceStatusInformation *out =
        soap_new_c1602__CorrespondenceStatusInformation(soap, 1);

    if (out == NULL)
        return NULL;
    out->CorrespondenceStatusDetailsList = codec_statuses_v2(soap, arena, page);
    out->LimitReached = page->limit_reached ? xsd__boolean__true_ : xsd__boolean__false_;
    return out->CorrespondenceStatusDetailsList == NULL ? NULL : out;
}

static enum c1602__SdpStatusType wire_sdp_status(enum sdp_status status)
{
    switch (status) {
    case SDP_SENT_TO_MEDIATOR:
        return c1602__SdpStatusType__Sent_USCOREMeldingsformidler;
    case SDP_DELIVERED:
        return c1602__SdpStatusType__Delivered_USCOREEndUser;
    case SDP_DELIVERY_FAILED:
        return c1602__SdpStatusType__Delivery_USCOREEndUser_USCOREFailed;
    case SDP_RESERVED:
        return c1602__SdpStatusType__Reserved;
    case SDP_NO_MAILBOX:
        return c1602__SdpStatusType__NoMailBox;
    case SDP_UNKNOWN:
        break;
    }
    return c1602__SdpStatusType__Unknown;
}

static struct c1602__ArrayOfSdpStatusChange *sdp_changes(struct soap *soap, struct arena *arena,
                                                         const struct sdp_entry *entry)
{
    struct c1602__ArrayOfSdpStatusChange *list = soap_new_c1602__ArrayOfSdpStatusChange(soap, 1);
    const struct status_change *items = NULL;
    size_t count = 0;

    if (list == NULL || !status_history_unpack(arena, entry->history, &items, &count))
        return NULL;
    list->SdpStatusChange = soap_new_c1602__SdpStatusChange(soap, (int)count);
    if (list->SdpStatusChange == NULL)
        return NULL;
    list->__sizeSdpStatusChange = (int)count;
    for (size_t i = 0; i < count; i++) {
        list->SdpStatusChange[i].Status = wire_sdp_status((enum sdp_status)items[i].type);
        list->SdpStatusChange[i].StatusDateTime = codec_datetime(arena, items[i].when);
        if (list->SdpStatusChange[i].StatusDateTime == NULL)
            return NULL;
    }
    return list;
}

static bool fill_letter(struct soap *soap, struct arena *arena, const struct sdp_entry *entry,
                        struct c1602__SdpStatusDetails *out)
{
    if (entry->correspondence_id != 0) {
        out->CorrespondenceId = soap_malloc(soap, sizeof(*out->CorrespondenceId));
        if (out->CorrespondenceId == NULL)
            return false;
        *out->CorrespondenceId = entry->correspondence_id;
    }
    out->CreatedDateTime = codec_datetime(arena, entry->created);
    out->LastChangedDateTime = codec_datetime(arena, entry->last_changed);
    out->Reference = codec_text(entry->reference);
    out->Reportee = codec_text(entry->reportee);
    out->SdpId = entry->id;
    out->StatusHistory = sdp_changes(soap, arena, entry);
    return out->CreatedDateTime != NULL && out->LastChangedDateTime != NULL &&
           out->StatusHistory != NULL;
}

struct c1602__SdpStatusInformation *codec_sdp_information(struct soap *soap, struct arena *arena,
                                                          const struct status_page *page)
{
    struct c1602__SdpStatusInformation *out = soap_new_c1602__SdpStatusInformation(soap, 1);
    struct c1602__ArrayOfSdpStatusDetails *list = soap_new_c1602__ArrayOfSdpStatusDetails(soap, 1);

    if (out == NULL || list == NULL)
        return NULL;
    out->LimitReached = page->letter_limit_reached ? xsd__boolean__true_ : xsd__boolean__false_;
    out->SdpStatusDetailsList = list;
    if (page->letter_count == 0)
        return out;
    list->SdpStatusDetails = soap_new_c1602__SdpStatusDetails(soap, (int)page->letter_count);
    if (list->SdpStatusDetails == NULL)
        return NULL;
    list->__sizeSdpStatusDetails = (int)page->letter_count;
    for (size_t i = 0; i < page->letter_count; i++) {
        if (!fill_letter(soap, arena, &page->letters[i], &list->SdpStatusDetails[i]))
            return NULL;
    }
    return out;
}
