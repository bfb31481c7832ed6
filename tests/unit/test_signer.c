/* Ed25519 keys and signatures. */
#include "base/signer.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* RFC 8032, 7.1, test 1: the key and the signature over nothing. */
static const char private_pem[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
    "-----END PRIVATE KEY-----\n";
static const uint8_t public_key[SIGNER_KEY_SIZE] = {
    0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07, 0x3a,
    0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a};
static const uint8_t signature_begins[] = {0xe5, 0x56, 0x43, 0x00, 0xc3, 0x60, 0xac, 0x72};

static char path[32];
static struct signer *signer;

static void write_file(const char *text)
{
    FILE *file = fopen(path, "w");

    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

static void set_up(void)
{
    struct err err = {0};

    strcpy(path, "/tmp/dpvd-signer-XXXXXX");
    close(mkstemp(path));
    write_file(private_pem);
    ck_assert_msg(signer_open(path, &signer, &err), "%s", err.msg);
}

static void tear_down(void)
{
    signer_close(&signer);
    signer_close(&signer);
    unlink(path);
}

START_TEST(signature_is_that_of_rfc_8032)
{
    uint8_t signature[SIGNER_SIGNATURE_SIZE];
    struct err err = {0};

    ck_assert_mem_eq(signer_public(signer), public_key, sizeof(public_key));
    ck_assert_msg(signer_sign(signer, "", 0, signature, &err), "%s", err.msg);
    ck_assert_mem_eq(signature, signature_begins, sizeof(signature_begins));
    ck_assert(signer_verify(public_key, "", 0, signature));
}
END_TEST

START_TEST(what_was_changed_is_not_signed)
{
    uint8_t signature[SIGNER_SIGNATURE_SIZE];
    uint8_t other_key[SIGNER_KEY_SIZE];
    struct err err = {0};

    memcpy(other_key, public_key, sizeof(other_key));
    other_key[0] ^= 1;
    ck_assert(signer_sign(signer, "abc", 3, signature, &err));
    ck_assert(!signer_verify(public_key, "abd", 3, signature));
    ck_assert(!signer_verify(other_key, "abc", 3, signature));
    signature[63] ^= 1;
    ck_assert(!signer_verify(public_key, "abc", 3, signature));
}
END_TEST

START_TEST(public_keys_are_written_and_read)
{
    struct signer_keys keys = {0};
    struct err err = {0};
    FILE *file = fopen(path, "w");

    ck_assert(signer_print_public(signer, file, &err));
    ck_assert(signer_print_public(signer, file, &err));
    fclose(file);
    ck_assert_msg(signer_read_keys(path, &keys, &err), "%s", err.msg);
    ck_assert_uint_eq(keys.count, 2);
    ck_assert(signer_knows(&keys, public_key));
    ck_assert(!signer_knows(&keys, keys.keys[2]));
}
END_TEST

START_TEST(what_is_no_key_is_refused)
{
    struct signer *none = NULL;
    struct signer_keys keys = {0};
    struct err err = {0};

    write_file("-----BEGIN PRIVATE KEY-----\nMC4=\n-----END PRIVATE KEY-----\n");
    ck_assert(!signer_open(path, &none, &err));
    ck_assert_int_eq(err.kind, ERR_INVALID);
    ck_assert(!signer_read_keys(path, &keys, &err));
    ck_assert_ptr_nonnull(strstr(err.msg, path));
    ck_assert(!signer_open("/nowhere/key.pem", &none, &err));
    ck_assert(!signer_read_keys("/nowhere/key.pem", &keys, &err));
    ck_assert_ptr_null(none);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("signer");
    TCase *cases = tcase_create("signer");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    suite_add_tcase(suite, cases);
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, signature_is_that_of_rfc_8032);
    tcase_add_test(cases, what_was_changed_is_not_signed);
    tcase_add_test(cases, public_keys_are_written_and_read);
    tcase_add_test(cases, what_is_no_key_is_refused);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
