#include "admin/command.h"

#include <assert.h>
#include <string.h>

static int find_option(const struct command *command, const char *name)
{
    for (int i = 0; command->options[i].name != NULL; i++) {
        if (strcmp(command->options[i].name, name) == 0)
            return i;
    }
    return -1;
}

const char *command_value(const struct command_call *call, const char *name)
{
    const int i = find_option(call->command, name);

    assert(i >= 0);
    return i < 0 ? NULL : call->values[i];
}

static bool check_required(const struct command_call *call, struct err *err)
{
    const struct command_option *options = call->command->options;

    for (int i = 0; options[i].name != NULL; i++) {
        if (options[i].required && call->values[i] == NULL)
            return err_set(err, ERR_INVALID, "%s %s is missing", options[i].name, options[i].value);
    }
    return true;
}

bool command_parse(struct command_call *call, int count, char *const words[], struct err *err)
{
    const struct command_option *options = call->command->options;

    for (int i = 0; i < count; i++) {
        const int found = find_option(call->command, words[i]);

        if (found < 0)
            return err_set(err, ERR_INVALID, "there is no option \"%s\"", words[i]);
        if (call->values[found] != NULL)
            return err_set(err, ERR_INVALID, "%s is given twice", words[i]);
        if (options[found].value != NULL && i + 1 == count)
            return err_set(err, ERR_INVALID, "%s needs a value", words[i]);
        call->values[found] = options[found].value == NULL ? "" : words[++i];
    }
    return check_required(call, err);
}
