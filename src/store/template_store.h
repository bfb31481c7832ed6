/* Notification templates as the operator keeps them (domain.md 6.2). */
#ifndef DPVD_STORE_TEMPLATE_STORE_H
#define DPVD_STORE_TEMPLATE_STORE_H

#include "base/arena.h"
#include "store/desk.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One language of a template; NULL: it has no such text. */
struct template_record {
    const char *name;
    const char *language_code;
    const char *subject;
    const char *email_text;
    const char *sms_text;
    const char *reminder_prefix;
    const char *from_address;
    int64_t last_changed; /* microseconds since 1970 UTC */
};

/* All, or those of a name (NULL: any) and a language (NULL: any). */
bool template_store_list(struct desk *desk, struct arena *arena, const char *name,
                         const char *language_code, const struct template_record **records_out,
                         size_t *count_out, struct err *err);

/* Adds it, or takes the place of the one of this name and language. */
bool template_store_set(struct desk *desk, const struct template_record *record, struct err *err);

#endif
