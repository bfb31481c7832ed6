#include "admin/act.h"

#include "admin/options.h"
#include "base/clock.h"
#include "xml/datetime.h"

#include <stdlib.h>

static bool begin(struct act *act, const struct command_call *call, struct err *err)
{
    const char *who = command_value(call, "--operator");

    if (who != NULL && !options_check_text("--operator", who, OPTIONS_TEXT_MAX, err))
        return false;
    act->call = call;
    act->now = clock_now();
    act->arena = arena_new();
    act->row = (struct operator_act){.began = act->now, .who = who};
    if (act->arena == NULL)
        return err_no_memory(err);
    act->row.operation =
        arena_format(act->arena, "admin %s %s", call->command->group, call->command->action);
    if (act->row.operation == NULL)
        return err_no_memory(err);
    return desk_open(call->config, call->config->database_owner, &act->desk, err);
}

bool act_commit(struct act *act, const char *result, struct err *err)
{
    act->row.result = result;
    return operator_audit(act->desk, &act->row, err) && desk_commit(act->desk, err);
}

/* That it failed is what the operator has to know; that this could not be written down comes next.
 */
static void note_failure(struct act *act)
{
    struct err failure = {0};

    if (act->desk != NULL &&
        !(desk_rollback(act->desk, &failure) && act_commit(act, "failed", &failure)))
        fprintf(stderr, "dpvd: the audit log: %s\n", failure.msg);
}

bool act_run(const struct command_call *call, bool (*body)(struct act *act, struct err *err),
             struct err *err)
{
    struct act act = {0};
    bool ok = begin(&act, call, err) && body(&act, err) && act_commit(&act, "ok", err);

    if (!ok)
        note_failure(&act);
    else
        ok = sheet_print(&act.sheet, command_value(call, "--json") != NULL, stdout, err);
    sheet_free(&act.sheet);
    desk_close(&act.desk);
    arena_free(&act.arena);
    return ok;
}

int32_t act_year(int64_t when)
{
    char text[DATETIME_TEXT_SIZE];

    datetime_format(when, text);
    return (int32_t)strtol(text, NULL, 10);
}
