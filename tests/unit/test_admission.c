#include "http/admission.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* 1000 bytes, 100 of them for requests of up to 10; an address may fill 300. */
static const struct admission_limits limits = {1000, 100, 10, 30, 2};

static struct admission *a;
static struct address *first;
static struct address *second;
static struct ticket *woken[8];
static int woken_count;

static void note(struct ticket *ticket)
{
    woken[woken_count++] = ticket;
}

static void open_accounts(void)
{
    a = admission_new(&limits);
    first = admission_connect(a, (const uint8_t *)"first___________");
    second = admission_connect(a, (const uint8_t *)"second__________");
    woken_count = 0;
}

static void close_accounts(void)
{
    ck_assert_int_eq(admission_held(a), 0);
    admission_disconnect(a, &first);
    admission_disconnect(a, &second);
    admission_free(&a);
    ck_assert_ptr_null(a);
}

static struct ticket ticket_of(struct address *address)
{
    return (struct ticket){.address = address, .ready = note};
}

/* A request that holds n bytes. */
static void hold(struct ticket *ticket, struct address *address, int64_t n)
{
    *ticket = ticket_of(address);
    ck_assert(admission_begin(a, ticket, n));
    ck_assert(admission_take(a, ticket, n));
}

START_TEST(held_bytes_come_back_when_the_request_ends)
{
    struct ticket t;

    hold(&t, first, 500);
    ck_assert_int_eq(admission_held(a), 500);
    admission_end(a, &t);
    ck_assert_int_eq(admission_held(a), 0);
    admission_end(a, &t);
    ck_assert_int_eq(admission_held(a), 0);
}
END_TEST

START_TEST(a_lone_large_request_may_fill_all_but_the_reserve)
{
    struct ticket t;
    struct ticket more = ticket_of(second);

    hold(&t, first, 900);
    ck_assert(!admission_take(a, &t, 1));
    ck_assert(!admission_begin(a, &more, 11));
    admission_end(a, &t);
}
END_TEST

START_TEST(announcing_takes_nothing_from_others)
{
    struct ticket t = ticket_of(first);
    struct ticket other;

    ck_assert(admission_begin(a, &t, 900));
    hold(&other, second, 900);
    admission_end(a, &other);
    admission_end(a, &t);
}
END_TEST

START_TEST(what_could_never_fit_is_refused_at_once)
{
    struct ticket t = ticket_of(first);

    ck_assert(!admission_begin(a, &t, 901));
    ck_assert(!admission_begin(a, &t, INT64_C(1) << 50));
}
END_TEST

START_TEST(small_requests_use_the_reserve)
{
    struct ticket large;
    struct ticket small;
    struct ticket unknown = ticket_of(second);

    hold(&large, first, 900);
    hold(&small, second, 10);
    ck_assert(admission_begin(a, &unknown, ADMISSION_UNKNOWN));
    ck_assert(admission_take(a, &unknown, 10));
    ck_assert(!admission_take(a, &unknown, 1)); /* it would be large now */
    admission_end(a, &unknown);
    admission_end(a, &small);
    admission_end(a, &large);
}
END_TEST

START_TEST(one_address_cannot_fill_the_reserve)
{
    struct ticket large;
    struct ticket small[3];
    struct ticket more = ticket_of(first);
    struct ticket other;

    hold(&large, first, 900);
    for (int i = 0; i < 3; i++)
        hold(&small[i], first, 10);
    ck_assert(!admission_begin(a, &more, 10));
    hold(&other, second, 10);
    for (int i = 0; i < 3; i++)
        admission_end(a, &small[i]);
    admission_end(a, &other);
    admission_end(a, &large);
}
END_TEST

START_TEST(further_requests_of_an_address_share_its_part)
{
    struct ticket oldest;
    struct ticket younger = ticket_of(first);
    struct ticket other;

    hold(&oldest, first, 200);
    ck_assert(admission_begin(a, &younger, 300));
    ck_assert(admission_take(a, &younger, 100));
    ck_assert(!admission_take(a, &younger, 1));
    ck_assert(admission_take(a, &oldest, 200)); /* bounded by the total alone */
    hold(&other, second, 400);
    admission_end(a, &oldest);
    ck_assert(admission_take(a, &younger, 200)); /* the oldest now */
    admission_end(a, &younger);
    admission_end(a, &other);
}
END_TEST

START_TEST(a_wait_ends_when_somebody_gives_back)
{
    struct ticket holder;
    struct ticket waiting;

    hold(&waiting, first, 100);
    hold(&holder, second, 800);
    ck_assert(!admission_take(a, &waiting, 50));
    admission_wait(a, &waiting, 50, INT64_MAX);
    ck_assert_int_eq(woken_count, 0);
    admission_end(a, &holder);
    ck_assert_int_eq(woken_count, 1);
    ck_assert(!waiting.refused);
    ck_assert_int_eq(waiting.held, 150);
    admission_end(a, &waiting);
}
END_TEST

START_TEST(a_wait_may_be_over_at_once)
{
    struct ticket t;

    hold(&t, first, 100);
    admission_wait(a, &t, 50, INT64_MAX);
    ck_assert_int_eq(woken_count, 1);
    ck_assert_int_eq(t.held, 150);
    admission_end(a, &t);
}
END_TEST

START_TEST(a_late_wait_is_refused)
{
    struct ticket holder;
    struct ticket waiting;

    hold(&waiting, first, 100);
    hold(&holder, second, 800);
    admission_wait(a, &waiting, 50, 1000);
    admission_expire(a, 999);
    ck_assert_int_eq(woken_count, 0);
    admission_expire(a, 1000);
    ck_assert_int_eq(woken_count, 1);
    ck_assert(waiting.refused);
    ck_assert_int_eq(waiting.held, 100);
    admission_end(a, &waiting);
    admission_end(a, &holder);
}
END_TEST

START_TEST(when_all_wait_for_each_other_the_youngest_gives_way)
{
    struct ticket older;
    struct ticket younger;

    hold(&older, first, 450);
    hold(&younger, second, 450);
    admission_wait(a, &older, 50, INT64_MAX);
    ck_assert_int_eq(woken_count, 0);
    admission_wait(a, &younger, 50, INT64_MAX);
    ck_assert_int_eq(woken_count, 1);
    ck_assert_ptr_eq(woken[0], &younger);
    ck_assert(younger.refused);
    admission_end(a, &younger);
    ck_assert_int_eq(woken_count, 2);
    ck_assert_ptr_eq(woken[1], &older);
    ck_assert(!older.refused);
    admission_end(a, &older);
}
END_TEST

START_TEST(running_small_requests_do_not_hide_that_the_large_ones_are_stuck)
{
    struct ticket small;
    struct ticket large[2];

    hold(&large[0], first, 450);
    hold(&large[1], second, 450);
    hold(&small, second, 5);
    admission_wait(a, &large[0], 50, INT64_MAX);
    admission_wait(a, &large[1], 50, INT64_MAX);
    ck_assert_int_eq(woken_count, 1);
    admission_end(a, &large[1]);
    admission_end(a, &large[0]);
    admission_end(a, &small);
}
END_TEST

START_TEST(an_address_has_a_bounded_number_of_connections)
{
    struct address *again = admission_connect(a, (const uint8_t *)"first___________");

    ck_assert_ptr_eq(again, first);
    ck_assert_ptr_null(admission_connect(a, (const uint8_t *)"first___________"));
    admission_disconnect(a, &again);
    again = admission_connect(a, (const uint8_t *)"first___________");
    ck_assert_ptr_nonnull(again);
    admission_disconnect(a, &again);
    ck_assert_ptr_null(again);
}
END_TEST

START_TEST(many_addresses_come_and_go)
{
    enum { COUNT = 5000 };
    static struct address *addresses[COUNT];
    uint8_t key[ADDRESS_KEY_SIZE] = {0};

    for (int i = 0; i < COUNT; i++) {
        memcpy(key, &i, sizeof(i));
        addresses[i] = admission_connect(a, key);
        ck_assert_ptr_nonnull(addresses[i]);
    }
    for (int i = 0; i < COUNT; i++)
        admission_disconnect(a, &addresses[i]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("admission");
    TCase *tests = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    tcase_add_checked_fixture(tests, open_accounts, close_accounts);
    tcase_add_test(tests, held_bytes_come_back_when_the_request_ends);
    tcase_add_test(tests, a_lone_large_request_may_fill_all_but_the_reserve);
    tcase_add_test(tests, announcing_takes_nothing_from_others);
    tcase_add_test(tests, what_could_never_fit_is_refused_at_once);
    tcase_add_test(tests, small_requests_use_the_reserve);
    tcase_add_test(tests, one_address_cannot_fill_the_reserve);
    tcase_add_test(tests, further_requests_of_an_address_share_its_part);
    tcase_add_test(tests, a_wait_ends_when_somebody_gives_back);
    tcase_add_test(tests, a_wait_may_be_over_at_once);
    tcase_add_test(tests, a_late_wait_is_refused);
    tcase_add_test(tests, when_all_wait_for_each_other_the_youngest_gives_way);
    tcase_add_test(tests, running_small_requests_do_not_hide_that_the_large_ones_are_stuck);
    tcase_add_test(tests, an_address_has_a_bounded_number_of_connections);
    tcase_add_test(tests, many_addresses_come_and_go);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
