/* One event, one line: logfmt or JSON on standard error. */
#ifndef DPVD_BASE_LOG_H
#define DPVD_BASE_LOG_H

#include <stddef.h>
#include <stdint.h>

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };
enum log_format { LOG_LOGFMT, LOG_JSON };

struct log_field {
    const char *key;
    const char *text; /* NULL: the number counts */
    int64_t number;
};

#define F_STR(key, value) ((struct log_field){(key), (value) != NULL ? (value) : "", 0})
#define F_INT(key, value) ((struct log_field){(key), NULL, (int64_t)(value)})

/* Writes one line if level is switched on: time, level, event, the thread's request id, the fields.
 * Values are escaped (quotes, control and C1 characters); event and keys are constants. */
#define log_event(level, event, ...)                                                               \
    log_write((level), (event), (const struct log_field[]){__VA_ARGS__},                           \
              sizeof((const struct log_field[]){__VA_ARGS__}) / sizeof(struct log_field))

void log_write(enum log_level level, const char *event, const struct log_field *fields,
               size_t count);

/* Process-wide; called by main before threads start and on SIGHUP. */
void log_setup(enum log_level level, enum log_format format);

/* The request id that this thread's lines carry; NULL ends it. The text is copied (31 bytes). */
void log_set_request(const char *id);

#endif
