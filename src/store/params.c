#include "store/params.h"

#include <assert.h>
#include <endian.h>
#include <limits.h>
#include <string.h>

/* PostgreSQL counts from 2000-01-01. */
#define EPOCH_2000 INT64_C(946684800000000)

/* pg_type.h: these never change. */
enum {
    OID_NONE = 0,
    OID_BOOL = 16,
    OID_BYTEA = 17,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_TEXT = 25,
    OID_TIMESTAMPTZ = 1184,
};

/* Between these lies every time that is stored. */
#define FIRST_MOMENT INT64_C(-62135596800000000) /* 0001-01-01 */
#define LAST_MOMENT INT64_C(253402300799999999)  /* 9999-12-31 */

static void add(struct params *params, uint32_t type, const void *value, size_t n)
{
    assert(params->count < PARAMS_MAX && n <= INT_MAX);
    params->types[params->count] = type;
    params->values[params->count] = value;
    params->lengths[params->count] = (int)n;
    params->count++;
}

/* The n low bytes of a number that is in host order. */
static void add_number(struct params *params, uint32_t type, uint64_t number, size_t n)
{
    uint64_t *room = &params->numbers[params->count];

    *room = htobe64(number << (64 - 8 * n));
    add(params, type, room, n);
}

void params_null(struct params *params)
{
    add(params, OID_NONE, NULL, 0);
}

void params_int2(struct params *params, int value)
{
    add_number(params, OID_INT2, (uint64_t)value, 2);
}

void params_int4(struct params *params, int32_t value)
{
    add_number(params, OID_INT4, (uint64_t)value, 4);
}

void params_int8(struct params *params, int64_t value)
{
    add_number(params, OID_INT8, (uint64_t)value, 8);
}

void params_bool(struct params *params, bool value)
{
    add_number(params, OID_BOOL, value ? 1 : 0, 1);
}

void params_choice(struct params *params, enum choice choice)
{
    if (choice == CHOICE_NOT_GIVEN)
        add(params, OID_BOOL, NULL, 0);
    else
        params_bool(params, choice == CHOICE_YES);
}

void params_text(struct params *params, const char *text)
{
    add(params, OID_TEXT, text, text == NULL ? 0 : strlen(text));
}

void params_text_cut(struct params *params, const char *text, size_t max)
{
    size_t n = 0;

    for (size_t characters = 0; text != NULL && text[n] != '\0'; n++) {
        if (((unsigned char)text[n] & 0xc0) != 0x80 && characters++ == max)
            break;
    }
    add(params, OID_TEXT, text, n);
}

void params_bytes(struct params *params, const void *data, size_t n)
{
    add(params, OID_BYTEA, data, n);
}

void params_time(struct params *params, int64_t when)
{
    add_number(params, OID_TIMESTAMPTZ, (uint64_t)(when - EPOCH_2000), 8);
}

void params_moment(struct params *params, struct moment moment)
{
    if (moment.given)
        params_time(params, moment.when);
    else
        add(params, OID_TIMESTAMPTZ, NULL, 0);
}

/* A time outside the years that a message can have would be outside PostgreSQL's too. */
static void add_within(struct params *params, int64_t when)
{
    if (when < FIRST_MOMENT)
        when = FIRST_MOMENT;
    params_time(params, when > LAST_MOMENT ? LAST_MOMENT : when);
}

void params_from(struct params *params, struct moment moment)
{
    add_within(params, moment.given ? moment.when : FIRST_MOMENT);
}

void params_to(struct params *params, struct moment moment)
{
    add_within(params, moment.given ? moment.when : LAST_MOMENT);
}

static uint8_t *put4(uint8_t *at, uint32_t number)
{
    number = htobe32(number);
    memcpy(at, &number, sizeof(number));
    return at + sizeof(number);
}

/* array_recv: dimensions, has nulls, type of elements; then for the one dimension its size and the
 * number of its first element. An empty array has no dimension. */
static uint8_t *put_array_head(uint8_t *at, uint32_t type, size_t count)
{
    at = put4(at, count > 0 ? 1 : 0);
    at = put4(at, 1);
    at = put4(at, type);
    if (count == 0)
        return at;
    at = put4(at, (uint32_t)count);
    return put4(at, 1);
}

static uint8_t *put_element(uint8_t *at, const void *data, size_t n)
{
    at = put4(at, data == NULL ? UINT32_MAX : (uint32_t)n);
    if (data != NULL)
        memcpy(at, data, n);
    return data == NULL ? at : at + n;
}

bool params_texts(struct params *params, struct arena *arena, const char *const *texts,
                  size_t count)
{
    size_t size = 20 + 4 * count;
    uint8_t *room = NULL;
    uint8_t *at = NULL;

    for (size_t i = 0; i < count; i++)
        size += texts[i] == NULL ? 0 : strlen(texts[i]);
    room = size > INT_MAX ? NULL : arena_alloc(arena, size);
    if (room == NULL)
        return false;
    at = put_array_head(room, OID_TEXT, count);
    for (size_t i = 0; i < count; i++)
        at = put_element(at, texts[i], texts[i] == NULL ? 0 : strlen(texts[i]));
    add(params, OID_NONE, room, (size_t)(at - room));
    return true;
}

bool params_int4s(struct params *params, struct arena *arena, const int32_t *numbers, size_t count)
{
    const size_t size = 20 + 8 * count;
    uint8_t *room = size > INT_MAX ? NULL : arena_alloc(arena, size);
    uint8_t *at = NULL;

    if (room == NULL)
        return false;
    at = put_array_head(room, OID_INT4, count);
    for (size_t i = 0; i < count; i++)
        at = put4(put4(at, 4), (uint32_t)numbers[i]);
    add(params, OID_NONE, room, (size_t)(at - room));
    return true;
}

bool params_times(struct params *params, struct arena *arena, const int64_t *times, size_t count)
{
    const size_t size = 20 + 12 * count;
    uint8_t *room = size > INT_MAX ? NULL : arena_alloc(arena, size);
    uint8_t *at = NULL;

    if (room == NULL)
        return false;
    at = put_array_head(room, OID_TIMESTAMPTZ, count);
    for (size_t i = 0; i < count; i++) {
        const uint64_t number = htobe64((uint64_t)(times[i] - EPOCH_2000));

        at = put_element(at, &number, sizeof(number));
    }
    add(params, OID_NONE, room, (size_t)(at - room));
    return true;
}

static bool add_column(struct params *params, struct arena *arena, const struct params *rows,
                       size_t count, int column)
{
    size_t size = 20 + 4 * count;
    uint8_t *room = NULL;
    uint8_t *at = NULL;

    for (size_t i = 0; i < count; i++)
        size += (size_t)rows[i].lengths[column];
    room = size > INT_MAX ? NULL : arena_alloc(arena, size);
    if (room == NULL)
        return false;
    at = put_array_head(room, rows[0].types[column], count);
    for (size_t i = 0; i < count; i++)
        at = put_element(at, rows[i].values[column], (size_t)rows[i].lengths[column]);
    add(params, OID_NONE, room, (size_t)(at - room));
    return true;
}

bool params_columns(struct params *params, struct arena *arena, const struct params *rows,
                    size_t count)
{
    for (int column = 0; column < rows[0].count; column++) {
        assert(rows[0].types[column] != OID_NONE);
        if (!add_column(params, arena, rows, count, column))
            return false;
    }
    return true;
}
