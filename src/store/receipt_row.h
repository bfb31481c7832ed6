/* Reads the columns of a receipt, as statements.c lists them. */
#ifndef DPVD_STORE_RECEIPT_ROW_H
#define DPVD_STORE_RECEIPT_ROW_H

#include "model/receipt.h"
#include "store/row.h"

enum { RECEIPT_ROW_COLUMNS = 9 };

/* owner_number is the organisation number of the sender that the receipt belongs to. */
void receipt_row_read(struct row *row, const char *owner_number, struct receipt *receipt_out);

#endif
