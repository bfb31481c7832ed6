/* One command of the operator: a row in a table. */
#ifndef DPVD_ADMIN_COMMAND_H
#define DPVD_ADMIN_COMMAND_H

#include "base/config.h"
#include "base/err.h"

#include <stdbool.h>

enum { COMMAND_OPTIONS_MAX = 32 };

struct command_option {
    const char *name;  /* "--from" */
    const char *value; /* what its value is called; NULL: it takes none */
    bool required;
};

struct command_call;

struct command {
    const char *group;
    const char *action;
    const char *help;
    const struct command_option
        *options; /* ended by one without name; at most COMMAND_OPTIONS_MAX */

    /* false: it failed; with ERR_NONE it has said why itself. */
    bool (*run)(const struct command_call *call, struct err *err);
};

/* A command with what it was given. */
struct command_call {
    const struct config *config;
    const struct command *command;
    const char *values[COMMAND_OPTIONS_MAX]; /* of its options; NULL: not given, "" for a switch */
};

/* The value of an option that the command has. */
const char *command_value(const struct command_call *call, const char *name);

/* Takes the words behind the action. false: *err says which one is wrong. */
bool command_parse(struct command_call *call, int count, char *const words[], struct err *err);

#endif
