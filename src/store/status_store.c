#include "store/status_store.h"

#include "store/exchange.h"
#include "store/row.h"
#include "store/status_order.h"

#include <string.h>

/* Takes over the result of the exchange's only statement; the entries point into it. */
static struct status_entry *take_entries(struct db *db, struct arena *arena, size_t *count_out)
{
    PGresult *result = exchange_take(db, 0);
    const size_t count = (size_t)PQntuples(result);
    struct status_entry *entries = arena_array(arena, count, sizeof(*entries));

    db->page = result;
    for (size_t i = 0; entries != NULL && i < count; i++) {
        struct row row = {.result = result, .row = (int)i};

        entries[i].correspondence_id = row_int4(&row);
        entries[i].created = row_time(&row);
        entries[i].reportee = row_text_inside(&row);
        entries[i].reference = row_text_inside(&row);
        entries[i].history = row_bytes_inside(&row);
        entries[i].notifications = row_bytes_inside(&row);
    }
    *count_out = count;
    return entries;
}

static bool ask(struct db *db, struct arena *arena, enum statement statement,
                const struct params *params, struct status_entry **entries_out, size_t *count_out,
                struct err *err)
{
    exchange_forget_page(db);
    if (!exchange_one(db, statement, params, false, err))
        return false;
    *entries_out = take_entries(db, arena, count_out);
    return *entries_out != NULL || err_no_memory(err);
}

bool status_store_by_references(struct db *db, struct arena *arena, int32_t sender_id,
                                const char *const *references, size_t count, size_t limit,
                                struct status_page *page_out, struct err *err)
{
    struct params params = {0};
    struct status_entry *entries = NULL;
    size_t found = 0;

    params_int4(&params, sender_id);
    if (!params_texts(&params, arena, references, count))
        return err_no_memory(err);
    params_int8(&params, (int64_t)limit + 1);
    if (!ask(db, arena, STMT_STATUS_BY_REFERENCES, &params, &entries, &found, err))
        return false;
    /* Which ones came first was up to the database: now the first ones in order. */
    if (found > limit &&
        !ask(db, arena, STMT_STATUS_BY_REFERENCES_ORDERED, &params, &entries, &found, err))
        return false;
    if (!status_order(arena, references, count, entries, found))
        return err_no_memory(err);
    *page_out = (struct status_page){
        .entries = entries, .count = found < limit ? found : limit, .limit_reached = found > limit};
    return true;
}

static enum statement filter_params(struct params *params, int32_t sender_id,
                                    const struct status_filter *filter, size_t limit)
{
    params_int4(params, sender_id);
    params_text(params, filter->service_code);
    params_int4(params, filter->service_edition);
    params_from(params, filter->created_after);
    params_to(params, filter->created_before);
    params_int2(params, (int)filter->current);
    params_choice(params, filter->notification_sent);
    params_int8(params, (int64_t)limit + 1);
    if (filter->reference != NULL) {
        params_text(params, filter->reference);
        params_text(params, filter->reportee);
        return STMT_STATUS_BY_REFERENCE;
    }
    if (filter->reportee == NULL)
        return STMT_STATUS_BY_SERVICE;
    params_text(params, filter->reportee);
    return STMT_STATUS_BY_REPORTEE;
}

bool status_store_by_filter(struct db *db, struct arena *arena, int32_t sender_id,
                            const struct status_filter *filter, size_t limit,
                            struct status_page *page_out, struct err *err)
{
    struct params params = {0};
    const enum statement statement = filter_params(&params, sender_id, filter, limit);
    struct status_entry *entries = NULL;
    size_t found = 0;

    if (!ask(db, arena, statement, &params, &entries, &found, err))
        return false;
    *page_out = (struct status_page){
        .entries = entries, .count = found < limit ? found : limit, .limit_reached = found > limit};
    return true;
}
