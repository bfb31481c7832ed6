#include "admin/sender_fields.h"

#include "model/identifier.h"

#include <string.h>

enum { CODE_LENGTH = 3, SHORT_NAME_LENGTH = 11, TERMS_LENGTH = 20, PHONE_LENGTH = 20 };

#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define ALPHANUMERIC UPPER "abcdefghijklmnopqrstuvwxyz0123456789"

const struct option_word sender_kinds[] = {
    {"service-owner", SENDER_SERVICE_OWNER}, {"dpv-customer", SENDER_DPV_CUSTOMER}, {0}};
const struct option_word sender_statuses[] = {{"active", SENDER_ACTIVE},
                                              {"suspended", SENDER_SUSPENDED},
                                              {"terminated", SENDER_TERMINATED},
                                              {0}};

/* ------------------------------------------------------------------ taking */

static bool is_made_of(const char *text, const char *characters, size_t min, size_t max)
{
    const size_t n = strlen(text);

    return n >= min && n <= max && strspn(text, characters) == n;
}

static bool check_name(const char *option, const char *text, struct err *err)
{
    return options_check_text(option, text, OPTIONS_TEXT_MAX, err);
}

static bool check_terms(const char *option, const char *text, struct err *err)
{
    return options_check_text(option, text, TERMS_LENGTH, err);
}

static bool check_code(const char *option, const char *text, struct err *err)
{
    return is_made_of(text, UPPER, CODE_LENGTH, CODE_LENGTH) ||
           err_set(err, ERR_INVALID, "%s: not three capital letters", option);
}

static bool check_short_name(const char *option, const char *text, struct err *err)
{
    return is_made_of(text, ALPHANUMERIC, 1, SHORT_NAME_LENGTH) ||
           err_set(err, ERR_INVALID, "%s: not 1 to 11 letters (A to Z) and digits", option);
}

static bool check_email(const char *option, const char *text, struct err *err)
{
    return identifier_is_email(text) || err_set(err, ERR_INVALID, "%s: no e-mail address", option);
}

static bool check_phone(const char *option, const char *text, struct err *err)
{
    return (is_made_of(text + (text[0] == '+'), "0123456789 ", 3, PHONE_LENGTH) &&
            identifier_masked(text) == text) ||
           err_set(err, ERR_INVALID, "%s: no phone number", option);
}

/* A text of a sender that an option gives. */
struct field {
    const char *option;
    size_t offset; /* of its const char * in struct sender_record */
    bool needed;   /* it cannot be taken away */
    bool (*check)(const char *option, const char *text, struct err *err);
};

#define AT(member) offsetof(struct sender_record, member)

static const struct field fields[] = {
    {"--name", AT(name), true, check_name},
    {"--name-nn", AT(name_nn), false, check_name},
    {"--name-en", AT(name_en), false, check_name},
    {"--code", AT(code), false, check_code},
    {"--short-name", AT(short_name), false, check_short_name},
    {"--terms", AT(terms), true, check_terms},
    {"--accepted-by", AT(accepted_by), true, check_name},
    {"--manager", AT(contacts[CONTACT_MANAGER].name), false, check_name},
    {"--manager-email", AT(contacts[CONTACT_MANAGER].email), false, check_email},
    {"--manager-phone", AT(contacts[CONTACT_MANAGER].phone), false, check_phone},
    {"--deputy", AT(contacts[CONTACT_DEPUTY].name), false, check_name},
    {"--deputy-email", AT(contacts[CONTACT_DEPUTY].email), false, check_email},
    {"--deputy-phone", AT(contacts[CONTACT_DEPUTY].phone), false, check_phone},
    {"--shared-mailbox", AT(contacts[CONTACT_MAILBOX].email), false, check_email},
    {0},
};

static bool take_field(const struct command_call *call, const struct field *field,
                       struct sender_record *sender, struct err *err)
{
    const char **member = (const char **)(void *)((char *)sender + field->offset);
    const char *text = command_value(call, field->option);

    if (text == NULL)
        return true;
    if (text[0] == '\0' && !field->needed) {
        *member = NULL;
        return true;
    }
    if (!field->check(field->option, text, err))
        return false;
    *member = text;
    return true;
}

static bool take_day(const struct act *act, struct sender_record *sender, struct err *err)
{
    int64_t when = 0;

    if (!options_day(act->call, "--accepted", false, &when, err))
        return false;
    if (when > act->now)
        return err_set(err, ERR_INVALID, "--accepted: this day has not come yet");
    if (when != 0)
        sender->accepted = when;
    return true;
}

bool sender_fields_take(const struct act *act, struct sender_record *sender, struct err *err)
{
    int kind = (int)sender->kind;

    for (const struct field *field = fields; field->option != NULL; field++) {
        if (!take_field(act->call, field, sender, err))
            return false;
    }
    if (!options_word(act->call, "--kind", sender_kinds, &kind, err))
        return false;
    sender->kind = (enum sender_kind)kind;
    return take_day(act, sender, err);
}

bool sender_fields_check(const struct sender_record *sender, struct err *err)
{
    if (sender->kind == SENDER_SERVICE_OWNER && sender->code == NULL)
        return err_set(err, ERR_INVALID, "--code: a service owner has one");
    return true;
}

void sender_fields_remind(const struct sender_record *sender)
{
    const struct sender_contact *deputy = &sender->contacts[CONTACT_DEPUTY];

    if (sender->contacts[CONTACT_MANAGER].name == NULL)
        fputs("dpvd: note: the terms of use ask for a service manager (--manager)\n", stderr);
    if (deputy->name == NULL && sender->contacts[CONTACT_MAILBOX].email == NULL)
        fputs("dpvd: note: the terms of use ask for a deputy or a shared mailbox "
              "(--deputy, --shared-mailbox)\n",
              stderr);
}

/* ------------------------------------------------------------------ showing */

static void show_contacts(struct sheet *sheet, const struct sender_contact *contacts)
{
    sheet_text(sheet, "manager", contacts[CONTACT_MANAGER].name);
    sheet_text(sheet, "manager_email", contacts[CONTACT_MANAGER].email);
    sheet_text(sheet, "manager_phone", contacts[CONTACT_MANAGER].phone);
    sheet_text(sheet, "deputy", contacts[CONTACT_DEPUTY].name);
    sheet_text(sheet, "deputy_email", contacts[CONTACT_DEPUTY].email);
    sheet_text(sheet, "deputy_phone", contacts[CONTACT_DEPUTY].phone);
    sheet_text(sheet, "shared_mailbox", contacts[CONTACT_MAILBOX].email);
}

void sender_fields_show(struct sheet *sheet, const struct sender_record *sender)
{
    sheet_text(sheet, "number", sender->number);
    sheet_text(sheet, "kind", options_word_name(sender_kinds, (int)sender->kind));
    sheet_text(sheet, "name", sender->name);
    sheet_text(sheet, "name_nn", sender->name_nn);
    sheet_text(sheet, "name_en", sender->name_en);
    sheet_text(sheet, "code", sender->code);
    sheet_text(sheet, "short_name", sender->short_name);
    sheet_text(sheet, "status", options_word_name(sender_statuses, (int)sender->status));
    sheet_text(sheet, "status_reason", sender->status_reason);
    sheet_time(sheet, "status_changed", sender->status_changed);
    sheet_text(sheet, "terms", sender->terms);
    sheet_day(sheet, "accepted", sender->accepted);
    sheet_text(sheet, "accepted_by", sender->accepted_by);
    show_contacts(sheet, sender->contacts);
    sheet_number(sheet, "system_users", sender->system_users);
    sheet_number(sheet, "messages_this_year", sender->messages);
    sheet_time(sheet, "created", sender->created);
}
