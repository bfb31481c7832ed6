/* One act of the operator: its connection, its transaction, its row in the audit log, its answer.
 */
#ifndef DPVD_ADMIN_ACT_H
#define DPVD_ADMIN_ACT_H

#include "admin/command.h"
#include "admin/sheet.h"
#include "base/arena.h"
#include "store/desk.h"
#include "store/operator_audit.h"

struct act {
    const struct command_call *call;
    struct desk *desk;
    struct arena *arena; /* lives as long as the act */
    int64_t now;         /* when it began */
    struct operator_act row;
    struct sheet sheet;
};

/* Connects as the owner of the schema, lets body do its work in a transaction and adds the row that
 * tells of it; then shows the sheet that body filled. When body fails nothing of its transaction
 * stays, and the row says so. Commands have the options --operator and --json. */
bool act_run(const struct command_call *call, bool (*body)(struct act *act, struct err *err),
             struct err *err);

/* Commits what was done so far with a row of this result. */
bool act_commit(struct act *act, const char *result, struct err *err);

/* The calendar year in Norway at that time. */
int32_t act_year(int64_t when);

#endif
