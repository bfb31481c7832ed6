#include "store/notification_store.h"

#include "store/row.h"

#define STATE                                                                                      \
    "CASE WHEN n.sent IS NOT NULL THEN 'sent' WHEN n.cancelled IS NOT NULL THEN 'cancelled' "      \
    "WHEN n.failed IS NOT NULL THEN 'failed' WHEN n.started IS NOT NULL THEN 'sending' "           \
    "WHEN n.tries > 0 THEN 'retrying' ELSE 'waiting' END"

/* $1 to $5 are the choice. */
#define CHOSEN                                                                                     \
    "($1::int4 IS NULL OR n.sender_id = $1) "                                                      \
    "AND ($2::int4 IS NULL OR n.correspondence_id = $2) "                                          \
    "AND ($3::int4 IS NULL OR n.number = $3) AND ($4::text IS NULL OR " STATE " = $4) "            \
    "AND ($5::timestamptz IS NULL OR n.failed >= $5) "

static const char list_text[] =
    "SELECT s.organization_number, n.correspondence_id, n.number, "
    "CASE n.transport WHEN 1 THEN 'sms' ELSE 'email' END, " STATE ", n.reminder, n.tries, "
    "CASE WHEN n.sent IS NULL AND n.cancelled IS NULL AND n.failed IS NULL "
    "THEN coalesce(n.next_try, n.due) END, n.sent, n.failed, n.cancelled, n.reason, n.gateway_id, "
    "n.recipient FROM dpvd.notification n JOIN dpvd.sender s ON s.id = n.sender_id WHERE " CHOSEN
    "ORDER BY n.due, n.sender_id, n.correspondence_id, n.number LIMIT $6::int8";

static const char retry_text[] =
    "UPDATE dpvd.notification n SET failed = NULL, next_try = $6::timestamptz, tries = 0, "
    "first_tried = NULL, repeated = false, claimed_by = NULL, started = NULL WHERE " CHOSEN
    "AND n.sent IS NULL AND n.cancelled IS NULL "
    "AND (n.failed IS NOT NULL OR (n.tries > 0 AND n.started IS NULL))";

static const char cancel_text[] =
    "UPDATE dpvd.notification n SET cancelled = $6::timestamptz, reason = $7::text WHERE " CHOSEN
    "AND n.sent IS NULL AND n.cancelled IS NULL AND n.failed IS NULL AND n.started IS NULL";

static void add_number(struct params *params, int32_t number)
{
    if (number == 0)
        params_null(params);
    else
        params_int4(params, number);
}

static void add_choice(struct params *params, const struct notification_choice *choice)
{
    add_number(params, choice->sender_id);
    add_number(params, choice->correspondence_id);
    add_number(params, choice->number);
    params_text(params, choice->state);
    params_moment(params, (struct moment){choice->failed_from != 0, choice->failed_from});
}

static void read_view(struct row *row, struct notification_view *view)
{
    view->sender_number = row_text(row);
    view->correspondence_id = row_int4(row);
    view->number = row_int4(row);
    view->channel = row_text(row);
    view->state = row_text(row);
    view->reminder = row_bool(row);
    view->tries = row_int4(row);
    view->next_try = row_time(row);
    view->sent = row_time(row);
    view->failed = row_time(row);
    view->cancelled = row_time(row);
    view->reason = row_text(row);
    view->gateway_id = row_text(row);
    view->recipient = row_text(row);
}

bool notification_store_list(struct desk *desk, struct arena *arena,
                             const struct notification_choice *choice, int64_t max,
                             const struct notification_view **views_out, size_t *count_out,
                             struct err *err)
{
    struct params params = {0};
    struct row row = {.arena = arena};
    struct notification_view *views = NULL;
    PGresult *result = NULL;

    add_choice(&params, choice);
    params_int8(&params, max);
    if (!desk_query(desk, list_text, &params, &result, err))
        return false;
    *count_out = (size_t)PQntuples(result);
    views = arena_array(arena, *count_out, sizeof(*views));
    for (size_t i = 0; views != NULL && i < *count_out; i++) {
        row = (struct row){arena, result, (int)i, 0, row.failed};
        read_view(&row, &views[i]);
    }
    PQclear(result);
    *views_out = views;
    return (views != NULL && !row.failed) || err_no_memory(err);
}

bool notification_store_retry(struct desk *desk, const struct notification_choice *choice,
                              int64_t now, int64_t *count_out, struct err *err)
{
    struct params params = {0};

    add_choice(&params, choice);
    params_time(&params, now);
    return desk_number(desk, retry_text, &params, count_out, err);
}

bool notification_store_cancel(struct desk *desk, const struct notification_choice *choice,
                               const char *reason, int64_t now, int64_t *count_out, struct err *err)
{
    struct params params = {0};

    add_choice(&params, choice);
    params_time(&params, now);
    params_text(&params, reason);
    return desk_number(desk, cancel_text, &params, count_out, err);
}
