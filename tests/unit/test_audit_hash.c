/* What the audit log's seals are made of. The expected values were computed by Python's hashlib. */
#include "base/ident.h"
#include "model/merkle.h"
#include "model/seal.h"
#include "no_memory.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static void check_hex(const uint8_t *data, size_t n, const char *expected)
{
    char hex[129];

    ident_hex(data, n, hex);
    ck_assert_str_eq(hex, expected);
}

static void check_hash(const struct record *record, const char *expected)
{
    uint8_t hash[RECORD_HASH_SIZE];

    ck_assert(!record->failed);
    record_hash(record, hash);
    check_hex(hash, sizeof(hash), expected);
}

/* hashlib.sha256(b'\0' + p('id', '17') + ...), p: lengths of 8 bytes before name and value */
START_TEST(a_record_is_hashed_with_all_lengths)
{
    struct record record = {0};

    record_begin(&record, RECORD_ROW);
    record_number(&record, "id", 17);
    record_unsigned(&record, "transaction", UINT64_MAX);
    record_time(&record, "received", INT64_C(1769860800123456));
    record_text(&record, "reference", "a\"b\\c\næ\x7f", 9);
    record_switch(&record, "verified", true);
    record_switch(&record, "other", false);
    record_hex(&record, "digest", "\x01\xff", 2);
    record_end(&record);
    ck_assert_str_eq(record.json.data, "{\"id\":17,\"transaction\":18446744073709551615,"
                                       "\"received\":\"2026-01-31T12:00:00.123456Z\","
                                       "\"reference\":\"a\\u0022b\\u005cc\\u000aæ\\u007f\","
                                       "\"verified\":true,\"other\":false,\"digest\":\"01ff\"}");
    check_hash(&record, "aac9175eb8f589ef460c6bd3b0c28421dd08b1ae7573eb783f40f392f885ebca");
    record_free(&record);
}
END_TEST

START_TEST(a_record_can_be_begun_again)
{
    struct record record = {0};

    record_begin(&record, RECORD_ROW);
    record_number(&record, "id", 1);
    record_begin(&record, RECORD_EXPORT);
    record_end(&record);
    ck_assert_str_eq(record.json.data, "{}");
    check_hash(&record, "084fed08b978af4d7d196a7446a86b58009e636b611db16211b65a9aadff29c5");
    record_free(&record);
}
END_TEST

static const struct {
    int64_t when;
    const char *json;
} times[] = {
    {0, "{\"t\":\"1970-01-01T00:00:00.000000Z\"}"},
    {-1, "{\"t\":\"1969-12-31T23:59:59.999999Z\"}"},
    {-1000000, "{\"t\":\"1969-12-31T23:59:59.000000Z\"}"},
    {INT64_C(253402300799999999), "{\"t\":\"9999-12-31T23:59:59.999999Z\"}"},
    {INT64_C(253402300800000000), "{\"t\":253402300800000000}"},
    {INT64_MAX, "{\"t\":9223372036854775807}"},
    {INT64_MIN, "{\"t\":-9223372036854775808}"},
};

START_TEST(no_two_times_look_the_same)
{
    struct record record = {0};

    record_begin(&record, RECORD_ROW);
    record_time(&record, "t", times[_i].when);
    record_end(&record);
    ck_assert_str_eq(record.json.data, times[_i].json);
    record_free(&record);
}
END_TEST

static const struct {
    int leaves;
    const char *root;
} trees[] = {
    {1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
    {2, "c71a16f21f917ed84ea2caa90b0904c9179a4c9c2369a9b4ec57e11a3f25a7a2"},
    {3, "d78663a8f1a2d99ee97fe38a605be2f54e2872c3a63a13077d617e4a940725bd"},
    {4, "3c27c71481d08c1350991b07d3399aced347c594b1e5a4e23625786605998fd0"},
    {5, "550347fe72bcb7c23a0576eb793f410a6192c5d678b483eb1adfd880720b55ea"},
    {7, "cc73b298e8e4f30a03faa5269796029c17e3fe4b1519250482ddc00a7d2e20da"},
    {8, "f36bcde6dad5de59abe552a27830872409aada55ff786972f67b0cacb653353d"},
    {100, "182e5c60166a38f25fccd704818af5ab3e237dc2fbcbf843911c0b4709c201b6"},
};

/* Leaf i is the SHA-256 of the byte i; RFC 6962's definition, recursively, gave the roots. */
START_TEST(a_tree_has_the_root_of_rfc_6962)
{
    struct merkle merkle = {0};
    uint8_t root[RECORD_HASH_SIZE];

    for (int i = 0; i < trees[_i].leaves; i++) {
        const uint8_t byte = (uint8_t)i;
        uint8_t leaf[RECORD_HASH_SIZE];

        ident_sha256(&byte, 1, leaf);
        merkle_add(&merkle, leaf);
    }
    merkle_root(&merkle, root);
    check_hex(root, sizeof(root), trees[_i].root);
}
END_TEST

static struct seal a_seal(void)
{
    struct seal seal = {.number = 2,
                        .rows = 3,
                        .first = {700, 11},
                        .last = {702, 10},
                        .earliest = 1000000,
                        .latest = 2000000,
                        .sealed = 3000000};

    memset(seal.previous, 0xaa, sizeof(seal.previous));
    memset(seal.root, 0xbb, sizeof(seal.root));
    memset(seal.signer, 0xcc, sizeof(seal.signer));
    return seal;
}

START_TEST(a_seal_is_hashed_with_all_that_it_says)
{
    struct seal seal = a_seal();
    struct record record = {0};

    seal_record(&seal, &record);
    check_hash(&record, "08b523d6c439a182f5e0f3f5becd0ea5ad32ca4cc5846d4f90e26fb4a47a760c");
    seal.is_signed = true;
    seal_record(&seal, &record);
    check_hash(&record, "7f0137d5b9fa4adbb2a6efb0bf25358b622a952dd3df32d27b8cf0734b7c4db7");
    record_free(&record);
}
END_TEST

START_TEST(rows_stand_by_transaction_then_id)
{
    const struct audit_place a = {5, 9};

    ck_assert(audit_place_is_behind(a, (struct audit_place){4, 10}));
    ck_assert(audit_place_is_behind(a, (struct audit_place){5, 8}));
    ck_assert(!audit_place_is_behind(a, a));
    ck_assert(!audit_place_is_behind(a, (struct audit_place){6, 1}));
}
END_TEST

START_TEST(a_record_without_memory_says_so)
{
    const struct seal seal = a_seal();
    struct record record = {0};
    int failures = 0;

    for (long n = 1; n <= 12; n++) {
        memory_fails_at(n);
        seal_record(&seal, &record);
        memory_fails_at(0);
        failures += record.failed;
        record_free(&record);
    }
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    ck_assert_int_gt(failures, 3);
#endif
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

int main(void)
{
    Suite *suite = suite_create("audit_hash");
    TCase *cases = tcase_create("audit_hash");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    suite_add_tcase(suite, cases);
    tcase_add_test(cases, a_record_is_hashed_with_all_lengths);
    tcase_add_test(cases, a_record_can_be_begun_again);
    tcase_add_loop_test(cases, no_two_times_look_the_same, 0, COUNT(times));
    tcase_add_loop_test(cases, a_tree_has_the_root_of_rfc_6962, 0, COUNT(trees));
    tcase_add_test(cases, a_seal_is_hashed_with_all_that_it_says);
    tcase_add_test(cases, rows_stand_by_transaction_then_id);
    tcase_add_test(cases, a_record_without_memory_says_so);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
