#include "store/status_store.h"

#include "store/exchange.h"
#include "store/row.h"
#include "store/status_order.h"
#include "store/tenant.h"

#include <string.h>

/* Takes over the result of the exchange's first statement; the entries point into it. */
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

/* Packed bytes are copied to the arena as well. */
static struct bytes copy_bytes(struct arena *arena, struct bytes bytes)
{
    uint8_t *copy = arena_alloc(arena, bytes.len);

    if (copy != NULL && bytes.len > 0)
        memcpy(copy, bytes.data, bytes.len);
    return (struct bytes){copy, bytes.len};
}

static bool read_letters(const PGresult *result, struct arena *arena, size_t limit,
                         struct status_page *page, struct err *err)
{
    const size_t found = (size_t)PQntuples(result);
    const size_t count = found < limit ? found : limit;
    struct sdp_entry *letters = arena_array(arena, count, sizeof(*letters));

    for (size_t i = 0; letters != NULL && i < count; i++) {
        struct row row = {.arena = arena, .result = result, .row = (int)i};

        letters[i].id = row_int4(&row);
        letters[i].correspondence_id = row_int4(&row);
        letters[i].created = row_time(&row);
        letters[i].last_changed = row_time(&row);
        letters[i].reference = row_text(&row);
        letters[i].reportee = row_text(&row);
        letters[i].history = copy_bytes(arena, row_bytes_inside(&row));
        if (row.failed || letters[i].history.data == NULL)
            return err_no_memory(err);
    }
    page->letters = letters;
    page->letter_count = count;
    page->letter_limit_reached = found > limit;
    return letters != NULL || err_no_memory(err);
}

static void fill_page(struct status_page *page, const struct status_entry *entries, size_t found,
                      size_t limit)
{
    page->entries = entries;
    page->count = found < limit ? found : limit;
    page->limit_reached = found > limit;
}

/* Most senders never wrote to a digital mailbox: it is told beside the messages whether this one
 * has, so that the references are sent and looked up once more only then. */
static bool ask_messages(struct db *db, struct arena *arena, int32_t sender_id,
                         const struct params *params, struct status_entry **entries_out,
                         size_t *count_out, bool *has_letters_out, struct err *err)
{
    const struct tenant tenant = {.sender_id = sender_id};
    struct params sender = {0};

    params_int4(&sender, sender_id);
    exchange_forget_page(db);
    if (!tenant_begin(db, &tenant, false, err) ||
        !exchange_send(db, STMT_STATUS_BY_REFERENCES, params, err) ||
        !exchange_send(db, STMT_SDP_ANY, &sender, err) || !exchange_finish(db, err))
        return false;
    *has_letters_out = row_bool(&(struct row){.result = exchange_result(db, 1)});
    *entries_out = take_entries(db, arena, count_out);
    return *entries_out != NULL || err_no_memory(err);
}

/* Which ones came first was up to the database: now the first ones in order. */
static bool ask_ordered(struct db *db, struct arena *arena, const struct tenant *tenant,
                        const struct params *params, struct status_entry **entries_out,
                        size_t *count_out, struct err *err)
{
    exchange_forget_page(db);
    if (!tenant_one(db, tenant, STMT_STATUS_BY_REFERENCES_ORDERED, params, false, err))
        return false;
    *entries_out = take_entries(db, arena, count_out);
    return *entries_out != NULL || err_no_memory(err);
}

bool status_store_by_references(struct db *db, struct arena *arena, int32_t sender_id,
                                const char *const *references, size_t count, size_t limit,
                                struct status_page *page_out, struct err *err)
{
    const struct tenant tenant = {.sender_id = sender_id};
    struct params params = {0};
    struct status_page page = {0};
    struct status_entry *entries = NULL;
    size_t found = 0;
    bool has_letters = false;

    params_int4(&params, sender_id);
    if (!params_texts(&params, arena, references, count))
        return err_no_memory(err);
    params_int8(&params, (int64_t)limit + 1);
    if (!ask_messages(db, arena, sender_id, &params, &entries, &found, &has_letters, err))
        return false;
    if (found > limit && !ask_ordered(db, arena, &tenant, &params, &entries, &found, err))
        return false;
    if (!status_order(arena, references, count, entries, found))
        return err_no_memory(err);
    fill_page(&page, entries, found, limit);
    if (has_letters && (!tenant_one(db, &tenant, STMT_SDP_BY_REFERENCES, &params, false, err) ||
                        !read_letters(exchange_result(db, 0), arena, limit, &page, err)))
        return false;
    *page_out = page;
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

static enum statement letter_params(struct params *params, int32_t sender_id,
                                    const struct status_filter *filter, size_t limit)
{
    params_int4(params, sender_id);
    params_text(params, filter->service_code);
    params_int4(params, filter->service_edition);
    params_from(params, filter->created_after);
    params_to(params, filter->created_before);
    params_int8(params, (int64_t)limit + 1);
    params_text(params, filter->reportee);
    if (filter->reference == NULL)
        return STMT_SDP_BY_SERVICE;
    params_text(params, filter->reference);
    return STMT_SDP_BY_REFERENCE;
}

/* What the filter asks for, in one round trip: messages first. */
static bool ask_filter(struct db *db, int32_t sender_id, const struct status_filter *filter,
                       size_t limit, struct err *err)
{
    const struct tenant tenant = {.sender_id = sender_id};
    struct params messages = {0};
    struct params letters = {0};
    const enum statement by_message = filter_params(&messages, sender_id, filter, limit);
    const enum statement by_letter = letter_params(&letters, sender_id, filter, limit);

    exchange_forget_page(db);
    return tenant_begin(db, &tenant, false, err) &&
           (filter->sdp_only || exchange_send(db, by_message, &messages, err)) &&
           (!filter->sdp || exchange_send(db, by_letter, &letters, err)) &&
           exchange_finish(db, err);
}

bool status_store_by_filter(struct db *db, struct arena *arena, int32_t sender_id,
                            const struct status_filter *filter, size_t limit,
                            struct status_page *page_out, struct err *err)
{
    struct status_page page = {0};

    if (!ask_filter(db, sender_id, filter, limit, err))
        return false;
    if (filter->sdp &&
        !read_letters(exchange_result(db, filter->sdp_only ? 0 : 1), arena, limit, &page, err))
        return false;
    if (!filter->sdp_only) {
        size_t found = 0;
        const struct status_entry *entries = take_entries(db, arena, &found);

        if (entries == NULL)
            return err_no_memory(err);
        fill_page(&page, entries, found, limit);
    }
    *page_out = page;
    return true;
}
