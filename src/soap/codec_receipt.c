#include "soap/codec_receipt.h"

#include "soap/codec_text.h"

/* The references of a receipt in the order of the answer: what every receipt may have, then what
 * was added. NULL when memory ran out. */
static const struct receipt_reference *
references_of(struct arena *arena, const struct receipt *receipt, size_t *count_out)
{
    const struct receipt_reference own[] = {
        {REFERENCE_EXTERNAL_SHIPMENT, receipt->reference},
        {REFERENCE_OWNER_PARTY, receipt->owner_number},
        {REFERENCE_PARTY, receipt->party_number},
    };
    const size_t own_count = sizeof(own) / sizeof(own[0]);
    struct receipt_reference *list =
        arena_array(arena, own_count + receipt->reference_count, sizeof(*list));
    size_t count = 0;

    for (size_t i = 0; list != NULL && i < own_count; i++) {
        if (own[i].value != NULL)
            list[count++] = own[i];
    }
    for (size_t i = 0; list != NULL && i < receipt->reference_count; i++)
        list[count++] = receipt->references[i];
    *count_out = count;
    return list;
}

static enum shp__ReferenceType *reference_type(struct soap *soap, enum reference_type type)
{
    enum shp__ReferenceType *out = soap_malloc(soap, sizeof(*out));

    if (out != NULL)
        *out = (enum shp__ReferenceType)type;
    return out;
}

/* ------------------------------------------------------------------ the first version */

static struct rec__ReferenceList *references(struct soap *soap, struct arena *arena,
                                             const struct receipt *receipt)
{
    struct rec__ReferenceList *list = soap_new_rec__ReferenceList(soap, 1);
    size_t count = 0;
    const struct receipt_reference *from = references_of(arena, receipt, &count);

    if (list == NULL || from == NULL)
        return NULL;
    list->Reference = soap_new_rec__Reference(soap, (int)count);
    if (list->Reference == NULL)
        return NULL;
    list->__sizeReference = (int)count;
    for (size_t i = 0; i < count; i++) {
        list->Reference[i].ReferenceTypeName = reference_type(soap, from[i].type);
        list->Reference[i].ReferenceValue = codec_text(from[i].value);
        if (list->Reference[i].ReferenceTypeName == NULL)
            return NULL;
    }
    return list;
}

/* BrokerService came with the second version. */
static enum rec__ReceiptTypeEnum wire_type(enum receipt_type type)
{
    return type == RECEIPT_TYPE_BROKER_SERVICE ? rec__ReceiptTypeEnum__NotSet
                                               : (enum rec__ReceiptTypeEnum)type;
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
    out->ReceiptTypeName = wire_type(receipt->type);
    out->References = references(soap, arena, receipt);
    if (out->LastChanged == NULL || out->References == NULL)
        return false;
    if (receipt->sub_receipt_count == 0)
        return true; /* nil (domain.md 4.7) */
    out->SubReceipts =
        codec_receipts(soap, arena, receipt->sub_receipts, receipt->sub_receipt_count);
    return out->SubReceipts != NULL;
}

struct rec__ReceiptExternal *codec_receipt(struct soap *soap, struct arena *arena,
                                           const struct receipt *receipt)
{
    struct rec__ReceiptExternal *out = soap_new_rec__ReceiptExternal(soap, 1);

    return out != NULL && fill(soap, arena, receipt, out) ? out : NULL;
}

struct rec__ReceiptExternalList *codec_receipts(struct soap *soap, struct arena *arena,
                                                const struct receipt *receipts, size_t count)
{
    struct rec__ReceiptExternalList *list = soap_new_rec__ReceiptExternalList(soap, 1);

    if (list == NULL || count == 0)
        return list;
    list->ReceiptExternal = soap_new_rec__ReceiptExternal(soap, (int)count);
    if (list->ReceiptExternal == NULL)
        return NULL;
    list->__sizeReceiptExternal = (int)count;
    for (size_t i = 0; i < count; i++) {
        if (!fill(soap, arena, &receipts[i], &list->ReceiptExternal[i]))
            return NULL;
    }
    return list;
}

/* ------------------------------------------------------------------ the second version */

static struct rec1506__ReferenceList *references_v2(struct soap *soap, struct arena *arena,
                                                    const struct receipt *receipt)
{
    struct rec1506__ReferenceList *list = soap_new_rec1506__ReferenceList(soap, 1);
    size_t count = 0;
    const struct receipt_reference *from = references_of(arena, receipt, &count);

    if (list == NULL || from == NULL)
        return NULL;
    list->Reference = soap_new_rec1506__Reference(soap, (int)count);
    if (list->Reference == NULL)
        return NULL;
    list->__sizeReference = (int)count;
    for (size_t i = 0; i < count; i++) {
        list->Reference[i].ReferenceType = reference_type(soap, from[i].type);
        list->Reference[i].ReferenceValue = codec_text(from[i].value);
        if (list->Reference[i].ReferenceType == NULL)
            return NULL;
    }
    return list;
}

static bool fill_v2(struct soap *soap, struct arena *arena, const struct receipt *receipt,
                    struct rec1506__Receipt *out)
{
    out->LastChanged = codec_datetime(arena, receipt->last_changed);
    out->ParentReceiptId = receipt->parent_id;
    out->ReceiptHistory = codec_text(receipt->history);
    out->ReceiptId = receipt->id;
    out->ReceiptStatus = (enum rec__ReceiptStatusEnum)receipt->status;
    out->ReceiptText = codec_text(receipt->text);
    out->ReceiptType = (enum rec1506__ReceiptType)receipt->type;
    out->References = references_v2(soap, arena, receipt);
    if (out->LastChanged == NULL || out->References == NULL)
        return false;
    if (receipt->sub_receipt_count == 0)
        return true;
    out->SubReceipts =
        codec_receipts_v2(soap, arena, receipt->sub_receipts, receipt->sub_receipt_count);
    return out->SubReceipts != NULL;
}

struct rec1506__Receipt *codec_receipt_v2(struct soap *soap, struct arena *arena,
                                          const struct receipt *receipt)
{
    struct rec1506__Receipt *out = soap_new_rec1506__Receipt(soap, 1);

    return out != NULL && fill_v2(soap, arena, receipt, out) ? out : NULL;
}

struct rec1506__ReceiptList *codec_receipts_v2(struct soap *soap, struct arena *arena,
                                               const struct receipt *receipts, size_t count)
{
    struct rec1506__ReceiptList *list = soap_new_rec1506__ReceiptList(soap, 1);

    if (list == NULL || count == 0)
        return list;
    list->Receipt = soap_new_rec1506__Receipt(soap, (int)count);
    if (list->Receipt == NULL)
        return NULL;
    list->__sizeReceipt = (int)count;
    for (size_t i = 0; i < count; i++) {
        if (!fill_v2(soap, arena, &receipts[i], &list->Receipt[i]))
            return NULL;
    }
    return list;
}
