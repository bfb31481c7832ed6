/* Values of options, checked; ERR_INVALID names the option. What is not given leaves the out
 * parameter as it is. */
#ifndef DPVD_ADMIN_OPTIONS_H
#define DPVD_ADMIN_OPTIONS_H

#include "admin/command.h"

#include <stddef.h>
#include <stdint.h>

enum { OPTIONS_TEXT_MAX = 255 };

/* A word that an option may have, and what it stands for. Tables are ended by one without name. */
struct option_word {
    const char *name;
    int value;
};

const char *options_word_name(const struct option_word *words, int value);

/* An organisation number with the right check digit (domain.md 2.5). */
bool options_number(const struct command_call *call, const char *option, const char **number_out,
                    struct err *err);

/* A text of at most max characters: UTF-8, neither blank nor with control characters, without the
 * identity number of a person (domain.md 10.2). */
bool options_text(const struct command_call *call, const char *option, size_t max,
                  const char **text_out, struct err *err);

bool options_word(const struct command_call *call, const char *option,
                  const struct option_word *words, int *value_out, struct err *err);

bool options_integer(const struct command_call *call, const char *option, int64_t min, int64_t max,
                     int64_t *number_out, struct err *err);

/* The start of a day in Norway, or its end, from "2026-01-31". */
bool options_day(const struct command_call *call, const char *option, bool end, int64_t *when_out,
                 struct err *err);

/* The checks of options_text on a text of another place; what it is called stands in name. */
bool options_check_text(const char *name, const char *text, size_t max, struct err *err);

/* As options_day, for a date of another place. */
bool options_read_day(const char *date, bool end, int64_t *when_out, struct err *err);

#endif
