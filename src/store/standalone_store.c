#include "store/standalone_store.h"

#include "store/call_params.h"
#include "store/exchange.h"
#include "store/message_params.h"
#include "store/row.h"
#include "store/tenant.h"

/* ------------------------------------------------------------------ the answer */

/* Null without one. */
static void add_digest(struct params *params, const struct standalone_put *put)
{
    params_bytes(params, put->digest, put->digest == NULL ? 0 : 32);
}

static bool send_answer(struct db *db, const struct standalone_put *put, struct err *err)
{
    struct params params = {0};

    params_int4(&params, put->caller->sender_id);
    add_digest(&params, put);
    return exchange_send(db, STMT_STANDALONE_ANSWER, &params, err);
}

/* A row for each sending, those of an entry together; one without sending for a reserved one. */
static bool read_answer(struct arena *arena, const PGresult *result,
                        struct standalone_answer *answer_out)
{
    const size_t rows = (size_t)PQntuples(result);
    struct standalone_result *results = arena_array(arena, rows, sizeof(*results));
    struct standalone_end_point *points = arena_array(arena, rows, sizeof(*points));
    struct row row = {.arena = arena, .result = result};
    size_t count = 0;
    int32_t last = 0;

    if (results == NULL || points == NULL)
        return false;
    for (size_t i = 0; i < rows; i++) {
        const char *name = NULL;
        int32_t number = 0;

        row.row = (int)i;
        row.column = 0;
        number = row_int4(&row);
        if (number != last) {
            results[count] = (struct standalone_result){.end_points = &points[i]};
            results[count].type = row_text(&row);
            results[count++].reportee = row_text(&row);
        } else {
            row_skip(&row, 2);
        }
        last = number;
        name = row_text(&row);
        if (!row_has(&row))
            continue;
        results[count - 1].count++;
        points[i].transport = (enum transport_type)row_int2(&row);
        points[i].address = row_text(&row);
        points[i].registered = row_bool(&row);
        points[i].name = points[i].registered ? name : NULL;
    }
    *answer_out = (struct standalone_answer){results, count};
    return !row.failed;
}

/* ------------------------------------------------------------------ writing */

static bool no_memory(struct db *db, struct err *err)
{
    exchange_drop(db); /* without its Sync nothing is stored */
    return err_no_memory(err);
}

/* The audit row names an organisation and a service where there is but one entry. */
static bool send_call(struct db *db, const struct standalone_put *put, struct err *err)
{
    const struct message *message = &put->what->items[0].message;
    const struct standalone_decision *decision = &put->plan->items[0];
    const bool one = put->what->count == 1;
    struct params params = {0};

    call_params(&params, put->call, put->caller);
    params_time(&params, put->plan->now);
    add_digest(&params, put);
    params_text(&params, one && !decision->reportee_is_person ? message->reportee : NULL);
    params_text(&params, one ? message->service_code : NULL);
    if (one && message->service_code != NULL)
        params_int4(&params, decision->service_edition);
    else
        params_null(&params);
    return exchange_send(db, STMT_STANDALONE_PUT, &params, err);
}

static bool send_order(struct db *db, struct arena *arena, const struct standalone_put *put,
                       size_t index, struct err *err)
{
    const struct standalone *item = &put->what->items[index];
    const struct standalone_decision *decision = &put->plan->items[index];
    struct params params = {0};

    if (!message_params_notification_order(&params, arena, put->caller->sender_id, index + 1,
                                           &item->message.notifications[0]))
        return no_memory(db, err);
    params_bool(&params, item->short_name);
    params_text(&params, item->message.reportee);
    params_bool(&params, decision->reportee_is_person);
    params_text(&params, decision->reportee_name);
    params_text(&params, item->message.service_code);
    if (item->message.service_code != NULL)
        params_int4(&params, decision->service_edition);
    else
        params_null(&params);
    return exchange_send(db, STMT_STANDALONE_ORDER_PUT, &params, err);
}

static bool send_plan(struct db *db, struct arena *arena, const struct standalone_put *put,
                      struct err *err)
{
    struct params params = {0};

    if (put->plan->plan.count == 0)
        return true;
    if (!message_params_planned(&params, arena, put->caller->sender_id, &put->plan->plan))
        return no_memory(db, err);
    return exchange_send(db, STMT_STANDALONE_PLAN_PUT, &params, err);
}

static bool send_forget(struct db *db, const struct standalone_put *put, struct err *err)
{
    struct params params = {0};

    params_int4(&params, put->caller->sender_id);
    add_digest(&params, put);
    params_time(&params, put->since);
    return exchange_send(db, STMT_STANDALONE_FORGET, &params, err);
}

/* What follows the call's own row selects it as it is written, and so does nothing if it is not
 * there. */
bool standalone_store_put(struct db *db, struct arena *arena, const struct standalone_put *put,
                          bool *stored_out, struct standalone_answer *answer_out, struct err *err)
{
    const struct tenant tenant = {.sender_id = put->caller->sender_id};

    if (!tenant_begin(db, &tenant, true, err))
        return false;
    if (db->standby_missing) {
        exchange_drop(db); /* the next connection looks again */
        return err_set(err, ERR_BUSY, "the database waits for fewer standbys than required");
    }
    if (!send_forget(db, put, err) || !send_call(db, put, err))
        return false;
    for (size_t i = 0; i < put->what->count; i++) {
        if (!send_order(db, arena, put, i, err))
            return false;
    }
    if (!send_plan(db, arena, put, err) || !send_answer(db, put, err) || !exchange_finish(db, err))
        return false;
    *stored_out = PQntuples(exchange_result(db, 1)) == 1;
    if (*stored_out && !read_answer(arena, exchange_result(db, exchange_count(db) - 1), answer_out))
        return err_no_memory(err);
    return true;
}

bool standalone_store_repeat(struct db *db, struct arena *arena, const struct standalone_put *put,
                             bool *found_out, struct standalone_answer *answer_out, struct err *err)
{
    const struct tenant tenant = {.sender_id = put->caller->sender_id};
    struct params params = {0};

    call_params(&params, put->call, put->caller);
    add_digest(&params, put);
    if (!tenant_begin(db, &tenant, true, err) ||
        !exchange_send(db, STMT_STANDALONE_REPEAT, &params, err) || !send_answer(db, put, err) ||
        !exchange_finish(db, err))
        return false;
    *found_out = PQntuples(exchange_result(db, 0)) == 1;
    if (*found_out && !read_answer(arena, exchange_result(db, 1), answer_out))
        return err_no_memory(err);
    return true;
}
