#include "soap/codec_receipt.h"

#include "soap/codec_text.h"

static bool add_reference(struct soap *soap, struct rec__ReferenceList *list,
                          enum reference_type type, const char *value)
{
    struct rec__Reference *item = &list->Reference[list->__sizeReference];

    if (value == NULL)
        return true;
    item->ReferenceTypeName = soap_malloc(soap, sizeof(*item->ReferenceTypeName));
    if (item->ReferenceTypeName == NULL)
        return false;
    *item->ReferenceTypeName = (enum shp__ReferenceType)type;
    item->ReferenceValue = codec_text(value);
    list->__sizeReference++;
    return true;
}

static struct rec__ReferenceList *references(struct soap *soap, const struct receipt *receipt)
{
    struct rec__ReferenceList *list = soap_new_rec__ReferenceList(soap, 1);

    if (list == NULL)
        return NULL;
    list->__sizeReference = 0;
    list->Reference = soap_new_rec__Reference(soap, 2);
    if (list->Reference == NULL ||
        !add_reference(soap, list, REFERENCE_EXTERNAL_SHIPMENT, receipt->reference) ||
        !add_reference(soap, list, REFERENCE_OWNER_PARTY, receipt->owner_number))
        return NULL;
    return list;
}

static bool fill(struct soap *soap, struct arena *arena, const struct receipt *receipt,
                 struct rec__ReceiptExternal *out)
{
    out->LastChanged = codec_datetime(arena, receipt->last_changed);
    out->ParentReceiptId = receipt->parent_id;
    out->ReceiptHistory = codec_text(receipt->history);
    out->ReceiptId = receipt->id;
    out->ReceiptStatusCode = (enum rec__ReceiptStatusEnum)receipt->status;
    out->ReceiptText = codec_text(receipt->text);
    out->ReceiptTypeName = (enum rec__ReceiptTypeEnum)receipt->type;
    out->References = references(soap, receipt);
    return out->LastChanged != NULL && out->References != NULL;
}

static bool fill_sub_receipts(struct soap *soap, struct arena *arena, const struct receipt *receipt,
                              struct rec__ReceiptExternal *out)
{
    const size_t count = receipt->sub_receipt_count;

    if (count == 0)
        return true; /* nil (domain.md 4.7) */
    out->SubReceipts = soap_new_rec__ReceiptExternalList(soap, 1);
    if (out->SubReceipts == NULL)
        return false;
    out->SubReceipts->ReceiptExternal = soap_new_rec__ReceiptExternal(soap, (int)count);
    if (out->SubReceipts->ReceiptExternal == NULL)
        return false;
    out->SubReceipts->__sizeReceiptExternal = (int)count;
    for (size_t i = 0; i < count; i++) {
        if (!fill(soap, arena, &receipt->sub_receipts[i], &out->SubReceipts->ReceiptExternal[i]))
            return false;
    }
    return true;
}

struct rec__ReceiptExternal *codec_receipt(struct soap *soap, struct arena *arena,
                                           const struct receipt *receipt)
{
    struct rec__ReceiptExternal *out = soap_new_rec__ReceiptExternal(soap, 1);

    if (out == NULL || !fill(soap, arena, receipt, out) ||
        !fill_sub_receipts(soap, arena, receipt, out))
        return NULL;
    return out;
}
