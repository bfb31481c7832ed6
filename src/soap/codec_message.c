#include "soap/codec_message.h"

#include "model/identifier.h"
#include "xml/datetime.h"

#include <stdlib.h>
#include <string.h>

bool codec_moment(const char *text, const char *element, struct moment *moment_out, struct err *err)
{
    struct datetime datetime = {0};

    if (text != NULL && !datetime_parse(text, &datetime))
        return err_set(err, ERR_INVALID, "%s is not a valid dateTime", element);
    *moment_out = (struct moment){datetime.given, datetime.when};
    return true;
}

enum choice codec_choice(const enum xsd__boolean *value)
{
    if (value == NULL)
        return CHOICE_NOT_GIVEN;
    return *value == xsd__boolean__true_ ? CHOICE_YES : CHOICE_NO;
}

/* The guard left the attachment's index where its content stood. */
static bool content_of(const struct guard *guard, const char *data, const struct blob **content_out,
                       struct err *err)
{
    char *end = NULL;
    unsigned long index = 0;

    *content_out = NULL;
    if (identifier_is_blank(data))
        return true;
    index = strtoul(data, &end, 10);
    if (end == data || *end != '\0' || index >= guard_attachment_count(guard))
        return err_set(err, ERR_INVALID, "Data is not an attachment");
    *content_out = guard_attachment(guard, index);
    return true;
}

static bool attachments(struct arena *arena, const struct guard *guard,
                        const struct rel1010__BinaryAttachmentExternalBEV2List *list,
                        struct message *message, struct err *err)
{
    const size_t count = list == NULL ? 0 : (size_t)list->__sizeBinaryAttachmentV2;
    struct attachment *items = arena_array(arena, count, sizeof(*items));

    if (items == NULL)
        return err_no_memory(err);
    for (size_t i = 0; i < count; i++) {
        const struct rel1010__BinaryAttachmentV2 *in = &list->BinaryAttachmentV2[i];

        items[i] = (struct attachment){
            .destination = in->DestinationType == NULL
                               ? DESTINATION_SHOW_TO_ALL
                               : (enum destination_type) * in->DestinationType,
            .function = in->FunctionType == NULL ? FUNCTION_UNSPECIFIED
                                                 : (enum function_type) * in->FunctionType,
            .file_name = in->FileName,
            .name = in->Name,
            .encrypted = codec_choice(in->Encrypted) == CHOICE_YES,
            .senders_reference = in->SendersReference,
        };
        if (!content_of(guard, in->Data, &items[i].content, err))
            return false;
    }
    message->attachments = items;
    message->attachment_count = count;
    return true;
}

static bool attachments_first(struct arena *arena, const struct guard *guard,
                              const struct rel0910__BinaryAttachmentBEList *list,
                              struct message *message, struct err *err)
{
    const size_t count = list == NULL ? 0 : (size_t)list->__sizeBinaryAttachment;
    struct attachment *items = arena_array(arena, count, sizeof(*items));

    if (items == NULL)
        return err_no_memory(err);
    for (size_t i = 0; i < count; i++) {
        const struct rel0910__BinaryAttachment *in = &list->BinaryAttachment[i];

        items[i] = (struct attachment){
            .destination = DESTINATION_SHOW_TO_ALL,
            .function = in->FunctionType == NULL ? FUNCTION_UNSPECIFIED
                                                 : (enum function_type) * in->FunctionType,
            .file_name = in->FileName,
            .name = in->Name,
            .encrypted = codec_choice(in->Encrypted) == CHOICE_YES,
            .senders_reference = in->SendersReference,
        };
        if (!content_of(guard, in->Data, &items[i].content, err))
            return false;
    }
    message->attachments = items;
    message->attachment_count = count;
    return true;
}

static bool xml_attachments(struct arena *arena, const struct c1010__XmlAttachmentListV2 *list,
                            struct message *message, struct err *err)
{
    const size_t count = list == NULL ? 0 : (size_t)list->__sizeXmlAttachmentV2;
    struct xml_attachment *items = arena_array(arena, count, sizeof(*items));

    if (items == NULL)
        return err_no_memory(err);
    for (size_t i = 0; i < count; i++) {
        const struct c1010__XmlAttachmentV2 *in = &list->XmlAttachmentV2[i];

        items[i] = (struct xml_attachment){in->SendersReference, in->FormDataXml, in->DataFormatId};
    }
    message->xml_attachments = items;
    message->xml_attachment_count = count;
    return true;
}

static bool content(struct arena *arena, const struct guard *guard,
                    const struct c1010__ExternalContentV2 *in, struct message *message,
                    struct err *err)
{
    message->has_content = in != NULL;
    if (in == NULL)
        return true;
    message->language_code = in->LanguageCode;
    message->title = in->MessageTitle;
    message->summary = in->MessageSummary;
    message->body = in->MessageBody;
    message->custom_data = in->CustomMessageData;
    if (in->Attachments == NULL)
        return true;
    return attachments(arena, guard, in->Attachments->BinaryAttachments, message, err) &&
           xml_attachments(arena, in->Attachments->XmlAttachmentList, message, err);
}

static bool content_first(struct arena *arena, const struct guard *guard,
                          const struct c0910__ExternalContent *in, struct message *message,
                          struct err *err)
{
    message->has_content = in != NULL;
    if (in == NULL)
        return true;
    message->language_code = in->LanguageCode;
    message->title = in->MessageTitle;
    message->summary = in->MessageSummary;
    message->body = in->MessageBody;
    message->custom_data = in->CustomMessageData;
    if (in->Attachments == NULL)
        return true;
    message->xml_attachment_count = in->Attachments->XmlAttachment != NULL;
    if (in->Attachments->XmlAttachment != NULL) {
        struct xml_attachment *item = arena_alloc(arena, sizeof(*item));

        if (item == NULL)
            return err_no_memory(err);
        item->senders_reference = in->Attachments->XmlAttachment->SendersReference;
        item->form_data = in->Attachments->XmlAttachment->FormDataXml;
        message->xml_attachments = item;
    }
    return attachments_first(arena, guard, in->Attachments->BinaryAttachments, message, err);
}

static bool reply_options(struct arena *arena,
                          const struct c0910__CorrespondenceInsertLinkBEList *list,
                          struct message *message, struct err *err)
{
    const size_t count = list == NULL ? 0 : (size_t)list->__sizeReplyOption;
    struct reply_option *items = arena_array(arena, count, sizeof(*items));

    if (items == NULL)
        return err_no_memory(err);
    for (size_t i = 0; i < count; i++) {
        const struct c0910__ReplyOption *in = &list->ReplyOption[i];
        struct reply_option *out = &items[i];

        out->has_service = in->Service != NULL;
        if (in->Service != NULL) {
            out->service_code = in->Service->ServiceCode;
            out->service_edition = in->Service->ServiceEdition;
        }
        out->has_archive_reference = in->ArchiveReference != NULL;
        if (in->ArchiveReference != NULL)
            out->archive_reference = in->ArchiveReference->ArchiveRef;
        out->has_url = in->URL != NULL;
        if (in->URL != NULL) {
            out->link_text = in->URL->LinkText;
            out->link_url = in->URL->LinkURL;
        }
    }
    message->reply_options = items;
    message->reply_option_count = count;
    return true;
}

bool codec_tokens(struct arena *arena, const struct not0910__TextTokenSubstitutionBEList *list,
                  struct notification_order *order, struct err *err)
{
    const size_t count = list == NULL ? 0 : (size_t)list->__sizeTextToken;
    struct text_token *items = arena_array(arena, count, sizeof(*items));

    if (items == NULL)
        return err_no_memory(err);
    for (size_t i = 0; i < count; i++) {
        const struct not0910__TextToken *in = &list->TextToken[i];

        items[i] = (struct text_token){in->TokenNum == NULL ? 0 : *in->TokenNum, in->TokenValue};
    }
    order->tokens = items;
    order->token_count = count;
    return true;
}

/* The contract's values stand in the order of ours, one lower. */
static enum transport_type transport_of(const enum fe__TransportType *value)
{
    return value == NULL ? TRANSPORT_NOT_GIVEN : (enum transport_type)((int)*value + 1);
}

bool codec_end_points(struct arena *arena, const struct not0910__ReceiverEndPointBEList *list,
                      struct notification_order *order, struct err *err)
{
    const size_t count = list == NULL ? 0 : (size_t)list->__sizeReceiverEndPoint;
    struct receiver_end_point *items = arena_array(arena, count, sizeof(*items));

    if (items == NULL)
        return err_no_memory(err);
    for (size_t i = 0; i < count; i++) {
        const struct not0910__ReceiverEndPoint *in = &list->ReceiverEndPoint[i];

        items[i] =
            (struct receiver_end_point){transport_of(in->TransportType), in->ReceiverAddress};
    }
    order->end_points = items;
    order->end_point_count = count;
    return true;
}

static bool notification(struct arena *arena, const struct not0910__Notification *in,
                         struct notification_order *order, struct err *err)
{
    order->from_address = in->FromAddress;
    order->language_code = in->LanguageCode;
    order->type = in->NotificationType;
    return codec_moment(in->ShipmentDateTime, "ShipmentDateTime", &order->shipment, err) &&
           codec_tokens(arena, in->TextTokens, order, err) &&
           codec_end_points(arena, in->ReceiverEndPoints, order, err);
}

static bool notifications(struct arena *arena, const struct not0910__NotificationBEList *list,
                          struct message *message, struct err *err)
{
    const size_t count = list == NULL ? 0 : (size_t)list->__sizeNotification;
    struct notification_order *items = arena_array(arena, count, sizeof(*items));

    if (items == NULL)
        return err_no_memory(err);
    for (size_t i = 0; i < count; i++) {
        if (!notification(arena, &list->Notification[i], &items[i], err))
            return false;
    }
    message->notifications = items;
    message->notification_count = count;
    return true;
}

static void days_delayed(const struct c1602__DaysDelayedList *list, struct sdp_notification *out)
{
    out->repeats = list != NULL;
    if (list == NULL)
        return;
    out->days_delayed = list->DaysDelayed;
    out->days_delayed_count = (size_t)list->__sizeDaysDelayed;
}

static void sdp_notifications(const struct c1602__SdpNotifications *in, struct sdp_options *sdp)
{
    if (in != NULL && in->EmailNotification != NULL) {
        sdp->email.given = true;
        sdp->email.text = in->EmailNotification->NotificationText;
        sdp->email.address = in->EmailNotification->EmailAddress;
        days_delayed(in->EmailNotification->Repetitions, &sdp->email);
    }
    if (in != NULL && in->SmsNotification != NULL) {
        sdp->sms.given = true;
        sdp->sms.text = in->SmsNotification->NotificationText;
        sdp->sms.address = in->SmsNotification->MobileNumber;
        days_delayed(in->SmsNotification->Repetitions, &sdp->sms);
    }
}

static bool sdp_options(struct arena *arena, const struct c1602__SdpOptions *in,
                        struct message *message, struct err *err)
{
    struct sdp_options *sdp = NULL;

    if (in == NULL)
        return true;
    sdp = arena_alloc(arena, sizeof(*sdp));
    if (sdp == NULL)
        return err_no_memory(err);
    sdp->backup_altinn = codec_choice(in->BackupAltinn);
    sdp->not_sensitive_title = in->NotSensitiveTitle;
    sdp->primary_document = in->PrimaryDocumentFileName;
    sdp->has_setting = in->SdpSetting != NULL;
    sdp->copy_altinn = in->SdpSetting != NULL && *in->SdpSetting == c1602__SdpSetting__CopyAltinn;
    sdp->title = in->Title;
    sdp_notifications(in->SdpNotifications, sdp);
    message->sdp = sdp;
    return codec_moment(in->VisibleDateTime, "SdpOptions.VisibleDateTime", &sdp->visible, err);
}

static bool dates(const char *visible, const char *allow_system_delete, const char *due,
                  struct message *message, struct err *err)
{
    return codec_moment(visible, "VisibleDateTime", &message->visible, err) &&
           codec_moment(allow_system_delete, "AllowSystemDeleteDateTime",
                        &message->allow_system_delete, err) &&
           codec_moment(due, "DueDateTime", &message->due, err);
}

bool codec_message(struct arena *arena, const struct guard *guard,
                   const struct c1010__InsertCorrespondenceV2 *in, struct message *message_out,
                   struct err *err)
{
    struct message message = {.given = in != NULL, .attachments_overflow = guard_overflow(guard)};

    if (in == NULL) {
        *message_out = message;
        return true;
    }
    message.service_code = in->ServiceCode;
    message.service_edition = in->ServiceEdition;
    message.reportee = in->Reportee;
    message.archive_reference = in->ArchiveReference;
    message.allow_forwarding = codec_choice(in->AllowForwarding);
    message.has_case_id = in->CaseID != NULL;
    message.case_id = in->CaseID == NULL ? 0 : *in->CaseID;
    message.message_sender = in->MessageSender;
    message.is_reservable = codec_choice(in->IsReservable);
    message.on_behalf_of = in->OnBehalfOfOrgNr;
    if (!dates(in->VisibleDateTime, in->AllowSystemDeleteDateTime, in->DueDateTime, &message,
               err) ||
        !content(arena, guard, in->Content, &message, err) ||
        !reply_options(arena, in->ReplyOptions, &message, err) ||
        !notifications(arena, in->Notifications, &message, err) ||
        !sdp_options(arena, in->SdpOptions, &message, err))
        return false;
    *message_out = message;
    return true;
}

bool codec_message_first(struct arena *arena, const struct guard *guard,
                         const struct c0910__InsertCorrespondence *in, struct message *message_out,
                         struct err *err)
{
    struct message message = {.given = in != NULL, .attachments_overflow = guard_overflow(guard)};

    if (in == NULL) {
        *message_out = message;
        return true;
    }
    message.service_code = in->ServiceCode;
    message.service_edition = in->ServiceEdition;
    message.reportee = in->Reportee;
    message.archive_reference = in->ArchiveReference;
    if (!dates(in->VisibleDateTime, in->AllowSystemDeleteDateTime, in->DueDateTime, &message,
               err) ||
        !content_first(arena, guard, in->Content, &message, err) ||
        !reply_options(arena, in->ReplyOptions, &message, err) ||
        !notifications(arena, in->Notifications, &message, err))
        return false;
    *message_out = message;
    return true;
}
