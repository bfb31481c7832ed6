/* The requests of the receipt service to model structs; nothing else. */
#ifndef DPVD_SOAP_CODEC_RECEIPT_REQUEST_H
#define DPVD_SOAP_CODEC_RECEIPT_REQUEST_H

#include "base/arena.h"
#include "model/receipt.h"
#include "store/receipt_store.h"

#include <soapH.h>

/* Of several references the first one that receipts are found by is taken. in may be NULL, as
 * below: nothing was given. */
struct receipt_search codec_receipt_search(const struct rec__ReceiptSearchExternal *in);
struct receipt_search codec_receipt_search_v2(const struct rec1506__ReceiptSearch *in);

/* Strings point into in, lists into arena. ERR_BUSY: memory ran out. */
bool codec_receipt_edit(struct arena *arena, const struct rec__ReceiptSaveExternal *in,
                        struct receipt_edit *edit_out, struct err *err);
bool codec_receipt_edit_v2(struct arena *arena, const struct rec1506__ReceiptSave *in,
                           struct receipt_edit *edit_out, struct err *err);

/* ERR_INVALID names the date that is none. */
bool codec_receipt_span(enum receipt_type type, const char *from, const char *to,
                        struct receipt_span *span_out, struct err *err);

#endif
