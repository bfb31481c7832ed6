/* Macros in texts of notifications: $reporteeName$ and its kin (domain.md 6.2). */
#ifndef DPVD_MODEL_MACRO_H
#define DPVD_MODEL_MACRO_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MACRO_ADDRESS_LINES = 3 };

/* A service by number, with its name in the language of the text. */
struct service_name {
    const char *code;
    int32_t edition;
    const char *name;
};

/* What the macros stand for; NULL: nothing is known, the macro is replaced by nothing. */
struct macro_values {
    bool person;        /* the reportee is one */
    const char *number; /* of the reportee: given away only if it is an organisation's */
    const char *name;
    const char *first_name;
    const char *middle_name;
    const char *last_name;
    const char *address[MACRO_ADDRESS_LINES];
    const char *postal_code;
    const char *postal_area;
    const char *email;
    const char *mobile;
    const char *service;                 /* the message's own */
    const char *portal;                  /* $portalName$: what the installation calls itself */
    const struct service_name *services; /* for $servicename|SC:code|SEC:edition$ */
    size_t service_count;
};

/* The text with all macros replaced, once: what a value looks like does not matter. Unknown macros
 * and services stay as they are. NULL: memory ran out. */
char *macro_expand(struct arena *arena, const char *text, const struct macro_values *values);

/* Some macro of the text names a service by number. */
bool macro_names_service(const char *text);

#endif
