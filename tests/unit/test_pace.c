/* When a gateway may be given something. */
#include "delivery/pace.h"
#include "xml/datetime.h"

#include <check.h>
#include <stdlib.h>

#define SECOND INT64_C(1000000)
#define NOON INT64_C(1768474800000000) /* 2026-01-15, 12:00 in Norway */

enum { MANY = 20 };

START_TEST(without_a_rate_all_may_go)
{
    struct pace pace = {.first_rest = SECOND};

    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(pace_allows(&pace, MANY, 0, NOON), MANY);
        pace_take(&pace);
    }
}
END_TEST

START_TEST(a_rate_is_kept_and_nothing_is_saved_up_beyond_a_second)
{
    struct pace pace = {.rate = 240};
    int64_t now = 1000 * SECOND;

    ck_assert_int_eq(pace_allows(&pace, MANY, now, NOON), 4);
    ck_assert_int_eq(pace_allows(&pace, 3, now, NOON), 3);
    for (int i = 0; i < 4; i++)
        pace_take(&pace);
    ck_assert_int_eq(pace_allows(&pace, MANY, now, NOON), 0);
    now += SECOND / 4;
    ck_assert_int_eq(pace_allows(&pace, MANY, now, NOON), 1);
    now += 3600 * SECOND;
    ck_assert_int_eq(pace_allows(&pace, MANY, now, NOON), 4);
}
END_TEST

START_TEST(a_rate_below_one_a_second_lets_one_through_at_a_time)
{
    struct pace pace = {.rate = 6};
    int64_t now = 1000 * SECOND;

    ck_assert_int_eq(pace_allows(&pace, MANY, now, NOON), 1);
    pace_take(&pace);
    ck_assert_int_eq(pace_allows(&pace, MANY, now + 9 * SECOND, NOON), 0);
    ck_assert_int_eq(pace_allows(&pace, MANY, now + 10 * SECOND, NOON), 1);
}
END_TEST

START_TEST(a_gateway_that_failed_rests_longer_each_time)
{
    struct pace pace = {.first_rest = 5 * SECOND};
    int64_t now = 1000 * SECOND;
    static const int64_t rests[] = {5, 10, 20, 40, 80, 160, 300, 300};

    for (size_t i = 0; i < sizeof(rests) / sizeof(rests[0]); i++) {
        pace_failed(&pace, now);
        ck_assert_int_eq(pace_allows(&pace, MANY, now + rests[i] * SECOND - 1, NOON), 0);
        now += rests[i] * SECOND;
        ck_assert_int_eq(pace_allows(&pace, MANY, now, NOON), 1);
    }
    pace_worked(&pace);
    ck_assert_int_eq(pace_allows(&pace, MANY, now, NOON), MANY);
    pace_failed(&pace, now);
    ck_assert_int_eq(pace_allows(&pace, MANY, now + 5 * SECOND, NOON), 1);
}
END_TEST

START_TEST(nothing_goes_out_beside_the_window)
{
    struct pace pace = {.has_window = true};

    ck_assert(datetime_setup());
    ck_assert(window_parse("11:30-12:30", &pace.window));
    ck_assert_int_eq(pace_allows(&pace, MANY, 0, NOON), MANY);
    ck_assert_int_eq(pace_allows(&pace, MANY, 0, NOON + 3600 * SECOND), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pace");
    TCase *tcase = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    tcase_add_test(tcase, without_a_rate_all_may_go);
    tcase_add_test(tcase, a_rate_is_kept_and_nothing_is_saved_up_beyond_a_second);
    tcase_add_test(tcase, a_rate_below_one_a_second_lets_one_through_at_a_time);
    tcase_add_test(tcase, a_gateway_that_failed_rests_longer_each_time);
    tcase_add_test(tcase, nothing_goes_out_beside_the_window);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
