/* Keys from a file, and what is sealed with them. */
#include "base/vault.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))
#define KEY_A "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"
#define KEY_B "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100"

static const char secret[] = "a secret";

enum { SECRET_SIZE = sizeof(secret) - 1, SEALED_SIZE = SECRET_SIZE + VAULT_OVERHEAD };

static char path[] = "/tmp/dpvd-vault-XXXXXX";

static void set_up(void)
{
    close(mkstemp(path));
}

static void tear_down(void)
{
    unlink(path);
    strcpy(path, "/tmp/dpvd-vault-XXXXXX");
}

/* NULL: refused. */
static struct vault *vault_of(const char *text, struct err *err)
{
    struct vault *vault = NULL;
    FILE *file = fopen(path, "w");

    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
    return vault_open(path, &vault, err) ? vault : NULL;
}

static struct vault *good_vault(const char *text)
{
    struct err err = {0};
    struct vault *vault = vault_of(text, &err);

    ck_assert_msg(vault != NULL, "%s", err.msg);
    return vault;
}

static void seal(const struct vault *vault, uint8_t sealed[SEALED_SIZE])
{
    struct err err = {0};

    ck_assert_msg(vault_seal(vault, "place", secret, SECRET_SIZE, sealed, &err), "%s", err.msg);
}

static bool opens(const struct vault *vault, const char *place, const uint8_t *sealed, size_t n)
{
    uint8_t text[SECRET_SIZE] = {0};
    struct err err = {0};
    const bool ok = vault_unseal(vault, place, (struct bytes){sealed, n}, text, &err);

    ck_assert(!ok || memcmp(text, secret, SECRET_SIZE) == 0);
    ck_assert_int_eq(err.kind, ok ? ERR_NONE : ERR_INVALID);
    return ok;
}

START_TEST(what_is_sealed_can_be_opened_in_its_place_alone)
{
    struct vault *vault = good_vault(KEY_A "\n");
    uint8_t sealed[SEALED_SIZE];

    seal(vault, sealed);
    ck_assert(opens(vault, "place", sealed, SEALED_SIZE));
    ck_assert(!opens(vault, "another", sealed, SEALED_SIZE));
    vault_close(&vault);
    vault_close(&vault);
}
END_TEST

START_TEST(nothing_can_be_changed_or_cut)
{
    struct vault *vault = good_vault(KEY_A);
    uint8_t sealed[SEALED_SIZE];

    seal(vault, sealed);
    for (size_t i = 0; i < SEALED_SIZE; i++) {
        sealed[i] ^= 1;
        ck_assert_msg(!opens(vault, "place", sealed, SEALED_SIZE), "byte %zu", i);
        sealed[i] ^= 1;
        ck_assert_msg(!opens(vault, "place", sealed, i), "%zu bytes", i);
    }
    vault_close(&vault);
}
END_TEST

START_TEST(same_secret_looks_different_each_time)
{
    struct vault *vault = good_vault(KEY_A);
    uint8_t first[SEALED_SIZE];
    uint8_t second[SEALED_SIZE];

    seal(vault, first);
    seal(vault, second);
    ck_assert_mem_ne(first, second, SEALED_SIZE);
    ck_assert_ptr_null(memmem(first, SEALED_SIZE, secret, SECRET_SIZE));
    vault_close(&vault);
}
END_TEST

START_TEST(new_key_is_put_in_front_of_the_old_one)
{
    struct vault *old = good_vault(KEY_A "\n");
    struct vault *both = good_vault("# since spring\n" KEY_B "\r\n\n" KEY_A "\n");
    struct vault *new = good_vault(KEY_B "\n");
    uint8_t by_old[SEALED_SIZE];
    uint8_t by_both[SEALED_SIZE];

    seal(old, by_old);
    seal(both, by_both);
    ck_assert(opens(both, "place", by_old, SEALED_SIZE));
    ck_assert(opens(new, "place", by_both, SEALED_SIZE));
    ck_assert(!opens(new, "place", by_old, SEALED_SIZE));
    vault_close(&old);
    vault_close(&both);
    vault_close(&new);
}
END_TEST

static const struct {
    const char *text;
    const char *why;
} bad[] = {
    {"", "no key"},
    {"# nothing\n\n", "no key"},
    {"0011\n", ":1:"},
    {KEY_A "0\n", ":1:"},
    {KEY_A "\nzz" KEY_B "\n", ":2:"},
    {KEY_A " " KEY_B "\n", ":1:"},
    {"g0112233445566778899aabbccddeeff00112233445566778899aabbccddeeff", ":1:"},
};

START_TEST(file_without_keys_is_refused)
{
    struct err err = {0};

    ck_assert_ptr_null(vault_of(bad[_i].text, &err));
    ck_assert_msg(strstr(err.msg, bad[_i].why) != NULL, "%s", err.msg);
    ck_assert_ptr_null(strstr(err.msg, "0011"));
}
END_TEST

START_TEST(file_that_is_not_there_is_refused)
{
    struct vault *vault = NULL;
    struct err err = {0};

    unlink(path);
    ck_assert(!vault_open(path, &vault, &err));
    ck_assert_ptr_null(vault);
    ck_assert_int_eq(err.kind, ERR_INVALID);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("vault");
    TCase *tests = tcase_create("vault");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, what_is_sealed_can_be_opened_in_its_place_alone);
    tcase_add_test(tests, nothing_can_be_changed_or_cut);
    tcase_add_test(tests, same_secret_looks_different_each_time);
    tcase_add_test(tests, new_key_is_put_in_front_of_the_old_one);
    tcase_add_loop_test(tests, file_without_keys_is_refused, 0, COUNT(bad));
    tcase_add_test(tests, file_that_is_not_there_is_refused);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
