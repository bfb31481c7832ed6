#include "soap/codec_receipt_request.h"

#include "model/identifier.h"
#include "soap/codec_message.h"

static int32_t number_of(const int *number)
{
    return number == NULL ? 0 : *number;
}

static struct receipt_reference reference_of(const enum shp__ReferenceType *type, const char *value)
{
    return (struct receipt_reference){
        .type = type == NULL ? REFERENCE_NOT_SET : (enum reference_type) * type, .value = value};
}

/* The search by this reference, unless there is a better one already. */
static void search_by(struct receipt_search *search, struct receipt_reference reference)
{
    if (search->value != NULL || !receipt_is_searchable(reference.type) ||
        identifier_is_blank(reference.value))
        return;
    search->type = reference.type;
    search->value = reference.value;
}

struct receipt_search codec_receipt_search(const struct rec__ReceiptSearchExternal *in)
{
    struct receipt_search search = {.id = in == NULL ? 0 : number_of(in->ReceiptId)};
    const struct rec__ReferenceList *list = in == NULL ? NULL : in->References;

    for (int i = 0; list != NULL && i < list->__sizeReference; i++)
        search_by(&search, reference_of(list->Reference[i].ReferenceTypeName,
                                        list->Reference[i].ReferenceValue));
    return search;
}

struct receipt_search codec_receipt_search_v2(const struct rec1506__ReceiptSearch *in)
{
    struct receipt_search search = {.id = in == NULL ? 0 : number_of(in->ReceiptId)};
    const struct rec1506__ReferenceList *list = in == NULL ? NULL : in->References;

    for (int i = 0; list != NULL && i < list->__sizeReference; i++)
        search_by(&search, reference_of(list->Reference[i].ReferenceType,
                                        list->Reference[i].ReferenceValue));
    return search;
}

static bool references(struct arena *arena, const struct rec__ReferenceList *list,
                       struct receipt_edit *edit)
{
    const size_t count = list == NULL ? 0 : (size_t)list->__sizeReference;
    struct receipt_reference *items = arena_array(arena, count, sizeof(*items));

    for (size_t i = 0; items != NULL && i < count; i++)
        items[i] =
            reference_of(list->Reference[i].ReferenceTypeName, list->Reference[i].ReferenceValue);
    edit->references = items;
    edit->reference_count = count;
    return items != NULL;
}

static bool references_v2(struct arena *arena, const struct rec1506__ReferenceList *list,
                          struct receipt_edit *edit)
{
    const size_t count = list == NULL ? 0 : (size_t)list->__sizeReference;
    struct receipt_reference *items = arena_array(arena, count, sizeof(*items));

    for (size_t i = 0; items != NULL && i < count; i++)
        items[i] =
            reference_of(list->Reference[i].ReferenceType, list->Reference[i].ReferenceValue);
    edit->references = items;
    edit->reference_count = count;
    return items != NULL;
}

/* Without its sub-receipts, of which it says only how many there are. */
static bool edit_of(struct arena *arena, const struct rec__ReceiptSaveExternal *in,
                    struct receipt_edit *edit)
{
    edit->id = number_of(in->ReceiptId);
    edit->archive_reference = in->ArchiveReference;
    edit->status = in->ReceiptStatusCode == NULL ? RECEIPT_NOT_SET
                                                 : (enum receipt_status) * in->ReceiptStatusCode;
    edit->text = in->ReceiptText;
    edit->sub_edit_count =
        in->SubReceipts == NULL ? 0 : (size_t)in->SubReceipts->__sizeReceiptSaveExternal;
    return references(arena, in->References, edit);
}

static bool edit_of_v2(struct arena *arena, const struct rec1506__ReceiptSave *in,
                       struct receipt_edit *edit)
{
    edit->id = number_of(in->ReceiptId);
    edit->archive_reference = in->ArchiveReference;
    edit->status =
        in->ReceiptStatus == NULL ? RECEIPT_NOT_SET : (enum receipt_status) * in->ReceiptStatus;
    edit->text = in->ReceiptText;
    edit->sub_edit_count = in->SubReceipts == NULL ? 0 : (size_t)in->SubReceipts->__sizeReceiptSave;
    return references_v2(arena, in->References, edit);
}

bool codec_receipt_edit(struct arena *arena, const struct rec__ReceiptSaveExternal *in,
                        struct receipt_edit *edit_out, struct err *err)
{
    struct receipt_edit edit = {0};
    struct receipt_edit *subs = NULL;
    bool ok = in == NULL || edit_of(arena, in, &edit);

    subs = arena_array(arena, edit.sub_edit_count, sizeof(*subs));
    for (size_t i = 0; ok && subs != NULL && i < edit.sub_edit_count; i++)
        ok = edit_of(arena, &in->SubReceipts->ReceiptSaveExternal[i], &subs[i]);
    if (!ok || subs == NULL)
        return err_no_memory(err);
    edit.sub_edits = subs;
    *edit_out = edit;
    return true;
}

bool codec_receipt_edit_v2(struct arena *arena, const struct rec1506__ReceiptSave *in,
                           struct receipt_edit *edit_out, struct err *err)
{
    struct receipt_edit edit = {0};
    struct receipt_edit *subs = NULL;
    bool ok = in == NULL || edit_of_v2(arena, in, &edit);

    subs = arena_array(arena, edit.sub_edit_count, sizeof(*subs));
    for (size_t i = 0; ok && subs != NULL && i < edit.sub_edit_count; i++)
        ok = edit_of_v2(arena, &in->SubReceipts->ReceiptSave[i], &subs[i]);
    if (!ok || subs == NULL)
        return err_no_memory(err);
    edit.sub_edits = subs;
    *edit_out = edit;
    return true;
}

bool codec_receipt_span(enum receipt_type type, const char *from, const char *to,
                        struct receipt_span *span_out, struct err *err)
{
    struct receipt_span span = {.type = type};

    if (!codec_moment(from, "dateFrom", &span.from, err) ||
        !codec_moment(to, "dateTo", &span.to, err))
        return false;
    *span_out = span;
    return true;
}
