/* How a function says what went wrong: it returns false and fills a struct err. */
#ifndef DPVD_BASE_ERR_H
#define DPVD_BASE_ERR_H

#include <stdbool.h>

enum err_kind {
    ERR_NONE,
    ERR_INVALID,   /* the request breaks a rule; sending it again will not help */
    ERR_MALFORMED, /* not the protocol at all, or hostile: nothing in it is believed */
    ERR_TOO_LARGE, /* more than a limit allows */
    ERR_DENIED,    /* the caller may not do this */
    ERR_NOT_FOUND, /* no such thing, or not the caller's to see */
    ERR_CONFLICT,  /* a setting forbids it: same reference, different content */
    ERR_BUSY,      /* nothing was stored; the caller should try again later */
    ERR_UNCERTAIN, /* the outcome of a commit is unknown */
    ERR_INTERNAL,  /* a bug or a broken machine */
};

struct err {
    enum err_kind kind;
    int code; /* the number the caller is told, 0 if none (an ErrorID on the SOAP wire) */
    char msg[256];
    bool personal; /* msg names an address: it is for the caller alone, never for the log */
    char guid[37]; /* names this failure to caller, log and audit; "" until one was given */
};

/* Fills err (cut at its size, always terminated) and returns false, so that a failing path ends in
 * `return err_set(...)`. The text never holds message content, passwords or person numbers. */
bool err_set(struct err *err, enum err_kind kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* As err_set, with the number the caller is told. */
bool err_set_code(struct err *err, enum err_kind kind, int code, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* Puts "context: " in front of the text that err already has; kind and code stay. */
bool err_wrap(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* ERR_BUSY: memory ran out. */
bool err_no_memory(struct err *err);

/* The kind as a word for the log: "invalid", "busy" ... */
const char *err_kind_name(enum err_kind kind);

#endif
