#include "model/token.h"

#include <check.h>

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

enum { MINUTE = 60 };

static const int64_t second = 1000000;
static const int64_t now = 1900000000000000;
static const uint8_t nonce[] = "nonce";

static struct config config_of(bool strict)
{
    return (struct config){.wsse_strict = strict,
                           .wsse_skew = (int64_t)5 * MINUTE * 1000,
                           .wsse_lifetime = (int64_t)5 * MINUTE * 1000};
}

static struct moment at(int64_t seconds)
{
    return (struct moment){true, now + seconds * second};
}

/* Seconds from now. */
static const struct {
    int64_t created;
    int64_t expires;
    bool good;
} timestamps[] = {
    {0, 5 * MINUTE, true},
    {-10 * MINUTE, -5 * MINUTE, true}, /* within the skew */
    {-10 * MINUTE, -5 * MINUTE - 1, false},
    {-600 * MINUTE, 5 * MINUTE, true},
    {5 * MINUTE, 10 * MINUTE, true},
    {5 * MINUTE + 1, 10 * MINUTE, false},
};

START_TEST(timestamp_may_be_as_wrong_as_clocks_are)
{
    const struct config config = config_of(false);
    const struct token token = {.header_created = at(timestamps[_i].created),
                                .header_expires = at(timestamps[_i].expires)};

    ck_assert_msg((token_flaw(&config, &token, now) == NULL) == timestamps[_i].good, "case %d", _i);
}
END_TEST

static const struct {
    int64_t created; /* seconds from now */
    bool strict;
    bool digest;
    bool good;
} ages[] = {
    {-600 * MINUTE, false, false, true}, /* as in production */
    {600 * MINUTE, false, false, true},
    {0, true, false, true},
    {-10 * MINUTE, true, false, true},
    {-10 * MINUTE - 1, true, false, false},
    {5 * MINUTE, true, false, true},
    {5 * MINUTE + 1, true, false, false},
    {0, false, true, true},
    {-10 * MINUTE - 1, false, true, false},
    {5 * MINUTE + 1, false, true, false},
};

START_TEST(age_counts_for_digests_and_when_strict)
{
    const struct config config = config_of(ages[_i].strict);
    const struct token token = {.digest = ages[_i].digest,
                                .created = at(ages[_i].created),
                                .nonce = nonce,
                                .nonce_size = sizeof(nonce)};

    ck_assert_msg((token_flaw(&config, &token, now) == NULL) == ages[_i].good, "case %d", _i);
}
END_TEST

START_TEST(nonce_and_created_are_needed_where_they_count)
{
    const struct token no_nonce = {.created = at(0)};
    const struct token no_created = {.nonce = nonce, .nonce_size = sizeof(nonce)};
    const struct config strict = config_of(true);
    const struct config lenient = config_of(false);

    ck_assert_ptr_nonnull(token_flaw(&strict, &no_nonce, now));
    ck_assert_ptr_nonnull(token_flaw(&strict, &no_created, now));
    ck_assert_ptr_null(token_flaw(&lenient, &no_nonce, now));
    ck_assert_ptr_null(token_flaw(&lenient, &no_created, now));
}
END_TEST

START_TEST(nonce_is_remembered_until_its_token_is_too_old)
{
    const struct config config = config_of(true);
    const struct token token = {
        .created = at(-MINUTE), .nonce = nonce, .nonce_size = sizeof(nonce)};
    const int64_t last = token_last_use(&config, &token);

    ck_assert_ptr_null(token_flaw(&config, &token, last));
    ck_assert_ptr_nonnull(token_flaw(&config, &token, last + 1));
}
END_TEST

START_TEST(what_cannot_be_read_is_a_flaw_by_itself)
{
    const struct config config = config_of(false);
    const struct token token = {.malformed = "odd nonce"};

    ck_assert_str_eq(token_flaw(&config, &token, now), "odd nonce");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("token");
    TCase *tests = tcase_create("token");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_add_loop_test(tests, timestamp_may_be_as_wrong_as_clocks_are, 0, COUNT(timestamps));
    tcase_add_loop_test(tests, age_counts_for_digests_and_when_strict, 0, COUNT(ages));
    tcase_add_test(tests, nonce_and_created_are_needed_where_they_count);
    tcase_add_test(tests, nonce_is_remembered_until_its_token_is_too_old);
    tcase_add_test(tests, what_cannot_be_read_is_a_flaw_by_itself);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
