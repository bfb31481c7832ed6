#include "store/usage_store.h"

#include "base/clock.h"
#include "store/exchange.h"
#include "store/row.h"

/* The number of rows stands in front of each warning, and alone when there is none. */
static bool read_step(const PGresult *result, struct arena *arena, struct usage_step *step)
{
    const size_t count = (size_t)PQntuples(result);
    struct usage_warning *warnings = arena_array(arena, count, sizeof(*warnings));

    for (size_t i = 0; warnings != NULL && i < count; i++) {
        struct row row = {.arena = arena, .result = result, .row = (int)i};

        step->rows = row_int8(&row);
        if (!row_has(&row))
            break;
        warnings[i].actual_number = row_text(&row);
        warnings[i].year = row_int4(&row);
        warnings[i].percent = row_int4(&row);
        warnings[i].messages = row_int8(&row);
        if (row.failed)
            return false;
        step->warning_count++;
    }
    step->warnings = warnings;
    return warnings != NULL;
}

bool usage_store_count(struct db *db, struct arena *arena, int64_t limit, int64_t quota,
                       struct usage_step *step_out, struct err *err)
{
    const struct params none = {0};
    struct params params = {0};
    struct usage_step step = {0};

    params_int8(&params, limit);
    params_time(&params, clock_now());
    params_int8(&params, quota);
    if (!exchange_begin(db, true, err) || !exchange_send(db, STMT_USAGE_AHEAD, &none, err) ||
        !exchange_send(db, STMT_USAGE_COUNT, &params, err) || !exchange_finish(db, err))
        return false;
    if (!read_step(exchange_result(db, 1), arena, &step))
        return err_no_memory(err);
    step.ahead = row_bool(&(struct row){.result = exchange_result(db, 0)});
    *step_out = step;
    return true;
}
