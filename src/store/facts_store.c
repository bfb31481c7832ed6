#include "store/facts_store.h"

#include "base/clock.h"
#include "model/identifier.h"
#include "store/exchange.h"
#include "store/login_params.h"
#include "store/reach_store.h"
#include "store/row.h"
#include "store/tenant.h"

#include <stdlib.h>
#include <string.h>

enum { NO_EDITION = -1 };

/* Only digits, as far as an int4 goes; what else stands there is the number of no edition. */
static int32_t edition_number(const char *text)
{
    const size_t n = strlen(text);
    long number = 0;

    if (n == 0 || n > 10 || strspn(text, "0123456789") != n)
        return NO_EDITION;
    number = strtol(text, NULL, 10);
    return number > INT32_MAX ? NO_EDITION : (int32_t)number;
}

/* Who is asked for, and when; for a message also what is asked besides. */
struct question {
    const struct config *config;
    const char *user_name;
    struct login_key key;
    int64_t now;
    bool rare;  /* STMT_FACTS_RARE */
    bool reach; /* STMT_REACH_... */
};

static void question_make(const struct db *db, const struct login *login,
                          struct question *question_out)
{
    *question_out =
        (struct question){.config = db->config, .user_name = login->user_name, .now = clock_now()};
    login_key_make(login, &question_out->key);
}

static void read_caller(struct row *row, const struct question *question, struct caller *caller)
{
    struct moment since = {0};

    caller->found = row_has(row);
    caller->system_user_id = row_int4(row);
    caller->system_user_name = row_text(row);
    caller->system_user_code = row_text(row);
    caller->password_hash = row_text(row);
    caller->credential_version = row_int8(row);
    caller->sender_id = row_int4(row);
    caller->kind = (enum sender_kind)row_int2(row);
    caller->status = (enum sender_status)row_int2(row);
    caller->organization_number = row_text(row);
    caller->name = row_text(row);
    caller->address_allowed = row_bool(row);
    caller->locked = row_bool(row);
    since.given = row_has(row);
    since.when = row_time(row);
    caller->locked = caller->locked || login_is_locked(question->config, since, question->now);
}

static void read_service(struct row *row, struct service *service)
{
    service->code_known = row_bool(row);
    service->found = row_bool(row);
    service->edition = row_int4(row);
    service->active = row_bool(row);
    service->correspondence = row_int2(row) == 1;
    service->common = row_bool(row);
    service->owner_id = row_int4(row);
    service->confidential = row_bool(row);
    service->name = row_text(row);
}

static void read_party(struct row *row, struct party *party)
{
    const char *name = row_text(row);

    party->found = row_has(row);
    party->status = (enum party_status)row_int2(row);
    party->name = party->found ? name : NULL;
}

static void read_facts(struct row *row, const struct question *question, struct facts *facts)
{
    read_caller(row, question, &facts->caller);
    read_service(row, &facts->service);
    read_party(row, &facts->reportee);
    read_party(row, &facts->on_behalf_of);
    facts->code_of_another = row_bool(row);
    facts->reportee_has_key_role = row_bool(row);
    facts->reference_used = row_bool(row);
    facts->repeated = row_bool(row);
}

static void read_rare(struct row *row, struct facts *facts)
{
    facts->reportee_reserved = row_bool(row);
    facts->actual_status = (enum sender_status)row_int2(row);
    facts->actual_kind = (enum sender_kind)row_int2(row);
    facts->sent_this_year = row_int8(row);
}

/* Sends one reading statement and points row at its answer; found_out is false if it has no row. */
static bool ask(struct db *db, enum statement statement, const struct params *params,
                struct row *row, bool *found_out, struct err *err)
{
    exchange_forget_page(db);
    if (!exchange_one(db, statement, params, false, err))
        return false;
    row->result = exchange_result(db, 0);
    *found_out = PQntuples(row->result) > 0;
    return true;
}

static void caller_params(struct params *params, const struct question *question)
{
    login_params_pair(params, &question->key);
    login_params_address(params, &question->key);
    params_time(params, question->now);
}

/* A code, and its letters before a department (domain.md 4.3). */
static void code_params(struct params *params, const char *code)
{
    params_text(params, code);
    params_bytes(params, code, code == NULL ? 0 : strcspn(code, "_-"));
}

static void facts_params(struct params *params, const struct question *question,
                         const struct message *message, const uint8_t digest[32])
{
    const char *edition = message->service_edition;
    const bool newest = identifier_is_blank(edition);

    params_text(params, question->user_name);
    params_text(params, message->service_code);
    params_int4(params, newest ? NO_EDITION : edition_number(edition));
    params_bool(params, newest);
    params_text(params, message->reportee);
    params_text(params, message->on_behalf_of);
    params_bytes(params, digest, 32);
    params_text(params, message->reference);
    params_bool(params, strcmp(question->config->duplicate_reference, "refuse") == 0);
    caller_params(params, question);
    code_params(params, message->system_user_code);
}

static bool is_given(const char *text)
{
    return text != NULL && text[0] != '\0';
}

/* Too many notifications are refused whoever could be reached. */
static void look_at(struct question *question, const struct message *message)
{
    const size_t count = message->notification_count;

    question->rare = question->config->quota_block != 0 || is_given(message->on_behalf_of) ||
                     message->is_reservable == CHOICE_YES;
    question->reach = count > 0 && count <= (size_t)question->config->max_notifications;
}

static bool send_rare(struct db *db, const struct question *question, const struct message *message,
                      struct err *err)
{
    struct params params = {0};

    params_text(&params, message->reportee);
    params_text(&params, is_given(message->on_behalf_of) ? message->on_behalf_of : NULL);
    params_bool(&params, question->config->quota_block != 0);
    params_text(&params, question->user_name);
    params_time(&params, question->now);
    return exchange_send(db, STMT_FACTS_RARE, &params, err);
}

/* All questions about a message go out together. */
static bool ask_all(struct db *db, struct arena *arena, const struct question *question,
                    const struct message *message, const uint8_t digest[32], struct err *err)
{
    struct params params = {0};

    facts_params(&params, question, message, digest);
    exchange_forget_page(db);
    return exchange_begin(db, false, err) && exchange_send(db, STMT_FACTS, &params, err) &&
           (!question->rare || send_rare(db, question, message, err)) &&
           (!question->reach || reach_store_send(db, arena, message, question->now, err)) &&
           exchange_finish(db, err);
}

bool facts_load(struct db *db, struct arena *arena, const struct login *login,
                const struct message *message, const uint8_t digest[32], struct facts *facts_out,
                struct err *err)
{
    struct question question;
    struct row row = {.arena = arena};
    struct facts facts = {0};

    question_make(db, login, &question);
    look_at(&question, message);
    if (!ask_all(db, arena, &question, message, digest, err))
        return false;
    row.result = exchange_result(db, 0);
    read_facts(&row, &question, &facts);
    if (question.rare)
        read_rare(&(struct row){.result = exchange_result(db, 1)}, &facts);
    if (row.failed ||
        (question.reach && !reach_store_read(arena, exchange_result(db, question.rare ? 2 : 1),
                                             message, &facts.service, &facts.reach)))
        return err_no_memory(err);
    *facts_out = facts;
    return true;
}

bool facts_load_caller(struct db *db, struct arena *arena, const struct login *login,
                       struct caller *caller_out, struct err *err)
{
    struct question question;
    struct params params = {0};
    struct row row = {.arena = arena};
    struct caller caller = {0};
    bool found = false;

    question_make(db, login, &question);
    params_text(&params, login->user_name);
    caller_params(&params, &question);
    if (!ask(db, STMT_CALLER, &params, &row, &found, err))
        return false;
    read_caller(&row, &question, &caller);
    if (row.failed)
        return err_no_memory(err);
    *caller_out = caller;
    return true;
}

bool facts_load_service(struct db *db, struct arena *arena, const char *code, int32_t edition,
                        struct service *service_out, struct err *err)
{
    struct params params = {0};
    struct row row = {.arena = arena};
    struct service service = {0};
    bool found = false;

    params_null(&params);
    params_text(&params, code);
    params_int4(&params, edition);
    params_bool(&params, false);
    if (!ask(db, STMT_SERVICE, &params, &row, &found, err))
        return false;
    read_service(&row, &service);
    if (row.failed)
        return err_no_memory(err);
    *service_out = service;
    return true;
}

/* ------------------------------------------------------------------ stand-alone notifications */

static bool send_standalone(struct db *db, struct arena *arena, const struct message *message,
                            int64_t now, struct err *err)
{
    struct params params = {0};

    params_text(&params, message->reportee);
    params_text(&params, message->service_code);
    params_int4(&params, message->service_edition == NULL
                             ? NO_EDITION
                             : edition_number(message->service_edition));
    params_bool(&params, false);
    return exchange_send(db, STMT_STANDALONE_FACTS, &params, err) &&
           reach_store_send(db, arena, message, now, err);
}

static bool ask_standalone(struct db *db, struct arena *arena, const struct caller *caller,
                           const struct standalone_call *call, const uint8_t *digest, int64_t since,
                           struct err *err)
{
    const struct tenant tenant = {.sender_id = caller->sender_id};
    const int64_t now = clock_now();
    struct params params = {0};

    params_int4(&params, caller->sender_id);
    params_bytes(&params, digest, digest == NULL ? 0 : 32);
    params_time(&params, since);
    exchange_forget_page(db);
    if (!tenant_begin(db, &tenant, false, err) ||
        !exchange_send(db, STMT_STANDALONE_FIND, &params, err))
        return false;
    for (size_t i = 0; i < call->count; i++) {
        if (!send_standalone(db, arena, &call->items[i].message, now, err))
            return false;
    }
    return exchange_finish(db, err);
}

/* Two answers for each entry, behind the first one. */
static bool read_standalone(struct db *db, struct arena *arena, const struct message *message,
                            size_t index, struct facts *facts)
{
    struct row row = {.arena = arena, .result = exchange_result(db, 1 + 2 * index)};

    read_service(&row, &facts->service);
    read_party(&row, &facts->reportee);
    facts->reportee_reserved = row_bool(&row);
    return !row.failed && reach_store_read(arena, exchange_result(db, 2 + 2 * index), message,
                                           &facts->service, &facts->reach);
}

bool facts_load_standalone(struct db *db, struct arena *arena, const struct caller *caller,
                           const struct standalone_call *call, const uint8_t *digest, int64_t since,
                           struct standalone_facts *facts_out, struct err *err)
{
    struct facts *items = arena_array(arena, call->count, sizeof(*items));

    if (items == NULL)
        return err_no_memory(err);
    if (!ask_standalone(db, arena, caller, call, digest, since, err))
        return false;
    for (size_t i = 0; i < call->count; i++) {
        items[i].caller = *caller;
        if (!read_standalone(db, arena, &call->items[i].message, i, &items[i]))
            return err_no_memory(err);
    }
    facts_out->repeated = PQntuples(exchange_result(db, 0)) > 0;
    facts_out->items = items;
    return true;
}
