#include "admin/template.h"

#include "admin/act.h"
#include "admin/options.h"
#include "model/identifier.h"
#include "store/template_store.h"

#include <stdlib.h>
#include <string.h>

enum { NAME_LENGTH = 100, TEXT_LENGTH = 4000 };

static const struct option_word languages[] = {{"1044", 1044}, {"2068", 2068}, {"1033", 1033}, {0}};

static void show_record(struct sheet *sheet, const struct template_record *record)
{
    sheet_text(sheet, "name", record->name);
    sheet_text(sheet, "language", record->language_code);
    sheet_text(sheet, "subject", record->subject);
    sheet_text(sheet, "email", record->email_text);
    sheet_text(sheet, "sms", record->sms_text);
    sheet_text(sheet, "reminder", record->reminder_prefix);
    sheet_text(sheet, "from", record->from_address);
    sheet_time(sheet, "last_changed", record->last_changed);
}

static bool take_language(struct act *act, const char **language_out, struct err *err)
{
    int number = 0;

    if (!options_word(act->call, "--language", languages, &number, err))
        return false;
    *language_out = number == 0 ? NULL : options_word_name(languages, number);
    return true;
}

static bool list(struct act *act, struct err *err)
{
    const struct template_record *records = NULL;
    size_t count = 0;

    if (!template_store_list(act->desk, act->arena, NULL, NULL, &records, &count, err))
        return false;
    act->sheet.form = SHEET_LIST;
    for (size_t i = 0; i < count; i++) {
        sheet_row(&act->sheet);
        sheet_text(&act->sheet, "name", records[i].name);
        sheet_text(&act->sheet, "language", records[i].language_code);
        sheet_switch(&act->sheet, "email", records[i].email_text != NULL);
        sheet_switch(&act->sheet, "sms", records[i].sms_text != NULL);
        sheet_switch(&act->sheet, "reminder", records[i].reminder_prefix != NULL);
        sheet_time(&act->sheet, "last_changed", records[i].last_changed);
    }
    return true;
}

static bool run_list(const struct command_call *call, struct err *err)
{
    return act_run(call, list, err);
}

static bool show(struct act *act, struct err *err)
{
    const struct template_record *records = NULL;
    const char *name = command_value(act->call, "--name");
    const char *language = NULL;
    size_t count = 0;

    if (!take_language(act, &language, err) ||
        !template_store_list(act->desk, act->arena, name, language, &records, &count, err))
        return false;
    if (count == 0)
        return err_set(err, ERR_NOT_FOUND, "there is no such template");
    act->sheet.form = SHEET_LIST;
    for (size_t i = 0; i < count; i++) {
        sheet_row(&act->sheet);
        show_record(&act->sheet, &records[i]);
    }
    return true;
}

static bool run_show(const struct command_call *call, struct err *err)
{
    return act_run(call, show, err);
}

/* An empty value takes the text away. */
static bool take_text(struct act *act, const char *option, const char **text, struct err *err)
{
    const char *value = command_value(act->call, option);

    if (value == NULL)
        return true;
    if (value[0] != '\0' && !options_check_text(option, value, TEXT_LENGTH, err))
        return false;
    *text = value[0] == '\0' ? NULL : value;
    return true;
}

static bool take_texts(struct act *act, struct template_record *record, struct err *err)
{
    if (!take_text(act, "--subject", &record->subject, err) ||
        !take_text(act, "--email", &record->email_text, err) ||
        !take_text(act, "--sms", &record->sms_text, err) ||
        !take_text(act, "--reminder", &record->reminder_prefix, err) ||
        !take_text(act, "--from", &record->from_address, err))
        return false;
    if (record->from_address != NULL && !identifier_is_email(record->from_address))
        return err_set(err, ERR_INVALID, "--from: \"%s\" is no e-mail address",
                       record->from_address);
    if (record->email_text == NULL && record->sms_text == NULL)
        return err_set(err, ERR_INVALID, "a template without --email and --sms says nothing");
    return true;
}

static bool set(struct act *act, struct err *err)
{
    struct template_record record = {0};
    const struct template_record *old = NULL;
    const char *name = NULL;
    const char *language = NULL;
    size_t count = 0;

    if (!options_text(act->call, "--name", NAME_LENGTH, &name, err) ||
        !take_language(act, &language, err) ||
        !template_store_list(act->desk, act->arena, name, language, &old, &count, err))
        return false;
    if (count == 1)
        record = old[0];
    record.name = name;
    record.language_code = language;
    record.last_changed = act->now;
    if (!take_texts(act, &record, err) || !template_store_set(act->desk, &record, err))
        return false;
    show_record(&act->sheet, &record);
    return true;
}

static bool run_set(const struct command_call *call, struct err *err)
{
    return act_run(call, set, err);
}

static const struct command_option list_options[] = {
    {"--operator", "NAME", false}, {"--json", NULL, false}, {0}};
static const struct command_option show_options[] = {{"--name", "NAME", true},
                                                     {"--language", "1044|2068|1033", false},
                                                     {"--operator", "NAME", false},
                                                     {"--json", NULL, false},
                                                     {0}};
static const struct command_option set_options[] = {
    {"--name", "NAME", true},     {"--language", "1044|2068|1033", true},
    {"--subject", "TEXT", false}, {"--email", "TEXT", false},
    {"--sms", "TEXT", false},     {"--reminder", "PREFIX", false},
    {"--from", "ADDRESS", false}, {"--operator", "NAME", false},
    {"--json", NULL, false},      {0}};

const struct command template_commands[] = {
    {"template", "list", "templates of notifications", list_options, run_list},
    {"template", "show", "the texts of a template", show_options, run_show},
    {"template", "set",
     "change texts of a template, or add it; {0}, {1} stand for the sender's tokens, an empty "
     "value "
     "takes a text away",
     set_options, run_set},
    {0},
};
