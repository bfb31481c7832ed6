/* The parameters of one statement, all in binary form. */
#ifndef DPVD_STORE_PARAMS_H
#define DPVD_STORE_PARAMS_H

#include "base/arena.h"
#include "model/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PARAMS_MAX = 64 };

/* Starts as {0}; added in the order of $1, $2 ... Texts and bytes are not copied. */
struct params {
    int count;
    const char *values[PARAMS_MAX];
    int lengths[PARAMS_MAX];
    uint32_t types[PARAMS_MAX];   /* 0: an array, or a null that has none */
    uint64_t numbers[PARAMS_MAX]; /* in network byte order: what values of numbers point to */
};

void params_null(struct params *params);
void params_int2(struct params *params, int value);
void params_int4(struct params *params, int32_t value);
void params_int8(struct params *params, int64_t value);
void params_bool(struct params *params, bool value);
void params_choice(struct params *params, enum choice choice);
void params_text(struct params *params, const char *text); /* NULL: null */

/* The same, cut behind max characters. */
void params_text_cut(struct params *params, const char *text, size_t max);

void params_bytes(struct params *params, const void *data, size_t n);

/* timestamptz from microseconds since 1970 UTC. */
void params_time(struct params *params, int64_t when);
void params_moment(struct params *params, struct moment moment);

/* The ends of a span of time: what is not given is the first or the last moment that there is. */
void params_from(struct params *params, struct moment moment);
void params_to(struct params *params, struct moment moment);

/* text[], int4[] and timestamptz[]; built in arena. false: memory ran out, or more than an array
 * holds. */
bool params_texts(struct params *params, struct arena *arena, const char *const *texts,
                  size_t count);
bool params_int4s(struct params *params, struct arena *arena, const int32_t *numbers, size_t count);
bool params_times(struct params *params, struct arena *arena, const int64_t *times, size_t count);

/* One array for each column of rows that have the same columns, none of them an array. The same
 * errors. */
bool params_columns(struct params *params, struct arena *arena, const struct params *rows,
                    size_t count);

#endif
