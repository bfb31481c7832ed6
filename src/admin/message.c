#include "admin/message.h"

#include "admin/act.h"
#include "admin/ask.h"
#include "admin/options.h"
#include "store/sender_store.h"
#include "store/withdrawal_store.h"

#include <string.h>

enum { IDS_TOLD = 10 };

/* ------------------------------------------------------------------ which one */

/* Senders use a reference more than once (domain.md 4.11): then only the number tells. */
static bool refuse_several(const int32_t *ids, size_t count, struct err *err)
{
    char list[IDS_TOLD * 12 + 4] = "";
    size_t n = 0;

    for (size_t i = 0; i < count && i < IDS_TOLD; i++)
        n += (size_t)snprintf(list + n, sizeof(list) - n, "%s%d", i == 0 ? "" : ", ", (int)ids[i]);
    return err_set(err, ERR_CONFLICT,
                   "several messages have this reference, name one of them with --id: %s%s", list,
                   count > IDS_TOLD ? " ..." : "");
}

static bool find_id(struct act *act, int32_t sender_id, int64_t *id, struct err *err)
{
    const char *reference = command_value(act->call, "--reference");
    const int32_t *ids = NULL;
    size_t count = 0;

    if (!withdrawal_store_find(act->desk, act->arena, sender_id, reference, IDS_TOLD + 1, &ids,
                               &count, err))
        return false;
    if (count == 0)
        return err_set(err, ERR_NOT_FOUND,
                       "the sender has no message with this reference; after the end of its "
                       "agreement messages are found by --id only");
    if (count > 1)
        return refuse_several(ids, count, err);
    *id = ids[0];
    return true;
}

static bool need_message(struct act *act, struct message_view *view_out, struct err *err)
{
    struct sender_record sender = {0};
    const char *number = NULL;
    int64_t id = 0;

    if ((command_value(act->call, "--reference") == NULL) ==
        (command_value(act->call, "--id") == NULL))
        return err_set(err, ERR_INVALID, "either --reference or --id says which message");
    if (!options_number(act->call, "--sender", &number, err) ||
        !options_integer(act->call, "--id", 1, INT32_MAX, &id, err) ||
        !sender_store_need(act->desk, act->arena, number, act_year(act->now), &sender, err))
        return false;
    act->row.sender_id = sender.id;
    if (id == 0 && !find_id(act, sender.id, &id, err))
        return false;
    return withdrawal_store_view(act->desk, act->arena, sender.id, (int32_t)id, view_out, err);
}

static void note_message(struct act *act, const struct message_view *view)
{
    act->row.correspondence_id = view->id;
    act->row.receipt_id = view->receipt_id;
    act->row.senders_reference = view->reference;
    act->row.service_code = view->service_code;
    act->row.service_edition = view->service_edition;
}

/* ------------------------------------------------------------------ what is shown */

static const char *status_of(const struct message_view *view)
{
    if (view->withdrawn != 0)
        return "withdrawn";
    if (view->confirmed != 0)
        return "confirmed";
    return view->read != 0 ? "read" : "created";
}

static void show_verified(struct sheet *sheet, enum choice verified)
{
    static const char *const words[] = {
        [CHOICE_NOT_GIVEN] = "not checked", [CHOICE_NO] = "no", [CHOICE_YES] = "yes"};

    sheet_text(sheet, "actual_sender_verified", words[verified]);
}

static void show_message(struct sheet *sheet, const struct message_view *view)
{
    sheet_number(sheet, "id", view->id);
    sheet_number(sheet, "receipt", view->receipt_id);
    sheet_text(sheet, "reference", view->reference);
    sheet_text(sheet, "status", status_of(view));
    sheet_text(sheet, "service_code", view->service_code);
    sheet_number(sheet, "service_edition", view->service_edition);
    sheet_text(sheet, "reportee", view->reportee);
    sheet_text(sheet, "technical_sender", view->technical_number);
    sheet_text(sheet, "actual_sender", view->actual_number);
    show_verified(sheet, view->actual_verified);
    sheet_time(sheet, "created", view->created);
    sheet_time(sheet, "visible", view->visible);
    sheet_time(sheet, "read", view->read);
    sheet_time(sheet, "confirmed", view->confirmed);
    sheet_number(sheet, "text_bytes", view->text_bytes);
    sheet_number(sheet, "attachments", view->attachments);
    sheet_number(sheet, "attachment_bytes", view->attachment_bytes);
    sheet_number(sheet, "notifications", view->notifications);
    sheet_number(sheet, "notifications_sent", view->notifications_sent);
    sheet_number(sheet, "notifications_cancelled", view->notifications_cancelled);
    sheet_time(sheet, "withdrawn", view->withdrawn);
    sheet_text(sheet, "withdrawal_reason", view->withdrawal_reason);
}

static bool show(struct act *act, struct err *err)
{
    struct message_view view = {0};

    if (!need_message(act, &view, err))
        return false;
    note_message(act, &view);
    show_message(&act->sheet, &view);
    return true;
}

static bool run_show(const struct command_call *call, struct err *err)
{
    return act_run(call, show, err);
}

/* ------------------------------------------------------------------ withdrawal */

/* What the recipient finds in place of the title. */
static const char *title_in(const char *language_code)
{
    if (strcmp(language_code, "1033") == 0)
        return "The message has been withdrawn";
    return strcmp(language_code, "2068") == 0 ? "Meldinga er trekt tilbake"
                                              : "Meldingen er trukket tilbake";
}

static bool refuse_withdrawn(const struct message_view *view, struct err *err)
{
    return view->withdrawn == 0 || err_set(err, ERR_CONFLICT, "the message is withdrawn already");
}

/* Nothing may stay locked while somebody thinks. */
static bool agree(struct act *act, const struct message_view *view, struct err *err)
{
    struct sheet sheet = {0};
    bool ok = desk_rollback(act->desk, err);

    fputs("The content of this message will be gone for good:\n", stderr);
    show_message(&sheet, view);
    ok = ok && sheet_print(&sheet, false, stderr, err);
    sheet_free(&sheet);
    if (!ok)
        return false;
    return command_value(act->call, "--yes") != NULL || ask_yes("Shall it be withdrawn?") ||
           err_set(err, ERR_INVALID, "nothing was done");
}

static bool withdraw(struct act *act, struct err *err)
{
    struct message_view view = {0};
    const char *reason = NULL;

    if (!options_text(act->call, "--reason", OPTIONS_TEXT_MAX, &reason, err) ||
        !need_message(act, &view, err))
        return false;
    note_message(act, &view);
    if (!refuse_withdrawn(&view, err) || !agree(act, &view, err) ||
        !withdrawal_store_view(act->desk, act->arena, view.sender_id, view.id, &view, err) ||
        !refuse_withdrawn(&view, err) ||
        !withdrawal_store_withdraw(act->desk, &view, title_in(view.language_code), reason, act->now,
                                   err) ||
        !withdrawal_store_view(act->desk, act->arena, view.sender_id, view.id, &view, err))
        return false;
    show_message(&act->sheet, &view);
    return true;
}

static bool run_withdraw(const struct command_call *call, struct err *err)
{
    return act_run(call, withdraw, err);
}

static const struct command_option show_options[] = {
    {"--sender", "NUMBER", true}, {"--reference", "REFERENCE", false},
    {"--id", "N", false},         {"--operator", "NAME", false},
    {"--json", NULL, false},      {0}};
static const struct command_option withdraw_options[] = {
    {"--sender", "NUMBER", true}, {"--reference", "REFERENCE", false},
    {"--id", "N", false},         {"--reason", "TEXT", true},
    {"--yes", NULL, false},       {"--operator", "NAME", false},
    {"--json", NULL, false},      {0}};

const struct command message_commands[] = {
    {"message", "show", "times, status and sizes of a message, without its content", show_options,
     run_show},
    {"message", "withdraw",
     "take the content of a mis-sent message away; what was not sent of its notifications is "
     "cancelled",
     withdraw_options, run_withdraw},
    {0},
};
