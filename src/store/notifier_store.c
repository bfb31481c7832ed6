#include "store/notifier_store.h"

#include "model/status.h"
#include "store/exchange.h"
#include "store/row.h"

#include <string.h>

/* Between tokens: XML can hold no such character, so no token does. */
enum { TOKEN_END = '\x01' };

static void add_key(struct params *params, const struct notification_key *key)
{
    params_int4(params, key->sender_id);
    params_int4(params, key->correspondence_id);
    params_int4(params, key->number);
}

static void add_mine(struct params *params, const struct notification_key *key, int32_t notifier,
                     int64_t now)
{
    add_key(params, key);
    params_int4(params, notifier);
    params_time(params, now);
}

bool notifier_store_enter(struct db *db, int32_t *notifier_out, struct err *err)
{
    const struct params none = {0};
    struct row row = {0};

    if (!exchange_one(db, STMT_NOTIFIER_ENTER, &none, false, err))
        return false;
    row.result = exchange_result(db, 0);
    if (!row_has(&row))
        return err_set(err, ERR_BUSY, "this notifier's number is not free");
    *notifier_out = row_int4(&row);
    return true;
}

void notifier_store_leave(struct db *db)
{
    exchange_drop(db);
}

bool notifier_store_queue(struct db *db, struct arena *arena, enum transport_type transport,
                          int64_t now, int64_t limit, const struct notifier_queue **queues_out,
                          size_t *count_out, struct err *err)
{
    struct params params = {0};
    struct row row = {0};
    struct notifier_queue *queues = NULL;

    params_int2(&params, (int)transport);
    params_time(&params, now);
    params_int8(&params, limit);
    params_time(&params, now + SENDING_LONGEST_WAIT);
    if (!exchange_one(db, STMT_NOTIFIER_QUEUE, &params, false, err))
        return false;
    row.result = exchange_result(db, 0);
    *count_out = (size_t)PQntuples(row.result);
    queues = arena_array(arena, *count_out, sizeof(*queues));
    if (queues == NULL)
        return err_no_memory(err);
    for (size_t i = 0; i < *count_out; i++) {
        row.row = (int)i;
        row.column = 0;
        queues[i].sender_id = row_int4(&row);
        queues[i].due = row_int8(&row);
        queues[i].ready = row_int8(&row);
        queues[i].oldest = row_time(&row);
    }
    *queues_out = queues;
    return true;
}

bool notifier_store_claim(struct db *db, struct arena *arena, int32_t notifier,
                          const struct notifier_wish *wish, int64_t now,
                          struct notification_key **keys_out, size_t *count_out, struct err *err)
{
    struct params params = {0};
    struct row row = {0};
    struct notification_key *keys = NULL;

    params_int2(&params, (int)wish->transport);
    if (!params_int4s(&params, arena, wish->senders, wish->sender_count))
        return err_no_memory(err);
    params_time(&params, now);
    params_int8(&params, wish->each);
    params_int4(&params, notifier);
    if (!exchange_one(db, STMT_NOTIFIER_CLAIM, &params, true, err))
        return false;
    row.result = exchange_result(db, 0);
    *count_out = (size_t)PQntuples(row.result);
    keys = arena_array(arena, *count_out, sizeof(*keys));
    if (keys == NULL) {
        exchange_drop(db); /* and with it the number: others may claim these */
        return err_no_memory(err);
    }
    for (size_t i = 0; i < *count_out; i++) {
        row.row = (int)i;
        row.column = 0;
        keys[i].sender_id = row_int4(&row);
        keys[i].correspondence_id = row_int4(&row);
        keys[i].number = row_int4(&row);
    }
    *keys_out = keys;
    return true;
}

/* ------------------------------------------------------------------ one that is to be sent */

static enum notifier_verdict read_verdict(struct row *row, struct notifier_task *task)
{
    const bool send = row_bool(row);

    task->reason = row_text(row);
    task->started_before = row_bool(row);
    if (send)
        return NOTIFIER_SEND;
    if (task->reason == NULL)
        return NOTIFIER_POSTPONED;
    return strcmp(task->reason, "unknown") == 0 ? NOTIFIER_LOST : NOTIFIER_CANCELLED;
}

static void read_macros(struct row *row, struct macro_values *macros)
{
    macros->number = row_text(row);
    macros->person = row_bool(row);
    macros->name = row_text(row);
    macros->first_name = row_text(row);
    macros->middle_name = row_text(row);
    macros->last_name = row_text(row);
    for (size_t i = 0; i < MACRO_ADDRESS_LINES; i++)
        macros->address[i] = row_text(row);
    macros->postal_code = row_text(row);
    macros->postal_area = row_text(row);
    macros->email = row_text(row);
    macros->mobile = row_text(row);
    macros->service = row_text(row);
}

static void read_tokens(struct row *row, struct notification_wording *wording)
{
    const size_t count = (size_t)row_int4(row);
    const char *all = row_text(row);
    const char **tokens = arena_array(row->arena, count, sizeof(*tokens));

    if (tokens == NULL || (count > 0 && all == NULL)) {
        row->failed = true;
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const size_t n = strcspn(all, (const char[]){TOKEN_END, '\0'});

        tokens[i] = arena_strndup(row->arena, all, n);
        row->failed = row->failed || tokens[i] == NULL;
        all += n + (all[n] == TOKEN_END);
    }
    wording->tokens = tokens;
    wording->token_count = count;
}

static void read_template(struct row *row, struct notifier_task *task)
{
    const bool found = row_bool(row);
    const char *subject = row_text(row);
    const char *email = row_text(row);
    const char *sms = row_text(row);
    const char *prefix = row_text(row);

    task->wording.subject = subject;
    task->wording.text = task->wording.sms ? sms : email;
    task->wording.prefix = task->reminder ? prefix : NULL;
    task->has_template = found && task->wording.text != NULL;
}

/* In the order of the columns of STMT_NOTIFIER_TASK. */
static void read_task(struct row *row, struct notifier_task *task)
{
    task->wording.sms = row_int2(row) == TRANSPORT_SMS;
    task->address = row_text(row);
    task->reminder = row_bool(row);
    task->state.tries = row_int4(row);
    task->state.repeated = row_bool(row);
    task->state.first_tried = row_time(row);
    read_macros(row, &task->wording.macros);
    task->wording.language_code = row_text(row);
    read_tokens(row, &task->wording);
    task->from_address = row_text(row);
    read_template(row, task);
    task->short_name = row_text(row);
}

static bool send_begin(struct db *db, struct arena *arena, int32_t notifier,
                       const struct notification_key *key, int64_t now,
                       const struct notifier_waits *waits, struct err *err)
{
    static const int32_t opened[] = {STATUS_READ, STATUS_CONFIRMED};
    struct params begin = {0};
    struct params task = {0};

    add_mine(&task, key, notifier, now);
    add_mine(&begin, key, notifier, now);
    params_int8(&begin, waits->reminder);
    params_int8(&begin, waits->first);
    if (!params_int4s(&begin, arena, opened, sizeof(opened) / sizeof(opened[0])))
        return err_no_memory(err);
    params_int2(&begin, STATUS_RESERVED);
    return exchange_begin(db, true, err) && exchange_send(db, STMT_NOTIFIER_BEGIN, &begin, err) &&
           exchange_send(db, STMT_NOTIFIER_TASK, &task, err) && exchange_finish(db, err);
}

bool notifier_store_begin(struct db *db, struct arena *arena, int32_t notifier,
                          const struct notification_key *key, int64_t now,
                          const struct notifier_waits *waits, struct notifier_task *task_out,
                          struct err *err)
{
    struct row row = {.arena = arena};

    if (!send_begin(db, arena, notifier, key, now, waits, err))
        return false;
    *task_out = (struct notifier_task){0};
    row.result = exchange_result(db, 0);
    if (PQntuples(row.result) == 0)
        return true;
    task_out->verdict = read_verdict(&row, task_out);
    row.result = exchange_result(db, 1);
    row.column = 0;
    if (task_out->verdict == NOTIFIER_SEND && PQntuples(row.result) == 1)
        read_task(&row, task_out);
    else if (task_out->verdict == NOTIFIER_SEND)
        return err_set(err, ERR_INTERNAL, "a notification without its order or sender");
    if (!row.failed)
        return true;
    exchange_drop(db); /* whoever takes it over sees that it was started */
    return err_no_memory(err);
}

/* ------------------------------------------------------------------ what came of it */

static bool is_changed(struct db *db)
{
    return row_int8(&(struct row){.result = exchange_result(db, 0)}) == 1;
}

bool notifier_store_sent(struct db *db, const struct notification_key *key, int64_t now,
                         const char *gateway_id, bool *first_out, struct err *err)
{
    struct params params = {0};

    add_key(&params, key);
    params_text(&params, gateway_id[0] == '\0' ? NULL : gateway_id);
    params_time(&params, now);
    params_int8(&params, now);
    if (!exchange_one(db, STMT_NOTIFIER_SENT, &params, true, err))
        return false;
    *first_out = is_changed(db);
    return true;
}

bool notifier_store_not_sent(struct db *db, int32_t notifier, const struct notification_key *key,
                             int64_t now, const struct sending_next *next, const char *reason,
                             struct err *err)
{
    struct params params = {0};

    add_mine(&params, key, notifier, now);
    params_moment(&params, (struct moment){!next->give_up, next->next_try});
    params_bool(&params, next->repeated);
    params_text(&params, reason);
    return exchange_one(db, STMT_NOTIFIER_NOT_SENT, &params, true, err);
}

bool notifier_store_release(struct db *db, struct arena *arena, int32_t notifier,
                            const struct notification_key *keys, size_t count, struct err *err)
{
    int32_t *columns[3] = {0};
    struct params params = {0};

    params_int4(&params, notifier);
    for (size_t c = 0; c < 3; c++) {
        columns[c] = arena_array(arena, count, sizeof(*columns[c]));
        for (size_t i = 0; columns[c] != NULL && i < count; i++)
            columns[c][i] = c == 0   ? keys[i].sender_id
                            : c == 1 ? keys[i].correspondence_id
                                     : keys[i].number;
        if (columns[c] == NULL || !params_int4s(&params, arena, columns[c], count))
            return err_no_memory(err);
    }
    return exchange_one(db, STMT_NOTIFIER_RELEASE, &params, true, err);
}

bool notifier_store_services(struct db *db, struct arena *arena, const char *language_code,
                             const struct service_name **services_out, size_t *count_out,
                             struct err *err)
{
    struct params params = {0};
    struct row row = {.arena = arena};
    struct service_name *services = NULL;

    params_text(&params, language_code);
    if (!exchange_one(db, STMT_NOTIFIER_SERVICES, &params, false, err))
        return false;
    row.result = exchange_result(db, 0);
    *count_out = (size_t)PQntuples(row.result);
    services = arena_array(arena, *count_out, sizeof(*services));
    for (size_t i = 0; services != NULL && i < *count_out; i++) {
        row.row = (int)i;
        row.column = 0;
        services[i].code = row_text(&row);
        services[i].edition = row_int4(&row);
        services[i].name = row_text(&row);
    }
    *services_out = services;
    return services != NULL && !row.failed ? true : err_no_memory(err);
}
