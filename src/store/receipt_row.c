#include "store/receipt_row.h"

void receipt_row_read(struct row *row, const char *owner_number, struct receipt *receipt_out)
{
    struct receipt receipt = {.owner_number = owner_number};

    receipt.id = row_int4(row);
    receipt.parent_id = row_int4(row);
    receipt.last_changed = row_time(row);
    receipt.status = (enum receipt_status)row_int2(row);
    receipt.type = (enum receipt_type)row_int2(row);
    receipt.text = row_text(row);
    receipt.history = row_text(row);
    receipt.reference = row_text(row);
    receipt.correspondence_id = row_int4(row);
    *receipt_out = receipt;
}
