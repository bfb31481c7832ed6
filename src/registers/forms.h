/* The forms of single values in register files (domain.md 2.5). */
#ifndef DPVD_REGISTERS_FORMS_H
#define DPVD_REGISTERS_FORMS_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

enum form {
    FORM_TEXT,         /* anything of at most so many characters */
    FORM_WORD,         /* letters and digits, `-` and `_` */
    FORM_ORGANIZATION, /* nine digits with a check digit */
    FORM_PERSON,       /* eleven with two */
    FORM_PARTY,        /* either of these */
    FORM_DATE,         /* 2026-01-31 */
    FORM_TIME,         /* the same, or with a time of the day, as xml/datetime.h reads it */
    FORM_SWITCH,       /* true, yes, ja or 1; false, no, nei or 0 */
    FORM_CHOICE,       /* one of some words */
    FORM_EMAIL,
    FORM_MOBILE,
    FORM_SERVICES, /* 4255/10 5504/1 */
};

struct form_rules {
    enum form form;
    size_t max;                 /* characters of FORM_TEXT and FORM_WORD */
    const char *const *choices; /* of FORM_CHOICE, ended by NULL */
    int first;                  /* the number of the first choice */
};

struct form_setting {
    struct arena *arena;
    bool synthetic; /* persons of test populations are accepted */
};

/* Takes the spaces at both ends off and makes line breaks and tabs spaces, in place. NULL: nothing
 * is left. */
char *form_trim(char *text);

/* The value as PostgreSQL reads it, in text or in the arena. Returns NULL, or what is wrong with
 * it: words that follow "is" and repeat nothing of it. */
const char *form_check(const struct form_setting *setting, const struct form_rules *rules,
                       char *text, const char **value_out);

#endif
