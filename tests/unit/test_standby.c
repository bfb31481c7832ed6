/* How many standbys a server waits for. */
#include "store/standby.h"

#include <check.h>
#include <stdlib.h>

static const struct {
    const char *names;
    size_t count;
} standbys[] = {{"", 0},
                {" ", 0},
                {"a", 1},
                {"a, b", 1},
                {"ANY 2 (a,b)", 2},
                {"first 1 (a)", 1},
                {"2 (a, b, c)", 2},
                {"\"ANY\"", 1},
                {"*", 1},
                {"any", 1},
                {"FIRST 3(*)", 3}};

START_TEST(standbys_are_counted_as_the_server_does)
{
    ck_assert_uint_eq(standby_count(standbys[_i].names), standbys[_i].count);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("standby");
    TCase *cases = tcase_create("standby");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    suite_add_tcase(suite, cases);
    tcase_add_loop_test(cases, standbys_are_counted_as_the_server_does, 0,
                        (int)(sizeof(standbys) / sizeof(standbys[0])));
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
