/* Nothing here measures time or sleeps: passwords_gate.h. */
#include "no_memory.h"
#include "passwords_gate.h"
#include "service/passwords.h"

#include <check.h>
#include <crypt.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

/* ------------------------------------------------------------------ users */

static struct passwords *passwords;
static char stored[128];       /* of "secret" */
static char stored_other[128]; /* of "other" */
static char stored_long[128];  /* of 128 times 'a' */

static void hash_cheaply(const char *password, char *room)
{
    struct crypt_data *data = calloc(1, sizeof(*data));
    const char *hash = NULL;

    ck_assert_ptr_nonnull(data);
    hash = crypt_rn(password, "$5$rounds=1000$salt$", data, sizeof(*data));
    ck_assert_ptr_nonnull(hash);
    room[0] = '\0';
    strncat(room, hash, 127);
    free(data);
}

static struct config a_config(void)
{
    return (struct config){.password_cache_time = 60000,
                           .password_cache_entries = 16,
                           .password_hashes = 1,
                           .password_queue = 8};
}

static void start(struct config config)
{
    passwords_free(&passwords);
    passwords = passwords_new(&config);
    ck_assert_ptr_nonnull(passwords);
}

static void set_up(void)
{
    char long_one[129] = "";

    memset(long_one, 'a', 128);
    hash_cheaply("secret", stored);
    hash_cheaply("other", stored_other);
    hash_cheaply(long_one, stored_long);
    start(a_config());
    gate.hashes = gate.most_inside = gate.answered = 0;
}

static void tear_down(void)
{
    passwords_free(&passwords);
}

static struct caller a_user(int32_t id)
{
    return (struct caller){
        .found = true, .system_user_id = id, .password_hash = stored, .credential_version = 1};
}

static bool verify(const struct caller *caller, const char *password)
{
    const struct credentials credentials = {.user_name = "name", .password = password};
    struct err err = {0};
    bool good = false;

    ck_assert_msg(passwords_verify(passwords, caller, &credentials, &good, &err), "%s", err.msg);
    return good;
}

/* ------------------------------------------------------------------ right and wrong */

START_TEST(right_password_is_good_and_wrong_ones_are_not)
{
    static const char *const wrong[] = {"Secret", "secre", "secret ", " secret", "", "other"};
    const struct caller user = a_user(1);

    ck_assert(verify(&user, "secret"));
    for (int i = 0; i < COUNT(wrong); i++)
        ck_assert_msg(!verify(&user, wrong[i]), "\"%s\"", wrong[i]);
}
END_TEST

START_TEST(good_then_wrong_then_good)
{
    const struct caller user = a_user(1);

    ck_assert(verify(&user, "secret"));
    ck_assert(!verify(&user, "wrong"));
    ck_assert(verify(&user, "secret"));
    ck_assert_int_eq(gate.hashes, 2);
}
END_TEST

START_TEST(unknown_user_costs_a_hash_of_our_own_scheme_and_is_never_good)
{
    const struct caller nobody = {0};

    for (int i = 1; i <= 2; i++) {
        ck_assert(!verify(&nobody, "secret"));
        ck_assert_int_eq(gate.hashes, i);
        ck_assert(gate.valid);
        ck_assert_int_eq(strncmp(gate.setting, "$y$j9T$", 7), 0);
    }
}
END_TEST

START_TEST(missing_password_is_wrong_without_a_hash)
{
    const struct caller user = a_user(1);

    ck_assert(!verify(&user, NULL));
    ck_assert_int_eq(gate.hashes, 0);
}
END_TEST

START_TEST(password_of_128_bytes_is_the_longest)
{
    char password[130] = "";
    struct caller user = a_user(1);

    user.password_hash = stored_long;
    memset(password, 'a', 128);
    ck_assert(verify(&user, password));
    ck_assert(verify(&user, password));
    ck_assert_int_eq(gate.hashes, 1);
    password[128] = 'a';
    ck_assert(!verify(&user, password));
    ck_assert_int_eq(gate.hashes, 1);
}
END_TEST

START_TEST(stored_text_that_is_no_hash_fits_no_password)
{
    static const char *const broken[] = {"",       "*",   "*0",      "*1",
                                         "secret", "$y$", "$y$j9T$", "$99$a$b"};
    struct caller user = a_user(1);

    user.password_hash = broken[_i];
    ck_assert(!verify(&user, "secret"));
    ck_assert(!verify(&user, broken[_i]));
}
END_TEST

/* ------------------------------------------------------------------ the cache */

START_TEST(success_is_remembered)
{
    const struct caller user = a_user(1);

    for (int i = 0; i < 5; i++)
        ck_assert(verify(&user, "secret"));
    ck_assert_int_eq(gate.hashes, 1);
}
END_TEST

START_TEST(failure_is_not_remembered)
{
    const struct caller user = a_user(1);

    for (int i = 1; i <= 3; i++) {
        ck_assert(!verify(&user, "wrong"));
        ck_assert_int_eq(gate.hashes, i);
    }
}
END_TEST

START_TEST(changed_credential_version_forgets)
{
    struct caller user = a_user(1);

    ck_assert(verify(&user, "secret"));
    user.credential_version++;
    user.password_hash = stored_other;
    ck_assert(!verify(&user, "secret"));
    ck_assert(verify(&user, "other"));
    ck_assert_int_eq(gate.hashes, 3);
}
END_TEST

START_TEST(success_of_one_user_is_not_anothers)
{
    struct caller other = a_user(2);
    const struct caller user = a_user(1);
    const struct caller nobody = {.system_user_id = 1, .credential_version = 1};

    other.password_hash = stored_other;
    ck_assert(verify(&user, "secret"));
    ck_assert(!verify(&other, "secret"));
    ck_assert(!verify(&nobody, "secret"));
}
END_TEST

START_TEST(success_is_forgotten_in_time)
{
    const struct caller user = a_user(1);

    ck_assert(verify(&user, "secret"));
    seconds_ahead += 30;
    ck_assert(verify(&user, "secret"));
    ck_assert_int_eq(gate.hashes, 1);
    seconds_ahead += 30;
    ck_assert(verify(&user, "secret"));
    ck_assert_int_eq(gate.hashes, 2);
}
END_TEST

START_TEST(cache_can_be_switched_off)
{
    const struct caller user = a_user(1);
    struct config config = a_config();

    config.password_cache_time = 0;
    start(config);
    for (int i = 1; i <= 3; i++) {
        ck_assert(verify(&user, "secret"));
        ck_assert_int_eq(gate.hashes, i);
    }
}
END_TEST

/* More users than places: some must be hashed again, none is mistaken for another. */
START_TEST(full_cache_gives_way_but_never_errs)
{
    struct config config = a_config();

    config.password_cache_entries = 1 + _i;
    start(config);
    for (int round = 0; round < 3; round++) {
        for (int32_t id = 0; id < 12; id++) {
            struct caller user = a_user(id);

            user.password_hash = id % 2 == 0 ? stored : stored_other;
            ck_assert_int_eq(verify(&user, "secret"), id % 2 == 0);
        }
    }
    ck_assert_int_ge(gate.hashes, 3 * 6 + 6);
}
END_TEST

/* ------------------------------------------------------------------ many at a time */

struct attempt {
    pthread_t thread;
    struct caller user;
    bool ok;
    bool good;
    struct err err;
};

static void *try(void *context)
{
    struct attempt *attempt = context;
    const struct credentials credentials = {.user_name = "name", .password = "secret"};

    attempt->ok =
        passwords_verify(passwords, &attempt->user, &credentials, &attempt->good, &attempt->err);
    pthread_mutex_lock(&gate.lock);
    gate.answered++;
    pthread_cond_broadcast(&gate.changed);
    pthread_mutex_unlock(&gate.lock);
    return NULL;
}

static void begin(struct attempt *attempts, int count)
{
    for (int i = 0; i < count; i++) {
        attempts[i] = (struct attempt){.user = a_user(i)};
        ck_assert_int_eq(pthread_create(&attempts[i].thread, NULL, try, &attempts[i]), 0);
    }
}

static void end(struct attempt *attempts, int count)
{
    for (int i = 0; i < count; i++)
        pthread_join(attempts[i].thread, NULL);
}

START_TEST(full_queue_is_busy)
{
    struct config config = a_config();
    struct attempt attempts[4];
    int good = 0;
    int busy = 0;

    config.password_queue = 1;
    start(config);
    gate_close();
    begin(attempts, 1);
    wait_until(&gate.inside, 1);
    begin(attempts + 1, 3); /* one of them waits, the others find the queue full */
    wait_until(&gate.answered, 2);
    gate_open();
    end(attempts, 4);

    for (int i = 0; i < 4; i++) {
        good += attempts[i].ok && attempts[i].good;
        busy += !attempts[i].ok && attempts[i].err.kind == ERR_BUSY && !attempts[i].good;
    }
    ck_assert_int_eq(good, 2);
    ck_assert_int_eq(busy, 2);
}
END_TEST

START_TEST(cached_password_needs_no_place_in_a_full_queue)
{
    const struct caller known = a_user(100);
    struct config config = a_config();
    struct attempt attempts[3];

    config.password_queue = 1;
    start(config);
    ck_assert(verify(&known, "secret"));
    gate_close();
    begin(attempts, 1);
    wait_until(&gate.inside, 1);
    begin(attempts + 1, 2);
    wait_until(&gate.answered, 1);
    ck_assert(verify(&known, "secret"));
    gate_open();
    end(attempts, 3);
}
END_TEST

START_TEST(only_so_many_hashes_run_at_one_time)
{
    struct config config = a_config();
    struct attempt attempts[8];

    config.password_hashes = 2;
    start(config);
    gate_close();
    begin(attempts, 8);
    wait_until(&gate.inside, 2);
    gate_open();
    end(attempts, 8);

    ck_assert_int_eq(gate.hashes, 8);
    ck_assert_int_eq(gate.most_inside, 2);
    for (int i = 0; i < 8; i++)
        ck_assert_msg(attempts[i].ok && attempts[i].good, "%s", attempts[i].err.msg);
}
END_TEST

/* ------------------------------------------------------------------ new passwords */

START_TEST(new_hash_is_of_our_own_scheme_and_verifies)
{
    char hash[PASSWORDS_HASH_SIZE];
    char again[PASSWORDS_HASH_SIZE];
    struct caller user = a_user(1);
    struct err err = {0};

    ck_assert_msg(passwords_hash("blåbær og rømme", hash, &err), "%s", err.msg);
    ck_assert_msg(passwords_hash("blåbær og rømme", again, &err), "%s", err.msg);
    ck_assert_int_eq(strncmp(hash, "$y$j9T$", 7), 0);
    ck_assert_str_ne(hash, again);
    user.password_hash = hash;
    ck_assert(verify(&user, "blåbær og rømme"));
    ck_assert(!verify(&user, "blåbær og romme"));
}
END_TEST

START_TEST(new_password_has_12_to_128_bytes_of_text)
{
    static const char *const bad[] = {"",
                                      "elevenbytes",
                                      "with\ta control",
                                      "no \xff UTF-8",
                                      "del \x7f character",
                                      "C1 \xc2\x85 character"};
    char hash[PASSWORDS_HASH_SIZE];
    char longest[130] = "";
    struct err err = {0};

    for (int i = 0; i < COUNT(bad); i++) {
        ck_assert_msg(!passwords_hash(bad[i], hash, &err), "\"%s\"", bad[i]);
        ck_assert_int_eq(err.kind, ERR_INVALID);
    }
    memset(longest, 'a', 128);
    ck_assert(passwords_hash(longest, hash, &err));
    longest[128] = 'a';
    ck_assert(!passwords_hash(longest, hash, &err));
    ck_assert(passwords_hash("twelve bytes", hash, &err));
}
END_TEST

/* ------------------------------------------------------------------ without memory */

START_TEST(start_without_memory_fails_cleanly)
{
    const struct config config = a_config();
    long n = 1;

    for (; n < 100; n++) {
        passwords_free(&passwords);
        memory_fails_at(n);
        passwords = passwords_new(&config);
        memory_fails_at(0);
        if (passwords != NULL)
            break;
    }
    ck_assert_int_lt(n, 100);
}
END_TEST

/* What failed for want of memory has given its place back: else the next one would wait for ever.
 */
START_TEST(password_without_memory_is_busy_and_then_verified)
{
    const struct credentials credentials = {.user_name = "name", .password = "secret"};

    for (int32_t n = 1; n < 60; n++) {
        const struct caller user = a_user(n);
        struct err err = {0};
        bool good = false;
        bool ok = false;

        memory_fails_at(n);
        ok = passwords_verify(passwords, &user, &credentials, &good, &err);
        memory_fails_at(0);
        ck_assert(ok ? good : err.kind == ERR_BUSY && !good);
        ck_assert(verify(&user, "secret"));
    }
}
END_TEST

START_TEST(free_of_nothing_is_nothing)
{
    struct passwords *none = NULL;

    passwords_free(&none);
    passwords_free(&passwords);
    ck_assert_ptr_null(passwords);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("passwords");
    TCase *tcase = tcase_create("passwords");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    suite_add_tcase(suite, tcase);
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, right_password_is_good_and_wrong_ones_are_not);
    tcase_add_test(tcase, good_then_wrong_then_good);
    tcase_add_test(tcase, unknown_user_costs_a_hash_of_our_own_scheme_and_is_never_good);
    tcase_add_test(tcase, missing_password_is_wrong_without_a_hash);
    tcase_add_test(tcase, password_of_128_bytes_is_the_longest);
    tcase_add_loop_test(tcase, stored_text_that_is_no_hash_fits_no_password, 0, 8);
    tcase_add_test(tcase, success_is_remembered);
    tcase_add_test(tcase, failure_is_not_remembered);
    tcase_add_test(tcase, changed_credential_version_forgets);
    tcase_add_test(tcase, success_of_one_user_is_not_anothers);
    tcase_add_test(tcase, success_is_forgotten_in_time);
    tcase_add_test(tcase, cache_can_be_switched_off);
    tcase_add_loop_test(tcase, full_cache_gives_way_but_never_errs, 0, 12);
    tcase_add_test(tcase, full_queue_is_busy);
    tcase_add_test(tcase, cached_password_needs_no_place_in_a_full_queue);
    tcase_add_test(tcase, only_so_many_hashes_run_at_one_time);
    tcase_add_test(tcase, new_hash_is_of_our_own_scheme_and_verifies);
    tcase_add_test(tcase, new_password_has_12_to_128_bytes_of_text);
    tcase_add_test(tcase, start_without_memory_fails_cleanly);
    tcase_add_test(tcase, password_without_memory_is_busy_and_then_verified);
    tcase_add_test(tcase, free_of_nothing_is_nothing);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
