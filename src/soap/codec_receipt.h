/* A receipt to the gSOAP struct of the answer; nothing else. */
#ifndef DPVD_SOAP_CODEC_RECEIPT_H
#define DPVD_SOAP_CODEC_RECEIPT_H

#include "base/arena.h"
#include "model/receipt.h"

#include <soapH.h>
#include <stdbool.h>

/* NULL when memory ran out. Strings point into receipt and arena. */
struct rec__ReceiptExternal *codec_receipt(struct soap *soap, struct arena *arena,
                                           const struct receipt *receipt);

#endif
