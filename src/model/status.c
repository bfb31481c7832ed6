#include "model/status.h"

#include <string.h>

enum { HISTORY_RECORD = 10, NOTIFICATION_HEAD = 11 };

static uint64_t read_number(const uint8_t *data, size_t n)
{
    uint64_t number = 0;

    for (size_t i = 0; i < n; i++)
        number = number << 8 | data[i];
    return number;
}

size_t status_history_count(struct bytes packed)
{
    return packed.len / HISTORY_RECORD;
}

bool status_history_unpack(struct arena *arena, struct bytes packed,
                           const struct status_change **changes_out, size_t *count_out)
{
    const size_t count = status_history_count(packed);
    struct status_change *changes = NULL;

    if (packed.len % HISTORY_RECORD != 0)
        return false;
    changes = arena_array(arena, count, sizeof(*changes));
    if (changes == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *record = packed.data + i * HISTORY_RECORD;

        changes[i].when = (int64_t)read_number(record, 8);
        changes[i].type = (enum status_type)read_number(record + 8, 2);
    }
    *changes_out = changes;
    *count_out = count;
    return true;
}

/* Number of records, or -1 if the bytes do not end with a whole one. */
static ptrdiff_t notifications_count(struct bytes packed)
{
    ptrdiff_t count = 0;

    for (size_t at = 0; at < packed.len; count++) {
        if (packed.len - at < NOTIFICATION_HEAD)
            return -1;
        at += NOTIFICATION_HEAD + read_number(packed.data + at + 9, 2);
        if (at > packed.len)
            return -1;
    }
    return count;
}

static const uint8_t *unpack_one(struct arena *arena, const uint8_t *record,
                                 struct status_notification *item)
{
    const int64_t sent = (int64_t)read_number(record, 8);
    const size_t length = (size_t)read_number(record + 9, 2);
    const char *recipient = (const char *)record + NOTIFICATION_HEAD;

    item->sent = (struct moment){sent != INT64_MIN, sent};
    item->transport = (enum transport_type)record[8];
    item->recipient = arena_strndup(arena, recipient, length);
    return item->recipient == NULL ? NULL : record + NOTIFICATION_HEAD + length;
}

bool status_notifications_unpack(struct arena *arena, struct bytes packed,
                                 const struct status_notification **items_out, size_t *count_out)
{
    const ptrdiff_t count = notifications_count(packed);
    struct status_notification *items = NULL;
    const uint8_t *record = packed.data;

    if (count < 0)
        return false;
    items = arena_array(arena, (size_t)count, sizeof(*items));
    if (items == NULL)
        return false;
    for (ptrdiff_t i = 0; i < count; i++) {
        record = unpack_one(arena, record, &items[i]);
        if (record == NULL)
            return false;
    }
    *items_out = items;
    *count_out = (size_t)count;
    return true;
}
