#include "model/identifier.h"

#include <stdio.h>
#include <string.h>

bool identifier_is_digits(const char *text, size_t count)
{
    return text != NULL && strlen(text) == count && strspn(text, "0123456789") == count;
}

static int weighted_sum(const char *digits, const int *weights, size_t count)
{
    int sum = 0;

    for (size_t i = 0; i < count; i++)
        sum += (digits[i] - '0') * weights[i];
    return sum;
}

bool identifier_is_organization(const char *text)
{
    static const int weights[] = {3, 2, 7, 6, 5, 4, 3, 2};
    int check = 0;

    if (!identifier_is_digits(text, 9))
        return false;
    check = (11 - weighted_sum(text, weights, 8) % 11) % 11;
    return check != 10 && check == text[8] - '0';
}

static int two_digits(const char *text)
{
    return (text[0] - '0') * 10 + (text[1] - '0');
}

/* The century is not known here, so 29 February is possible in every year divisible by four. */
static bool is_date(int day, int month, int year)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    if (month < 1 || month > 12 || day < 1)
        return false;
    return day <= days[month - 1] || (month == 2 && day == 29 && year % 4 == 0);
}

static bool has_birth_date(const char *text, bool allow_synthetic)
{
    int day = two_digits(text);
    int month = two_digits(text + 2);

    if (day > 40)
        day -= 40; /* D-number */
    if (allow_synthetic && month > 80)
        month -= 80; /* Skatteetaten's test population */
    else if (allow_synthetic && month > 40)
        month -= 40; /* Nav's */
    return is_date(day, month, two_digits(text + 4));
}

bool identifier_is_person(const char *text, bool allow_synthetic)
{
    static const int first[] = {3, 7, 6, 1, 8, 9, 4, 5, 2};
    static const int second[] = {5, 4, 3, 2, 7, 6, 5, 4, 3, 2};

    if (!identifier_is_digits(text, 11) || !has_birth_date(text, allow_synthetic))
        return false;
    return (11 - weighted_sum(text, first, 9) % 11) % 11 == text[9] - '0' &&
           (11 - weighted_sum(text, second, 10) % 11) % 11 == text[10] - '0';
}

static bool is_local_part(const char *text, size_t n)
{
    if (n == 0 || n > 64 || text[0] == '.' || text[n - 1] == '.')
        return false;
    for (size_t i = 0; i < n; i++) {
        const unsigned char c = (unsigned char)text[i];

        if (c <= ' ' || c == 0x7f || strchr("()<>[]:;,@\\\"", c) != NULL)
            return false;
        if (c == '.' && text[i + 1] == '.')
            return false;
    }
    return true;
}

static bool is_label(const char *text, size_t n)
{
    if (n == 0 || n > 63 || text[0] == '-' || text[n - 1] == '-')
        return false;
    for (size_t i = 0; i < n; i++) {
        const unsigned char c = (unsigned char)text[i];

        if (c < 0x80 && c != '-' && !(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') &&
            !(c >= 'A' && c <= 'Z'))
            return false;
    }
    return true;
}

static bool is_domain(const char *text)
{
    size_t labels = 0;

    for (;;) {
        const size_t n = strcspn(text, ".");

        if (!is_label(text, n))
            return false;
        labels++;
        if (text[n] == '\0')
            return labels >= 2;
        text += n + 1;
    }
}

bool identifier_is_email(const char *text)
{
    const char *at = strchr(text, '@');

    return at != NULL && identifier_length(text) <= 254 && !identifier_has_control(text) &&
           is_local_part(text, (size_t)(at - text)) && is_domain(at + 1);
}

size_t identifier_length(const char *text)
{
    size_t length = 0;

    for (; *text != '\0'; text++)
        length += ((unsigned char)*text & 0xc0) != 0x80;
    return length;
}

bool identifier_has_control(const char *text)
{
    for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++) {
        if (*p < 0x20 || *p == 0x7f || (p[0] == 0xc2 && p[1] < 0xa0))
            return true;
    }
    return false;
}

bool identifier_is_blank(const char *text)
{
    return text == NULL || text[strspn(text, " \t\r\n")] == '\0';
}

const char *identifier_masked(const char *text)
{
    char number[12];

    for (const char *p = text; p != NULL && *p != '\0'; p++) {
        snprintf(number, sizeof(number), "%.11s", p);
        if (identifier_is_person(number, true))
            return "(an identity number)";
    }
    return text;
}
