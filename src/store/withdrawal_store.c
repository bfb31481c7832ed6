#include "store/withdrawal_store.h"

#include "store/row.h"

static const char find_text[] =
    "SELECT id FROM dpvd.correspondence_state "
    "WHERE sender_id = $1::int4 AND senders_reference = $2::text ORDER BY id LIMIT $3::int8";

static const char view_text[] =
    "SELECT c.sender_id, c.id, c.receipt_id, c.senders_reference, c.service_code, "
    "c.service_edition, CASE WHEN c.reportee_is_person THEN left(c.reportee, 6) || '*****' "
    "ELSE c.reportee END, c.technical_number, c.actual_number, c.actual_verified, "
    "c.language_code, c.created, c.visible, r.happened, f.happened, "
    "(octet_length(c.title) + coalesce(octet_length(c.summary), 0) + octet_length(c.body) "
    "+ coalesce(octet_length(c.custom_data), 0))::int8, a.count, a.bytes, n.count, n.sent, "
    "n.cancelled, w.withdrawn, w.reason "
    "FROM dpvd.correspondence c "
    "LEFT JOIN dpvd.status_event r "
    "ON r.sender_id = c.sender_id AND r.correspondence_id = c.id AND r.type = 2 "
    "LEFT JOIN dpvd.status_event f "
    "ON f.sender_id = c.sender_id AND f.correspondence_id = c.id AND f.type = 6 "
    "LEFT JOIN dpvd.withdrawal w ON w.sender_id = c.sender_id AND w.correspondence_id = c.id "
    "CROSS JOIN LATERAL (SELECT count(*)::int4, coalesce(sum(size), 0)::int8 AS bytes "
    "FROM dpvd.attachment x WHERE x.sender_id = c.sender_id AND x.correspondence_id = c.id) a "
    "CROSS JOIN LATERAL (SELECT count(*)::int4, count(sent)::int4 AS sent, "
    "count(cancelled)::int4 AS cancelled "
    "FROM dpvd.notification x WHERE x.sender_id = c.sender_id AND x.correspondence_id = c.id) n "
    "WHERE c.sender_id = $1::int4 AND c.id = $2::int4 FOR NO KEY UPDATE OF c";

/* Only the message itself is needed further on: it lends its lock to all that belongs to it. */
static const char blank_text[] =
    "UPDATE dpvd.correspondence SET title = $3::text, summary = NULL, body = '', "
    "custom_data = NULL, digest = NULL WHERE sender_id = $1::int4 AND id = $2::int4";

/* Each with the sender and the message as $1 and $2. */
#define OF_MESSAGE " WHERE sender_id = $1::int4 AND correspondence_id = $2::int4"
static const char *const part_texts[] = {
    "DELETE FROM dpvd.attachment_chunk" OF_MESSAGE,
    "UPDATE dpvd.attachment SET file_name = '', name = NULL, senders_reference = NULL, "
    "content = ''" OF_MESSAGE,
    "UPDATE dpvd.reply_option SET link_text = NULL, "
    "link_url = CASE WHEN link_url IS NOT NULL THEN '' END" OF_MESSAGE,
    "UPDATE dpvd.notification_order "
    "SET token_values = array_fill(''::text, ARRAY[cardinality(token_values)])" OF_MESSAGE,
    "UPDATE dpvd.sdp_order SET primary_document = NULL, title = NULL, not_sensitive_title = NULL, "
    "email_text = NULL, sms_text = NULL" OF_MESSAGE,
    "DELETE FROM dpvd.reference_claim k USING dpvd.correspondence c "
    "WHERE c.sender_id = $1::int4 AND c.id = $2::int4 AND k.sender_id = c.sender_id "
    "AND k.senders_reference = c.senders_reference",
    NULL,
};

static const char cancel_text[] =
    "UPDATE dpvd.notification SET cancelled = $3::timestamptz, reason = 'withdrawn'" OF_MESSAGE
    " AND sent IS NULL AND cancelled IS NULL AND failed IS NULL";

static const char note_text[] =
    "INSERT INTO dpvd.withdrawal (sender_id, correspondence_id, withdrawn, reason) "
    "VALUES ($1, $2, $3, $4)";

bool withdrawal_store_find(struct desk *desk, struct arena *arena, int32_t sender_id,
                           const char *reference, size_t max, const int32_t **ids_out,
                           size_t *count_out, struct err *err)
{
    struct params params = {0};
    PGresult *result = NULL;
    int32_t *ids = NULL;

    params_int4(&params, sender_id);
    params_text(&params, reference);
    params_int8(&params, (int64_t)max);
    if (!desk_query(desk, find_text, &params, &result, err))
        return false;
    *count_out = (size_t)PQntuples(result);
    ids = arena_array(arena, *count_out, sizeof(*ids));
    for (size_t i = 0; ids != NULL && i < *count_out; i++) {
        struct row row = {.result = result, .row = (int)i};

        ids[i] = row_int4(&row);
    }
    PQclear(result);
    *ids_out = ids;
    return ids != NULL || err_no_memory(err);
}

static enum choice read_choice(struct row *row)
{
    const bool given = row_has(row);
    const bool yes = row_bool(row);

    if (!given)
        return CHOICE_NOT_GIVEN;
    return yes ? CHOICE_YES : CHOICE_NO;
}

static void read_view(struct row *row, struct message_view *view)
{
    *view = (struct message_view){.sender_id = row_int4(row)};
    view->id = row_int4(row);
    view->receipt_id = row_int4(row);
    view->reference = row_text(row);
    view->service_code = row_text(row);
    view->service_edition = row_int4(row);
    view->reportee = row_text(row);
    view->technical_number = row_text(row);
    view->actual_number = row_text(row);
    view->actual_verified = read_choice(row);
    view->language_code = row_text(row);
    view->created = row_time(row);
    view->visible = row_time(row);
    view->read = row_time(row);
    view->confirmed = row_time(row);
    view->text_bytes = row_int8(row);
    view->attachments = row_int4(row);
    view->attachment_bytes = row_int8(row);
    view->notifications = row_int4(row);
    view->notifications_sent = row_int4(row);
    view->notifications_cancelled = row_int4(row);
    view->withdrawn = row_time(row);
    view->withdrawal_reason = row_text(row);
}

static void message_params(struct params *params, int32_t sender_id, int32_t id)
{
    params_int4(params, sender_id);
    params_int4(params, id);
}

bool withdrawal_store_view(struct desk *desk, struct arena *arena, int32_t sender_id, int32_t id,
                           struct message_view *view_out, struct err *err)
{
    struct params params = {0};
    struct row row = {.arena = arena};
    PGresult *result = NULL;
    bool found = false;

    message_params(&params, sender_id, id);
    if (!desk_query(desk, view_text, &params, &result, err))
        return false;
    row.result = result;
    found = PQntuples(result) == 1;
    if (found)
        read_view(&row, view_out);
    PQclear(result);
    if (!found)
        return err_set(err, ERR_NOT_FOUND, "the sender has no message %d", (int)id);
    return !row.failed || err_no_memory(err);
}

static bool blank_parts(struct desk *desk, const struct message_view *view, struct err *err)
{
    struct params params = {0};

    message_params(&params, view->sender_id, view->id);
    for (const char *const *text = part_texts; *text != NULL; text++) {
        if (!desk_query(desk, *text, &params, NULL, err))
            return false;
    }
    return true;
}

static bool note(struct desk *desk, const struct message_view *view, const char *reason,
                 int64_t now, struct err *err)
{
    struct params cancelled = {0};
    struct params noted = {0};

    message_params(&cancelled, view->sender_id, view->id);
    params_time(&cancelled, now);
    message_params(&noted, view->sender_id, view->id);
    params_time(&noted, now);
    params_text(&noted, reason);
    return desk_query(desk, cancel_text, &cancelled, NULL, err) &&
           desk_query(desk, note_text, &noted, NULL, err);
}

bool withdrawal_store_withdraw(struct desk *desk, const struct message_view *view,
                               const char *title, const char *reason, int64_t now, struct err *err)
{
    struct params params = {0};

    message_params(&params, view->sender_id, view->id);
    params_text(&params, title);
    return desk_query(desk, blank_text, &params, NULL, err) && blank_parts(desk, view, err) &&
           note(desk, view, reason, now, err);
}
