#include "model/address_form.h"

#include "model/identifier.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum {
    NORWAY_DIGITS = 8,
    LEAST_DIGITS = 7,  /* of a number with its country code */
    MOST_DIGITS = 15,  /* ITU-T E.164 */
    NUMBER_BYTES = 64, /* as somebody writes it */
};

/* Country codes as assigned by ITU-T (E.164), those of satellite networks included; codes of other
 * length cannot overlap. +800, +808, +878, +888 and +979 are services that take no messages. */
static const struct {
    int first;
    int last;
} country_codes[] = {
    {1, 1},     {7, 7},     {20, 20},   {27, 27},   {30, 34},   {36, 36},   {39, 41},   {43, 49},
    {51, 58},   {60, 66},   {81, 82},   {84, 84},   {86, 86},   {90, 95},   {98, 98},   {211, 213},
    {216, 216}, {218, 218}, {220, 258}, {260, 269}, {290, 291}, {297, 299}, {350, 359}, {370, 378},
    {380, 383}, {385, 387}, {389, 389}, {420, 421}, {423, 423}, {500, 509}, {590, 599}, {670, 670},
    {672, 683}, {685, 692}, {850, 850}, {852, 853}, {855, 856}, {870, 870}, {880, 883}, {886, 886},
    {960, 968}, {970, 977}, {992, 996}, {998, 998},
};

const char *address_trim(const char *text, size_t *length_out)
{
    static const char blanks[] = " \t\r\n";
    const char *start = text + strspn(text, blanks);
    size_t length = strlen(start);

    while (length > 0 && strchr(blanks, start[length - 1]) != NULL)
        length--;
    *length_out = length;
    return start;
}

static bool is_country_code(int code)
{
    for (size_t i = 0; i < sizeof(country_codes) / sizeof(country_codes[0]); i++) {
        if (code >= country_codes[i].first && code <= country_codes[i].last)
            return true;
    }
    return false;
}

static bool has_country_code(const char *digits)
{
    int code = 0;

    for (int i = 0; i < 3 && digits[0] != '0'; i++) {
        code = code * 10 + (digits[i] - '0');
        if (is_country_code(code))
            return true;
    }
    return false;
}

static bool is_foreign(const char *number)
{
    const size_t length = strlen(number);

    return length >= LEAST_DIGITS && length <= MOST_DIGITS &&
           identifier_is_digits(number, length) && has_country_code(number);
}

static bool is_norwegian_mobile(const char *number)
{
    return identifier_is_digits(number, NORWAY_DIGITS) && (number[0] == '4' || number[0] == '9');
}

/* Without spaces, no-break spaces among them. What does not fit is too long for any number, and so
 * is the part that does. */
static void squeeze(const char *text, size_t length, char *out, size_t size)
{
    size_t n = 0;

    for (size_t i = 0; i < length && n < size - 1; i++) {
        if (text[i] == ' ')
            continue;
        if (i + 1 < length && memcmp(text + i, "\xc2\xa0", 2) == 0)
            i++;
        else
            out[n++] = text[i];
    }
    out[n] = '\0';
}

static enum address_problem number_form(const char *text, size_t length,
                                        char form_out[ADDRESS_FORM_SIZE])
{
    char squeezed[MOST_DIGITS + 5] = "";
    const char *national = squeezed;
    const char *international = NULL;

    if (length > NUMBER_BYTES)
        return ADDRESS_BAD_NORWEGIAN_NUMBER;
    squeeze(text, length, squeezed, sizeof(squeezed));
    if (squeezed[0] == '+')
        international = squeezed + 1;
    else if (strncmp(squeezed, "00", 2) == 0)
        international = squeezed + 2;
    if (international != NULL && strncmp(international, "47", 2) != 0) {
        if (!is_foreign(international))
            return ADDRESS_BAD_COUNTRY_CODE;
        snprintf(form_out, ADDRESS_FORM_SIZE, "+%s", international);
        return ADDRESS_GOOD;
    }
    if (international != NULL)
        national = international + 2;
    if (!is_norwegian_mobile(national))
        return ADDRESS_BAD_NORWEGIAN_NUMBER;
    snprintf(form_out, ADDRESS_FORM_SIZE, "+47%s", national);
    return ADDRESS_GOOD;
}

static enum address_problem email_form(const char *text, size_t length,
                                       char form_out[ADDRESS_FORM_SIZE])
{
    if (length >= ADDRESS_FORM_SIZE)
        return ADDRESS_BAD_EMAIL;
    memcpy(form_out, text, length);
    form_out[length] = '\0';
    if (identifier_is_email(form_out))
        return ADDRESS_GOOD;
    form_out[0] = '\0';
    return ADDRESS_BAD_EMAIL;
}

enum address_problem address_form(enum transport_type transport, const char *recipient,
                                  char form_out[ADDRESS_FORM_SIZE])
{
    size_t length = 0;
    const char *text = address_trim(recipient, &length);

    form_out[0] = '\0';
    return transport == TRANSPORT_SMS ? number_form(text, length, form_out)
                                      : email_form(text, length, form_out);
}
