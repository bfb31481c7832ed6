#include "base/config.h"

#include "base/address.h"
#include "base/config_internal.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int64_t *number_of(struct config *config, const struct config_setting *setting)
{
    return (int64_t *)(void *)((char *)config + setting->offset);
}

static char **text_of(struct config *config, const struct config_setting *setting)
{
    return (char **)(void *)((char *)config + setting->offset);
}

static bool is_text(const struct config_setting *setting)
{
    return setting->type == CONFIG_TEXT || setting->type == CONFIG_CHOICE;
}

static const struct config_setting *find_setting(const char *name, size_t n)
{
    for (const struct config_setting *s = config_settings; s->name != NULL; s++) {
        if (strlen(s->name) == n && strncmp(s->name, name, n) == 0)
            return s;
    }
    return NULL;
}

static bool is_choice(const char *choices, const char *value)
{
    const size_t n = strlen(value);

    if (strchr(value, '|') != NULL)
        return false;
    for (const char *p = choices; p != NULL; p = strchr(p, '|')) {
        p += *p == '|';
        if (strncmp(p, value, n) == 0 && (p[n] == '|' || p[n] == '\0'))
            return n > 0;
    }
    return false;
}

struct unit {
    const char *suffix;
    int64_t factor;
};

static const struct unit sizes[] = {{"", 1}, {"k", KIB}, {"m", MIB}, {"g", GIB}, {NULL, 0}};
static const struct unit times[] = {{"ms", 1},   {"s", SECOND},    {"m", 60 * SECOND},
                                    {"h", HOUR}, {"d", 24 * HOUR}, {NULL, 0}};
static const struct unit plain[] = {{"", 1}, {NULL, 0}};

static bool parse_number(const char *value, const struct unit *units, int64_t *out)
{
    char *end = NULL;
    long long n = 0;

    errno = 0;
    n = strtoll(value, &end, 10);
    if (end == value || errno != 0)
        return false;
    for (const struct unit *u = units; u->suffix != NULL; u++) {
        if (strcmp(end, u->suffix) == 0)
            return !__builtin_mul_overflow((int64_t)n, u->factor, out);
    }
    return n == 0 && *end == '\0' ? (*out = 0, true) : false;
}

static bool parse_switch(const char *value, int64_t *out)
{
    *out = strcmp(value, "on") == 0;
    return *out != 0 || strcmp(value, "off") == 0;
}

static bool parse_value(const struct config_setting *s, const char *value, int64_t *out)
{
    switch (s->type) {
    case CONFIG_SIZE:
        return parse_number(value, sizes, out);
    case CONFIG_TIME:
        return parse_number(value, times, out);
    case CONFIG_SWITCH:
        return parse_switch(value, out);
    default:
        return parse_number(value, plain, out);
    }
}

static bool set_text(struct config *config, const struct config_setting *s, const char *value,
                     struct err *err)
{
    char **text = text_of(config, s);
    char *copy = NULL;

    if (s->type == CONFIG_CHOICE && !is_choice(s->choices, value))
        return err_set(err, ERR_INVALID, "%s: \"%s\" is not one of %s", s->name, value, s->choices);
    copy = strdup(value);
    if (copy == NULL)
        return err_no_memory(err);
    free(*text);
    *text = copy;
    return true;
}

static bool set_value(struct config *config, const struct config_setting *s, const char *value,
                      struct err *err)
{
    int64_t number = 0;

    if (is_text(s))
        return set_text(config, s, value, err);
    if (!parse_value(s, value, &number))
        return err_set(err, ERR_INVALID, "%s: \"%s\" is no value for it (%s)", s->name, value,
                       s->help);
    if (number < s->min || number > s->max)
        return err_set(err, ERR_INVALID, "%s: %s is out of range", s->name, value);
    *number_of(config, s) = number;
    return true;
}

bool config_init(struct config *config, struct err *err)
{
    *config = (struct config){0};
    for (const struct config_setting *s = config_settings; s->name != NULL; s++) {
        if (!set_value(config, s, s->preset, err))
            return false;
    }
    return true;
}

static void trim(char **start, size_t *n)
{
    while (*n > 0 && isspace((unsigned char)**start)) {
        (*start)++;
        (*n)--;
    }
    while (*n > 0 && isspace((unsigned char)(*start)[*n - 1]))
        (*n)--;
}

bool config_assign(struct config *config, const char *assignment, struct err *err)
{
    char *copy = strdup(assignment);
    char *name = copy;
    char *value = copy == NULL ? NULL : strchr(copy, '=');
    size_t name_len = 0;
    size_t value_len = 0;
    const struct config_setting *s = NULL;
    bool ok = false;

    if (copy == NULL)
        return err_no_memory(err);
    if (value == NULL) {
        err_set(err, ERR_INVALID, "\"%s\" is not key = value", assignment);
        goto out;
    }
    name_len = (size_t)(value - name);
    value++;
    value_len = strlen(value);
    trim(&name, &name_len);
    trim(&value, &value_len);
    value[value_len] = '\0';
    s = find_setting(name, name_len);
    ok = s != NULL ? set_value(config, s, value, err)
                   : err_set(err, ERR_INVALID, "there is no setting \"%.*s\"", (int)name_len, name);
out:
    free(copy);
    return ok;
}

bool config_load(struct config *config, const char *path, struct err *err)
{
    FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t cap = 0;
    int number = 0;
    bool ok = false;

    if (file == NULL)
        return err_set(err, ERR_INVALID, "%s: %s", path, strerror(errno));
    while (getline(&line, &cap, file) >= 0) {
        char *text = line;
        size_t n = strlen(line);

        number++;
        trim(&text, &n);
        text[n] = '\0';
        if (n == 0 || text[0] == '#')
            continue;
        if (!config_assign(config, text, err)) {
            err_wrap(err, "%s:%d", path, number);
            goto out;
        }
    }
    ok = ferror(file) == 0 || err_set(err, ERR_INVALID, "%s: %s", path, strerror(errno));
out:
    free(line);
    fclose(file);
    return ok;
}

bool config_environment(struct config *config, struct err *err)
{
    for (const struct config_setting *s = config_settings; s->name != NULL; s++) {
        char name[64] = "DPVD_";
        const char *value = NULL;

        for (size_t i = 0; s->name[i] != '\0'; i++)
            name[i + 5] = (char)toupper((unsigned char)s->name[i]);
        value = getenv(name);
        if (value != NULL && !set_value(config, s, value, err))
            return err_wrap(err, "%s", name);
    }
    return true;
}

static bool verify_tls(const struct config *config, struct err *err)
{
    if (config->tls_listen[0] == '\0')
        return true;
    if (access(config->tls_certificate, R_OK) != 0)
        return err_set(err, ERR_INVALID, "tls_certificate: %s: %s", config->tls_certificate,
                       strerror(errno));
    if (access(config->tls_key, R_OK) != 0)
        return err_set(err, ERR_INVALID, "tls_key: %s: %s", config->tls_key, strerror(errno));
    return true;
}

bool config_verify(const struct config *config, struct err *err)
{
    if (config->listen[0] == '\0' && config->tls_listen[0] == '\0')
        return err_set(err, ERR_INVALID, "listen and tls_listen are both empty");
    if (access(config->spool_directory, W_OK | X_OK) != 0)
        return err_set(err, ERR_INVALID, "spool_directory: %s: %s", config->spool_directory,
                       strerror(errno));
    if (config->max_body > config->held_bytes - config->held_reserve)
        return err_set(err, ERR_INVALID, "max_body must fit into held_bytes less held_reserve");
    if (config->database_lock_timeout >= config->database_deadline)
        return err_set(err, ERR_INVALID, "database_lock_timeout must be below database_deadline");
    if (!networks_parse(config->trusted_proxies, &(struct networks){0}, err))
        return err_wrap(err, "trusted_proxies");
    if (config->audit_key[0] != '\0' && access(config->audit_key, R_OK) != 0)
        return err_set(err, ERR_INVALID, "audit_key: %s: %s", config->audit_key, strerror(errno));
    if (config->secret_key[0] != '\0' && access(config->secret_key, R_OK) != 0)
        return err_set(err, ERR_INVALID, "secret_key: %s: %s", config->secret_key, strerror(errno));
    return verify_tls(config, err);
}

void config_take_reloadable(struct config *config, struct config *fresh)
{
    for (const struct config_setting *s = config_settings; s->name != NULL; s++) {
        if (s->reloadable && is_text(s)) {
            char *text = *text_of(config, s);

            *text_of(config, s) = *text_of(fresh, s);
            *text_of(fresh, s) = text;
        } else if (s->reloadable) {
            *number_of(config, s) = *number_of(fresh, s);
        }
    }
}

static void print_number(const struct config_setting *s, int64_t number, FILE *out)
{
    if (s->type == CONFIG_SWITCH)
        fputs(number != 0 ? "on" : "off", out);
    else
        fprintf(out, "%lld%s", (long long)number, s->type == CONFIG_TIME ? "ms" : "");
}

void config_print(const struct config *config, FILE *out)
{
    struct config *c = (struct config *)(uintptr_t)config; /* the table's accessors are shared */

    for (const struct config_setting *s = config_settings; s->name != NULL; s++) {
        fprintf(out, "%s = ", s->name);
        if (!is_text(s))
            print_number(s, *number_of(c, s), out);
        else
            fputs(s->secret ? "********" : *text_of(c, s), out);
        fputc('\n', out);
    }
}

static void print_cell(const char *text, FILE *out)
{
    for (; *text != '\0'; text++) {
        if (*text == '|')
            fputc('\\', out);
        fputc(*text, out);
    }
}

void config_print_table(FILE *out)
{
    fputs("| setting | default | what it does |\n| --- | --- | --- |\n", out);
    for (const struct config_setting *s = config_settings; s->name != NULL; s++) {
        fprintf(out, "| `%s` | ", s->name);
        if (s->preset[0] != '\0')
            fprintf(out, "`%s`", s->preset);
        fputs(" | ", out);
        print_cell(s->help, out);
        if (s->choices != NULL) {
            fputs(" (", out);
            print_cell(s->choices, out);
            fputc(')', out);
        }
        fputs(" |\n", out);
    }
}

void config_free(struct config *config)
{
    for (const struct config_setting *s = config_settings; s->name != NULL; s++) {
        if (!is_text(s))
            continue;
        free(*text_of(config, s));
        *text_of(config, s) = NULL;
    }
}
