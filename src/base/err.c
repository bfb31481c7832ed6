#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A text that was cut ends with a whole character (UTF-8). */
static void end_whole(char *text, size_t room, int wanted)
{
    size_t n = room - 1;

    if (wanted < 0 || (size_t)wanted < room)
        return;
    while (n > 0 && ((unsigned char)text[n - 1] & 0xc0) == 0x80)
        n--;
    if (n > 0 && (unsigned char)text[n - 1] >= 0xc0)
        text[n - 1] = '\0';
}

static void __attribute__((format(printf, 4, 0)))
fill(struct err *err, enum err_kind kind, int code, const char *fmt, va_list args)
{
    end_whole(err->msg, sizeof(err->msg), vsnprintf(err->msg, sizeof(err->msg), fmt, args));
    err->kind = kind;
    err->code = code;
    err->personal = false;
    err->guid[0] = '\0';
}

bool err_set(struct err *err, enum err_kind kind, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    fill(err, kind, 0, fmt, args);
    va_end(args);
    return false;
}

bool err_set_code(struct err *err, enum err_kind kind, int code, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    fill(err, kind, code, fmt, args);
    va_end(args);
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
        n += snprintf(err->msg + n, sizeof(err->msg) - (size_t)n, ": %.*s", (int)sizeof(old), old);
    end_whole(err->msg, sizeof(err->msg), n);
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
