#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool err_set(struct err *err, enum err_kind kind, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    vsnprintf(err->msg, sizeof(err->msg), fmt, args);
    va_end(args);
    err->kind = kind;
    err->code = 0;
    err->personal = false;
    err->guid[0] = '\0';
    return false;
}

bool err_set_code(struct err *err, enum err_kind kind, int code, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    vsnprintf(err->msg, sizeof(err->msg), fmt, args);
    va_end(args);
    err->kind = kind;
    err->code = code;
    err->personal = false;
    err->guid[0] = '\0';
    return false;
}

bool err_wrap(struct err *err, const char *fmt, ...)
{
    char old[sizeof(err->msg)];
    va_list args;
    int n = 0;

    memcpy(old, err->msg, sizeof(old));
    va_start(args, fmt);
    n = vsnprintf(err->msg, sizeof(err->msg), fmt, args);
    va_end(args);
    if (n >= 0 && (size_t)n < sizeof(err->msg))
        snprintf(err->msg + n, sizeof(err->msg) - (size_t)n, ": %.*s",
                 (int)(sizeof(err->msg) - (size_t)n), old);
    return false;
}

bool err_no_memory(struct err *err)
{
    return err_set(err, ERR_BUSY, "out of memory");
}

const char *err_kind_name(enum err_kind kind)
{
    static const char *const names[] = {
        [ERR_NONE] = "none",           [ERR_INVALID] = "invalid", [ERR_MALFORMED] = "malformed",
        [ERR_TOO_LARGE] = "too_large", [ERR_DENIED] = "denied",   [ERR_NOT_FOUND] = "not_found",
        [ERR_CONFLICT] = "conflict",   [ERR_BUSY] = "busy",       [ERR_UNCERTAIN] = "uncertain",
        [ERR_INTERNAL] = "internal",
    };

    return names[kind];
}
