#include "store/seal_store.h"

#include "store/exchange.h"
#include "store/row.h"

#include <string.h>

enum column_type { NUMBER, SMALL, ORDINAL, TIME, SWITCH, TEXT, BYTES };

struct column {
    const char *name;
    enum column_type type;
};

/* Of audit_log, as STMT_AUDIT_ROWS asks for them. A column that is added goes to the end here and
 * there: rows in which it is null keep their hash. */
static const struct column columns[] = {
    {"id", NUMBER},
    {"transaction", ORDINAL},
    {"received", TIME},
    {"duration", SMALL},
    {"endpoint", TEXT},
    {"operation", TEXT},
    {"request_id", TEXT},
    {"client", TEXT},
    {"sender_id", SMALL},
    {"system_user_id", SMALL},
    {"user_name", TEXT},
    {"result", TEXT},
    {"error_id", SMALL},
    {"error_guid", TEXT},
    {"senders_reference", TEXT},
    {"receipt_id", SMALL},
    {"correspondence_id", SMALL},
    {"service_code", TEXT},
    {"service_edition", SMALL},
    {"organization", TEXT},
    {"actual_number", TEXT},
    {"actual_verified", SWITCH},
    {"display_sender", TEXT},
    {"visible", TIME},
    {"attachments", SMALL},
    {"attachment_bytes", NUMBER},
    {"digest", BYTES},
    {"answered", NUMBER},
};

enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

static void read_hash(struct row *row, uint8_t *room, size_t n)
{
    const struct bytes bytes = row_bytes_inside(row);

    /* The table holds no other lengths; what is too short matches nothing. */
    if (bytes.len == n)
        memcpy(room, bytes.data, n);
}

static struct audit_place read_place(struct row *row)
{
    struct audit_place place = {.transaction = (uint64_t)row_int8(row)};

    place.id = row_int8(row);
    return place;
}

static void add_place(struct params *params, struct audit_place place)
{
    params_int8(params, (int64_t)place.transaction);
    params_int8(params, place.id);
}

bool seal_store_head(struct db *db, struct seal_head *head_out, struct err *err)
{
    const struct params none = {0};
    struct row row = {0};

    if (!exchange_one(db, STMT_SEAL_HEAD, &none, false, err))
        return false;
    *head_out = (struct seal_head){0};
    row.result = exchange_result(db, 0);
    if (PQntuples(row.result) != 1)
        return true;
    head_out->number = row_int8(&row);
    read_hash(&row, head_out->hash, sizeof(head_out->hash));
    head_out->newest = row_int8(&row);
    head_out->found = row_bool(&row);
    head_out->last = read_place(&row);
    head_out->next = (uint64_t)row_int8(&row);
    head_out->has_waiting = row_has(&row);
    head_out->waiting_since = row_time(&row);
    return true;
}

bool seal_store_lease(struct db *db, bool *held_out, struct err *err)
{
    const struct params none = {0};

    if (!exchange_one(db, STMT_SEAL_LEASE, &none, false, err))
        return false;
    *held_out = row_bool(&(struct row){.result = exchange_result(db, 0)});
    return true;
}

bool seal_store_count_behind(struct db *db, struct audit_place place, int64_t *count_out,
                             int64_t *impossible_out, struct err *err)
{
    struct params params = {0};
    struct row row = {0};

    add_place(&params, place);
    if (!exchange_one(db, STMT_AUDIT_BEHIND, &params, false, err))
        return false;
    row.result = exchange_result(db, 0);
    *count_out = row_int8(&row);
    *impossible_out = row_int8(&row);
    return true;
}

bool seal_store_rows(struct db *db, struct audit_place behind, int32_t limit,
                     struct pg_result **rows_out, struct err *err)
{
    struct params params = {0};

    add_place(&params, behind);
    params_int8(&params, limit);
    if (!exchange_one(db, STMT_AUDIT_ROWS, &params, false, err))
        return false;
    *rows_out = exchange_take(db, 0);
    return true;
}

bool seal_store_seals(struct db *db, int64_t above, int32_t limit, struct pg_result **seals_out,
                      struct err *err)
{
    struct params params = {0};

    params_int8(&params, above);
    params_int8(&params, limit);
    if (!exchange_one(db, STMT_SEALS, &params, false, err))
        return false;
    *seals_out = exchange_take(db, 0);
    return true;
}

bool seal_store_range(struct db *db, int64_t from, int64_t to, int64_t *first_out,
                      int64_t *last_out, struct err *err)
{
    struct params params = {0};
    struct row row = {0};

    params_time(&params, from);
    params_time(&params, to);
    if (!exchange_one(db, STMT_SEAL_RANGE, &params, false, err))
        return false;
    row.result = exchange_result(db, 0);
    *first_out = row_int8(&row);
    *last_out = row_int8(&row);
    return true;
}

int seal_store_count(const struct pg_result *items)
{
    return PQntuples(items);
}

static void add_column(struct row *row, const struct column *column, struct record *record)
{
    struct bytes bytes = {0};

    switch (column->type) {
    case NUMBER:
        record_number(record, column->name, row_int8(row));
        return;
    case SMALL:
        record_number(record, column->name, row_int4(row));
        return;
    case ORDINAL:
        record_unsigned(record, column->name, (uint64_t)row_int8(row));
        return;
    case TIME:
        record_time(record, column->name, row_time(row));
        return;
    case SWITCH:
        record_switch(record, column->name, row_bool(row));
        return;
    default:
        bytes = row_bytes_inside(row);
        break;
    }
    if (column->type == TEXT)
        record_text(record, column->name, (const char *)bytes.data, bytes.len);
    else
        record_hex(record, column->name, bytes.data, bytes.len);
}

bool seal_store_row(const struct pg_result *rows, int index, struct record *record,
                    struct audit_row *row_out, struct err *err)
{
    struct row row = {.result = rows, .row = index};

    if (PQnfields(rows) != COLUMNS)
        return err_set(err, ERR_INTERNAL, "audit rows have other columns than expected");
    *row_out = (struct audit_row){.place.id = row_int8(&row)};
    row_out->place.transaction = (uint64_t)row_int8(&row);
    row_out->received = row_time(&row);
    row.column = 0;
    record_begin(record, RECORD_ROW);
    for (int i = 0; i < COLUMNS; i++) {
        if (row_has(&row))
            add_column(&row, &columns[i], record);
        else
            row_skip(&row, 1);
    }
    record_end(record);
    if (record->failed)
        return err_no_memory(err);
    record_hash(record, row_out->hash);
    return true;
}

void seal_store_seal(const struct pg_result *seals, int index, struct seal *seal_out)
{
    struct row row = {.result = seals, .row = index};

    *seal_out = (struct seal){.number = row_int8(&row)};
    read_hash(&row, seal_out->previous, sizeof(seal_out->previous));
    read_hash(&row, seal_out->root, sizeof(seal_out->root));
    seal_out->rows = row_int8(&row);
    seal_out->first = read_place(&row);
    seal_out->last = read_place(&row);
    seal_out->earliest = row_time(&row);
    seal_out->latest = row_time(&row);
    seal_out->sealed = row_time(&row);
    read_hash(&row, seal_out->hash, sizeof(seal_out->hash));
    seal_out->is_signed = row_has(&row);
    read_hash(&row, seal_out->signer, sizeof(seal_out->signer));
    seal_out->is_signed = seal_out->is_signed || row_has(&row); /* half of one is a wrong one */
    read_hash(&row, seal_out->signature, sizeof(seal_out->signature));
}

void seal_store_free(struct pg_result **items)
{
    PQclear(*items);
    *items = NULL;
}

bool seal_store_add(struct db *db, const struct seal *seal, bool *added_out, struct err *err)
{
    struct params params = {0};

    params_int8(&params, seal->number);
    params_bytes(&params, seal->previous, sizeof(seal->previous));
    params_bytes(&params, seal->root, sizeof(seal->root));
    params_int8(&params, seal->rows);
    add_place(&params, seal->first);
    add_place(&params, seal->last);
    params_time(&params, seal->earliest);
    params_time(&params, seal->latest);
    params_time(&params, seal->sealed);
    params_bytes(&params, seal->hash, sizeof(seal->hash));
    params_bytes(&params, seal->is_signed ? seal->signer : NULL,
                 seal->is_signed ? sizeof(seal->signer) : 0);
    params_bytes(&params, seal->is_signed ? seal->signature : NULL,
                 seal->is_signed ? sizeof(seal->signature) : 0);
    if (!exchange_one(db, STMT_SEAL_ADD, &params, true, err))
        return false;
    *added_out = PQntuples(exchange_result(db, 0)) == 1;
    return true;
}
