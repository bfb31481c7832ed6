#include "model/macro.h"

#include "base/buf.h"
#include "model/identifier.h"

#include <stdlib.h>
#include <string.h>

enum { PERSON_DIGITS = 11, NAME_MAX = 80 };

static const char birth_day[] = "reporteeBirthDay";
static const char service_prefix[] = "servicename|SC:";

struct date {
    int day;
    int month;
    int year;
};

/* ------------------------------------------------------------------ dates of birth */

static int number_at(const char *digits, int count)
{
    int number = 0;

    for (int i = 0; i < count; i++)
        number = number * 10 + (digits[i] - '0');
    return number;
}

/* The three digits behind the date tell the century. */
static int century_of(int year, int serial)
{
    if (serial >= 500 && year < 40)
        return 2000;
    if (serial >= 500 && serial < 750 && year >= 54)
        return 1800;
    return 1900;
}

/* D-numbers have 40 on the day, test populations 40 or 80 on the month (domain.md 2.5). */
static bool birth_date(const struct macro_values *values, struct date *date_out)
{
    const char *number = values->number;
    int year = 0;

    if (!values->person || number == NULL || !identifier_is_digits(number, PERSON_DIGITS))
        return false;
    year = number_at(number + 4, 2);
    date_out->day = number_at(number, 2) % 40;
    date_out->month = number_at(number + 2, 2) % 40;
    date_out->year = century_of(year, number_at(number + 6, 3)) + year;
    return true;
}

/* One of yyyy, yy, mm, dd, or any other character as it is. */
static size_t add_date_part(struct buf *out, const char *format, const struct date *date, bool *ok)
{
    if (strncmp(format, "yyyy", 4) == 0) {
        *ok = buf_add_format(out, "%04d", date->year);
        return 4;
    }
    if (strncmp(format, "yy", 2) == 0) {
        *ok = buf_add_format(out, "%02d", date->year % 100);
        return 2;
    }
    if (strncmp(format, "mm", 2) == 0) {
        *ok = buf_add_format(out, "%02d", date->month);
        return 2;
    }
    if (strncmp(format, "dd", 2) == 0) {
        *ok = buf_add_format(out, "%02d", date->day);
        return 2;
    }
    *ok = buf_add(out, format, 1);
    return 1;
}

static bool add_date(struct buf *out, const char *format, size_t n,
                     const struct macro_values *values)
{
    struct date date = {0};
    bool ok = true;

    if (!birth_date(values, &date))
        return true;
    for (size_t i = 0; ok && i < n;)
        i += add_date_part(out, format + i, &date, &ok);
    return ok;
}

/* ------------------------------------------------------------------ macros */

static const char *reportee_number(const struct macro_values *values)
{
    return values->person ? NULL : values->number;
}

/* true: it is one of the plain ones; *value_out may be NULL. */
static bool find_plain(const char *name, const struct macro_values *values, const char **value_out)
{
    const struct {
        const char *name;
        const char *value;
    } plain[] = {
        {"reporteeName", values->name},
        {"reporteeNumber", reportee_number(values)},
        {"reporteeFirstName", values->first_name},
        {"reporteeMiddleName", values->middle_name},
        {"reporteeLastName", values->last_name},
        {"reporteePostalCode", values->postal_code},
        {"reporteePostalArea", values->postal_area},
        {"reporteePostalAddress1", values->address[0]},
        {"reporteePostalAddress2", values->address[1]},
        {"reporteePostalAddress3", values->address[2]},
        {"reporteeEmail", values->email},
        {"reporteeMobileNumber", values->mobile},
        {"servicename", values->service},
        {"portalName", values->portal},
    };

    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
        if (strcmp(name, plain[i].name) == 0) {
            *value_out = plain[i].value;
            return true;
        }
    }
    return false;
}

/* "servicename|SC:4255|SEC:10": NULL if there is no such service. */
static const char *find_service(const char *name, const struct macro_values *values)
{
    const char *code = name + sizeof(service_prefix) - 1;
    const size_t length = strcspn(code, "|");
    char *end = NULL;
    long edition = 0;

    if (strncmp(code + length, "|SEC:", 5) != 0)
        return NULL;
    edition = strtol(code + length + 5, &end, 10);
    for (size_t i = 0; *end == '\0' && i < values->service_count; i++) {
        const struct service_name *service = &values->services[i];

        if (service->edition == edition && strlen(service->code) == length &&
            strncmp(service->code, code, length) == 0)
            return service->name;
    }
    return NULL;
}

/* The format of a date of birth, NULL if the macro is none. */
static const char *date_format(const char *name, size_t *n_out)
{
    static const char *const whole[][2] = {
        {"reporteeBirthDay", "dd"}, {"reporteeBirthMonth", "mm"}, {"reporteeBirthYear", "yyyy"}};
    const size_t prefix = sizeof(birth_day) - 1;
    const size_t n = strlen(name);

    for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
        if (strcmp(name, whole[i][0]) == 0) {
            *n_out = strlen(whole[i][1]);
            return whole[i][1];
        }
    }
    if (n < prefix + 2 || strncmp(name, birth_day, prefix) != 0 || name[prefix] != '(' ||
        name[n - 1] != ')')
        return NULL;
    *n_out = n - prefix - 2;
    return name + prefix + 1;
}

/* Replaces the macro of this name. *known_out: there is one. false: memory ran out. */
static bool add_value(struct buf *out, const char *name, const struct macro_values *values,
                      bool *known_out)
{
    const char *value = NULL;
    size_t n = 0;

    *known_out = true;
    if (find_plain(name, values, &value))
        return value == NULL || buf_add_text(out, value);
    value = date_format(name, &n);
    if (value != NULL)
        return add_date(out, value, n, values);
    if (strncmp(name, service_prefix, sizeof(service_prefix) - 1) == 0)
        value = find_service(name, values);
    *known_out = value != NULL;
    return value == NULL || buf_add_text(out, value);
}

/* The name between two dollar signs; false: there is none here. */
static bool read_name(const char *text, char name[NAME_MAX], size_t *length_out)
{
    const size_t n = strcspn(text + 1, "$\r\n");

    if (n == 0 || n >= NAME_MAX || text[n + 1] != '$')
        return false;
    memcpy(name, text + 1, n);
    name[n] = '\0';
    *length_out = n + 2;
    return true;
}

/* Adds what stands at text, a dollar sign; returns how much of it, 0 when memory ran out. */
static size_t add_at_dollar(struct buf *out, const char *text, const struct macro_values *values)
{
    char name[NAME_MAX];
    size_t length = 0;
    bool known = false;

    if (read_name(text, name, &length) && !add_value(out, name, values, &known))
        return 0;
    if (known)
        return length;
    return buf_add(out, text, 1) ? 1 : 0;
}

char *macro_expand(struct arena *arena, const char *text, const struct macro_values *values)
{
    struct buf out = {0};
    char *expanded = NULL;
    bool ok = true;

    while (ok && *text != '\0') {
        const size_t plain = strcspn(text, "$");
        size_t taken = 0;

        ok = buf_add(&out, text, plain);
        text += plain;
        if (!ok || *text == '\0')
            break;
        taken = add_at_dollar(&out, text, values);
        ok = taken > 0;
        text += taken;
    }
    if (ok)
        expanded = arena_strndup(arena, out.data == NULL ? "" : out.data, out.len);
    buf_free(&out);
    return expanded;
}

bool macro_names_service(const char *text)
{
    return text != NULL && strstr(text, service_prefix) != NULL;
}
