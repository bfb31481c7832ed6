#include "admin/service.h"

#include "admin/act.h"
#include "admin/options.h"
#include "store/catalogue_store.h"
#include "store/sender_store.h"

#include <string.h>

enum { CODE_LENGTH = 7, LEVEL = 3, LEVEL_MAX = 4 };

#define ALPHANUMERIC "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
#define OPERATOR "operator"

static const struct option_word types[] = {
    {"correspondence", SERVICE_CORRESPONDENCE}, {"other", SERVICE_OTHER}, {0}};

static void show(struct sheet *sheet, const struct service_record *service)
{
    sheet_text(sheet, "code", service->code);
    sheet_number(sheet, "edition", service->edition);
    sheet_switch(sheet, "active", service->active);
    sheet_text(sheet, "owner", service->owner_number == NULL ? OPERATOR : service->owner_number);
    sheet_text(sheet, "type", options_word_name(types, (int)service->type));
    sheet_number(sheet, "level", service->level);
    sheet_switch(sheet, "common", service->common);
    sheet_switch(sheet, "confidential", service->confidential);
    sheet_switch(sheet, "confirmation", service->confirmation);
    sheet_text(sheet, "role", service->role);
    sheet_text(sheet, "name", service->name);
    sheet_text(sheet, "name_nn", service->name_nn);
    sheet_text(sheet, "name_en", service->name_en);
}

static bool take_key(struct act *act, struct service_record *service, struct err *err)
{
    int64_t edition = 0;

    service->code = command_value(act->call, "--code");
    if (!options_integer(act->call, "--edition", 1, INT32_MAX, &edition, err))
        return false;
    if (strlen(service->code) < 1 || strlen(service->code) > CODE_LENGTH ||
        strspn(service->code, ALPHANUMERIC) != strlen(service->code))
        return err_set(err, ERR_INVALID, "--code: not 1 to %d letters and digits",
                       (int)CODE_LENGTH);
    service->edition = (int32_t)edition;
    act->row.service_code = service->code;
    act->row.service_edition = service->edition;
    return true;
}

/* DPV customers have no services of their own (domain.md 3.4). */
static bool take_owner(struct act *act, struct service_record *service, struct err *err)
{
    struct sender_record owner = {0};

    if (strcmp(command_value(act->call, "--owner"), OPERATOR) == 0)
        return true;
    if (!options_number(act->call, "--owner", &service->owner_number, err) ||
        !sender_store_need(act->desk, act->arena, service->owner_number, act_year(act->now), &owner,
                           err))
        return false;
    if (owner.kind != SENDER_SERVICE_OWNER || owner.status == SENDER_TERMINATED)
        return err_set(err, ERR_INVALID, "--owner: %s is no service owner", owner.number);
    if (service->common)
        return err_set(err, ERR_INVALID, "--common: only services of the operator are");
    service->owner_id = act->row.sender_id = owner.id;
    return true;
}

static bool take_rest(struct act *act, struct service_record *service, struct err *err)
{
    int64_t level = LEVEL;
    int type = SERVICE_CORRESPONDENCE;

    if (!options_text(act->call, "--name", OPTIONS_TEXT_MAX, &service->name, err) ||
        !options_text(act->call, "--name-nn", OPTIONS_TEXT_MAX, &service->name_nn, err) ||
        !options_text(act->call, "--name-en", OPTIONS_TEXT_MAX, &service->name_en, err) ||
        !options_text(act->call, "--role", OPTIONS_TEXT_MAX, &service->role, err) ||
        !options_word(act->call, "--type", types, &type, err) ||
        !options_integer(act->call, "--level", 1, LEVEL_MAX, &level, err))
        return false;
    service->type = (enum service_type)type;
    service->level = (int32_t)level;
    return true;
}

static bool add(struct act *act, struct err *err)
{
    struct service_record service = {
        .role = "Post/Archive",
        .common = command_value(act->call, "--common") != NULL,
        .confidential = command_value(act->call, "--confidential") != NULL,
        .confirmation = command_value(act->call, "--confirmation") != NULL,
        .active = true,
    };

    if (!take_key(act, &service, err) || !take_rest(act, &service, err) ||
        !take_owner(act, &service, err) || !catalogue_store_add(act->desk, &service, err))
        return false;
    show(&act->sheet, &service);
    return true;
}

static bool run_add(const struct command_call *call, struct err *err)
{
    return act_run(call, add, err);
}

static bool set_active(struct act *act, bool active, struct err *err)
{
    struct service_record service = {0};

    if (!take_key(act, &service, err) ||
        !catalogue_store_set_active(act->desk, act->arena, service.code, service.edition, active,
                                    &service, err))
        return false;
    show(&act->sheet, &service);
    return true;
}

static bool retire(struct act *act, struct err *err)
{
    return set_active(act, false, err);
}

static bool run_retire(const struct command_call *call, struct err *err)
{
    return act_run(call, retire, err);
}

static bool activate(struct act *act, struct err *err)
{
    return set_active(act, true, err);
}

static bool run_activate(const struct command_call *call, struct err *err)
{
    return act_run(call, activate, err);
}

static bool list(struct act *act, struct err *err)
{
    const struct service_record *services = NULL;
    size_t count = 0;

    if (!catalogue_store_list(act->desk, act->arena, &services, &count, err))
        return false;
    act->sheet.form = SHEET_LIST;
    for (size_t i = 0; i < count; i++) {
        sheet_row(&act->sheet);
        show(&act->sheet, &services[i]);
    }
    return true;
}

static bool run_list(const struct command_call *call, struct err *err)
{
    return act_run(call, list, err);
}

static const struct command_option list_options[] = {
    {"--operator", "NAME", false}, {"--json", NULL, false}, {0}};
static const struct command_option add_options[] = {{"--code", "CODE", true},
                                                    {"--edition", "N", true},
                                                    {"--owner", "NUMBER|operator", true},
                                                    {"--name", "NAME", true},
                                                    {"--name-nn", "NAME", false},
                                                    {"--name-en", "NAME", false},
                                                    {"--type", "correspondence|other", false},
                                                    {"--level", "1-4", false},
                                                    {"--role", "ROLE", false},
                                                    {"--common", NULL, false},
                                                    {"--confidential", NULL, false},
                                                    {"--confirmation", NULL, false},
                                                    {"--operator", "NAME", false},
                                                    {"--json", NULL, false},
                                                    {0}};
static const struct command_option key_options[] = {{"--code", "CODE", true},
                                                    {"--edition", "N", true},
                                                    {"--operator", "NAME", false},
                                                    {"--json", NULL, false},
                                                    {0}};

const struct command service_commands[] = {
    {"service", "list", "all services", list_options, run_list},
    {"service", "add",
     "register a service; --common: open to every active sender, --confidential: nobody has the "
     "role from the start, --confirmation: readers confirm",
     add_options, run_add},
    {"service", "retire", "refuse new messages on a service", key_options, run_retire},
    {"service", "activate", "take messages on it again", key_options, run_activate},
    {0},
};
