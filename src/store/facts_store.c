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

/* In place of the index of an answer. */
static const size_t not_asked = SIZE_MAX;

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

static bool is_given(const char *text)
{
    return text != NULL && text[0] != '\0';
}

/* Who is asked for, and when. */
struct question {
    const struct config *config;
    const char *user_name;
    struct login_key key;
    int64_t now;
};

/* Where the answers about a message stand in the exchange. */
struct answers {
    size_t service;
    size_t reportee;
    size_t actual;
    size_t rare;
    size_t reach;
};

static void question_make(const struct db *db, const struct login *login,
                          struct question *question_out)
{
    *question_out =
        (struct question){.config = db->config, .user_name = login->user_name, .now = clock_now()};
    login_key_make(login, &question_out->key);
}

/* ------------------------------------------------------------------------------------ reading */

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

/* The edition that was asked for; of the newest ones an active one. */
static bool is_better(struct row row, int32_t edition, bool newest, const struct service *best)
{
    const int32_t number = row_int4(&row);
    const bool active = row_bool(&row);

    if (!newest)
        return number == edition;
    return !best->found || (active != best->active ? active : number > best->edition);
}

/* Of all editions of a code. */
static bool read_service(struct arena *arena, const PGresult *result, int32_t edition, bool newest,
                         struct service *service_out)
{
    struct service best = {.code_known = PQntuples(result) > 0};

    for (int i = 0; i < PQntuples(result); i++) {
        struct row row = {.arena = arena, .result = result, .row = i};

        if (!is_better(row, edition, newest, &best))
            continue;
        best.found = true;
        best.edition = row_int4(&row);
        best.active = row_bool(&row);
        best.correspondence = row_int2(&row) == 1;
        best.common = row_bool(&row);
        best.owner_id = row_int4(&row);
        best.confidential = row_bool(&row);
        best.name = row_text(&row);
        if (row.failed)
            return false;
    }
    *service_out = best;
    return true;
}

/* The service of a message; the newest edition if it names none (domain.md 4.4). */
static bool read_service_of(struct arena *arena, const PGresult *result,
                            const struct message *message, struct service *service_out)
{
    const char *edition = message->service_edition;
    const bool newest = identifier_is_blank(edition);

    return read_service(arena, result, newest ? NO_EDITION : edition_number(edition), newest,
                        service_out);
}

/* Of a person also whether it is reserved, in reserved_out. */
static bool read_party(struct arena *arena, const PGresult *result, struct party *party_out,
                       bool *reserved_out)
{
    struct row row = {.arena = arena, .result = result};
    struct party party = {.found = PQntuples(result) > 0 && row_has(&row)};

    if (party.found) {
        party.status = (enum party_status)row_int2(&row);
        party.name = row_text(&row);
    }
    if (reserved_out != NULL && PQntuples(result) > 0 && PQnfields(result) > 2)
        *reserved_out = row_bool(&(struct row){.result = result, .column = 2});
    *party_out = party;
    return !row.failed;
}

static void read_rare(struct db *db, size_t index, struct facts *facts)
{
    struct row row = {.result = exchange_result(db, index)};

    facts->actual_status = (enum sender_status)row_int2(&row);
    facts->actual_kind = (enum sender_kind)row_int2(&row);
    facts->sent_this_year = row_int8(&row);
}

static bool read_facts(struct db *db, struct arena *arena, const struct question *question,
                       const struct message *message, const struct answers *answers,
                       struct facts *facts)
{
    struct row row = {.arena = arena, .result = exchange_result(db, 0)};

    read_caller(&row, question, &facts->caller);
    facts->code_of_another = row_bool(&row);
    facts->reference_used = row_bool(&row);
    facts->repeated = row_bool(&row);
    if (answers->rare != not_asked)
        read_rare(db, answers->rare, facts);
    return !row.failed &&
           read_service_of(arena, exchange_result(db, answers->service), message,
                           &facts->service) &&
           read_party(arena, exchange_result(db, answers->reportee), &facts->reportee,
                      &facts->reportee_reserved) &&
           (answers->actual == not_asked ||
            read_party(arena, exchange_result(db, answers->actual), &facts->on_behalf_of, NULL)) &&
           (answers->reach == not_asked ||
            reach_store_read(arena, exchange_result(db, answers->reach), message, &facts->service,
                             &facts->reach));
}

/* ------------------------------------------------------------------------------------- asking */

static void caller_params(struct params *params, const struct question *question)
{
    params_text(params, question->user_name);
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

static bool send_facts(struct db *db, const struct question *question,
                       const struct message *message, const uint8_t digest[32], struct err *err)
{
    struct params params = {0};

    caller_params(&params, question);
    params_bytes(&params, digest, 32);
    params_text(&params, message->reference);
    params_bool(&params, strcmp(question->config->duplicate_reference, "refuse") == 0);
    code_params(&params, message->system_user_code);
    return exchange_send(db, STMT_FACTS, &params, err);
}

/* A statement whose parameter is a number or a code. */
static bool send_key(struct db *db, enum statement statement, const char *key, size_t *answer_out,
                     struct err *err)
{
    struct params params = {0};

    *answer_out = exchange_count(db);
    params_text(&params, key);
    return exchange_send(db, statement, &params, err);
}

static bool send_party(struct db *db, const char *number, size_t *answer_out, struct err *err)
{
    const bool person = identifier_is_digits(number, 11);

    return send_key(db, person ? STMT_PERSON : STMT_ORGANIZATION, number, answer_out, err);
}

static bool send_actual(struct db *db, const struct message *message, size_t *answer_out,
                        struct err *err)
{
    return !is_given(message->on_behalf_of) ||
           send_key(db, STMT_ORGANIZATION, message->on_behalf_of, answer_out, err);
}

static bool send_rare(struct db *db, const struct question *question, const struct message *message,
                      size_t *answer_out, struct err *err)
{
    const bool quota = question->config->quota_block != 0;
    struct params params = {0};

    if (!quota && !is_given(message->on_behalf_of))
        return true;
    *answer_out = exchange_count(db);
    params_text(&params, is_given(message->on_behalf_of) ? message->on_behalf_of : NULL);
    params_bool(&params, quota);
    params_text(&params, question->user_name);
    params_time(&params, question->now);
    return exchange_send(db, STMT_FACTS_RARE, &params, err);
}

/* Too many notifications are refused whoever could be reached. */
static bool send_reach(struct db *db, struct arena *arena, const struct question *question,
                       const struct message *message, size_t *answer_out, struct err *err)
{
    const size_t count = message->notification_count;

    if (count == 0 || count > (size_t)question->config->max_notifications)
        return true;
    *answer_out = exchange_count(db);
    return reach_store_send(db, arena, message, question->now, err);
}

/* All questions about a message go out together. */
static bool ask_all(struct db *db, struct arena *arena, const struct question *question,
                    const struct message *message, const uint8_t digest[32],
                    struct answers *answers, struct err *err)
{
    exchange_forget_page(db);
    return exchange_begin(db, false, err) && send_facts(db, question, message, digest, err) &&
           send_key(db, STMT_SERVICE, message->service_code, &answers->service, err) &&
           send_party(db, message->reportee, &answers->reportee, err) &&
           send_actual(db, message, &answers->actual, err) &&
           send_rare(db, question, message, &answers->rare, err) &&
           send_reach(db, arena, question, message, &answers->reach, err) &&
           exchange_finish(db, err);
}

/* Only a confidential message asks for it, and what is confidential the first answer tells. */
static bool ask_key_role(struct db *db, const char *reportee, int64_t now, bool *has_out,
                         struct err *err)
{
    struct params params = {0};

    params_text(&params, reportee);
    params_time(&params, now);
    if (!exchange_one(db, STMT_KEY_ROLE, &params, false, err))
        return false;
    *has_out = PQntuples(exchange_result(db, 0)) > 0 &&
               row_bool(&(struct row){.result = exchange_result(db, 0)});
    return true;
}

bool facts_load(struct db *db, struct arena *arena, const struct login *login,
                const struct message *message, const uint8_t digest[32], struct facts *facts_out,
                struct err *err)
{
    struct question question;
    struct answers answers = {not_asked, not_asked, not_asked, not_asked, not_asked};
    struct facts facts = {0};

    question_make(db, login, &question);
    if (!ask_all(db, arena, &question, message, digest, &answers, err))
        return false;
    if (!read_facts(db, arena, &question, message, &answers, &facts))
        return err_no_memory(err);
    if (facts.service.confidential &&
        !ask_key_role(db, message->reportee, question.now, &facts.reportee_has_key_role, err))
        return false;
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

    question_make(db, login, &question);
    caller_params(&params, &question);
    exchange_forget_page(db);
    if (!exchange_one(db, STMT_CALLER, &params, false, err))
        return false;
    row.result = exchange_result(db, 0);
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

    params_text(&params, code);
    exchange_forget_page(db);
    if (!exchange_one(db, STMT_SERVICE, &params, false, err))
        return false;
    return read_service(arena, exchange_result(db, 0), edition, false, service_out) ||
           err_no_memory(err);
}

/* ------------------------------------------------------------------ stand-alone notifications */

static bool send_standalone(struct db *db, struct arena *arena, const struct message *message,
                            int64_t now, struct answers *answers, struct err *err)
{
    if (!send_key(db, STMT_SERVICE, message->service_code, &answers->service, err) ||
        !send_party(db, message->reportee, &answers->reportee, err))
        return false;
    answers->reach = exchange_count(db);
    return reach_store_send(db, arena, message, now, err);
}

static bool ask_standalone(struct db *db, struct arena *arena, const struct caller *caller,
                           const struct standalone_call *call, const uint8_t *digest, int64_t since,
                           struct answers *answers, struct err *err)
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
        if (!send_standalone(db, arena, &call->items[i].message, now, &answers[i], err))
            return false;
    }
    return exchange_finish(db, err);
}

/* An entry need not name a service, and then no edition is the newest one. */
static bool read_standalone(struct db *db, struct arena *arena, const struct message *message,
                            const struct answers *answers, struct facts *facts)
{
    const int32_t edition =
        message->service_edition == NULL ? NO_EDITION : edition_number(message->service_edition);

    return read_service(arena, exchange_result(db, answers->service), edition, false,
                        &facts->service) &&
           read_party(arena, exchange_result(db, answers->reportee), &facts->reportee,
                      &facts->reportee_reserved) &&
           reach_store_read(arena, exchange_result(db, answers->reach), message, &facts->service,
                            &facts->reach);
}

bool facts_load_standalone(struct db *db, struct arena *arena, const struct caller *caller,
                           const struct standalone_call *call, const uint8_t *digest, int64_t since,
                           struct standalone_facts *facts_out, struct err *err)
{
    struct facts *items = arena_array(arena, call->count, sizeof(*items));
    struct answers *answers = arena_array(arena, call->count, sizeof(*answers));

    if (items == NULL || answers == NULL)
        return err_no_memory(err);
    if (!ask_standalone(db, arena, caller, call, digest, since, answers, err))
        return false;
    for (size_t i = 0; i < call->count; i++) {
        items[i].caller = *caller;
        if (!read_standalone(db, arena, &call->items[i].message, &answers[i], &items[i]))
            return err_no_memory(err);
    }
    facts_out->repeated = PQntuples(exchange_result(db, 0)) > 0;
    facts_out->items = items;
    return true;
}
