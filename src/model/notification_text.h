/* What a notification says: template, tokens and macros become subject and text (domain.md 6.2). */
#ifndef DPVD_MODEL_NOTIFICATION_TEXT_H
#define DPVD_MODEL_NOTIFICATION_TEXT_H

#include "base/arena.h"
#include "model/macro.h"

#include <stdbool.h>
#include <stddef.h>

enum { SMS_CHARACTERS = 700 };

/* What one notification is made of; NULL: there is none, as for every string here. */
struct notification_wording {
    const char *subject;       /* of the template: {0}, {1} ... are the sender's tokens */
    const char *text;          /* of the template, for this channel */
    const char *prefix;        /* in front of the text; only given for a reminder */
    const char *mark;          /* in front of subject and text; only given outside of production */
    const char *language_code; /* of the words used when nothing else is left to say */
    const char *const *tokens; /* in the order in which the sender gave them */
    size_t token_count;
    bool sms;
    struct macro_values macros;
};

struct notification_text {
    const char *subject; /* one line, never blank */
    const char *text;    /* never blank; lines end with \n */
    bool cut;            /* an SMS that was too long */
};

/* Fills in tokens and macros, puts prefix and mark in front, hides the last five digits of identity
 * numbers, takes control characters out, and cuts an SMS at SMS_CHARACTERS. A text that would be
 * blank is the subject, a subject that would be blank is the standard one. false: memory ran out.
 */
bool notification_text_make(struct arena *arena, const struct notification_wording *wording,
                            struct notification_text *text_out);

#endif
