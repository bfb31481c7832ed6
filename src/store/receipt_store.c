#include "store/receipt_store.h"

#include "model/identifier.h"
#include "store/call_params.h"
#include "store/exchange.h"
#include "store/receipt_row.h"
#include "store/row.h"
#include "store/tenant.h"

/* ------------------------------------------------------------------ reading */

/* Where the next row of a result goes: rows of a receipt stand together, those of its sub-receipts
 * follow, and every one has room in the arrays. */
struct reading {
    struct arena *arena;
    const PGresult *result;
    struct receipt *receipts; /* main and sub-receipts, as they come */
    size_t count;
    struct receipt_reference *references;
    size_t reference_count;
};

/* The recipient is named unless it is a person (domain.md 10.2). */
static const char *party(const char *reportee)
{
    return reportee != NULL && identifier_is_organization(reportee) ? reportee : NULL;
}

static bool read_row(struct reading *reading, int number)
{
    struct row row = {.arena = reading->arena, .result = reading->result, .row = number};
    struct receipt *last = reading->count == 0 ? NULL : &reading->receipts[reading->count - 1];
    struct receipt_reference *reference = &reading->references[reading->reference_count];

    if (last == NULL || last->id != row_int4(&(struct row){.result = row.result, .row = number})) {
        last = &reading->receipts[reading->count++];
        receipt_row_read(&row, NULL, last);
        last->owner_number = row_text(&row);
        last->party_number = party(row_text(&row));
        last->references = reference;
    } else {
        row_skip(&row, RECEIPT_ROW_COLUMNS + 2);
    }
    if (row_has(&row)) {
        reference->type = (enum reference_type)row_int2(&row);
        reference->value = row_text(&row);
        reading->reference_count++;
        last->reference_count++;
    }
    return !row.failed;
}

/* Main receipts to the front, each with those behind it that name it as their parent. */
static size_t gather(struct arena *arena, const struct reading *reading, struct receipt **page_out)
{
    struct receipt *page = arena_array(arena, reading->count + 1, sizeof(*page));
    size_t count = 0;

    for (size_t i = 0; page != NULL && i < reading->count; i++) {
        const struct receipt *receipt = &reading->receipts[i];
        struct receipt *main = count == 0 ? NULL : &page[count - 1];

        if (main == NULL || receipt->parent_id == 0 || receipt->parent_id != main->id) {
            page[count++] = *receipt;
            continue;
        }
        if (main->sub_receipt_count++ == 0)
            main->sub_receipts = receipt;
    }
    *page_out = page;
    return count;
}

static bool read_page(struct arena *arena, const PGresult *result, struct receipt_page *page_out,
                      struct err *err)
{
    const size_t rows = (size_t)PQntuples(result);
    struct reading reading = {.arena = arena, .result = result};
    struct receipt *page = NULL;
    size_t count = 0;

    reading.receipts = arena_array(arena, rows + 1, sizeof(*reading.receipts));
    reading.references = arena_array(arena, rows + 1, sizeof(*reading.references));
    if (reading.receipts == NULL || reading.references == NULL)
        return err_no_memory(err);
    for (size_t i = 0; i < rows; i++) {
        if (!read_row(&reading, (int)i))
            return err_no_memory(err);
    }
    count = gather(arena, &reading, &page);
    if (page == NULL)
        return err_no_memory(err);
    *page_out = (struct receipt_page){page, count};
    return true;
}

static enum statement find_params(struct params *params, const struct caller *caller,
                                  const struct receipt_search *search)
{
    params_int4(params, caller->sender_id);
    params_text(params, caller->organization_number);
    if (search->id != 0) {
        params_int4(params, search->id);
        return STMT_RECEIPT_BY_ID;
    }
    params_int2(params, (int)search->type);
    params_text(params, search->value);
    return STMT_RECEIPT_BY_REFERENCE;
}

bool receipt_store_find(struct db *db, struct arena *arena, const struct caller *caller,
                        const struct receipt_search *search, bool *found_out,
                        struct receipt *receipt_out, struct err *err)
{
    const struct tenant tenant = {caller->sender_id, caller->organization_number};
    struct params params = {0};
    const enum statement statement = find_params(&params, caller, search);
    struct receipt_page page = {0};

    if (!tenant_one(db, &tenant, statement, &params, false, err) ||
        !read_page(arena, exchange_result(db, 0), &page, err))
        return false;
    *found_out = page.count > 0;
    if (page.count > 0)
        *receipt_out = page.receipts[0];
    return true;
}

bool receipt_store_list(struct db *db, struct arena *arena, int32_t sender_id,
                        const struct receipt_span *span, size_t limit,
                        struct receipt_page *page_out, struct err *err)
{
    const struct tenant tenant = {.sender_id = sender_id};
    struct params params = {0};

    params_int4(&params, sender_id);
    params_int2(&params, (int)span->type);
    params_from(&params, span->from);
    params_to(&params, span->to);
    params_int8(&params, (int64_t)limit);
    return tenant_one(db, &tenant, STMT_RECEIPT_LIST, &params, false, err) &&
           read_page(arena, exchange_result(db, 0), page_out, err);
}

/* ------------------------------------------------------------------ writing */

/* The changes as one array a column. */
struct columns {
    int32_t *ids;
    int64_t *seen;
    int32_t *statuses;
    const char **texts;
    const char **histories;
    size_t count;
    int32_t *reference_ids;
    int32_t *types;
    const char **values;
    size_t reference_count;
};

static bool make_columns(struct arena *arena, struct columns *columns, size_t count,
                         size_t reference_count)
{
    columns->ids = arena_array(arena, count, sizeof(*columns->ids));
    columns->seen = arena_array(arena, count, sizeof(*columns->seen));
    columns->statuses = arena_array(arena, count, sizeof(*columns->statuses));
    columns->texts = arena_array(arena, count, sizeof(*columns->texts));
    columns->histories = arena_array(arena, count, sizeof(*columns->histories));
    columns->reference_ids =
        arena_array(arena, reference_count + 1, sizeof(*columns->reference_ids));
    columns->types = arena_array(arena, reference_count + 1, sizeof(*columns->types));
    columns->values = arena_array(arena, reference_count + 1, sizeof(*columns->values));
    return columns->ids != NULL && columns->seen != NULL && columns->statuses != NULL &&
           columns->texts != NULL && columns->histories != NULL && columns->reference_ids != NULL &&
           columns->types != NULL && columns->values != NULL;
}

static void add_references(struct columns *columns, int32_t receipt_id,
                           const struct receipt_reference *references, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const size_t at = columns->reference_count++;

        columns->reference_ids[at] = receipt_id;
        columns->types[at] = (int32_t)references[i].type;
        columns->values[at] = references[i].value;
    }
}

static void add_change(struct columns *columns, const struct receipt_change *change)
{
    const size_t at = columns->count++;

    columns->ids[at] = change->id;
    columns->seen[at] = change->seen;
    columns->statuses[at] = (int32_t)change->status;
    columns->texts[at] = change->text;
    columns->histories[at] = change->history;
    add_references(columns, change->id, change->references, change->reference_count);
}

static bool update_params(struct params *params, struct arena *arena,
                          const struct receipt_update *update)
{
    const size_t count = update->count;
    struct columns columns = {0};
    size_t references = 0;

    for (size_t i = 0; i < count; i++)
        references += update->changes[i].reference_count;
    if (!make_columns(arena, &columns, count, references))
        return false;
    for (size_t i = 0; i < count; i++)
        add_change(&columns, &update->changes[i]);
    params_time(params, update->now);
    if (!params_int4s(params, arena, columns.ids, count) ||
        !params_times(params, arena, columns.seen, count) ||
        !params_int4s(params, arena, columns.statuses, count) ||
        !params_texts(params, arena, columns.texts, count) ||
        !params_texts(params, arena, columns.histories, count))
        return false;
    params_text(params, update->reference);
    return params_int4s(params, arena, columns.reference_ids, references) &&
           params_int4s(params, arena, columns.types, references) &&
           params_texts(params, arena, columns.values, references);
}

/* The receipt is read back in the transaction that changed it. */
bool receipt_store_update(struct db *db, struct arena *arena, const struct caller *caller,
                          const struct call *call, const struct receipt_update *update,
                          bool *stored_out, struct receipt *receipt_out, struct err *err)
{
    const struct receipt_search search = {.id = update->changes[0].id};
    const struct tenant tenant = {.sender_id = caller->sender_id};
    struct params change = {0};
    struct params find = {0};
    struct receipt_page page = {0};

    call_params(&change, call, caller);
    if (!update_params(&change, arena, update))
        return err_no_memory(err);
    find_params(&find, caller, &search);
    if (!tenant_begin(db, &tenant, true, err) ||
        !exchange_send(db, STMT_RECEIPT_UPDATE, &change, err) ||
        !exchange_send(db, STMT_RECEIPT_BY_ID, &find, err) || !exchange_finish(db, err) ||
        !read_page(arena, exchange_result(db, 1), &page, err))
        return false;
    *stored_out = page.count > 0 && row_int8(&(struct row){.result = exchange_result(db, 0)}) == 1;
    if (*stored_out && page.receipts != NULL)
        *receipt_out = page.receipts[0];
    return true;
}

bool receipt_store_create(struct db *db, struct arena *arena, const struct caller *caller,
                          const struct call *call, struct receipt *receipt, struct err *err)
{
    const struct tenant tenant = {.sender_id = caller->sender_id};
    struct columns columns = {0};
    struct params params = {0};

    if (!make_columns(arena, &columns, 0, receipt->reference_count))
        return err_no_memory(err);
    add_references(&columns, 0, receipt->references, receipt->reference_count);
    call_params(&params, call, caller);
    params_int2(&params, (int)receipt->type);
    params_int2(&params, (int)receipt->status);
    params_time(&params, receipt->last_changed);
    params_text(&params, receipt->text);
    if (!params_int4s(&params, arena, columns.types, columns.reference_count) ||
        !params_texts(&params, arena, columns.values, columns.reference_count))
        return err_no_memory(err);
    if (!tenant_one(db, &tenant, STMT_RECEIPT_CREATE, &params, true, err))
        return false;
    receipt->id = row_int4(&(struct row){.result = exchange_result(db, 0)});
    return true;
}
