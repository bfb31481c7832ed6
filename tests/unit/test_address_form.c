/* Mobile numbers and e-mail addresses: what is accepted, and the form in which they are used
 * (domain.md 2.5). */
#include "base/arena.h"
#include "model/address_form.h"
#include "model/plan.h"
#include "no_memory.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))
#define A10 "aaaaaaaaaa"
#define A60 A10 A10 A10 A10 A10 A10
#define BLANKS10 "          "

static const struct {
    const char *given;
    int error_id;
    const char *form;
} numbers[] = {
    {"91929394", 0, "+4791929394"},
    {"41929394", 0, "+4741929394"},
    {"+4791929394", 0, "+4791929394"},
    {"004791929394", 0, "+4791929394"},
    {"919 29 394", 0, "+4791929394"},
    {" +47 919 29 394\n", 0, "+4791929394"},
    {"00 47 91 92 93 94", 0, "+4791929394"},
    {"919\xc2\xa0"
     "29\xc2\xa0"
     "394",
     0, "+4791929394"}, /* no-break spaces */
    {"+46701234567", 0, "+46701234567"},
    {"0046 70 123 45 67", 0, "+46701234567"},
    {"+12025550123", 0, "+12025550123"},
    {"+79161234567", 0, "+79161234567"},
    {"+358401234567", 0, "+358401234567"},
    {"+298211234", 0, "+298211234"},
    {"+6834001", 0, "+6834001"},                 /* seven digits in all */
    {"+881612345678901", 0, "+881612345678901"}, /* fifteen; satellite */
    {"", 30303, ""},
    {" ", 30303, ""},
    {"51929394", 30303, ""}, /* no mobile number in Norway */
    {"22334455", 30303, ""},
    {"9192939", 30303, ""},
    {"919293944", 30303, ""},
    {"4791929394", 30303, ""}, /* neither + nor 00 */
    {"091929394", 30303, ""},
    {"9192939a", 30303, ""},
    {"919-29-394", 30303, ""},
    {"91929394;41929394", 30303, ""},
    {"post@example.no", 30303, ""},
    {"+4722334455", 30303, ""},
    {"+479192939", 30303, ""},
    {"+47919293944", 30303, ""},
    {"+47", 30303, ""},
    {"+47+91929394", 30303, ""},
    {"0047", 30303, ""},
    {"919" BLANKS10 BLANKS10 BLANKS10 BLANKS10 BLANKS10 BLANKS10 "29394", 30303, ""},
    {"+", 30302, ""},
    {"00", 30302, ""},
    {"+0", 30302, ""},
    {"++46701234567", 30302, ""},
    {"+ 999 1234567", 30302, ""},
    {"+2101234567", 30302, ""}, /* codes that nobody has */
    {"+3841234567", 30302, ""},
    {"+9991234567", 30302, ""},
    {"+8001234567", 30302, ""}, /* freephone takes no messages */
    {"+46", 30302, ""},
    {"+461234", 30302, ""},           /* six digits in all */
    {"+4670123456789012", 30302, ""}, /* sixteen */
    {"+46701234567890123456789012345678901234567890", 30302, ""},
    {"+4670123456x", 30302, ""},
    {"+46 (0)70 123 45 67", 30302, ""},
};

START_TEST(mobile_number_becomes_e164)
{
    char form[ADDRESS_FORM_SIZE];

    ck_assert_int_eq(address_form(TRANSPORT_SMS, numbers[_i].given, form), numbers[_i].error_id);
    ck_assert_str_eq(form, numbers[_i].form);
}
END_TEST

/* Of the ITU's list, the neighbours of what nobody has among them. */
static const char assigned[] =
    "1 20 211 212 213 216 218 220 229 230 239 240 249 250 258 260 269 27 290 291 297 298 299 30 31 "
    "32 33 34 350 359 36 370 378 380 383 385 386 387 389 39 40 41 420 421 423 43 44 45 46 48 49 "
    "500 "
    "509 51 58 590 599 60 66 670 672 679 680 683 685 692 7 81 82 84 850 852 853 855 856 86 870 880 "
    "881 882 883 886 90 95 960 968 970 977 98 992 996 998";
static const char unassigned[] =
    "0 210 214 215 217 219 259 280 289 292 296 384 388 422 424 429 671 684 693 699 800 801 808 809 "
    "830 839 851 854 857 859 871 878 879 884 885 887 888 889 890 899 969 978 979 990 991 997 999";

static void check_codes(const char *codes, enum address_problem expected)
{
    for (const char *at = codes; *at != '\0'; at += strspn(at, " ")) {
        const size_t n = strcspn(at, " ");
        char form[ADDRESS_FORM_SIZE];
        char number[32];

        snprintf(number, sizeof(number), "+%.*s7123456", (int)n, at);
        ck_assert_msg(address_form(TRANSPORT_SMS, number, form) == expected, "%s", number);
        at += n;
    }
}

START_TEST(country_code_is_one_that_is_in_use)
{
    check_codes(assigned, ADDRESS_GOOD);
    check_codes(unassigned, ADDRESS_BAD_COUNTRY_CODE);
}
END_TEST

static const struct {
    const char *given;
    int error_id;
    const char *form;
} emails[] = {
    {"post@example.no", 0, "post@example.no"},
    {" \tpost@example.no\r\n", 0, "post@example.no"},
    {"ola+altinn@example.no", 0, "ola+altinn@example.no"},
    {"Ola.Nordmann@Example.NO", 0, "Ola.Nordmann@Example.NO"},
    {"post@appoint-.no", 30010, ""},
    {"a@example.no;b@example.no", 30010, ""},
    {"91929394", 30010, ""},
    {"", 30010, ""},
    {"  ", 30010, ""},
    {"a b@example.no", 30010, ""},
    {"a@" A60 "." A60 "." A60 "." A60 ".bbbbb.no", 0, "a@" A60 "." A60 "." A60 "." A60 ".bbbbb.no"},
    {"a@" A60 "." A60 "." A60 "." A60 ".bbbbbb.no", 30010, ""},
};

START_TEST(email_address_is_trimmed)
{
    char form[ADDRESS_FORM_SIZE];

    ck_assert_int_eq(address_form(TRANSPORT_EMAIL, emails[_i].given, form), emails[_i].error_id);
    ck_assert_str_eq(form, emails[_i].form);
}
END_TEST

START_TEST(text_of_any_length_is_no_address)
{
    static char long_text[100000];
    char form[ADDRESS_FORM_SIZE];

    memset(long_text, '9', sizeof(long_text) - 1);
    ck_assert_int_eq(address_form(TRANSPORT_SMS, long_text, form), ADDRESS_BAD_NORWEGIAN_NUMBER);
    ck_assert_int_eq(address_form(TRANSPORT_EMAIL, long_text, form), ADDRESS_BAD_EMAIL);
    ck_assert_str_eq(form, "");
}
END_TEST

START_TEST(normalized_address_lives_in_the_arena)
{
    struct arena *arena = arena_new();
    const char *address = "";

    ck_assert_int_eq(plan_normalize(arena, TRANSPORT_SMS, " 919 29 394", &address), 0);
    ck_assert_str_eq(address, "+4791929394");
    ck_assert_int_eq(plan_normalize(arena, TRANSPORT_EMAIL, "a@example.no ", &address), 0);
    ck_assert_str_eq(address, "a@example.no");
    ck_assert_int_eq(plan_normalize(arena, TRANSPORT_EMAIL, "a", &address), 30010);
    ck_assert_ptr_null(address);
    arena_free(&arena);
}
END_TEST

START_TEST(normalizing_without_memory_gives_no_address)
{
    struct arena *arena = arena_new();
    const char *address = "";

    ck_assert_ptr_nonnull(arena_alloc(arena, 64 * 1024)); /* all of its first block */
    memory_fails_at(1);
    ck_assert_int_eq(plan_normalize(arena, TRANSPORT_SMS, "91929394", &address), 0);
    memory_fails_at(0);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    ck_assert_ptr_null(address);
#endif
    arena_free(&arena);
}
END_TEST

START_TEST(trimmed_text_has_no_white_space_around_it)
{
    static const struct {
        const char *text;
        size_t skipped;
        size_t length;
    } cases[] = {
        {"", 0, 0}, {" \t\r\n", 4, 0}, {"a", 0, 1}, {" a b ", 1, 3}, {"\na\xc3\xb8", 1, 3}};
    size_t length = 99;

    for (int i = 0; i < COUNT(cases); i++) {
        ck_assert_ptr_eq(address_trim(cases[i].text, &length), cases[i].text + cases[i].skipped);
        ck_assert_uint_eq(length, cases[i].length);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("address_form");
    TCase *tcase = tcase_create("address_form");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    suite_add_tcase(suite, tcase);
    tcase_add_loop_test(tcase, mobile_number_becomes_e164, 0, COUNT(numbers));
    tcase_add_test(tcase, country_code_is_one_that_is_in_use);
    tcase_add_loop_test(tcase, email_address_is_trimmed, 0, COUNT(emails));
    tcase_add_test(tcase, text_of_any_length_is_no_address);
    tcase_add_test(tcase, normalized_address_lives_in_the_arena);
    tcase_add_test(tcase, normalizing_without_memory_gives_no_address);
    tcase_add_test(tcase, trimmed_text_has_no_white_space_around_it);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
