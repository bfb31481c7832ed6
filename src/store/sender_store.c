#include "store/sender_store.h"

#include "store/row.h"

/* $1 the year. */
#define SENDERS                                                                                    \
    "SELECT s.id, s.kind, s.organization_number, s.code, s.name, s.name_nn, s.name_en, "           \
    "s.short_name, s.agreement_version, s.agreement_accepted, s.agreement_signatory, s.status, "   \
    "s.status_reason, s.status_changed, s.created, "                                               \
    "(SELECT count(*)::int4 FROM dpvd.system_user u WHERE u.sender_id = s.id), "                   \
    "(SELECT coalesce(sum(c.messages), 0)::int8 FROM dpvd.usage_count c "                          \
    "WHERE c.actual_number = s.organization_number AND c.year = $1::int4), "                       \
    "m.name, m.email, m.phone, d.name, d.email, d.phone, b.name, b.email, b.phone "                \
    "FROM dpvd.sender s "                                                                          \
    "LEFT JOIN dpvd.sender_contact m ON m.sender_id = s.id AND m.kind = 1 "                        \
    "LEFT JOIN dpvd.sender_contact d ON d.sender_id = s.id AND d.kind = 2 "                        \
    "LEFT JOIN dpvd.sender_contact b ON b.sender_id = s.id AND b.kind = 3 "

static const char find_text[] =
    SENDERS "WHERE s.organization_number = $2::text FOR NO KEY UPDATE OF s";

static const char list_text[] =
    SENDERS "WHERE $2::int2 = 0 OR s.status = $2 ORDER BY s.name, s.organization_number";

static const char add_text[] =
    "INSERT INTO dpvd.sender (kind, code, name, name_nn, name_en, short_name, agreement_version, "
    "agreement_accepted, agreement_signatory, status, status_reason, status_changed, "
    "organization_number, created) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING id";

/* The trigger makes every dpvd forget the passwords that it remembers of this sender. */
static const char save_text[] =
    "UPDATE dpvd.sender SET kind = $1, code = $2, name = $3, name_nn = $4, name_en = $5, "
    "short_name = $6, agreement_version = $7, agreement_accepted = $8, agreement_signatory = $9, "
    "status = $10, status_reason = $11, status_changed = $12 WHERE id = $13::int4";

static const char forget_contacts_text[] =
    "DELETE FROM dpvd.sender_contact WHERE sender_id = $1::int4";

static const char add_contact_text[] =
    "INSERT INTO dpvd.sender_contact (sender_id, kind, name, email, phone) "
    "VALUES ($1, $2, $3, $4, $5)";

static void read_sender(struct row *row, struct sender_record *sender)
{
    *sender = (struct sender_record){.id = row_int4(row)};
    sender->kind = (enum sender_kind)row_int2(row);
    sender->number = row_text(row);
    sender->code = row_text(row);
    sender->name = row_text(row);
    sender->name_nn = row_text(row);
    sender->name_en = row_text(row);
    sender->short_name = row_text(row);
    sender->terms = row_text(row);
    sender->accepted = row_time(row);
    sender->accepted_by = row_text(row);
    sender->status = (enum sender_status)row_int2(row);
    sender->status_reason = row_text(row);
    sender->status_changed = row_time(row);
    sender->created = row_time(row);
    sender->system_users = row_int4(row);
    sender->messages = row_int8(row);
    for (int i = 0; i < CONTACT_KINDS; i++) {
        sender->contacts[i].name = row_text(row);
        sender->contacts[i].email = row_text(row);
        sender->contacts[i].phone = row_text(row);
    }
}

bool sender_store_find(struct desk *desk, struct arena *arena, const char *number, int32_t year,
                       struct sender_record *sender_out, bool *found_out, struct err *err)
{
    struct params params = {0};
    struct row row = {.arena = arena};
    PGresult *result = NULL;

    params_int4(&params, year);
    params_text(&params, number);
    if (!desk_query(desk, find_text, &params, &result, err))
        return false;
    row.result = result;
    *found_out = PQntuples(result) == 1;
    if (*found_out)
        read_sender(&row, sender_out);
    PQclear(result);
    return !row.failed || err_no_memory(err);
}

bool sender_store_need(struct desk *desk, struct arena *arena, const char *number, int32_t year,
                       struct sender_record *sender_out, struct err *err)
{
    bool found = false;

    return sender_store_find(desk, arena, number, year, sender_out, &found, err) &&
           (found || err_set(err, ERR_NOT_FOUND, "%s is no sender", number));
}

bool sender_store_list(struct desk *desk, struct arena *arena, enum sender_status status,
                       int32_t year, const struct sender_record **senders_out, size_t *count_out,
                       struct err *err)
{
    struct params params = {0};
    struct row row = {.arena = arena};
    PGresult *result = NULL;
    struct sender_record *senders = NULL;

    params_int4(&params, year);
    params_int2(&params, (int)status);
    if (!desk_query(desk, list_text, &params, &result, err))
        return false;
    *count_out = (size_t)PQntuples(result);
    senders = arena_array(arena, *count_out, sizeof(*senders));
    for (size_t i = 0; senders != NULL && i < *count_out; i++) {
        row = (struct row){arena, result, (int)i, 0, row.failed};
        read_sender(&row, &senders[i]);
    }
    PQclear(result);
    *senders_out = senders;
    return (senders != NULL && !row.failed) || err_no_memory(err);
}

/* $1 to $12 of the two statements that write a sender. */
static void sender_params(struct params *params, const struct sender_record *sender)
{
    params_int2(params, (int)sender->kind);
    params_text(params, sender->code);
    params_text(params, sender->name);
    params_text(params, sender->name_nn);
    params_text(params, sender->name_en);
    params_text(params, sender->short_name);
    params_text(params, sender->terms);
    params_moment(params, (struct moment){sender->accepted != 0, sender->accepted});
    params_text(params, sender->accepted_by);
    params_int2(params, (int)sender->status);
    params_text(params, sender->status_reason);
    params_time(params, sender->status_changed);
}

static bool add_contact(struct desk *desk, const struct sender_record *sender, int i,
                        struct err *err)
{
    const struct sender_contact *contact = &sender->contacts[i];
    struct params params = {0};

    if (contact->name == NULL && contact->email == NULL && contact->phone == NULL)
        return true;
    params_int4(&params, sender->id);
    params_int2(&params, i + 1);
    params_text(&params, contact->name);
    params_text(&params, contact->email);
    params_text(&params, contact->phone);
    return desk_query(desk, add_contact_text, &params, NULL, err);
}

static bool save_contacts(struct desk *desk, const struct sender_record *sender, struct err *err)
{
    struct params params = {0};

    params_int4(&params, sender->id);
    if (!desk_query(desk, forget_contacts_text, &params, NULL, err))
        return false;
    for (int i = 0; i < CONTACT_KINDS; i++) {
        if (!add_contact(desk, sender, i, err))
            return false;
    }
    return true;
}

static bool tell_conflict(struct err *err)
{
    return err->kind == ERR_CONFLICT
               ? err_set(err, ERR_CONFLICT, "another sender has this number or code")
               : false;
}

bool sender_store_add(struct desk *desk, struct sender_record *sender, struct err *err)
{
    struct params params = {0};
    int64_t id = 0;

    sender_params(&params, sender);
    params_text(&params, sender->number);
    params_time(&params, sender->created);
    if (!desk_number(desk, add_text, &params, &id, err))
        return tell_conflict(err);
    sender->id = (int32_t)id;
    return save_contacts(desk, sender, err);
}

bool sender_store_save(struct desk *desk, const struct sender_record *sender, struct err *err)
{
    struct params params = {0};

    sender_params(&params, sender);
    params_int4(&params, sender->id);
    if (!desk_query(desk, save_text, &params, NULL, err))
        return tell_conflict(err);
    return save_contacts(desk, sender, err);
}
