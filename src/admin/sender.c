#include "admin/sender.h"

#include "admin/act.h"
#include "admin/sender_fields.h"
#include "admin/terminate.h"

/* The sender that --number names. */
static bool need_sender(struct act *act, struct sender_record *sender_out, struct err *err)
{
    const char *number = NULL;

    if (!options_number(act->call, "--number", &number, err) ||
        !sender_store_need(act->desk, act->arena, number, act_year(act->now), sender_out, err))
        return false;
    act->row.sender_id = sender_out->id;
    return true;
}

/* ------------------------------------------------------------------ add, change */

/* Whoever has left may come back, to the same row: messages of both times name it. */
static bool begin_again(struct act *act, struct sender_record *sender,
                        const struct sender_record *old, struct err *err)
{
    bool done = false;

    if (old->status != SENDER_TERMINATED)
        return err_set(err, ERR_CONFLICT, "%s is a sender already", old->number);
    if (!terminate_is_done(act, old, &done, err))
        return false;
    if (!done)
        return err_set(
            err, ERR_CONFLICT,
            "data of the terminated agreement is left: run sender terminate again first");
    sender->id = old->id;
    sender->created = old->created;
    return sender_store_save(act->desk, sender, err);
}

static bool add(struct act *act, struct err *err)
{
    struct sender_record sender = {.status = SENDER_ACTIVE,
                                   .status_changed = act->now,
                                   .created = act->now,
                                   .accepted = act->now};
    struct sender_record old = {0};
    bool found = false;

    if (!options_number(act->call, "--number", &sender.number, err) ||
        !sender_fields_take(act, &sender, err) || !sender_fields_check(&sender, err) ||
        !sender_store_find(act->desk, act->arena, sender.number, 0, &old, &found, err) ||
        !(found ? begin_again(act, &sender, &old, err) : sender_store_add(act->desk, &sender, err)))
        return false;
    act->row.sender_id = sender.id;
    sender_fields_remind(&sender);
    return sender_store_need(act->desk, act->arena, sender.number, act_year(act->now), &sender,
                             err) &&
           (sender_fields_show(&act->sheet, &sender), true);
}

static bool run_add(const struct command_call *call, struct err *err)
{
    return act_run(call, add, err);
}

static bool refuse_terminated(const struct sender_record *sender, struct err *err)
{
    return sender->status != SENDER_TERMINATED ||
           err_set(err, ERR_CONFLICT, "the agreement of %s is terminated", sender->number);
}

static bool change(struct act *act, struct err *err)
{
    struct sender_record sender = {0};

    if (!need_sender(act, &sender, err) || !refuse_terminated(&sender, err) ||
        !sender_fields_take(act, &sender, err) || !sender_fields_check(&sender, err) ||
        !sender_store_save(act->desk, &sender, err))
        return false;
    sender_fields_remind(&sender);
    sender_fields_show(&act->sheet, &sender);
    return true;
}

static bool run_change(const struct command_call *call, struct err *err)
{
    return act_run(call, change, err);
}

/* ------------------------------------------------------------------ list, show */

static bool list(struct act *act, struct err *err)
{
    const struct sender_record *senders = NULL;
    size_t count = 0;
    int status = 0;

    if (!options_word(act->call, "--status", sender_statuses, &status, err) ||
        !sender_store_list(act->desk, act->arena, (enum sender_status)status, act_year(act->now),
                           &senders, &count, err))
        return false;
    act->sheet.form = SHEET_LIST;
    for (size_t i = 0; i < count; i++) {
        const struct sender_record *sender = &senders[i];

        sheet_row(&act->sheet);
        sheet_text(&act->sheet, "number", sender->number);
        sheet_text(&act->sheet, "kind", options_word_name(sender_kinds, (int)sender->kind));
        sheet_text(&act->sheet, "code", sender->code);
        sheet_text(&act->sheet, "status", options_word_name(sender_statuses, (int)sender->status));
        sheet_text(&act->sheet, "terms", sender->terms);
        sheet_number(&act->sheet, "system_users", sender->system_users);
        sheet_number(&act->sheet, "messages_this_year", sender->messages);
        sheet_text(&act->sheet, "name", sender->name);
    }
    return true;
}

static bool run_list(const struct command_call *call, struct err *err)
{
    return act_run(call, list, err);
}

static bool show(struct act *act, struct err *err)
{
    struct sender_record sender = {0};

    if (!need_sender(act, &sender, err))
        return false;
    sender_fields_show(&act->sheet, &sender);
    return true;
}

static bool run_show(const struct command_call *call, struct err *err)
{
    return act_run(call, show, err);
}

/* ------------------------------------------------------------------ suspend, resume, terminate */

static bool set_status(struct act *act, enum sender_status from, enum sender_status to,
                       const char *reason, struct err *err)
{
    struct sender_record sender = {0};

    if (!need_sender(act, &sender, err) || !refuse_terminated(&sender, err))
        return false;
    if (sender.status != from)
        return err_set(err, ERR_CONFLICT, "%s is %s already", sender.number,
                       options_word_name(sender_statuses, (int)to));
    sender.status = to;
    sender.status_reason = reason;
    sender.status_changed = act->now;
    if (!sender_store_save(act->desk, &sender, err))
        return false;
    sender_fields_show(&act->sheet, &sender);
    return true;
}

static bool suspend(struct act *act, struct err *err)
{
    const char *reason = NULL;

    return options_text(act->call, "--reason", OPTIONS_TEXT_MAX, &reason, err) &&
           set_status(act, SENDER_ACTIVE, SENDER_SUSPENDED, reason, err);
}

static bool run_suspend(const struct command_call *call, struct err *err)
{
    return act_run(call, suspend, err);
}

static bool resume(struct act *act, struct err *err)
{
    return set_status(act, SENDER_SUSPENDED, SENDER_ACTIVE, NULL, err);
}

static bool run_resume(const struct command_call *call, struct err *err)
{
    return act_run(call, resume, err);
}

static bool run_terminate(const struct command_call *call, struct err *err)
{
    return act_run(call, terminate_sender, err);
}

/* ------------------------------------------------------------------ the commands */

static const struct command_option add_options[] = {{"--kind", "service-owner|dpv-customer", true},
                                                    {"--number", "NUMBER", true},
                                                    {"--name", "NAME", true},
                                                    {"--name-nn", "NAME", false},
                                                    {"--name-en", "NAME", false},
                                                    {"--code", "TTD", false},
                                                    {"--short-name", "NAME", false},
                                                    {"--terms", "VERSION", true},
                                                    {"--accepted-by", "NAME", true},
                                                    {"--accepted", "DATE", false},
                                                    {"--manager", "NAME", false},
                                                    {"--manager-email", "ADDRESS", false},
                                                    {"--manager-phone", "PHONE", false},
                                                    {"--deputy", "NAME", false},
                                                    {"--deputy-email", "ADDRESS", false},
                                                    {"--deputy-phone", "PHONE", false},
                                                    {"--shared-mailbox", "ADDRESS", false},
                                                    {"--operator", "NAME", false},
                                                    {"--json", NULL, false},
                                                    {0}};
static const struct command_option change_options[] = {
    {"--number", "NUMBER", true},
    {"--kind", "service-owner|dpv-customer", false},
    {"--name", "NAME", false},
    {"--name-nn", "NAME", false},
    {"--name-en", "NAME", false},
    {"--code", "TTD", false},
    {"--short-name", "NAME", false},
    {"--terms", "VERSION", false},
    {"--accepted-by", "NAME", false},
    {"--accepted", "DATE", false},
    {"--manager", "NAME", false},
    {"--manager-email", "ADDRESS", false},
    {"--manager-phone", "PHONE", false},
    {"--deputy", "NAME", false},
    {"--deputy-email", "ADDRESS", false},
    {"--deputy-phone", "PHONE", false},
    {"--shared-mailbox", "ADDRESS", false},
    {"--operator", "NAME", false},
    {"--json", NULL, false},
    {0}};
static const struct command_option list_options[] = {
    {"--status", "active|suspended|terminated", false},
    {"--operator", "NAME", false},
    {"--json", NULL, false},
    {0}};
static const struct command_option number_options[] = {
    {"--number", "NUMBER", true}, {"--operator", "NAME", false}, {"--json", NULL, false}, {0}};
static const struct command_option suspend_options[] = {{"--number", "NUMBER", true},
                                                        {"--reason", "TEXT", true},
                                                        {"--operator", "NAME", false},
                                                        {"--json", NULL, false},
                                                        {0}};
static const struct command_option terminate_options[] = {
    {"--number", "NUMBER", true},  {"--reason", "TEXT", true}, {"--yes", NULL, false},
    {"--operator", "NAME", false}, {"--json", NULL, false},    {0}};

const struct command sender_commands[] = {
    {"sender", "add", "register an agreement: a new sender, or one that left and comes back",
     add_options, run_add},
    {"sender", "change", "change what is given; an empty value takes away", change_options,
     run_change},
    {"sender", "list", "all senders", list_options, run_list},
    {"sender", "show", "all that is known of a sender", number_options, run_show},
    {"sender", "suspend", "refuse new messages; status and receipts are still answered",
     suspend_options, run_suspend},
    {"sender", "resume", "end a suspension", number_options, run_resume},
    {"sender", "terminate",
     "end an agreement for good and remove the sender's data; recipients keep their messages",
     terminate_options, run_terminate},
    {0},
};
