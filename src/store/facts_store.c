#include "store/facts_store.h"

#include "store/exchange.h"
#include "store/receipt_row.h"
#include "store/row.h"

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

static void read_caller(struct row *row, struct caller *caller)
{
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

static void read_facts(struct row *row, struct facts *facts)
{
    read_caller(row, &facts->caller);
    read_service(row, &facts->service);
    read_party(row, &facts->reportee);
    read_party(row, &facts->on_behalf_of);
    facts->reference_used = row_bool(row);
    facts->repeated = row_has(row);
    if (facts->repeated)
        receipt_row_read(row, facts->caller.organization_number, &facts->earlier);
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

static void facts_params(struct params *params, const char *user_name,
                         const struct message *message, const uint8_t digest[32],
                         bool look_for_reference)
{
    const char *edition = message->service_edition;
    const bool newest = edition == NULL || edition[strspn(edition, " \t\r\n")] == '\0';

    params_text(params, user_name);
    params_text(params, message->service_code);
    params_int4(params, newest ? NO_EDITION : edition_number(edition));
    params_bool(params, newest);
    params_text(params, message->reportee);
    params_text(params, message->on_behalf_of);
    params_bytes(params, digest, 32);
    params_text(params, message->reference);
    params_bool(params, look_for_reference);
}

bool facts_load(struct db *db, struct arena *arena, const char *user_name,
                const struct message *message, const uint8_t digest[32], struct facts *facts_out,
                struct err *err)
{
    struct params params = {0};
    struct row row = {.arena = arena};
    struct facts facts = {0};
    bool found = false;

    facts_params(&params, user_name, message, digest,
                 strcmp(db->config->duplicate_reference, "refuse") == 0);
    if (!ask(db, STMT_FACTS, &params, &row, &found, err))
        return false;
    read_facts(&row, &facts);
    if (row.failed)
        return err_no_memory(err);
    *facts_out = facts;
    return true;
}

bool facts_load_caller(struct db *db, struct arena *arena, const char *user_name,
                       struct caller *caller_out, struct err *err)
{
    struct params params = {0};
    struct row row = {.arena = arena};
    struct caller caller = {0};
    bool found = false;

    params_text(&params, user_name);
    if (!ask(db, STMT_CALLER, &params, &row, &found, err))
        return false;
    if (found)
        read_caller(&row, &caller);
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
