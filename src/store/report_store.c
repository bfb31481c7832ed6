#include "store/report_store.h"

#include "store/row.h"

/* Counts are made in the background: year, actual and technical sender. */
static const char usage_text[] =
    "SELECT u.actual_number, coalesce(a.name, o.name), a.kind, a.status, t.organization_number, "
    "t.name, u.messages, u.unverified, 0::int8, "
    "(sum(u.messages) OVER (PARTITION BY u.actual_number))::int8 AS total, "
    "NULL::timestamptz, NULL::timestamptz "
    "FROM dpvd.usage_count u JOIN dpvd.sender t ON t.id = u.sender_id "
    "LEFT JOIN dpvd.sender a ON a.organization_number = u.actual_number "
    "LEFT JOIN dpvd.organization o ON o.number = u.actual_number WHERE u.year = $1::int4 "
    "ORDER BY total DESC, u.actual_number, u.messages DESC, t.organization_number";

static const char totals_text[] =
    "SELECT u.actual_number, coalesce(a.name, o.name), a.kind, a.status, NULL::text, NULL::text, "
    "u.messages, u.unverified, 0::int8, u.messages, NULL::timestamptz, NULL::timestamptz "
    "FROM (SELECT actual_number, sum(messages)::int8 AS messages, "
    "sum(unverified)::int8 AS unverified FROM dpvd.usage_count WHERE year = $1::int4 "
    "GROUP BY actual_number) u "
    "LEFT JOIN dpvd.sender a ON a.organization_number = u.actual_number "
    "LEFT JOIN dpvd.organization o ON o.number = u.actual_number "
    "ORDER BY u.messages DESC, u.actual_number";

/* Names are those of the newest message. The condition on the two numbers is that of the index. */
static const char on_behalf_text[] =
    "SELECT c.actual_number, (array_agg(c.actual_name ORDER BY c.id DESC))[1], max(a.kind), "
    "max(a.status), c.technical_number, (array_agg(c.technical_name ORDER BY c.id DESC))[1], "
    "count(*), count(*) FILTER (WHERE NOT c.actual_verified), "
    "count(*) FILTER (WHERE c.actual_verified IS NULL), 0::int8, min(c.created), max(c.created) "
    "FROM dpvd.correspondence c "
    "LEFT JOIN dpvd.sender a ON a.organization_number = c.actual_number "
    "WHERE c.actual_number <> c.technical_number AND c.actual_verified IS NOT TRUE "
    "AND c.created >= $1::timestamptz AND c.created < $2::timestamptz "
    "GROUP BY c.actual_number, c.technical_number "
    "ORDER BY count(*) DESC, c.technical_number, c.actual_number";

static void read_line(struct row *row, struct usage_line *line)
{
    *line = (struct usage_line){.actual_number = row_text(row)};
    line->actual_name = row_text(row);
    line->kind = (enum sender_kind)row_int2(row);
    line->status = (enum sender_status)row_int2(row);
    line->technical_number = row_text(row);
    line->technical_name = row_text(row);
    line->messages = row_int8(row);
    line->unverified = row_int8(row);
    line->unchecked = row_int8(row);
    line->total = row_int8(row);
    line->first = row_time(row);
    line->last = row_time(row);
}

static bool read_lines(struct desk *desk, struct arena *arena, const char *text,
                       const struct params *params, struct usage_lines *lines_out, struct err *err)
{
    struct row row = {.arena = arena};
    PGresult *result = NULL;
    struct usage_line *items = NULL;

    if (!desk_query(desk, text, params, &result, err))
        return false;
    lines_out->count = (size_t)PQntuples(result);
    items = arena_array(arena, lines_out->count, sizeof(*items));
    for (size_t i = 0; items != NULL && i < lines_out->count; i++) {
        row = (struct row){arena, result, (int)i, 0, row.failed};
        read_line(&row, &items[i]);
    }
    PQclear(result);
    lines_out->items = items;
    return (items != NULL && !row.failed) || err_no_memory(err);
}

bool report_store_usage(struct desk *desk, struct arena *arena, int32_t year,
                        struct usage_lines *lines_out, struct err *err)
{
    struct params params = {0};

    params_int4(&params, year);
    return read_lines(desk, arena, usage_text, &params, lines_out, err);
}

bool report_store_totals(struct desk *desk, struct arena *arena, int32_t year,
                         struct usage_lines *lines_out, struct err *err)
{
    struct params params = {0};

    params_int4(&params, year);
    return read_lines(desk, arena, totals_text, &params, lines_out, err);
}

bool report_store_on_behalf_of(struct desk *desk, struct arena *arena, int64_t from, int64_t to,
                               struct usage_lines *lines_out, struct err *err)
{
    struct params params = {0};

    params_time(&params, from);
    params_time(&params, to);
    return read_lines(desk, arena, on_behalf_text, &params, lines_out, err);
}
