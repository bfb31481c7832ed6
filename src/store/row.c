#include "store/row.h"

#include <assert.h>
#include <endian.h>
#include <string.h>

/* PostgreSQL counts from 2000-01-01. */
#define EPOCH_2000 INT64_C(946684800000000)

/* The next column's n bytes as a number in host order, in the high end; 0 for null. */
static uint64_t next_number(struct row *row, size_t n)
{
    const int column = row->column++;
    uint64_t number = 0;

    if (PQgetisnull(row->result, row->row, column))
        return 0;
    assert((size_t)PQgetlength(row->result, row->row, column) == n);
    memcpy(&number, PQgetvalue(row->result, row->row, column), n);
    return be64toh(number);
}

int32_t row_int2(struct row *row)
{
    return (int16_t)(next_number(row, 2) >> 48);
}

int32_t row_int4(struct row *row)
{
    return (int32_t)(next_number(row, 4) >> 32);
}

int64_t row_int8(struct row *row)
{
    return (int64_t)next_number(row, 8);
}

bool row_bool(struct row *row)
{
    return next_number(row, 1) != 0;
}

int64_t row_time(struct row *row)
{
    const bool has = row_has(row);
    const int64_t when = row_int8(row);

    if (!has)
        return 0;
    /* Infinity, and what comes close to it, stays where it is. */
    return when > INT64_MAX - EPOCH_2000 ? when : when + EPOCH_2000;
}

bool row_has(const struct row *row)
{
    return !PQgetisnull(row->result, row->row, row->column);
}

void row_skip(struct row *row, int columns)
{
    row->column += columns;
}

const char *row_text(struct row *row)
{
    const char *inside = row_text_inside(row);
    const char *copy = inside == NULL ? NULL : arena_strdup(row->arena, inside);

    row->failed = row->failed || (inside != NULL && copy == NULL);
    return copy;
}

/* libpq puts a NUL behind every value, also binary ones. */
const char *row_text_inside(struct row *row)
{
    const int column = row->column++;

    return PQgetisnull(row->result, row->row, column) ? NULL
                                                      : PQgetvalue(row->result, row->row, column);
}

struct bytes row_bytes_inside(struct row *row)
{
    const int column = row->column++;

    return (struct bytes){(const uint8_t *)PQgetvalue(row->result, row->row, column),
                          (size_t)PQgetlength(row->result, row->row, column)};
}
