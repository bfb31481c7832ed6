/* When a notification may be sent, and what follows when it was not taken (domain.md 6). */
#include "model/sending.h"
#include "model/window.h"
#include "xml/datetime.h"

#include <check.h>
#include <stdlib.h>

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))
#define SECOND INT64_C(1000000)
#define HOUR (3600 * SECOND)

/* ------------------------------------------------------------------ the window */

static const struct {
    const char *when;
    bool open;
} moments[] = {
    /* winter: UTC + 1 */
    {"2026-01-15T07:59:59.999Z", false},
    {"2026-01-15T08:00:00Z", true},
    {"2026-01-15T16:14:59.999Z", true},
    {"2026-01-15T16:15:00Z", false},
    /* summer: UTC + 2 */
    {"2026-07-15T06:59:59Z", false},
    {"2026-07-15T07:00:00Z", true},
    {"2026-07-15T15:14:59Z", true},
    {"2026-07-15T15:15:00Z", false},
    /* the days of the change, a Saturday and a Sunday alike */
    {"2026-03-28T08:00:00Z", true},
    {"2026-03-29T07:00:00Z", true},
    {"2026-03-29T06:59:59Z", false},
    {"2026-10-25T07:59:59Z", false},
    {"2026-10-25T08:00:00Z", true},
};

START_TEST(sms_go_out_between_9_and_1715_in_norway)
{
    struct window window = {0};
    struct datetime when = {0};

    ck_assert(datetime_setup());
    ck_assert(window_parse("09:00-17:15", &window));
    ck_assert(datetime_parse(moments[_i].when, &when));
    ck_assert_msg(window_is_open(&window, when.when) == moments[_i].open, "%s", moments[_i].when);
}
END_TEST

START_TEST(a_window_may_be_the_whole_day)
{
    struct window window = {0};
    struct datetime when = {0};

    ck_assert(datetime_setup());
    ck_assert(window_parse("00:00-24:00", &window));
    ck_assert(datetime_parse("2026-01-15T22:59:59Z", &when));
    ck_assert(window_is_open(&window, when.when));
    ck_assert(window_is_open(&window, when.when + SECOND));
}
END_TEST

START_TEST(what_is_no_window_is_refused)
{
    static const char *const wrong[] = {"",
                                        "09:00",
                                        "9:00-17:15",
                                        "09:00-09:00",
                                        "17:00-9:00",
                                        "17:00-09:00",
                                        "09:60-17:15",
                                        "09:00-24:01",
                                        "09.00-17.15",
                                        "09:00-17:15 ",
                                        "09:00 17:15"};
    struct window window = {0};

    for (int i = 0; i < COUNT(wrong); i++)
        ck_assert_msg(!window_parse(wrong[i], &window), "%s", wrong[i]);
}
END_TEST

/* ------------------------------------------------------------------ what an answer means */

static const struct {
    long code;
    enum smtp_step step;
    enum sending_outcome outcome;
} smtp_answers[] = {
    {550, SMTP_RECIPIENT, SENDING_REFUSED}, {450, SMTP_RECIPIENT, SENDING_LATER},
    {554, SMTP_DATA, SENDING_REFUSED},      {452, SMTP_DATA, SENDING_LATER},
    {421, SMTP_DATA, SENDING_GATEWAY},      {0, SMTP_DATA, SENDING_UNKNOWN},
    {550, SMTP_OPENING, SENDING_GATEWAY},   {535, SMTP_OPENING, SENDING_GATEWAY},
    {0, SMTP_OPENING, SENDING_GATEWAY},     {0, SMTP_RECIPIENT, SENDING_GATEWAY},
};

START_TEST(only_recipient_and_text_are_the_messages_fault)
{
    ck_assert_int_eq(sending_of_smtp(smtp_answers[_i].step, smtp_answers[_i].code),
                     smtp_answers[_i].outcome);
}
END_TEST

static const struct {
    long status;
    enum sending_outcome outcome;
} http_answers[] = {
    {200, SENDING_TAKEN},   {202, SENDING_TAKEN},   {302, SENDING_GATEWAY}, {400, SENDING_REFUSED},
    {401, SENDING_GATEWAY}, {404, SENDING_GATEWAY}, {408, SENDING_LATER},   {422, SENDING_REFUSED},
    {429, SENDING_GATEWAY}, {500, SENDING_LATER},   {502, SENDING_UNKNOWN}, {503, SENDING_GATEWAY},
    {504, SENDING_UNKNOWN}, {0, SENDING_GATEWAY},
};

START_TEST(http_tells_the_texts_fault_from_the_gateways)
{
    ck_assert_int_eq(sending_of_http(http_answers[_i].status), http_answers[_i].outcome);
}
END_TEST

/* ------------------------------------------------------------------ what follows */

static const struct sending_policy policy = {.retry = 60 * SECOND, .give_up = 24 * HOUR};

START_TEST(the_wait_doubles_up_to_an_hour)
{
    static const int64_t minutes[] = {1, 2, 4, 8, 16, 32, 60, 60, 60};

    for (int i = 0; i < COUNT(minutes); i++) {
        const struct sending_state state = {.tries = i, .first_tried = 0};
        const struct sending_next next = sending_after(SENDING_LATER, &state, &policy, HOUR);

        ck_assert(!next.give_up);
        ck_assert_int_eq(next.next_try, HOUR + minutes[i] * 60 * SECOND);
    }
}
END_TEST

START_TEST(a_day_is_enough)
{
    const struct sending_state state = {.tries = 20, .first_tried = HOUR};

    ck_assert(!sending_after(SENDING_LATER, &state, &policy, 24 * HOUR).give_up);
    ck_assert(sending_after(SENDING_LATER, &state, &policy, 24 * HOUR + 1).give_up);
    ck_assert(sending_after(SENDING_GATEWAY, &state, &policy, 24 * HOUR + 1).give_up);
}
END_TEST

START_TEST(a_clock_that_jumps_is_no_reason_to_give_up)
{
    const struct sending_state state = {.tries = 1, .first_tried = 0};

    ck_assert(!sending_after(SENDING_LATER, &state, &policy, 9000 * HOUR).give_up);
    ck_assert(!sending_after(SENDING_LATER, &state, &policy, -9000 * HOUR).give_up);
}
END_TEST

START_TEST(a_refusal_is_final)
{
    const struct sending_state state = {0};

    ck_assert(sending_after(SENDING_REFUSED, &state, &policy, 0).give_up);
}
END_TEST

START_TEST(an_unknown_outcome_is_repeated_once)
{
    struct sending_state state = {0};
    struct sending_next next = sending_after(SENDING_UNKNOWN, &state, &policy, 0);

    ck_assert(!next.give_up);
    ck_assert(next.repeated);
    state = (struct sending_state){.tries = 1, .repeated = true};
    next = sending_after(SENDING_LATER, &state, &policy, 0);
    ck_assert(!next.give_up);
    ck_assert(next.repeated);
    ck_assert(sending_after(SENDING_UNKNOWN, &state, &policy, 0).give_up);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sending");
    TCase *tcase = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    tcase_add_loop_test(tcase, sms_go_out_between_9_and_1715_in_norway, 0, COUNT(moments));
    tcase_add_test(tcase, a_window_may_be_the_whole_day);
    tcase_add_test(tcase, what_is_no_window_is_refused);
    tcase_add_loop_test(tcase, only_recipient_and_text_are_the_messages_fault, 0,
                        COUNT(smtp_answers));
    tcase_add_loop_test(tcase, http_tells_the_texts_fault_from_the_gateways, 0,
                        COUNT(http_answers));
    tcase_add_test(tcase, the_wait_doubles_up_to_an_hour);
    tcase_add_test(tcase, a_day_is_enough);
    tcase_add_test(tcase, a_clock_that_jumps_is_no_reason_to_give_up);
    tcase_add_test(tcase, a_refusal_is_final);
    tcase_add_test(tcase, an_unknown_outcome_is_repeated_once);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
