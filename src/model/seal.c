#include "model/seal.h"

bool audit_place_is_behind(struct audit_place a, struct audit_place b)
{
    return a.transaction > b.transaction || (a.transaction == b.transaction && a.id > b.id);
}

void seal_record(const struct seal *seal, struct record *record)
{
    record_begin(record, RECORD_SEAL);
    record_number(record, "number", seal->number);
    record_hex(record, "previous", seal->previous, sizeof(seal->previous));
    record_hex(record, "root", seal->root, sizeof(seal->root));
    record_number(record, "rows", seal->rows);
    record_unsigned(record, "first_transaction", seal->first.transaction);
    record_number(record, "first_id", seal->first.id);
    record_unsigned(record, "last_transaction", seal->last.transaction);
    record_number(record, "last_id", seal->last.id);
    record_time(record, "earliest", seal->earliest);
    record_time(record, "latest", seal->latest);
    record_time(record, "sealed", seal->sealed);
    if (seal->is_signed)
        record_hex(record, "signer", seal->signer, sizeof(seal->signer));
    record_end(record);
}
