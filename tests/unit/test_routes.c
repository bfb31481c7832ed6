#include "http/routes.h"

#include <check.h>
#include <stdlib.h>

static const struct http_route routes[] = {
    {.path = "/service.svc", .get = true, .post = true},
    {.path = "/service.svc/basic", .post = true},
    {.path = "/health", .get = true},
    {.path = "/metrics", .get = true, .operators_only = true},
    {0},
};

START_TEST(a_path_matches_exactly)
{
    ck_assert_ptr_eq(routes_find(routes, "/service.svc", false), &routes[0]);
    ck_assert_ptr_eq(routes_find(routes, "/service.svc/basic", false), &routes[1]);
    ck_assert_ptr_null(routes_find(routes, "/service.svc/", false));
    ck_assert_ptr_null(routes_find(routes, "/service", false));
    ck_assert_ptr_null(routes_find(routes, "/SERVICE.svc", false));
    ck_assert_ptr_null(routes_find(routes, "", false));
}
END_TEST

START_TEST(operators_see_their_routes_and_no_others)
{
    ck_assert_ptr_eq(routes_find(routes, "/metrics", true), &routes[3]);
    ck_assert_ptr_null(routes_find(routes, "/metrics", false));
    ck_assert_ptr_null(routes_find(routes, "/health", true));
}
END_TEST

START_TEST(methods_are_told_and_checked_alike)
{
    ck_assert(routes_allow(&routes[0], "GET") && routes_allow(&routes[0], "HEAD"));
    ck_assert(routes_allow(&routes[0], "POST") && routes_allow(&routes[1], "POST"));
    ck_assert(!routes_allow(&routes[1], "GET") && !routes_allow(&routes[2], "POST"));
    ck_assert(!routes_allow(&routes[0], "get") && !routes_allow(&routes[0], "PUT"));
    ck_assert_str_eq(routes_methods(&routes[0]), "GET, HEAD, POST");
    ck_assert_str_eq(routes_methods(&routes[1]), "POST");
    ck_assert_str_eq(routes_methods(&routes[2]), "GET, HEAD");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("routes");
    TCase *tests = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    tcase_add_test(tests, a_path_matches_exactly);
    tcase_add_test(tests, operators_see_their_routes_and_no_others);
    tcase_add_test(tests, methods_are_told_and_checked_alike);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
