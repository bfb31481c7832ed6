/* Receipts to the gSOAP structs of answers, in both versions of the contract; nothing else. */
#ifndef DPVD_SOAP_CODEC_RECEIPT_H
#define DPVD_SOAP_CODEC_RECEIPT_H

#include "base/arena.h"
#include "model/receipt.h"

#include <soapH.h>
#include <stdbool.h>
#include <stddef.h>

/* NULL when memory ran out, as all here. Strings point into receipt and arena. */
struct rec__ReceiptExternal *codec_receipt(struct soap *soap, struct arena *arena,
                                           const struct receipt *receipt);
struct rec1506__Receipt *codec_receipt_v2(struct soap *soap, struct arena *arena,
                                          const struct receipt *receipt);

/* count 0: an empty list. */
struct rec__ReceiptExternalList *codec_receipts(struct soap *soap, struct arena *arena,
                                                const struct receipt *receipts, size_t count);
struct rec1506__ReceiptList *codec_receipts_v2(struct soap *soap, struct arena *arena,
                                               const struct receipt *receipts, size_t count);

#endif
