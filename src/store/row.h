/* Reads columns of a binary result. */
#ifndef DPVD_STORE_ROW_H
#define DPVD_STORE_ROW_H

#include "base/arena.h"
#include "base/bytes.h"

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

/* One row while its columns are read from left to right; null reads as 0, false or NULL. Starts
 * with arena, result and row set. failed: memory ran out on the way. */
struct row {
    struct arena *arena;
    const PGresult *result;
    int row;
    int column;
    bool failed;
};

int32_t row_int2(struct row *row);
int32_t row_int4(struct row *row);
int64_t row_int8(struct row *row);
bool row_bool(struct row *row);
int64_t row_time(struct row *row);   /* microseconds since 1970 UTC */
bool row_has(const struct row *row); /* the column that comes next is not null */
void row_skip(struct row *row, int columns);

/* Copied to the arena. */
const char *row_text(struct row *row);

/* Where they stand in the result: valid as long as it. */
const char *row_text_inside(struct row *row);
struct bytes row_bytes_inside(struct row *row);

#endif
