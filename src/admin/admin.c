#include "admin/admin.h"

#include "admin/audit.h"
#include "admin/import.h"
#include "admin/message.h"
#include "admin/notify.h"
#include "admin/report.h"
#include "admin/secret.h"
#include "admin/sender.h"
#include "admin/service.h"
#include "admin/system_user.h"
#include "admin/template.h"

#include <stdio.h>
#include <string.h>

enum { DONE = 0, FAILED = 1, USED_WRONGLY = 2 };

/* A group is a file of this folder. */
static const struct command *const groups[] = {
    sender_commands,
    system_user_commands,
    secret_commands,
    service_commands,
    message_commands,
    notify_commands,
    template_commands,
    import_commands,
    report_commands,
    audit_commands,
    NULL,
};

static void print_command(const struct command *command, FILE *out)
{
    fprintf(out, "  dpvd admin %s %s", command->group, command->action);
    for (const struct command_option *option = command->options; option->name != NULL; option++)
        fprintf(out, option->required ? " %s%s%s" : " [%s%s%s]", option->name,
                option->value == NULL ? "" : " ", option->value == NULL ? "" : option->value);
    fprintf(out, "\n      %s\n", command->help);
}

static void print_usage(FILE *out)
{
    fputs("usage:\n", out);
    for (const struct command *const *group = groups; *group != NULL; group++) {
        for (const struct command *command = *group; command->group != NULL; command++)
            print_command(command, out);
    }
}

static const struct command *find_command(const char *group_name, const char *action)
{
    for (const struct command *const *group = groups; *group != NULL; group++) {
        for (const struct command *command = *group; command->group != NULL; command++) {
            if (strcmp(command->group, group_name) == 0 && strcmp(command->action, action) == 0)
                return command;
        }
    }
    return NULL;
}

int admin_run(const struct config *config, int count, char *const words[])
{
    struct command_call call = {.config = config};
    struct err err = {0};

    if (count == 1 && (strcmp(words[0], "--help") == 0 || strcmp(words[0], "-h") == 0)) {
        print_usage(stdout);
        return DONE;
    }
    call.command = count < 2 ? NULL : find_command(words[0], words[1]);
    if (call.command == NULL) {
        print_usage(stderr);
        return USED_WRONGLY;
    }
    if (!command_parse(&call, count - 2, words + 2, &err)) {
        fprintf(stderr, "dpvd: %s\nusage:\n", err.msg);
        print_command(call.command, stderr);
        return USED_WRONGLY;
    }
    if (call.command->run(&call, &err))
        return DONE;
    if (err.kind != ERR_NONE)
        fprintf(stderr, "dpvd: %s\n", err.msg);
    return FAILED;
}
