#include "base/clock.h"
#include "store/wsse_store.h"
#include "support/store_fixture.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

enum { MINUTE = 60 };

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

/* Uses a nonce that expires in a minute; was it new? */
static bool use(int32_t user, const char *nonce)
{
    uint8_t hash[IDENT_DIGEST_SIZE];
    struct err err = {0};
    bool fresh = false;

    ident_sha256(nonce, strlen(nonce), hash);
    ck_assert_msg(wsse_store_use_nonce(store.db, user, hash,
                                       clock_now() + INT64_C(1000000) * MINUTE, &fresh, &err),
                  "%s", err.msg);
    return fresh;
}

static void sweep(void)
{
    struct err err = {0};

    ck_assert_msg(wsse_store_sweep(store.db, &err), "%s", err.msg);
}

START_TEST(nonce_is_new_once_for_each_user)
{
    ck_assert(use(1, "a"));
    ck_assert(!use(1, "a"));
    ck_assert(use(1, "b"));
    ck_assert(use(2, "a"));
    ck_assert(!use(2, "a"));
}
END_TEST

START_TEST(nonces_are_forgotten_a_while_after_they_expired)
{
    ck_assert(use(1, "a"));
    clock_shift(MINUTE + MINUTE / 2); /* another dpvd's clock may be behind */
    sweep();
    ck_assert(!use(1, "a"));
    clock_shift(2 * MINUTE + 1);
    sweep();
    ck_assert_int_eq(store_number(&store, "SELECT count(*) FROM dpvd.wsse_nonce"), 0);
}
END_TEST

START_TEST(secret_comes_as_it_is_sealed)
{
    struct bytes sealed = {0};
    struct err err = {0};
    const int32_t user =
        (int32_t)store_number(&store, "SELECT id FROM dpvd.system_user WHERE name = 'demo'");

    ck_assert(wsse_store_secret(store.db, store.arena, user, &sealed, &err));
    ck_assert_uint_eq(sealed.len, 0);
    store_run(&store, "INSERT INTO dpvd.system_user_secret SELECT id, '\\x0102ff', now() "
                      "FROM dpvd.system_user WHERE name = 'demo'");
    ck_assert(wsse_store_secret(store.db, store.arena, user, &sealed, &err));
    ck_assert_uint_eq(sealed.len, 3);
    ck_assert_mem_eq(sealed.data, "\x01\x02\xff", 3);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("wsse_store");
    TCase *tests = tcase_create("wsse_store");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, nonce_is_new_once_for_each_user);
    tcase_add_test(tests, nonces_are_forgotten_a_while_after_they_expired);
    tcase_add_test(tests, secret_comes_as_it_is_sealed);
    suite_add_tcase(suite, tests);
    return store_main(suite, &cluster);
}
