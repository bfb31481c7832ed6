#include "base/clock.h"
#include "store/facts_store.h"
#include "store/login_store.h"
#include "support/store_fixture.h"

#include <check.h>
#include <stdlib.h>

enum { MINUTE = 60, HOUR = 3600 };

static struct pg_cluster *cluster;
static struct store store;

static void setup(void)
{
    store_open(cluster, &store);
}

static void teardown(void)
{
    clock_shift(0);
    store_close(&store);
}

/* A wrong password; was it the one that locks? */
static bool wrong(const char *user_name, const char *client)
{
    const struct login login = {user_name, client};
    const struct call call = {.endpoint = "E", .operation = "O", .received = clock_now()};
    const struct audit_entry entry = {
        .call = &call, .user_name = user_name, .result = "fault", .error_id = 989};
    struct err err = {0};
    bool locked_out = false;

    ck_assert_msg(login_store_fail(store.db, &login, &entry, &locked_out, &err), "%s", err.msg);
    return locked_out;
}

static void wrong_times(int times, const char *user_name, const char *client)
{
    for (int i = 0; i < times; i++)
        ck_assert(!wrong(user_name, client));
}

/* Both statements that load a caller agree. */
static struct caller load(const char *user_name, const char *client)
{
    const struct login login = {user_name, client};
    const struct message message = {0};
    const uint8_t digest[32] = {0};
    struct caller caller = {0};
    struct facts facts = {0};
    struct err err = {0};

    ck_assert_msg(facts_load_caller(store.db, store.arena, &login, &caller, &err), "%s", err.msg);
    ck_assert_msg(facts_load(store.db, store.arena, &login, &message, digest, &facts, &err), "%s",
                  err.msg);
    ck_assert_int_eq(caller.locked, facts.caller.locked);
    ck_assert_int_eq(caller.address_allowed, facts.caller.address_allowed);
    return caller;
}

static bool locked(const char *user_name, const char *client)
{
    return load(user_name, client).locked;
}

static int64_t rows(void)
{
    return store_number(&store, "SELECT count(*) FROM dpvd.login_failure");
}

static void set(const char *assignment)
{
    struct err err = {0};

    ck_assert_msg(config_assign(&store.config, assignment, &err), "%s", err.msg);
}

static void sweep(void)
{
    struct err err = {0};

    ck_assert_msg(login_store_sweep(store.db, &err), "%s", err.msg);
}

START_TEST(the_fifth_failure_locks_the_pair_for_an_hour) /* domain.md 2.3 */
{
    wrong_times(4, "demo", "192.0.2.1");
    ck_assert(!locked("demo", "192.0.2.1"));
    ck_assert(wrong("demo", "192.0.2.1"));
    ck_assert(locked("demo", "192.0.2.1"));
    ck_assert(!locked("demo", "192.0.2.2") && !locked("demo2", "192.0.2.1"));
    clock_shift(HOUR - MINUTE);
    ck_assert(locked("demo", "192.0.2.1"));
    clock_shift(HOUR);
    ck_assert(!locked("demo", "192.0.2.1"));
    ck_assert_int_eq(store_number(&store, "SELECT count(*) FROM dpvd.audit_log"), 5);
}
END_TEST

START_TEST(failures_while_locked_do_not_prolong_the_lock)
{
    wrong_times(4, "demo", "192.0.2.1");
    ck_assert(wrong("demo", "192.0.2.1"));
    clock_shift(HOUR - MINUTE);
    wrong_times(9, "demo", "192.0.2.1");
    clock_shift(HOUR);
    ck_assert(!locked("demo", "192.0.2.1"));
    wrong_times(4, "demo", "192.0.2.1");
    ck_assert(wrong("demo", "192.0.2.1"));
}
END_TEST

START_TEST(failures_count_together_for_a_quarter_of_an_hour)
{
    wrong_times(2, "demo", "192.0.2.1");
    clock_shift(10 * MINUTE);
    wrong_times(2, "demo", "192.0.2.1");
    clock_shift(16 * MINUTE); /* the first two are too old */
    wrong_times(2, "demo", "192.0.2.1");
    ck_assert(!locked("demo", "192.0.2.1"));
    ck_assert(wrong("demo", "192.0.2.1"));
}
END_TEST

START_TEST(a_clock_that_was_wrong_locks_nobody_for_longer)
{
    clock_shift(24 * HOUR);
    wrong_times(4, "demo", "192.0.2.1");
    wrong_times(4, "demo2", "192.0.2.1");
    ck_assert(wrong("demo", "192.0.2.1"));
    clock_shift(0);
    ck_assert(!locked("demo", "192.0.2.1"));
    wrong_times(4, "demo", "192.0.2.1");
    wrong_times(4, "demo2", "192.0.2.1");
    ck_assert(wrong("demo", "192.0.2.1"));
}
END_TEST

START_TEST(the_limit_is_a_setting)
{
    set("login_failures=1");
    ck_assert(wrong("demo", "192.0.2.1"));
    ck_assert(locked("demo", "192.0.2.1"));
    set("login_failures=0");
    ck_assert(!locked("demo", "192.0.2.1"));
    set("login_failures=20");
    wrong_times(19, "demo2", "192.0.2.1");
    ck_assert(wrong("demo2", "192.0.2.1"));
}
END_TEST

START_TEST(names_that_nobody_has_count_the_same_and_are_not_kept)
{
    char *names = NULL;

    wrong_times(4, "hemmelig", "192.0.2.1");
    ck_assert(wrong("hemmelig", "192.0.2.1"));
    ck_assert(locked("hemmelig", "192.0.2.1"));
    ck_assert(!load("hemmelig", "192.0.2.1").found);
    names = pg_text(cluster, store.name,
                    "SELECT count(*) FROM dpvd.login_failure f WHERE f::text LIKE '%hemmelig%'");
    ck_assert_str_eq(names, "0");
    free(names);
}
END_TEST

START_TEST(an_ipv6_network_is_one_source)
{
    wrong_times(4, "demo", "2001:db8:0:1::1");
    ck_assert(wrong("demo", "2001:db8:0:1:ffff::2"));
    ck_assert(locked("demo", "2001:db8:0:1::3"));
    ck_assert(!locked("demo", "2001:db8:0:2::1"));
    ck_assert_int_eq(rows(), 1);
}
END_TEST

START_TEST(operators_lock_a_user_from_everywhere)
{
    store_run(&store, "UPDATE dpvd.system_user SET locked_until = 'infinity' WHERE name = 'demo'");
    ck_assert(locked("demo", "192.0.2.1") && locked("demo", "unknown"));
    ck_assert(!locked("demo2", "192.0.2.1"));
    set("login_failures=0");
    ck_assert(locked("demo", "192.0.2.1"));
    store_run(&store, "UPDATE dpvd.system_user SET locked_until = now() + '1 minute'");
    ck_assert(locked("demo", "192.0.2.1"));
    clock_shift(2 * MINUTE);
    ck_assert(!locked("demo", "192.0.2.1"));
}
END_TEST

static const struct {
    const char *allowed;
    const char *client;
    bool good;
} places[] = {
    {"{}", "192.0.2.1", true},
    {"{}", "unknown", true},
    {"{192.0.2.1}", "192.0.2.1", true},
    {"{192.0.2.1}", "192.0.2.2", false},
    {"{192.0.2.1}", "unknown", false},
    {"{10.0.0.0/8,192.0.2.0/25}", "192.0.2.127", true},
    {"{10.0.0.0/8,192.0.2.0/25}", "192.0.2.128", false},
    {"{2001:db8::/32}", "2001:db8:ffff::1", true},
    {"{2001:db8::/32}", "2001:db9::1", false},
    {"{2001:db8::1}", "2001:db8::1", true},
    {"{2001:db8::1}", "2001:db8::2", false},
    {"{0.0.0.0/0}", "2001:db8::1", false},
    {"{0.0.0.0/0,::/0}", "2001:db8::1", true},
};

START_TEST(callers_come_from_allowed_addresses)
{
    char sql[200];

    snprintf(sql, sizeof(sql), "UPDATE dpvd.system_user SET allowed_addresses = '%s'",
             places[_i].allowed);
    store_run(&store, sql);
    ck_assert_int_eq(load("demo", places[_i].client).address_allowed, places[_i].good);
}
END_TEST

START_TEST(what_counts_no_longer_is_removed)
{
    wrong("demo", "192.0.2.1");
    clock_shift(30 * MINUTE);
    wrong("demo", "192.0.2.2");
    sweep();
    ck_assert_int_eq(rows(), 2);
    clock_shift(61 * MINUTE);
    sweep();
    ck_assert_int_eq(rows(), 1);
    clock_shift(-24 * HOUR);
    sweep();
    ck_assert_int_eq(rows(), 0);
}
END_TEST

START_TEST(the_table_is_bounded)
{
    store_run(&store, "INSERT INTO dpvd.login_failure SELECT sha256(int4send(i)), '192.0.2.1', "
                      "'{}', NULL, now() - '20 minutes'::interval * (i > 100000)::int "
                      "FROM generate_series(1, 100007) AS i");
    sweep();
    ck_assert_int_eq(rows(), 100000);
    ck_assert_int_eq(store_number(&store, "SELECT count(*) FROM dpvd.login_failure "
                                          "WHERE seen <= now() - '20 minutes'::interval"),
                     0);
}
END_TEST

static const char *const attacks[] = {"UPDATE dpvd.login_failure SET user_hash = sha256('x')",
                                      "UPDATE dpvd.login_failure SET source = '::1'",
                                      "TRUNCATE dpvd.login_failure",
                                      "UPDATE dpvd.system_user SET locked_until = NULL",
                                      "UPDATE dpvd.system_user SET allowed_addresses = '{}'"};

START_TEST(the_server_may_count_and_clean_up_and_no_more)
{
    for (size_t i = 0; i < sizeof(attacks) / sizeof(attacks[0]); i++)
        ck_assert_str_eq(pg_try(cluster, store.name, "dpvd_app", attacks[i]), "42501");
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("login_store");
    TCase *tc = tcase_create("login_store");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, the_fifth_failure_locks_the_pair_for_an_hour);
    tcase_add_test(tc, failures_while_locked_do_not_prolong_the_lock);
    tcase_add_test(tc, failures_count_together_for_a_quarter_of_an_hour);
    tcase_add_test(tc, a_clock_that_was_wrong_locks_nobody_for_longer);
    tcase_add_test(tc, the_limit_is_a_setting);
    tcase_add_test(tc, names_that_nobody_has_count_the_same_and_are_not_kept);
    tcase_add_test(tc, an_ipv6_network_is_one_source);
    tcase_add_test(tc, operators_lock_a_user_from_everywhere);
    tcase_add_loop_test(tc, callers_come_from_allowed_addresses, 0,
                        (int)(sizeof(places) / sizeof(places[0])));
    tcase_add_test(tc, what_counts_no_longer_is_removed);
    tcase_add_test(tc, the_table_is_bounded);
    tcase_add_test(tc, the_server_may_count_and_clean_up_and_no_more);
    suite_add_tcase(s, tc);
    return s;
}

int main(void)
{
    return store_main(suite(), &cluster);
}
