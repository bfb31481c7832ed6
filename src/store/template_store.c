#include "store/template_store.h"

#include "store/row.h"

static const char list_text[] =
    "SELECT name, language_code, subject, email_text, sms_text, reminder_prefix, from_address, "
    "last_changed FROM dpvd.notification_template "
    "WHERE ($1::text IS NULL OR name = $1) AND ($2::text IS NULL OR language_code = $2) "
    "ORDER BY name, language_code";

static const char set_text[] =
    "INSERT INTO dpvd.notification_template (name, language_code, subject, email_text, sms_text, "
    "reminder_prefix, from_address, last_changed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) "
    "ON CONFLICT (name, language_code) DO UPDATE SET subject = $3, email_text = $4, "
    "sms_text = $5, reminder_prefix = $6, from_address = $7, last_changed = $8";

static void read_record(struct row *row, struct template_record *record)
{
    record->name = row_text(row);
    record->language_code = row_text(row);
    record->subject = row_text(row);
    record->email_text = row_text(row);
    record->sms_text = row_text(row);
    record->reminder_prefix = row_text(row);
    record->from_address = row_text(row);
    record->last_changed = row_time(row);
}

bool template_store_list(struct desk *desk, struct arena *arena, const char *name,
                         const char *language_code, const struct template_record **records_out,
                         size_t *count_out, struct err *err)
{
    struct params params = {0};
    struct row row = {.arena = arena};
    struct template_record *records = NULL;
    PGresult *result = NULL;

    params_text(&params, name);
    params_text(&params, language_code);
    if (!desk_query(desk, list_text, &params, &result, err))
        return false;
    *count_out = (size_t)PQntuples(result);
    records = arena_array(arena, *count_out, sizeof(*records));
    for (size_t i = 0; records != NULL && i < *count_out; i++) {
        row = (struct row){arena, result, (int)i, 0, row.failed};
        read_record(&row, &records[i]);
    }
    PQclear(result);
    *records_out = records;
    return (records != NULL && !row.failed) || err_no_memory(err);
}

bool template_store_set(struct desk *desk, const struct template_record *record, struct err *err)
{
    struct params params = {0};

    params_text(&params, record->name);
    params_text(&params, record->language_code);
    params_text(&params, record->subject);
    params_text(&params, record->email_text);
    params_text(&params, record->sms_text);
    params_text(&params, record->reminder_prefix);
    params_text(&params, record->from_address);
    params_time(&params, record->last_changed);
    return desk_query(desk, set_text, &params, NULL, err);
}
