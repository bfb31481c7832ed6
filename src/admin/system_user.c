#include "admin/system_user.h"

#include "admin/act.h"
#include "admin/ask.h"
#include "admin/options.h"
#include "base/address.h"
#include "service/passwords.h"
#include "store/sender_store.h"
#include "store/system_user_store.h"

#include <string.h>

enum { NAME_LENGTH = 100, CODE_LENGTH = 50 };

/* ------------------------------------------------------------------ options */

/* A name with blanks around it is one that nobody types right (domain.md 11.2, ErrorID 6). */
static bool take_name(struct act *act, const char **name_out, struct err *err)
{
    if (!options_text(act->call, "--name", NAME_LENGTH, name_out, err))
        return false;
    return strchr(*name_out, ' ') == NULL || err_set(err, ERR_INVALID, "--name: it has blanks");
}

/* "TTD" or "TTD_NAME" (domain.md 4.3). An empty value takes the code away. */
static bool take_code(struct act *act, struct system_user_record *user, struct err *err)
{
    const char *code = command_value(act->call, "--code");
    bool taken = false;

    if (code == NULL)
        return true;
    user->code = NULL;
    if (code[0] == '\0')
        return true;
    if (!options_text(act->call, "--code", CODE_LENGTH, &user->code, err) ||
        !system_user_store_code_is_taken(act->desk, code, user->sender_id, &taken, err))
        return false;
    return !taken || err_set(err, ERR_CONFLICT, "--code: \"%s\" belongs to another sender", code);
}

/* The list as the register holds it. */
static bool write_networks(struct arena *arena, const struct networks *networks,
                           const char **text_out, struct err *err)
{
    const char *text = arena_strdup(arena, "");

    for (size_t i = 0; i < networks->count && text != NULL; i++) {
        char address[ADDRESS_TEXT_SIZE];

        address_text(&networks->items[i].address, address);
        text = arena_format(arena, "%s%s%s/%u", text, i == 0 ? "" : ", ", address,
                            networks->items[i].bits);
    }
    *text_out = text;
    return text != NULL || err_no_memory(err);
}

/* An empty value: from anywhere. */
static bool take_addresses(struct act *act, struct system_user_record *user, struct err *err)
{
    const char *text = command_value(act->call, "--addresses");
    struct networks networks = {0};

    if (text == NULL)
        return true;
    return (networks_parse(text, &networks, err) || err_wrap(err, "--addresses")) &&
           write_networks(act->arena, &networks, &user->addresses, err);
}

/* The hash of a password that comes from a file or the terminal. */
static bool take_password(struct act *act, char hash_out[PASSWORDS_HASH_SIZE], struct err *err)
{
    char password[ASK_PASSWORD_SIZE] = "";
    const bool ok = ask_password(command_value(act->call, "--password-file"), password, err) &&
                    passwords_hash(password, hash_out, err);

    ask_forget(password);
    return ok;
}

static bool refuse_terminated(enum sender_status status, const char *number, struct err *err)
{
    return status != SENDER_TERMINATED ||
           err_set(err, ERR_CONFLICT, "the agreement of %s is terminated", number);
}

/* ------------------------------------------------------------------ what is shown */

static void show_user(struct sheet *sheet, const struct system_user_record *user)
{
    sheet_text(sheet, "name", user->name);
    sheet_text(sheet, "sender", user->sender_number);
    sheet_text(sheet, "code", user->code);
    sheet_text(sheet, "addresses", user->addresses);
    sheet_switch(sheet, "locked", user->locked);
    sheet_number(sheet, "locked_out_from", user->locked_out);
    sheet_time(sheet, "last_changed", user->last_changed);
    sheet_text(sheet, "sender_name", user->sender_name);
}

bool system_user_need(struct act *act, struct system_user_record *user_out, struct err *err)
{
    if (!system_user_store_need(act->desk, act->arena, command_value(act->call, "--name"),
                                act->call->config->login_lock, user_out, err))
        return false;
    act->row.sender_id = user_out->sender_id;
    act->row.system_user_id = user_out->id;
    return true;
}

/* The same for a user that is to be changed. */
static bool need_open_user(struct act *act, struct system_user_record *user_out, struct err *err)
{
    if (!system_user_need(act, user_out, err) ||
        !refuse_terminated(user_out->sender_status, user_out->sender_number, err))
        return false;
    user_out->last_changed = act->now;
    return true;
}

static bool show_again(struct act *act, struct err *err)
{
    struct system_user_record user = {0};

    if (!system_user_need(act, &user, err))
        return false;
    show_user(&act->sheet, &user);
    return true;
}

/* ------------------------------------------------------------------ the work */

static bool add(struct act *act, struct err *err)
{
    struct system_user_record user = {.addresses = "", .last_changed = act->now};
    struct sender_record sender = {0};
    const char *number = NULL;
    char hash[PASSWORDS_HASH_SIZE] = "";

    if (!take_name(act, &user.name, err) || !options_number(act->call, "--sender", &number, err) ||
        !take_addresses(act, &user, err) || !take_password(act, hash, err) ||
        !sender_store_need(act->desk, act->arena, number, act_year(act->now), &sender, err) ||
        !refuse_terminated(sender.status, number, err))
        return false;
    user.sender_id = sender.id;
    return take_code(act, &user, err) && system_user_store_add(act->desk, &user, hash, err) &&
           show_again(act, err);
}

static bool run_add(const struct command_call *call, struct err *err)
{
    return act_run(call, add, err);
}

static bool set_password(struct act *act, struct err *err)
{
    struct system_user_record user = {0};
    char hash[PASSWORDS_HASH_SIZE] = "";

    return take_password(act, hash, err) && need_open_user(act, &user, err) &&
           system_user_store_set_password(act->desk, &user, hash, err) && show_again(act, err);
}

static bool run_set_password(const struct command_call *call, struct err *err)
{
    return act_run(call, set_password, err);
}

static bool change(struct act *act, struct err *err)
{
    struct system_user_record user = {0};

    return need_open_user(act, &user, err) && take_code(act, &user, err) &&
           take_addresses(act, &user, err) && system_user_store_save(act->desk, &user, err) &&
           show_again(act, err);
}

static bool run_change(const struct command_call *call, struct err *err)
{
    return act_run(call, change, err);
}

static bool lock(struct act *act, struct err *err)
{
    struct system_user_record user = {0};

    return need_open_user(act, &user, err) &&
           system_user_store_set_locked(act->desk, &user, true, err) && show_again(act, err);
}

static bool run_lock(const struct command_call *call, struct err *err)
{
    return act_run(call, lock, err);
}

/* Ends the operator's lock and those that wrong passwords gave. */
static bool unlock(struct act *act, struct err *err)
{
    struct system_user_record user = {0};
    int64_t forgiven = 0;

    return need_open_user(act, &user, err) &&
           system_user_store_set_locked(act->desk, &user, false, err) &&
           system_user_store_forgive(act->desk, user.name, &forgiven, err) && show_again(act, err);
}

static bool run_unlock(const struct command_call *call, struct err *err)
{
    return act_run(call, unlock, err);
}

static bool list(struct act *act, struct err *err)
{
    const struct system_user_record *users = NULL;
    struct sender_record sender = {0};
    const char *number = NULL;
    size_t count = 0;

    if (!options_number(act->call, "--sender", &number, err) ||
        (number != NULL &&
         !sender_store_need(act->desk, act->arena, number, act_year(act->now), &sender, err)) ||
        !system_user_store_list(act->desk, act->arena, sender.id, act->call->config->login_lock,
                                &users, &count, err))
        return false;
    act->row.sender_id = sender.id;
    act->sheet.form = SHEET_LIST;
    for (size_t i = 0; i < count; i++) {
        sheet_row(&act->sheet);
        show_user(&act->sheet, &users[i]);
    }
    return true;
}

static bool run_list(const struct command_call *call, struct err *err)
{
    return act_run(call, list, err);
}

/* ------------------------------------------------------------------ the commands */

static const struct command_option add_options[] = {{"--name", "NAME", true},
                                                    {"--sender", "NUMBER", true},
                                                    {"--code", "TTD_NAME", false},
                                                    {"--addresses", "LIST", false},
                                                    {"--password-file", "FILE", false},
                                                    {"--operator", "NAME", false},
                                                    {"--json", NULL, false},
                                                    {0}};
static const struct command_option password_options[] = {{"--name", "NAME", true},
                                                         {"--password-file", "FILE", false},
                                                         {"--operator", "NAME", false},
                                                         {"--json", NULL, false},
                                                         {0}};
static const struct command_option change_options[] = {
    {"--name", "NAME", true},      {"--code", "TTD_NAME", false}, {"--addresses", "LIST", false},
    {"--operator", "NAME", false}, {"--json", NULL, false},       {0}};
static const struct command_option name_options[] = {
    {"--name", "NAME", true}, {"--operator", "NAME", false}, {"--json", NULL, false}, {0}};
static const struct command_option list_options[] = {
    {"--sender", "NUMBER", false}, {"--operator", "NAME", false}, {"--json", NULL, false}, {0}};

const struct command system_user_commands[] = {
    {"system-user", "add",
     "register a system user; --addresses: where it may call from, such as "
     "\"192.0.2.1, 2001:db8::/48\"; --password-file: - is standard input, without it the terminal "
     "is asked",
     add_options, run_add},
    {"system-user", "set-password", "give a new password, at once", password_options,
     run_set_password},
    {"system-user", "change",
     "change code or addresses; an empty value takes away, without addresses it may call from "
     "anywhere",
     change_options, run_change},
    {"system-user", "lock", "refuse all calls until it is unlocked", name_options, run_lock},
    {"system-user", "unlock", "end this lock, and those that wrong passwords gave", name_options,
     run_unlock},
    {"system-user", "list", "all system users, or those of a sender", list_options, run_list},
    {0},
};
