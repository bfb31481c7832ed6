#include "registers/forms.h"

#include "base/clock.h"
#include "model/address_form.h"
#include "model/identifier.h"
#include "xml/datetime.h"
#include "xml/utf8.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

enum { CODE_MAX = 7, EDITION_MAX = 9 };

static const char no_memory[] = "more than memory holds";

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

char *form_trim(char *text)
{
    size_t n = 0;

    while (is_space(*text))
        text++;
    n = strlen(text);
    while (n > 0 && is_space(text[n - 1]))
        n--;
    text[n] = '\0';
    for (char *p = text; *p != '\0'; p++) {
        if (is_space(*p))
            *p = ' ';
    }
    return n == 0 ? NULL : text;
}

static const char *check_text(const struct form_rules *rules, const char *text)
{
    return identifier_length(text) > rules->max ? "too long" : NULL;
}

static const char *check_word(const struct form_rules *rules, const char *text)
{
    for (const char *p = text; *p != '\0'; p++) {
        if ((unsigned char)*p < 0x80 && !isalnum((unsigned char)*p) && *p != '-' && *p != '_')
            return "no single word";
    }
    return check_text(rules, text);
}

static const char *check_party(const struct form_setting *setting, enum form form, const char *text)
{
    const size_t n = strlen(text);

    if (form != FORM_PERSON && n == 9 && identifier_is_organization(text))
        return NULL;
    if (form != FORM_ORGANIZATION && n == 11 && identifier_is_person(text, setting->synthetic))
        return NULL;
    switch (form) {
    case FORM_ORGANIZATION:
        return "no organisation number";
    case FORM_PERSON:
        return "no identity number";
    default:
        return "neither an organisation number nor an identity number";
    }
}

static bool has_shape(const char *text, const char *shape)
{
    for (; *shape != '\0'; text++, shape++) {
        if (*shape == '0' ? !isdigit((unsigned char)*text) : *text != *shape)
            return false;
    }
    return *text == '\0';
}

static const char *check_date(const char *text)
{
    struct datetime when = {0};

    /* Year 1 means "not given" on the wire; here it would be a mistake. */
    return has_shape(text, "0000-00-00") && datetime_parse(text, &when) && when.given
               ? NULL
               : "no date like 2026-01-31";
}

static const char *check_time(struct arena *arena, const char *text, const char **value_out)
{
    struct datetime when = {0};
    char *room = NULL;

    if (!datetime_parse(text, &when) || !when.given || when.when < 0)
        return "no time like 2026-01-31T12:00:00+01:00";
    room = arena_alloc(arena, CLOCK_TEXT_SIZE);
    if (room == NULL)
        return no_memory;
    clock_format_utc(when.when, room);
    *value_out = room;
    return NULL;
}

static const char *check_switch(const char *text, const char **value_out)
{
    static const char *const words[] = {"true", "yes", "ja", "1", "false", "no", "nei", "0"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcasecmp(words[i], text) == 0) {
            *value_out = i < 4 ? "t" : "f";
            return NULL;
        }
    }
    return "neither true nor false";
}

static const char *check_choice(const struct form_rules *rules, struct arena *arena,
                                const char *text, const char **value_out)
{
    for (int i = 0; rules->choices[i] != NULL; i++) {
        if (strcmp(rules->choices[i], text) == 0) {
            *value_out = arena_format(arena, "%d", rules->first + i);
            return *value_out == NULL ? no_memory : NULL;
        }
    }
    return "none of the words that it may be";
}

/* The form stays: status answers show it (domain.md 2.5). Only spaces go. */
static const char *check_mobile(char *text)
{
    char form[ADDRESS_FORM_SIZE];
    char *to = text;

    for (const char *from = text; *from != '\0'; from++) {
        if (*from != ' ')
            *to++ = *from;
    }
    *to = '\0';
    return address_form(TRANSPORT_SMS, text, form) == ADDRESS_GOOD ? NULL : "no mobile number";
}

static bool is_service(const char *text, size_t n)
{
    const char *slash = memchr(text, '/', n);
    const size_t code = slash == NULL ? 0 : (size_t)(slash - text);
    const size_t edition = slash == NULL ? 0 : n - code - 1;

    if (code < 1 || code > CODE_MAX || edition < 1 || edition > EDITION_MAX || slash[1] == '0')
        return false;
    for (size_t i = 0; i < code; i++) {
        if (!isalnum((unsigned char)text[i]))
            return false;
    }
    return strspn(slash + 1, "0123456789") >= edition;
}

/* Becomes a list with single spaces between. */
static const char *check_services(char *text)
{
    char *to = text;

    for (const char *from = text; *from != '\0';) {
        const size_t n = strcspn(from, " ,");

        if (n > 0 && !is_service(from, n))
            return "no list like 4255/10 5504/1";
        if (n > 0 && to > text)
            *to++ = ' ';
        memmove(to, from, n);
        to += n;
        from += n;
        from += strspn(from, " ,");
    }
    *to = '\0';
    return NULL;
}

const char *form_check(const struct form_setting *setting, const struct form_rules *rules,
                       char *text, const char **value_out)
{
    size_t whole = 0;

    if (!utf8_check((const uint8_t *)text, strlen(text), &whole) || text[whole] != '\0' ||
        identifier_has_control(text))
        return "no text in UTF-8, or holds control characters";
    *value_out = text;
    switch (rules->form) {
    case FORM_TEXT:
        return check_text(rules, text);
    case FORM_WORD:
        return check_word(rules, text);
    case FORM_ORGANIZATION:
    case FORM_PERSON:
    case FORM_PARTY:
        return check_party(setting, rules->form, text);
    case FORM_DATE:
        return check_date(text);
    case FORM_TIME:
        return check_time(setting->arena, text, value_out);
    case FORM_SWITCH:
        return check_switch(text, value_out);
    case FORM_CHOICE:
        return check_choice(rules, setting->arena, text, value_out);
    case FORM_EMAIL:
        return identifier_is_email(text) ? NULL : "no e-mail address";
    case FORM_MOBILE:
        return check_mobile(text);
    case FORM_SERVICES:
        return check_services(text);
    }
    return "of no form"; /* not reached */
}
