#include "model/login.h"

#include <check.h>

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

enum { MINUTE = 60 };

static const int64_t second = 1000000;
static const int64_t now = 1900000000000000;

static const struct {
    int64_t failures; /* the setting */
    int64_t ago;      /* seconds */
    bool given;
    bool locked;
} locks[] = {
    {5, 0, false, false},
    {5, 0, true, true},
    {5, 60 * MINUTE - 1, true, true},
    {5, 60 * MINUTE, true, false},
    {5, 600 * MINUTE, true, false},
    {5, -1, true, true}, /* another machine's clock is ahead */
    {5, -60 * MINUTE, true, false},
    {5, -600 * MINUTE, true, false},
    {0, 0, true, false},
};

START_TEST(lock_holds_for_its_time_whatever_the_clock_did) /* domain.md 2.3 */
{
    const struct config config = {.login_failures = locks[_i].failures,
                                  .login_lock = (int64_t)60 * MINUTE * 1000};
    const struct moment since = {locks[_i].given, now - locks[_i].ago * second};

    ck_assert_msg(login_is_locked(&config, since, now) == locks[_i].locked, "case %d", _i);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("login");
    TCase *tests = tcase_create("login");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_add_loop_test(tests, lock_holds_for_its_time_whatever_the_clock_did, 0, COUNT(locks));
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
