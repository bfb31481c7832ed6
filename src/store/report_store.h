/* What the operator reports about use (domain.md 4.6, 10.6). */
#ifndef DPVD_STORE_REPORT_STORE_H
#define DPVD_STORE_REPORT_STORE_H

#include "base/arena.h"
#include "model/sender.h"
#include "store/desk.h"

#include <stddef.h>

/* Messages of one actual sender by one technical sender. What a report does not tell is 0. */
struct usage_line {
    const char *actual_number;
    const char *actual_name;   /* NULL: no register knows it */
    enum sender_kind kind;     /* of the actual sender; 0: it is no sender */
    enum sender_status status; /* the same */
    const char *technical_number;
    const char *technical_name;
    int64_t messages;
    int64_t unverified; /* of these, for an actual sender without agreement */
    int64_t unchecked;  /* of these, while nobody looked (on_behalf_of_check is off) */
    int64_t total;      /* of the actual sender, by whomever */
    int64_t first;      /* when the first and the last one came */
    int64_t last;
};

struct usage_lines {
    const struct usage_line *items;
    size_t count;
};

/* A calendar year, those with the most messages first; a line for each technical sender. */
bool report_store_usage(struct desk *desk, struct arena *arena, int32_t year,
                        struct usage_lines *lines_out, struct err *err);

/* The same with one line an actual sender; its technical senders are not told. */
bool report_store_totals(struct desk *desk, struct arena *arena, int32_t year,
                         struct usage_lines *lines_out, struct err *err);

/* Messages from one time on and before another that were sent for somebody who was not verified. */
bool report_store_on_behalf_of(struct desk *desk, struct arena *arena, int64_t from, int64_t to,
                               struct usage_lines *lines_out, struct err *err);

#endif
