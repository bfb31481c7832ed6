#include "base/clock.h"
#include "xml/datetime.h"

#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SECOND INT64_C(1000000)

/* Texts and the moment in UTC that they mean, as the clock prints it. */
static const struct {
    const char *text;
    const char *utc;
} readable[] = {
    {"2026-01-31T12:00:00", "2026-01-31T11:00:00.000Z"},
    {"2026-07-31T12:00:00", "2026-07-31T10:00:00.000Z"},
    {"2026-07-31T12:00:00Z", "2026-07-31T12:00:00.000Z"},
    {"2026-07-31T12:00:00+02:00", "2026-07-31T10:00:00.000Z"},
    {"2026-07-31T12:00:00-05:30", "2026-07-31T17:30:00.000Z"},
    {"2026-07-31T12:00:00+14:00", "2026-07-30T22:00:00.000Z"},
    {"2026-07-31T12:00:00.5Z", "2026-07-31T12:00:00.500Z"},
    {"2026-07-31T12:00:00.1234567Z", "2026-07-31T12:00:00.123Z"},
    {"2026-07-31T12:00:00.123456789+00:00", "2026-07-31T12:00:00.123Z"},
    {"2011-07-01", "2011-06-30T22:00:00.000Z"},
    {"2011-07-01Z", "2011-07-01T00:00:00.000Z"},
    {"2011-12-01+01:00", "2011-11-30T23:00:00.000Z"},
    {" \r\n\t2026-01-31T12:00:00Z\n ", "2026-01-31T12:00:00.000Z"},
    {"2026-01-31T24:00:00Z", "2026-02-01T00:00:00.000Z"},
    {"2026-12-31T24:00:00", "2026-12-31T23:00:00.000Z"},
    {"2016-12-31T23:59:60Z", "2016-12-31T23:59:59.000Z"},
    {"2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"},
    {"2000-02-29T00:00:00Z", "2000-02-29T00:00:00.000Z"},
    {"9999-12-31T23:59:59Z", "9999-12-31T23:59:59.000Z"},
    {"1969-12-31T23:00:00", "1969-12-31T22:00:00.000Z"},
    /* autumn: the hour that comes twice is its first occurrence */
    {"2026-10-25T01:59:59", "2026-10-24T23:59:59.000Z"},
    {"2026-10-25T02:00:00", "2026-10-25T00:00:00.000Z"},
    {"2026-10-25T02:30:00", "2026-10-25T00:30:00.000Z"},
    {"2026-10-25T02:59:59", "2026-10-25T00:59:59.000Z"},
    {"2026-10-25T03:00:00", "2026-10-25T02:00:00.000Z"},
    {"2026-10-25", "2026-10-24T22:00:00.000Z"},
    {"2026-10-26", "2026-10-25T23:00:00.000Z"},
    /* spring: the hour that is skipped moves forward */
    {"2026-03-29T01:59:59", "2026-03-29T00:59:59.000Z"},
    {"2026-03-29T02:00:00", "2026-03-29T01:00:00.000Z"},
    {"2026-03-29T02:30:00", "2026-03-29T01:30:00.000Z"},
    {"2026-03-29T03:00:00", "2026-03-29T01:00:00.000Z"},
    {"2026-03-29T03:30:00", "2026-03-29T01:30:00.000Z"},
};

START_TEST(a_date_means_its_moment)
{
    struct datetime datetime = {0};
    char utc[CLOCK_TEXT_SIZE];

    ck_assert_msg(datetime_parse(readable[_i].text, &datetime), "%s", readable[_i].text);
    ck_assert(datetime.given);
    clock_format_utc(datetime.when, utc);
    ck_assert_str_eq(utc, readable[_i].utc);
}
END_TEST

START_TEST(microseconds_are_kept)
{
    struct datetime datetime = {0};

    ck_assert(datetime_parse("1970-01-01T00:00:01.123456999Z", &datetime));
    ck_assert_int_eq(datetime.when, 1123456);
}
END_TEST

static const char *const unset[] = {"0001-01-01T00:00:00", "0001-01-01T00:00:00Z",
                                    "0001-01-01T00:00:00+01:00", "0001-01-01",
                                    " 0001-12-31T24:00:00 "};

START_TEST(year_1_is_not_given)
{
    struct datetime datetime = {.given = true, .when = 1};

    ck_assert(datetime_parse(unset[_i], &datetime));
    ck_assert(!datetime.given);
    ck_assert_int_eq(datetime.when, 0);
}
END_TEST

static const char *const unreadable[] = {
    "",
    " ",
    "x",
    "2026",
    "2026-01",
    "2026-01-",
    "2026-1-01",
    "2026-01-1",
    "26-01-01",
    "12026-01-01",
    "-2026-01-01",
    "0000-01-01T00:00:00",
    "2026-00-01",
    "2026-13-01",
    "2026-01-00",
    "2026-01-32",
    "2026-04-31",
    "2026-02-29",
    "1900-02-29",
    "2026/01/01",
    "2026-01-01T",
    "2026-01-01 12:00:00",
    "2026-01-01t12:00:00Z",
    "2026-01-01T12:00:00z",
    "2026-01-01T12",
    "2026-01-01T12:00",
    "2026-01-01T12:00:0",
    "2026-01-01T12:00:00.",
    "2026-01-01T12:00:00.Z",
    "2026-01-01T12:00:00,5",
    "2026-01-01T12:00:00.1234567890",
    "2026-01-01T25:00:00",
    "2026-01-01T24:00:01",
    "2026-01-01T24:01:00",
    "2026-01-01T24:00:00.000001",
    "2026-01-01T12:60:00",
    "2026-01-01T12:00:61",
    "2026-01-01T12:00:00+1",
    "2026-01-01T12:00:00+01",
    "2026-01-01T12:00:00+0100",
    "2026-01-01T12:00:00+01:0",
    "2026-01-01T12:00:00+01:60",
    "2026-01-01T12:00:00+14:01",
    "2026-01-01T12:00:00+15:00",
    "2026-01-01T12:00:00ZZ",
    "2026-01-01T12:00:00Z+01:00",
    "2026-01-01T12:00:00 Z",
    "2026-01-01T12:00:00x",
    "2026-01-01x",
    "\xd9\xa2\xd9\xa0\xd9\xa2\xd9\xa6-01-01",
};

START_TEST(what_is_no_date_is_refused_and_changes_nothing)
{
    struct datetime datetime = {.given = true, .when = 42};

    ck_assert_msg(!datetime_parse(unreadable[_i], &datetime), "%s", unreadable[_i]);
    ck_assert(datetime.given);
    ck_assert_int_eq(datetime.when, 42);
}
END_TEST

static const struct {
    const char *utc;
    int micros;
    const char *local;
} shown[] = {
    {"2017-10-13T08:06:17Z", 743000, "2017-10-13T10:06:17.743"},
    {"2017-10-13T08:06:30Z", 960000, "2017-10-13T10:06:30.96"},
    {"2017-10-13T08:06:31Z", 20000, "2017-10-13T10:06:31.02"},
    {"2017-10-13T08:06:31Z", 500000, "2017-10-13T10:06:31.5"},
    {"2017-10-13T08:06:31Z", 0, "2017-10-13T10:06:31"},
    {"2017-10-13T08:06:31Z", 999, "2017-10-13T10:06:31"},
    {"2017-10-13T08:06:31Z", 999999, "2017-10-13T10:06:31.999"},
    {"2026-01-31T23:30:00Z", 0, "2026-02-01T00:30:00"},
    {"2026-03-29T00:59:59Z", 0, "2026-03-29T01:59:59"},
    {"2026-03-29T01:00:00Z", 0, "2026-03-29T03:00:00"},
    {"2026-10-25T00:59:59Z", 0, "2026-10-25T02:59:59"},
    {"2026-10-25T01:00:00Z", 0, "2026-10-25T02:00:00"},
    {"2026-12-31T23:00:00Z", 0, "2027-01-01T00:00:00"},
    {"2024-02-28T23:00:00Z", 0, "2024-02-29T00:00:00"},
    {"1969-12-31T22:59:59Z", 750000, "1969-12-31T23:59:59.75"},
    {"1969-12-30T23:00:00Z", 0, "1969-12-31T00:00:00"},
};

START_TEST(a_moment_is_shown_in_norwegian_time)
{
    struct datetime datetime = {0};
    char text[DATETIME_TEXT_SIZE];

    ck_assert(datetime_parse(shown[_i].utc, &datetime));
    for (int i = 0; i < 2; i++) { /* the second time from what is remembered */
        datetime_format(datetime.when + shown[_i].micros, text);
        ck_assert_str_eq(text, shown[_i].local);
    }
}
END_TEST

START_TEST(years_that_cannot_be_shown_stay_within_bounds)
{
    char text[DATETIME_TEXT_SIZE];

    datetime_format(INT64_MAX, text);
    ck_assert_mem_eq(text, "9999-12-31T23:59:59", 19);
    datetime_format(INT64_MIN, text);
    ck_assert_mem_eq(text, "0001-01-01T00:00:00", 19);
}
END_TEST

static void assert_as_libc_says(int64_t seconds)
{
    const time_t t = (time_t)seconds;
    struct tm tm = {0};
    char expected[DATETIME_TEXT_SIZE];
    char text[DATETIME_TEXT_SIZE];

    localtime_r(&t, &tm);
    strftime(expected, sizeof(expected), "%Y-%m-%dT%H:%M:%S", &tm);
    datetime_format(seconds * SECOND, text);
    ck_assert_str_eq(text, expected);
}

START_TEST(every_quarter_hour_is_shown_as_libc_shows_it)
{
    for (int64_t t = 1735689600; t < 1735689600 + 2 * 366 * 86400; t += 900)
        assert_as_libc_says(t);
    for (int64_t t = -2208988800; t < INT64_C(4102444800); t += 86400 * 5 + 12345)
        assert_as_libc_says(t);
}
END_TEST

START_TEST(what_is_shown_reads_back_as_the_same_moment)
{
    for (int64_t t = 1767225600; t < 1767225600 + 365 * 86400; t += 1799) {
        struct datetime datetime = {0};
        char text[DATETIME_TEXT_SIZE];

        datetime_format(t * SECOND, text);
        ck_assert(datetime_parse(text, &datetime));
        if (strncmp(text, "2026-10-25T02", 13) != 0) /* comes twice */
            ck_assert_int_eq(datetime.when, t * SECOND);
    }
}
END_TEST

static void *show_year(void *failed)
{
    for (int64_t t = 1767225600; t < 1767225600 + 365 * 86400; t += 3600) {
        char text[DATETIME_TEXT_SIZE];
        struct datetime datetime = {0};

        datetime_format(t * SECOND, text);
        if (!datetime_parse(text, &datetime) || datetime.when > t * SECOND ||
            datetime.when < (t - 3600) * SECOND)
            *(bool *)failed = true;
    }
    return NULL;
}

START_TEST(threads_do_not_disturb_each_other)
{
    pthread_t threads[4];
    bool failed[4] = {false};

    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, show_year, &failed[i]), 0);
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        ck_assert(!failed[i]);
    }
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

int main(void)
{
    Suite *suite = suite_create("datetime");
    TCase *cases = tcase_create("datetime");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    if (!datetime_setup())
        return EXIT_FAILURE;
    suite_add_tcase(suite, cases);
    tcase_add_loop_test(cases, a_date_means_its_moment, 0, COUNT(readable));
    tcase_add_test(cases, microseconds_are_kept);
    tcase_add_loop_test(cases, year_1_is_not_given, 0, COUNT(unset));
    tcase_add_loop_test(cases, what_is_no_date_is_refused_and_changes_nothing, 0,
                        COUNT(unreadable));
    tcase_add_loop_test(cases, a_moment_is_shown_in_norwegian_time, 0, COUNT(shown));
    tcase_add_test(cases, years_that_cannot_be_shown_stay_within_bounds);
    tcase_add_test(cases, every_quarter_hour_is_shown_as_libc_shows_it);
    tcase_add_test(cases, what_is_shown_reads_back_as_the_same_moment);
    tcase_add_test(cases, threads_do_not_disturb_each_other);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
