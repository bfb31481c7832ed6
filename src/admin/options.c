#include "admin/options.h"

#include "model/identifier.h"
#include "xml/datetime.h"
#include "xml/utf8.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DATE_LENGTH = 10 };

const char *options_word_name(const struct option_word *words, int value)
{
    for (; words->name != NULL; words++) {
        if (words->value == value)
            return words->name;
    }
    return NULL;
}

bool options_number(const struct command_call *call, const char *option, const char **number_out,
                    struct err *err)
{
    const char *number = command_value(call, option);

    if (number == NULL)
        return true;
    if (!identifier_is_organization(number))
        return err_set(
            err, ERR_INVALID,
            "%s: not an organisation number: nine digits, the last one checks the others", option);
    *number_out = number;
    return true;
}

static bool is_utf8(const char *text)
{
    size_t whole = 0;

    return utf8_check((const uint8_t *)text, strlen(text), &whole) && whole == strlen(text);
}

bool options_check_text(const char *name, const char *text, size_t max, struct err *err)
{
    if (identifier_is_blank(text))
        return err_set(err, ERR_INVALID, "%s: it is empty", name);
    if (!is_utf8(text) || identifier_has_control(text))
        return err_set(err, ERR_INVALID, "%s: it is no UTF-8, or has control characters", name);
    if (identifier_length(text) > max)
        return err_set(err, ERR_INVALID, "%s: more than %zu characters", name, max);
    if (identifier_masked(text) != text)
        return err_set(err, ERR_INVALID, "%s: identity numbers of persons do not belong there",
                       name);
    return true;
}

bool options_text(const struct command_call *call, const char *option, size_t max,
                  const char **text_out, struct err *err)
{
    const char *text = command_value(call, option);

    if (text == NULL)
        return true;
    if (!options_check_text(option, text, max, err))
        return false;
    *text_out = text;
    return true;
}

static bool refuse_word(const char *option, const struct option_word *words, const char *text,
                        struct err *err)
{
    char known[128] = "";
    size_t n = 0;

    for (; words->name != NULL && n < sizeof(known); words++)
        n +=
            (size_t)snprintf(known + n, sizeof(known) - n, "%s%s", n == 0 ? "" : ", ", words->name);
    return err_set(err, ERR_INVALID, "%s: \"%s\" is none of: %s", option, text, known);
}

bool options_word(const struct command_call *call, const char *option,
                  const struct option_word *words, int *value_out, struct err *err)
{
    const char *text = command_value(call, option);

    if (text == NULL)
        return true;
    for (const struct option_word *word = words; word->name != NULL; word++) {
        if (strcmp(word->name, text) == 0) {
            *value_out = word->value;
            return true;
        }
    }
    return refuse_word(option, words, text, err);
}

bool options_integer(const struct command_call *call, const char *option, int64_t min, int64_t max,
                     int64_t *number_out, struct err *err)
{
    const char *text = command_value(call, option);
    char *end = NULL;
    long long number = 0;

    if (text == NULL)
        return true;
    errno = 0;
    number = strtoll(text, &end, 10);
    if (errno != 0 || text[0] < '0' || text[0] > '9' || *end != '\0' || number < min ||
        number > max)
        return err_set(err, ERR_INVALID, "%s: \"%s\" is no number from %lld to %lld", option, text,
                       (long long)min, (long long)max);
    *number_out = number;
    return true;
}

bool options_read_day(const char *date, bool end, int64_t *when_out, struct err *err)
{
    char text[DATETIME_TEXT_SIZE];
    struct datetime datetime = {0};

    snprintf(text, sizeof(text), "%.10s%s", date, end ? "T24:00:00" : "T00:00:00");
    if (strlen(date) != DATE_LENGTH || !datetime_parse(text, &datetime) || !datetime.given)
        return err_set(err, ERR_INVALID, "\"%s\" is not a date like 2026-01-31", date);
    *when_out = datetime.when;
    return true;
}

bool options_day(const struct command_call *call, const char *option, bool end, int64_t *when_out,
                 struct err *err)
{
    const char *date = command_value(call, option);

    return date == NULL || options_read_day(date, end, when_out, err) ||
           err_wrap(err, "%s", option);
}
