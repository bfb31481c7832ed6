#include "base/log.h"

#include "base/buf.h"
#include "base/clock.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* The log sink: the one global the program allows itself besides the stop flag. */
static atomic_int sink_level = LOG_INFO;
static atomic_int sink_format = LOG_LOGFMT;
static _Thread_local char request_id[32];

static const char *const level_names[] = {"error", "warn", "info", "debug"};

void log_setup(enum log_level level, enum log_format format)
{
    atomic_store(&sink_level, (int)level);
    atomic_store(&sink_format, (int)format);
}

void log_set_request(const char *id)
{
    snprintf(request_id, sizeof(request_id), "%s", id == NULL ? "" : id);
}

/* Length of the UTF-8 character at p, 0 if there is none (RFC 3629, 4): a lone byte above 7F, a cut
 * sequence, a longer form than needed, a surrogate, a number above U+10FFFF. */
static size_t character_at(const unsigned char *p)
{
    const size_t n = *p < 0x80 ? 1 : *p >= 0xc2 && *p < 0xe0 ? 2 : *p >= 0xe0 && *p < 0xf0 ? 3 : 4;

    if ((*p >= 0x80 && *p < 0xc2) || *p > 0xf4)
        return 0;
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    }
    if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
        (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
        return 0;
    return n;
}

/* Would the character at p (n bytes) steer a terminal or end the value: C0 and C1 controls, quotes,
 * backslash, and those that turn the direction of text (U+200E, F, U+202A to E, U+2066 to 9). */
static bool is_unsafe(const unsigned char *p, size_t n)
{
    if (n == 1)
        return p[0] < 0x20 || p[0] == 0x7f || p[0] == '"' || p[0] == '\\';
    if (n == 2)
        return p[0] == 0xc2 && p[1] <= 0x9f;
    if (n != 3 || p[0] != 0xe2)
        return false;
    return (p[1] == 0x80 && ((p[2] >= 0x8e && p[2] <= 0x8f) || (p[2] >= 0xaa && p[2] <= 0xae))) ||
           (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9);
}

static bool needs_quotes(const char *text)
{
    if (text[0] == '\0')
        return true;
    for (const unsigned char *p = (const unsigned char *)text; *p != '\0';) {
        const size_t n = character_at(p);

        if (n == 0 || *p == ' ' || *p == '=' || is_unsafe(p, n))
            return true;
        p += n;
    }
    return false;
}

static unsigned code_point(const unsigned char *p, size_t n)
{
    if (n == 1)
        return p[0];
    if (n == 2)
        return (p[0] & 0x1fU) << 6 | (p[1] & 0x3fU);
    return (p[0] & 0x0fU) << 12 | (p[1] & 0x3fU) << 6 | (p[2] & 0x3fU);
}

/* What is no character becomes U+FFFD, so that a line is valid UTF-8 whatever came in. */
static void add_escaped(struct buf *line, const char *text)
{
    const unsigned char *run = (const unsigned char *)text;

    for (const unsigned char *p = run; *p != '\0';) {
        const size_t n = character_at(p);

        if (n > 0 && !is_unsafe(p, n)) {
            p += n;
            if (*p == '\0')
                buf_add(line, run, (size_t)(p - run));
            continue;
        }
        buf_add(line, run, (size_t)(p - run));
        if (n == 0)
            buf_add_text(line, "\\ufffd");
        else if (*p == '"' || *p == '\\')
            buf_add_format(line, "\\%c", *p);
        else
            buf_add_format(line, "\\u%04x", code_point(p, n));
        p += n == 0 ? 1 : n;
        run = p;
    }
}

static void add_quoted(struct buf *line, const char *text)
{
    buf_add_text(line, "\"");
    add_escaped(line, text);
    buf_add_text(line, "\"");
}

static void add_field(struct buf *line, bool json, const struct log_field *field)
{
    buf_add_text(line, json ? ",\"" : " ");
    buf_add_text(line, field->key);
    buf_add_text(line, json ? "\":" : "=");
    if (field->text == NULL)
        buf_add_format(line, "%lld", (long long)field->number);
    else if (json || needs_quotes(field->text))
        add_quoted(line, field->text);
    else
        buf_add_text(line, field->text);
}

void log_write(enum log_level level, const char *event, const struct log_field *fields,
               size_t count)
{
    const bool json = atomic_load(&sink_format) == (int)LOG_JSON;
    struct buf line = {0};
    char now[CLOCK_TEXT_SIZE];
    ssize_t written = 0;

    if ((int)level > atomic_load(&sink_level))
        return;
    clock_format_utc(clock_now(), now);
    buf_add_format(&line,
                   json ? "{\"ts\":\"%s\",\"level\":\"%s\",\"event\":\"%s\""
                        : "ts=%s level=%s event=%s",
                   now, level_names[level], event);
    if (request_id[0] != '\0')
        add_field(&line, json, &F_STR("req", request_id));
    for (size_t i = 0; i < count; i++)
        add_field(&line, json, &fields[i]);
    if (!buf_add_text(&line, json ? "}\n" : "\n") && line.len > 0)
        line.data[line.len - 1] = '\n'; /* short of what did not fit, and a line all the same */

    /* One write a line, so that lines of several threads never mix; a full disk must not stop us.
     */
    if (line.data != NULL)
        written = write(STDERR_FILENO, line.data, line.len);
    (void)written;
    buf_free(&line);
}
