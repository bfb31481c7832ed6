#include "store/system_user_store.h"

#include "base/clock.h"
#include "store/row.h"

/* $1 now, $2 the time since when a lock by wrong passwords holds. */
#define USERS                                                                                      \
    "SELECT u.id, u.sender_id, s.organization_number, s.name, s.status, u.name, u.code, "          \
    "array_to_string(u.allowed_addresses, ', '), "                                                 \
    "coalesce(u.locked_until > $1::timestamptz, false), "                                          \
    "(SELECT count(*)::int4 FROM dpvd.login_failure f "                                            \
    "WHERE f.user_hash = sha256(convert_to(u.name, 'UTF8')) AND f.locked > $2::timestamptz), "     \
    "u.created, u.last_changed "                                                                   \
    "FROM dpvd.system_user u JOIN dpvd.sender s ON s.id = u.sender_id "

static const char need_text[] = USERS "WHERE u.name = $3::text FOR NO KEY UPDATE OF u";

static const char list_text[] = USERS "WHERE $3::int4 = 0 OR u.sender_id = $3 ORDER BY u.name";

static const char add_text[] =
    "INSERT INTO dpvd.system_user (code, allowed_addresses, last_changed, sender_id, name, "
    "password_hash, created) "
    "VALUES ($1, string_to_array($2::text, ', ')::cidr[], $3, $4, $5, $6, $3) RETURNING id";

static const char save_text[] =
    "UPDATE dpvd.system_user SET code = $1, "
    "allowed_addresses = string_to_array($2::text, ', ')::cidr[], last_changed = $3 "
    "WHERE id = $4::int4";

static const char lock_text[] =
    "UPDATE dpvd.system_user SET locked_until = CASE WHEN $1 THEN 'infinity'::timestamptz END, "
    "last_changed = $2 WHERE id = $3::int4";

static const char password_text[] = "UPDATE dpvd.system_user SET password_hash = $1, "
                                    "last_changed = $2 WHERE id = $3::int4";

static const char forgive_text[] = "DELETE FROM dpvd.login_failure "
                                   "WHERE user_hash = sha256(convert_to($1::text, 'UTF8'))";

static const char code_text[] = "SELECT EXISTS (SELECT FROM dpvd.sender WHERE id <> $2::int4 "
                                "AND code IN ($1::text, substring($1 FROM '^[^_-]*')))";

static void read_user(struct row *row, struct system_user_record *user)
{
    *user = (struct system_user_record){.id = row_int4(row)};
    user->sender_id = row_int4(row);
    user->sender_number = row_text(row);
    user->sender_name = row_text(row);
    user->sender_status = (enum sender_status)row_int2(row);
    user->name = row_text(row);
    user->code = row_text(row);
    user->addresses = row_text(row);
    user->locked = row_bool(row);
    user->locked_out = row_int4(row);
    user->created = row_time(row);
    user->last_changed = row_time(row);
}

static void time_params(struct params *params, int64_t login_lock)
{
    const int64_t now = clock_now();

    params_time(params, now);
    params_time(params, now - login_lock * 1000);
}

bool system_user_store_need(struct desk *desk, struct arena *arena, const char *name,
                            int64_t login_lock, struct system_user_record *user_out,
                            struct err *err)
{
    struct params params = {0};
    struct row row = {.arena = arena};
    PGresult *result = NULL;
    bool found = false;

    time_params(&params, login_lock);
    params_text(&params, name);
    if (!desk_query(desk, need_text, &params, &result, err))
        return false;
    row.result = result;
    found = PQntuples(result) == 1;
    if (found)
        read_user(&row, user_out);
    PQclear(result);
    if (!found)
        return err_set(err, ERR_NOT_FOUND, "there is no system user \"%s\"", name);
    return !row.failed || err_no_memory(err);
}

bool system_user_store_list(struct desk *desk, struct arena *arena, int32_t sender_id,
                            int64_t login_lock, const struct system_user_record **users_out,
                            size_t *count_out, struct err *err)
{
    struct params params = {0};
    struct row row = {.arena = arena};
    PGresult *result = NULL;
    struct system_user_record *users = NULL;

    time_params(&params, login_lock);
    params_int4(&params, sender_id);
    if (!desk_query(desk, list_text, &params, &result, err))
        return false;
    *count_out = (size_t)PQntuples(result);
    users = arena_array(arena, *count_out, sizeof(*users));
    for (size_t i = 0; users != NULL && i < *count_out; i++) {
        row = (struct row){arena, result, (int)i, 0, row.failed};
        read_user(&row, &users[i]);
    }
    PQclear(result);
    *users_out = users;
    return (users != NULL && !row.failed) || err_no_memory(err);
}

/* $1 to $3 of the statements that write all but the password. */
static void user_params(struct params *params, const struct system_user_record *user)
{
    params_text(params, user->code);
    params_text(params, user->addresses);
    params_time(params, user->last_changed);
}

bool system_user_store_add(struct desk *desk, struct system_user_record *user,
                           const char *password_hash, struct err *err)
{
    struct params params = {0};
    int64_t id = 0;

    user_params(&params, user);
    params_int4(&params, user->sender_id);
    params_text(&params, user->name);
    params_text(&params, password_hash);
    if (desk_number(desk, add_text, &params, &id, err)) {
        user->id = (int32_t)id;
        return true;
    }
    if (err->kind == ERR_CONFLICT)
        err_set(err, ERR_CONFLICT, "there is a system user \"%s\" already", user->name);
    return false;
}

bool system_user_store_save(struct desk *desk, const struct system_user_record *user,
                            struct err *err)
{
    struct params params = {0};

    user_params(&params, user);
    params_int4(&params, user->id);
    return desk_query(desk, save_text, &params, NULL, err);
}

bool system_user_store_set_locked(struct desk *desk, const struct system_user_record *user,
                                  bool locked, struct err *err)
{
    struct params params = {0};

    params_bool(&params, locked);
    params_time(&params, user->last_changed);
    params_int4(&params, user->id);
    return desk_query(desk, lock_text, &params, NULL, err);
}

bool system_user_store_set_password(struct desk *desk, const struct system_user_record *user,
                                    const char *password_hash, struct err *err)
{
    struct params params = {0};

    params_text(&params, password_hash);
    params_time(&params, user->last_changed);
    params_int4(&params, user->id);
    return desk_query(desk, password_text, &params, NULL, err);
}

bool system_user_store_forgive(struct desk *desk, const char *name, int64_t *count_out,
                               struct err *err)
{
    struct params params = {0};

    params_text(&params, name);
    return desk_number(desk, forgive_text, &params, count_out, err);
}

bool system_user_store_code_is_taken(struct desk *desk, const char *code, int32_t sender_id,
                                     bool *taken_out, struct err *err)
{
    struct params params = {0};
    int64_t taken = 0;

    params_text(&params, code);
    params_int4(&params, sender_id);
    if (!desk_number(desk, code_text, &params, &taken, err))
        return false;
    *taken_out = taken != 0;
    return true;
}
