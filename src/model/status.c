#include "model/status.h"

#include <string.h>

enum { HISTORY_RECORD = 10, NOTIFICATION_HEAD = 11, RECIPIENT_BYTES = 65535 };

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

static uint8_t *write_number(uint8_t *at, uint64_t number, size_t n)
{
    for (size_t i = n; i-- > 0; number >>= 8)
        at[i] = (uint8_t)number;
    return at + n;
}

bool status_history_pack(struct arena *arena, const struct status_change *changes, size_t count,
                         struct bytes *packed_out)
{
    uint8_t *data = arena_array(arena, count, HISTORY_RECORD);
    uint8_t *at = data;

    if (data == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        at = write_number(at, (uint64_t)changes[i].when, 8);
        at = write_number(at, (uint64_t)changes[i].type, 2);
    }
    *packed_out = (struct bytes){data, count * HISTORY_RECORD};
    return true;
}

/* How much of a recipient is kept: the length has two bytes, and no character is cut in two. */
static size_t kept_bytes(const char *recipient)
{
    size_t n = strnlen(recipient, RECIPIENT_BYTES + 1);

    if (n <= RECIPIENT_BYTES)
        return n;
    n = RECIPIENT_BYTES;
    while (n > 0 && ((unsigned char)recipient[n] & 0xc0) == 0x80)
        n--;
    return n;
}

bool status_notifications_pack(struct arena *arena, const struct status_notification *items,
                               size_t count, struct bytes *packed_out)
{
    size_t size = 0;
    uint8_t *data = NULL;
    uint8_t *at = NULL;

    for (size_t i = 0; i < count; i++)
        size += NOTIFICATION_HEAD + kept_bytes(items[i].recipient);
    data = at = arena_alloc(arena, size);
    if (data == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        const size_t n = kept_bytes(items[i].recipient);

        at = write_number(at, (uint64_t)(items[i].sent.given ? items[i].sent.when : INT64_MIN), 8);
        at = write_number(at, (uint64_t)items[i].transport, 1);
        at = write_number(at, n, 2);
        memcpy(at, items[i].recipient, n);
        at += n;
    }
    *packed_out = (struct bytes){data, size};
    return true;
}
