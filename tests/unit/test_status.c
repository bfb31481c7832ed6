#include "model/status.h"
#include "no_memory.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static struct arena *arena;

static void set_up(void)
{
    arena = arena_new();
    ck_assert_ptr_nonnull(arena);
}

static void tear_down(void)
{
    arena_free(&arena);
}

/* ------------------------------------------------------------------ a packer of its own */

struct packed {
    uint8_t data[2 * 65536 + 64];
    size_t len;
};

static void put(struct packed *packed, uint64_t number, int bytes)
{
    while (bytes-- > 0)
        packed->data[packed->len++] = (uint8_t)(number >> (8 * bytes));
}

static void put_change(struct packed *packed, int64_t when, enum status_type type)
{
    put(packed, (uint64_t)when, 8);
    put(packed, (uint64_t)type, 2);
}

static void put_notification(struct packed *packed, int64_t sent, enum transport_type transport,
                             const char *recipient)
{
    const size_t n = strlen(recipient);

    put(packed, (uint64_t)sent, 8);
    put(packed, (uint64_t)transport, 1);
    put(packed, n, 2);
    memcpy(packed->data + packed->len, recipient, n);
    packed->len += n;
}

static struct bytes bytes_of(const struct packed *packed)
{
    return (struct bytes){packed->data, packed->len};
}

/* A copy with nothing behind it, so that reading on is seen. */
static uint8_t *exact(const void *data, size_t n)
{
    uint8_t *copy = malloc(n == 0 ? 1 : n);

    ck_assert_ptr_nonnull(copy);
    memcpy(copy, data, n);
    return copy;
}

/* ------------------------------------------------------------------ history */

static const struct status_change changes[] = {
    {INT64_C(1508151330943000), STATUS_CREATED},
    {INT64_C(1508153318860000), STATUS_READ},
    {INT64_C(1508153318860001), STATUS_CONFIRMED},
    {0, STATUS_RESERVED},
    {-1, STATUS_NOT_SET},
    {INT64_MAX, STATUS_CREATED},
    {INT64_MIN, STATUS_READ},
};

START_TEST(history_comes_back_as_it_was_packed)
{
    static struct packed packed;
    const struct status_change *items = NULL;
    size_t count = 0;

    for (int i = 0; i < COUNT(changes); i++)
        put_change(&packed, changes[i].when, changes[i].type);
    ck_assert(status_history_unpack(arena, bytes_of(&packed), &items, &count));
    ck_assert_uint_eq(count, (size_t)COUNT(changes));
    ck_assert_uint_eq(status_history_count(bytes_of(&packed)), count);
    for (int i = 0; i < COUNT(changes); i++) {
        ck_assert_int_eq(items[i].when, changes[i].when);
        ck_assert_int_eq(items[i].type, changes[i].type);
    }
}
END_TEST

START_TEST(history_is_big_endian_as_the_database_writes_it)
{
    static const uint8_t packed[] = {0x00, 0x05, 0x5b, 0xa8, 0x8e, 0x4d, 0x3e, 0x58, 0x00, 0x0a};
    const struct status_change *items = NULL;
    size_t count = 0;

    ck_assert(status_history_unpack(arena, (struct bytes){packed, 10}, &items, &count));
    ck_assert_uint_eq(count, 1);
    ck_assert_int_eq(items[0].when, INT64_C(0x00055ba88e4d3e58));
    ck_assert_int_eq(items[0].type, STATUS_RESERVED);
}
END_TEST

START_TEST(empty_columns_are_empty_lists)
{
    const struct bytes nothing = {NULL, 0};
    const struct status_change *history = NULL;
    const struct status_notification *notifications = NULL;
    size_t count = 7;

    ck_assert(status_history_unpack(arena, nothing, &history, &count));
    ck_assert_uint_eq(count, 0);
    count = 7;
    ck_assert(status_notifications_unpack(arena, nothing, &notifications, &count));
    ck_assert_uint_eq(count, 0);
}
END_TEST

START_TEST(history_that_is_cut_is_refused_and_changes_nothing)
{
    const size_t n = (size_t)_i;
    static struct packed packed;
    const struct status_change *items = NULL;
    size_t count = 7;
    uint8_t *data = NULL;
    bool ok = false;

    put_change(&packed, 1, STATUS_CREATED);
    put_change(&packed, 2, STATUS_READ);
    data = exact(packed.data, n);
    ok = status_history_unpack(arena, (struct bytes){data, n}, &items, &count);
    free(data);
    ck_assert_int_eq(ok, n % 10 == 0);
    ck_assert_uint_eq(count, ok ? n / 10 : 7);
    ck_assert(ok || items == NULL);
}
END_TEST

/* ------------------------------------------------------------------ notifications */

static const struct status_notification notifications[] = {
    {TRANSPORT_EMAIL, {true, INT64_C(1508151330983000)}, "a@example.no"},
    {TRANSPORT_EMAIL, {true, 0}, "p\xc3\xb8st@example.no"},
    {TRANSPORT_SMS, {true, INT64_C(1508151331020000)}, "91929394"},
    {TRANSPORT_SMS, {false, INT64_MIN}, ""},
    {TRANSPORT_SMS, {true, INT64_MIN + 1}, "+4791929394"},
};

static void pack_all(struct packed *packed)
{
    for (int i = 0; i < COUNT(notifications); i++)
        put_notification(packed, notifications[i].sent.when, notifications[i].transport,
                         notifications[i].recipient);
}

START_TEST(notifications_come_back_as_they_were_packed)
{
    static struct packed packed;
    const struct status_notification *items = NULL;
    size_t count = 0;

    pack_all(&packed);
    ck_assert(status_notifications_unpack(arena, bytes_of(&packed), &items, &count));
    ck_assert_uint_eq(count, (size_t)COUNT(notifications));
    for (int i = 0; i < COUNT(notifications); i++) {
        ck_assert_int_eq(items[i].transport, notifications[i].transport);
        ck_assert_int_eq(items[i].sent.given, notifications[i].sent.given);
        ck_assert(!items[i].sent.given || items[i].sent.when == notifications[i].sent.when);
        ck_assert_str_eq(items[i].recipient, notifications[i].recipient);
    }
}
END_TEST

START_TEST(recipient_outlives_the_packed_bytes)
{
    static struct packed packed;
    const struct status_notification *items = NULL;
    size_t count = 0;

    pack_all(&packed);
    ck_assert(status_notifications_unpack(arena, bytes_of(&packed), &items, &count));
    memset(packed.data, 'x', packed.len);
    ck_assert_str_eq(items[0].recipient, notifications[0].recipient);
}
END_TEST

START_TEST(longest_recipient_fits)
{
    static struct packed packed;
    static char recipient[65536];
    const struct status_notification *items = NULL;
    size_t count = 0;

    memset(recipient, 'a', 65535);
    put_notification(&packed, 1, TRANSPORT_EMAIL, recipient);
    put_notification(&packed, 1, TRANSPORT_SMS, "1");
    ck_assert(status_notifications_unpack(arena, bytes_of(&packed), &items, &count));
    ck_assert_uint_eq(count, 2);
    ck_assert_uint_eq(strlen(items[0].recipient), 65535);
    ck_assert_str_eq(items[1].recipient, "1");
}
END_TEST

/* Each list, and then each text, needs room of its own that the arena's first block has not. */
START_TEST(unpacking_without_memory_is_refused)
{
    static struct packed packed;
    static char recipient[65536];
    const struct status_notification *items = NULL;
    size_t count = 7;
    bool ok = false;

    memset(recipient, 'a', 65535);
    put_notification(&packed, 1, TRANSPORT_EMAIL, recipient);
    ck_assert_ptr_nonnull(arena_alloc(arena, _i == 0 ? 65536 : 65536 - 64));
    memory_fails_at(1);
    ok = status_notifications_unpack(arena, bytes_of(&packed), &items, &count);
    memory_fails_at(0);
    ck_assert(ok ? count == 1 : count == 7 && items == NULL);
}
END_TEST

START_TEST(history_beyond_all_memory_is_refused)
{
    const struct status_change *items = NULL;
    const uint8_t byte = 0;
    size_t count = 7;

    ck_assert(!status_history_unpack(arena, (struct bytes){&byte, SIZE_MAX - SIZE_MAX % 10}, &items,
                                     &count));
    ck_assert(count == 7 && items == NULL);
}
END_TEST

/* Where whole records end. */
static bool is_whole(size_t n)
{
    size_t at = 0;

    for (int i = 0; i < COUNT(notifications) && at < n; i++)
        at += 11 + strlen(notifications[i].recipient);
    return at == n;
}

START_TEST(notifications_that_are_cut_are_refused_and_change_nothing)
{
    static struct packed packed;

    pack_all(&packed);
    for (size_t n = 0; n <= packed.len; n++) {
        const struct status_notification *items = NULL;
        size_t count = 7;
        uint8_t *data = exact(packed.data, n);
        const bool ok = status_notifications_unpack(arena, (struct bytes){data, n}, &items, &count);

        free(data);
        ck_assert_int_eq(ok, is_whole(n));
        ck_assert(ok || (count == 7 && items == NULL));
    }
}
END_TEST

/* ------------------------------------------------------------------ packing */

START_TEST(history_is_packed_as_the_form_says)
{
    static struct packed packed;
    struct bytes bytes = {0};

    for (int i = 0; i < COUNT(changes); i++)
        put_change(&packed, changes[i].when, changes[i].type);
    ck_assert(status_history_pack(arena, changes, (size_t)COUNT(changes), &bytes));
    ck_assert_uint_eq(bytes.len, packed.len);
    ck_assert_mem_eq(bytes.data, packed.data, packed.len);
}
END_TEST

START_TEST(notifications_are_packed_as_the_form_says)
{
    static struct packed packed;
    struct bytes bytes = {0};

    pack_all(&packed);
    ck_assert(
        status_notifications_pack(arena, notifications, (size_t)COUNT(notifications), &bytes));
    ck_assert_uint_eq(bytes.len, packed.len);
    ck_assert_mem_eq(bytes.data, packed.data, packed.len);
}
END_TEST

START_TEST(nothing_is_packed_as_bytes_that_are_there)
{
    struct bytes bytes = {0};

    ck_assert(status_notifications_pack(arena, NULL, 0, &bytes));
    ck_assert(bytes.data != NULL && bytes.len == 0);
    bytes = (struct bytes){0};
    ck_assert(status_history_pack(arena, NULL, 0, &bytes));
    ck_assert(bytes.data != NULL && bytes.len == 0);
}
END_TEST

/* Letters of two bytes behind _i of one: the last one that fits is whole. */
START_TEST(too_long_recipient_is_cut_between_characters)
{
    static char recipient[70000];
    const struct status_notification item = {.transport = TRANSPORT_SMS, .recipient = recipient};
    const struct status_notification *items = NULL;
    struct bytes bytes = {0};
    size_t count = 0;

    memset(recipient, 'a', (size_t)_i);
    for (size_t n = (size_t)_i; n < 65540; n += 2)
        memcpy(recipient + n, "\xc3\xb8", 2);
    ck_assert(status_notifications_pack(arena, &item, 1, &bytes));
    ck_assert(status_notifications_unpack(arena, bytes, &items, &count));
    ck_assert_uint_eq(strlen(items[0].recipient), _i == 0 ? 65534 : 65535);
}
END_TEST

START_TEST(packing_without_memory_is_refused)
{
    struct bytes bytes = {0};
    bool ok = false;

    ck_assert_ptr_nonnull(arena_alloc(arena, 65536));
    memory_fails_at(1);
    ok = _i == 0 ? status_history_pack(arena, changes, 1, &bytes)
                 : status_notifications_pack(arena, notifications, 1, &bytes);
    memory_fails_at(0);
    ck_assert_int_eq(ok, bytes.data != NULL);
}
END_TEST

/* ------------------------------------------------------------------ any bytes */

/* xorshift: the same numbers on every run */
static uint32_t random_number(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

/* Lengths are small numbers more often than chance would make them. */
static void random_bytes(uint32_t *state, uint8_t *data, size_t n)
{
    for (size_t i = 0; i < n; i++)
        data[i] = (uint8_t)(random_number(state) % 3 == 0 ? random_number(state) : 0);
}

START_TEST(any_bytes_are_unpacked_or_refused)
{
    uint32_t state = 1 + (uint32_t)_i;
    uint8_t data[200];

    for (int round = 0; round < 2000; round++) {
        const size_t n = random_number(&state) % sizeof(data);
        const struct status_change *history = NULL;
        const struct status_notification *items = NULL;
        size_t count = 0;
        uint8_t *copy = NULL;

        random_bytes(&state, data, n);
        copy = exact(data, n);
        if (status_history_unpack(arena, (struct bytes){copy, n}, &history, &count))
            ck_assert_uint_eq(10 * count, n);
        if (status_notifications_unpack(arena, (struct bytes){copy, n}, &items, &count))
            ck_assert_uint_le(11 * count, n);
        free(copy);
        arena_reset(arena);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("status");
    TCase *tcase = tcase_create("status");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    suite_add_tcase(suite, tcase);
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, history_comes_back_as_it_was_packed);
    tcase_add_test(tcase, history_is_big_endian_as_the_database_writes_it);
    tcase_add_test(tcase, empty_columns_are_empty_lists);
    tcase_add_loop_test(tcase, history_that_is_cut_is_refused_and_changes_nothing, 0, 21);
    tcase_add_test(tcase, notifications_come_back_as_they_were_packed);
    tcase_add_test(tcase, recipient_outlives_the_packed_bytes);
    tcase_add_test(tcase, longest_recipient_fits);
    tcase_add_loop_test(tcase, unpacking_without_memory_is_refused, 0, 2);
    tcase_add_test(tcase, history_beyond_all_memory_is_refused);
    tcase_add_test(tcase, notifications_that_are_cut_are_refused_and_change_nothing);
    tcase_add_test(tcase, history_is_packed_as_the_form_says);
    tcase_add_test(tcase, notifications_are_packed_as_the_form_says);
    tcase_add_test(tcase, nothing_is_packed_as_bytes_that_are_there);
    tcase_add_loop_test(tcase, too_long_recipient_is_cut_between_characters, 0, 2);
    tcase_add_loop_test(tcase, packing_without_memory_is_refused, 0, 2);
    tcase_add_loop_test(tcase, any_bytes_are_unpacked_or_refused, 0, 16);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
