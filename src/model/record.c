#include "model/record.h"

#include "base/ident.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { NUMBER_SIZE = 32, TIME_SIZE = 48 };

static void add(struct record *record, struct buf *buf, const void *data, size_t n)
{
    record->failed = !buf_add(buf, data, n) || record->failed;
}

static void add_measured(struct record *record, const char *data, size_t n)
{
    uint8_t length[8];

    for (size_t i = 0; i < sizeof(length); i++)
        length[i] = (uint8_t)((uint64_t)n >> (56 - 8 * i));
    add(record, &record->canonical, length, sizeof(length));
    add(record, &record->canonical, data, n);
}

static void add_value(struct record *record, const char *name, const char *value, size_t n,
                      bool quoted)
{
    struct buf *json = &record->json;

    add_measured(record, name, strlen(name));
    add_measured(record, value, n);
    if (json->len > 1)
        add(record, json, ",", 1);
    add(record, json, "\"", 1);
    add(record, json, name, strlen(name));
    add(record, json, "\":", 2);
    if (quoted)
        record->failed = !buf_add_json(json, value, n) || record->failed;
    else
        add(record, json, value, n);
}

void record_begin(struct record *record, enum record_tag tag)
{
    const uint8_t byte = (uint8_t)tag;

    record->canonical.len = record->json.len = 0;
    record->failed = false;
    add(record, &record->canonical, &byte, 1);
    add(record, &record->json, "{", 1);
}

void record_number(struct record *record, const char *name, int64_t value)
{
    char text[NUMBER_SIZE];

    snprintf(text, sizeof(text), "%lld", (long long)value);
    add_value(record, name, text, strlen(text), false);
}

void record_unsigned(struct record *record, const char *name, uint64_t value)
{
    char text[NUMBER_SIZE];

    snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
    add_value(record, name, text, strlen(text), false);
}

void record_switch(struct record *record, const char *name, bool value)
{
    add_value(record, name, value ? "true" : "false", value ? 4 : 5, false);
}

void record_text(struct record *record, const char *name, const char *value, size_t n)
{
    add_value(record, name, value, n, true);
}

void record_hex(struct record *record, const char *name, const void *data, size_t n)
{
    struct buf hex = {0};
    char *room = buf_room(&hex, 2 * n);

    if (room == NULL) {
        record->failed = true;
        return;
    }
    ident_hex(data, n, room);
    add_value(record, name, room, 2 * n, true);
    buf_free(&hex);
}

void record_time(struct record *record, const char *name, int64_t when)
{
    const int64_t fraction = (when % 1000000 + 1000000) % 1000000;
    const time_t seconds = (time_t)(when / 1000000 - (when % 1000000 < 0 ? 1 : 0));
    struct tm tm = {0};
    char text[TIME_SIZE];

    if (gmtime_r(&seconds, &tm) == NULL || tm.tm_year < 1000 - 1900 || tm.tm_year > 9999 - 1900) {
        record_number(record, name, when);
        return;
    }
    snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", tm.tm_year + 1900,
             tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (int)fraction);
    add_value(record, name, text, strlen(text), true);
}

void record_end(struct record *record)
{
    add(record, &record->json, "}", 1);
}

void record_hash(const struct record *record, uint8_t hash_out[RECORD_HASH_SIZE])
{
    ident_sha256(record->canonical.data, record->canonical.len, hash_out);
}

void record_free(struct record *record)
{
    buf_free(&record->canonical);
    buf_free(&record->json);
}
