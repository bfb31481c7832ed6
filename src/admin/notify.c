#include "admin/notify.h"

#include "admin/act.h"
#include "admin/notify_test.h"
#include "admin/options.h"
#include "store/notification_store.h"
#include "store/sender_store.h"

#include <stdlib.h>
#include <string.h>

enum { LIST_PRESET = 100, LIST_MAX = 100000 };

enum state { ANY, WAITING, RETRYING, SENDING, SENT, CANCELLED, GIVEN_UP };

static const struct option_word states[] = {
    {"any", ANY},   {"waiting", WAITING},     {"retrying", RETRYING}, {"sending", SENDING},
    {"sent", SENT}, {"cancelled", CANCELLED}, {"failed", GIVEN_UP},   {0}};

/* --sender, --id and --number. */
static bool take_choice(struct act *act, struct notification_choice *choice, struct err *err)
{
    struct sender_record sender = {0};
    const char *organization = NULL;
    int64_t id = 0;
    int64_t number = 0;

    if (!options_number(act->call, "--sender", &organization, err) ||
        !options_integer(act->call, "--id", 1, INT32_MAX, &id, err) ||
        !options_integer(act->call, "--number", 1, INT32_MAX, &number, err))
        return false;
    if ((id != 0 && organization == NULL) || (number != 0 && id == 0))
        return err_set(err, ERR_INVALID, "--number needs --id, and --id needs --sender");
    if (organization != NULL &&
        !sender_store_need(act->desk, act->arena, organization, act_year(act->now), &sender, err))
        return false;
    choice->sender_id = act->row.sender_id = sender.id;
    choice->correspondence_id = act->row.correspondence_id = (int32_t)id;
    choice->number = (int32_t)number;
    return true;
}

/* The address only of one message: nobody needs a list of them. */
static void show(struct sheet *sheet, const struct notification_view *view, bool with_recipient)
{
    sheet_row(sheet);
    sheet_text(sheet, "sender", view->sender_number);
    sheet_number(sheet, "id", view->correspondence_id);
    sheet_number(sheet, "number", view->number);
    sheet_text(sheet, "channel", view->channel);
    sheet_text(sheet, "state", view->state);
    sheet_switch(sheet, "reminder", view->reminder);
    sheet_number(sheet, "tries", view->tries);
    sheet_time(sheet, "next_try", view->next_try);
    sheet_time(sheet, "sent", view->sent);
    sheet_time(sheet, "failed", view->failed);
    sheet_time(sheet, "cancelled", view->cancelled);
    if (with_recipient) {
        sheet_text(sheet, "recipient", view->recipient);
        sheet_text(sheet, "reason", view->reason);
        sheet_text(sheet, "gateway_id", view->gateway_id);
    }
}

static bool list(struct act *act, struct err *err)
{
    struct notification_choice choice = {0};
    const struct notification_view *views = NULL;
    int64_t max = LIST_PRESET;
    int state = GIVEN_UP;
    size_t count = 0;

    if (!take_choice(act, &choice, err) ||
        !options_integer(act->call, "--limit", 1, LIST_MAX, &max, err))
        return false;
    if (choice.correspondence_id != 0)
        state = ANY;
    if (!options_word(act->call, "--state", states, &state, err))
        return false;
    choice.state = state == ANY ? NULL : options_word_name(states, state);
    if (!notification_store_list(act->desk, act->arena, &choice, max, &views, &count, err))
        return false;
    act->sheet.form = SHEET_LIST;
    for (size_t i = 0; i < count; i++)
        show(&act->sheet, &views[i], choice.correspondence_id != 0);
    return true;
}

static bool run_list(const struct command_call *call, struct err *err)
{
    return act_run(call, list, err);
}

static bool retry(struct act *act, struct err *err)
{
    struct notification_choice choice = {0};
    int64_t count = 0;

    if (!take_choice(act, &choice, err) ||
        !options_day(act->call, "--failed-since", false, &choice.failed_from, err))
        return false;
    if (choice.correspondence_id == 0 && choice.failed_from == 0)
        return err_set(err, ERR_INVALID, "either --id or --failed-since says which ones");
    if (!notification_store_retry(act->desk, &choice, act->now, &count, err))
        return false;
    sheet_number(&act->sheet, "tried_again", count);
    return true;
}

static bool run_retry(const struct command_call *call, struct err *err)
{
    return act_run(call, retry, err);
}

static bool cancel(struct act *act, struct err *err)
{
    struct notification_choice choice = {0};
    const char *reason = NULL;
    int64_t count = 0;

    if (!options_text(act->call, "--reason", OPTIONS_TEXT_MAX, &reason, err) ||
        !take_choice(act, &choice, err) ||
        !notification_store_cancel(act->desk, &choice, reason, act->now, &count, err))
        return false;
    sheet_number(&act->sheet, "cancelled", count);
    return true;
}

static bool run_cancel(const struct command_call *call, struct err *err)
{
    return act_run(call, cancel, err);
}

static const struct command_option list_options[] = {
    {"--sender", "NUMBER", false}, {"--id", "N", false},
    {"--number", "N", false},      {"--state", "STATE", false},
    {"--limit", "N", false},       {"--operator", "NAME", false},
    {"--json", NULL, false},       {0}};
static const struct command_option retry_options[] = {{"--sender", "NUMBER", false},
                                                      {"--id", "N", false},
                                                      {"--number", "N", false},
                                                      {"--failed-since", "DATE", false},
                                                      {"--operator", "NAME", false},
                                                      {"--json", NULL, false},
                                                      {0}};
static const struct command_option cancel_options[] = {{"--sender", "NUMBER", true},
                                                       {"--id", "N", true},
                                                       {"--number", "N", false},
                                                       {"--reason", "TEXT", true},
                                                       {"--operator", "NAME", false},
                                                       {"--json", NULL, false},
                                                       {0}};
static const struct command_option mail_options[] = {{"--to", "ADDRESS", true}, {0}};
static const struct command_option sms_options[] = {{"--to", "NUMBER", true}, {0}};

const struct command notify_commands[] = {
    {"notify", "list",
     "notifications that have failed, or are in another state: waiting, retrying, sending, sent, "
     "cancelled, any; all of a message with --sender and --id",
     list_options, run_list},
    {"notify", "retry",
     "try notifications again at once that have failed or wait for another try: of a message, or "
     "all that were given up since a day",
     retry_options, run_retry},
    {"notify", "cancel", "never send what still waits of a message's notifications", cancel_options,
     run_cancel},
    {"notify", "test-mail", "send an e-mail through the gateway of smtp_url", mail_options,
     notify_test_mail},
    {"notify", "test-sms", "send an SMS through the gateway of sms_url", sms_options,
     notify_test_sms},
    {0},
};
