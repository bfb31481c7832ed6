#include "store/register_store.h"

#include "store/register_statements.h"
#include "store/row.h"

/* Numbers of advisory locks, a register each; sub-units are organisations. */
static const int64_t first_lock = 8101718523420;

static bool run(struct desk *desk, const char *sql, struct err *err)
{
    return desk_query(desk, sql, NULL, NULL, err);
}

static bool lock(struct desk *desk, enum register_id id, struct err *err)
{
    struct params params = {0};
    int64_t got = 0;

    params_int8(&params, first_lock + (id == REGISTER_SUB_UNITS ? REGISTER_ORGANIZATIONS : id));
    return desk_number(desk, "SELECT pg_try_advisory_xact_lock($1)", &params, &got, err) &&
           (got != 0 || err_set(err, ERR_BUSY, "another import into this register is running"));
}

bool register_store_begin(struct desk *desk, enum register_id id, struct err *err)
{
    const struct register_statements *statements = register_statements(id);

    return lock(desk, id, err) && run(desk, "SET LOCAL work_mem = '128MB'", err) &&
           run(desk, statements->create, err) && desk_copy_begin(desk, statements->copy, err);
}

static bool is_complete(const bool *given, size_t columns)
{
    for (size_t i = 0; i < columns; i++) {
        if (!given[i])
            return false;
    }
    return true;
}

static bool fill(struct desk *desk, enum register_id id, const bool *given, size_t columns,
                 struct err *err)
{
    struct params params = {0};

    for (size_t i = 0; i < columns; i++)
        params_bool(&params, given[i]);
    return desk_query(desk, register_statements(id)->fill, &params, NULL, err);
}

bool register_store_prepare(struct desk *desk, enum register_id id, const bool *given,
                            size_t columns, int64_t *doubles_out, struct err *err)
{
    return run(desk, "ANALYZE incoming", err) &&
           desk_number(desk, register_statements(id)->drop_doubles, NULL, doubles_out, err) &&
           (is_complete(given, columns) || fill(desk, id, given, columns, err));
}

static bool list_unknown(struct desk *desk, enum register_id id, size_t max,
                         struct register_place *places_out, size_t *listed_out, struct err *err)
{
    struct params params = {0};
    struct row row = {0};
    PGresult *rows = NULL;

    params_int8(&params, (int64_t)max);
    if (!desk_query(desk, register_statements(id)->list_unknown, &params, &rows, err))
        return false;
    row.result = rows;
    for (row.row = 0; row.row < PQntuples(rows); row.row++) {
        row.column = 0;
        places_out[row.row].entry = row_int8(&row);
        places_out[row.row].line = row_int8(&row);
    }
    *listed_out = (size_t)row.row;
    PQclear(rows);
    return true;
}

bool register_store_refuse_unknown(struct desk *desk, enum register_id id, size_t max,
                                   struct register_place *places_out, size_t *listed_out,
                                   int64_t *refused_out, struct err *err)
{
    const struct register_statements *statements = register_statements(id);

    *listed_out = 0;
    *refused_out = 0;
    if (statements->drop_unknown == NULL)
        return true;
    return list_unknown(desk, id, max, places_out, listed_out, err) &&
           (*listed_out == 0 ||
            desk_number(desk, statements->drop_unknown, NULL, refused_out, err));
}

bool register_store_compare(struct desk *desk, enum register_id id, int64_t *added_out,
                            int64_t *changed_out, struct err *err)
{
    return run(desk, register_statements(id)->compare, err) &&
           desk_number(desk, "SELECT count(*) FROM difference WHERE is_new", NULL, added_out,
                       err) &&
           desk_number(desk, "SELECT count(*) FROM difference WHERE NOT is_new", NULL, changed_out,
                       err) &&
           run(desk, "ANALYZE difference", err);
}

static void add_scope(struct params *params, enum register_id id, bool organizations_only)
{
    if (!register_statements(id)->scoped)
        return;
    params_bool(params, id == REGISTER_ROLES ? organizations_only : id == REGISTER_SUB_UNITS);
}

bool register_store_missing(struct desk *desk, enum register_id id, bool organizations_only,
                            int64_t *present_out, int64_t *missing_out, struct err *err)
{
    struct params params = {0};

    add_scope(&params, id, organizations_only);
    return desk_number(desk, register_statements(id)->present, &params, present_out, err) &&
           desk_number(desk, register_statements(id)->missing, &params, missing_out, err);
}

bool register_store_removes(enum register_id id)
{
    return register_statements(id)->remove != NULL;
}

bool register_store_merge(struct desk *desk, enum register_id id, int64_t now, struct err *err)
{
    const struct register_statements *statements = register_statements(id);
    struct params params = {0};

    if (statements->dates_rows)
        params_time(&params, now);
    return desk_query(desk, statements->update, &params, NULL, err) &&
           desk_query(desk, statements->insert, &params, NULL, err);
}

bool register_store_remove(struct desk *desk, enum register_id id, bool organizations_only,
                           int64_t now, struct err *err)
{
    const struct register_statements *statements = register_statements(id);
    struct params params = {0};

    add_scope(&params, id, organizations_only);
    if (statements->dates_removal)
        params_time(&params, now);
    return desk_query(desk, statements->remove, &params, NULL, err);
}

bool register_store_settle(struct desk *desk, enum register_id id, struct err *err)
{
    return run(desk, register_statements(id)->settle, err);
}
