#include "admin/terminate.h"

#include "admin/ask.h"
#include "admin/options.h"
#include "base/clock.h"
#include "store/termination_store.h"

enum { PROGRESS_MICROSECONDS = 2 * 1000 * 1000 };

/* Rows of each part, first those that are there, then those that were removed. */
struct rows {
    int64_t of[TERMINATION_PARTS];
    int64_t sum;
};

static bool count_rows(struct act *act, int32_t sender_id, struct rows *rows, struct err *err)
{
    *rows = (struct rows){0};
    for (int i = 0; i < TERMINATION_PARTS; i++) {
        if (!termination_store_count(act->desk, i, sender_id, &rows->of[i], err))
            return false;
        rows->sum += rows->of[i];
    }
    return true;
}

bool terminate_is_done(struct act *act, const struct sender_record *sender, bool *done_out,
                       struct err *err)
{
    struct rows rows;

    if (!count_rows(act, sender->id, &rows, err))
        return false;
    *done_out = rows.sum == 0;
    return true;
}

static void announce(const struct sender_record *sender, const struct rows *rows)
{
    fprintf(stderr,
            "The agreement of %s (%s) ends for good. Its messages stay for their recipients.\n"
            "Removed will be:\n",
            sender->name, sender->number);
    for (int i = 0; i < TERMINATION_PARTS; i++)
        fprintf(stderr, "  %10lld  %s\n", (long long)rows->of[i], termination_store_name(i));
}

/* Nothing may stay open while somebody thinks. */
static bool agree(struct act *act, const struct sender_record *sender, struct err *err)
{
    struct rows rows;

    if (!count_rows(act, sender->id, &rows, err) || !desk_rollback(act->desk, err))
        return false;
    announce(sender, &rows);
    return command_value(act->call, "--yes") != NULL || ask_yes("Shall this be done?") ||
           err_set(err, ERR_INVALID, "nothing was done");
}

/* From its commit on the sender is refused everywhere. */
static bool close_sender(struct act *act, struct sender_record *sender, const char *reason,
                         struct err *err)
{
    if (!sender_store_need(act->desk, act->arena, sender->number, act_year(act->now), sender, err))
        return false;
    if (sender->status != SENDER_TERMINATED) {
        sender->status = SENDER_TERMINATED;
        sender->status_reason = reason;
        sender->status_changed = act->now;
        if (!sender_store_save(act->desk, sender, err))
            return false;
    }
    return act_commit(act, "begun", err);
}

static bool remove_part(struct act *act, int32_t sender_id, int part, struct rows *rows,
                        struct err *err)
{
    int64_t told = clock_monotonic();
    int64_t removed = 0;

    do {
        if (!termination_store_remove(act->desk, part, sender_id, &removed, err) ||
            !desk_commit(act->desk, err))
            return false;
        rows->of[part] += removed;
        rows->sum += removed;
        if (clock_monotonic() - told > PROGRESS_MICROSECONDS) {
            told = clock_monotonic();
            fprintf(stderr, "dpvd: %lld %s removed\n", (long long)rows->of[part],
                    termination_store_name(part));
        }
    } while (removed > 0);
    return true;
}

static bool remove_all(struct act *act, int32_t sender_id, struct rows *rows, struct err *err)
{
    *rows = (struct rows){0};
    for (int i = 0; i < TERMINATION_PARTS; i++) {
        if (!remove_part(act, sender_id, i, rows, err))
            return err_wrap(err, "not all is removed, run the command again");
    }
    return true;
}

static void show(struct sheet *sheet, const struct sender_record *sender, const struct rows *rows)
{
    sheet_text(sheet, "number", sender->number);
    sheet_text(sheet, "name", sender->name);
    sheet_text(sheet, "status", "terminated");
    sheet_text(sheet, "status_reason", sender->status_reason);
    sheet_time(sheet, "status_changed", sender->status_changed);
    for (int i = 0; i < TERMINATION_PARTS; i++)
        sheet_number(sheet, termination_store_name(i), rows->of[i]);
}

bool terminate_sender(struct act *act, struct err *err)
{
    struct sender_record sender = {0};
    struct rows rows;
    const char *number = NULL;
    const char *reason = NULL;

    if (!options_number(act->call, "--number", &number, err) ||
        !options_text(act->call, "--reason", OPTIONS_TEXT_MAX, &reason, err) ||
        !sender_store_need(act->desk, act->arena, number, act_year(act->now), &sender, err))
        return false;
    act->row.sender_id = sender.id;
    if (!agree(act, &sender, err) || !close_sender(act, &sender, reason, err) ||
        !remove_all(act, sender.id, &rows, err))
        return false;
    show(&act->sheet, &sender, &rows);
    return true;
}
