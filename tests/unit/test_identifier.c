#include "model/identifier.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

/* ------------------------------------------------------------------ organisation numbers */

static const struct {
    const char *text;
    bool good;
} organizations[] = {
    {"910820605", true},         {"910646192", true},     {"974760673", true},
    {"991825827", true},         {"010000211", true},  /* of an official example */
    {"310000000", true},                               /* any first digit; check digit 11 is 0 */
    {"900000030", true},                               /* check digit 0 too */
    {"910820604", false},        {"900000090", false}, /* check digit 10 does not exist */
    {"901820605", false},                              /* two digits changed places */
    {"91082060", false},         {"9108206050", false},   {"", false},
    {" 910820605", false},       {"910820605 ", false},   {"910 820 605", false},
    {"NO910820605", false},      {"910820605MVA", false}, {"91082060O", false},
    {"91082060\xd9\xa5", false}, /* an Arabic five */
    {"-10820605", false},
};

START_TEST(organization_number_is_nine_digits_with_a_check_digit)
{
    ck_assert_msg(identifier_is_organization(organizations[_i].text) == organizations[_i].good,
                  "\"%s\"", organizations[_i].text);
}
END_TEST

START_TEST(eight_digits_have_one_check_digit_at_most)
{
    for (int prefix = 90000000; prefix < 90002000; prefix++) {
        int good = 0;

        for (int digit = 0; digit <= 9; digit++) {
            char text[32];

            snprintf(text, sizeof(text), "%08d%d", prefix, digit);
            good += identifier_is_organization(text);
        }
        ck_assert_int_le(good, 1);
    }
}
END_TEST

/* ------------------------------------------------------------------ persons */

enum { NEVER, ALWAYS, SYNTHETIC };

/* Born 1896 or 1800, so nobody's; the synthetic ones are of public test populations. */
static const struct {
    const char *text;
    int when;
} persons[] = {
    {"31019650025", ALWAYS},
    {"29029650037", ALWAYS}, /* a leap year */
    {"29020050088", ALWAYS}, /* year 00 may be 2000 */
    {"41019650187", ALWAYS}, /* D-number, the 1st */
    {"71019650019", ALWAYS}, /* D-number, the 31st */
    {"15819010029", SYNTHETIC},
    {"55819010012", SYNTHETIC}, /* D-number as well */
    {"15519010094", SYNTHETIC},
    {"01419650095", SYNTHETIC}, /* month 1 + 40 */
    {"01529650023", SYNTHETIC}, /* month 12 + 40 */
    {"41529650017", SYNTHETIC},
    {"01819650078", SYNTHETIC}, /* month 1 + 80 */
    {"01929650006", SYNTHETIC}, /* month 12 + 80 */
    {"01539650013", NEVER},     /* month 13 + 40 */
    {"01409650186", NEVER},     /* month 0 + 40 */
    {"01939650187", NEVER},     /* month 13 + 80 */
    {"01809650088", NEVER},     /* month 0 + 80, or 40 + 40 */
    {"29029750058", NEVER},
    {"30029650086", NEVER},
    {"31049650186", NEVER},
    {"32019650064", NEVER},
    {"00019650073", NEVER},
    {"01139650030", NEVER},
    {"01009650012", NEVER},
    {"72019650058", NEVER},
    {"40019650067", NEVER},
    {"10068700602", NEVER}, /* a test tool sends it: check digits */
    {"31019650015", NEVER}, /* first check digit */
    {"31019650024", NEVER}, /* second check digit */
    {"31019650700", NEVER}, /* the first check digit would be 10 */
    {"3101965002", NEVER},
    {"310196500255", NEVER},
    {"310196 50025", NEVER},
    {"3101965002 ", NEVER},
    {"", NEVER},
};

START_TEST(person_number_is_a_date_with_two_check_digits)
{
    ck_assert_msg(identifier_is_person(persons[_i].text, false) == (persons[_i].when == ALWAYS),
                  "%s", persons[_i].text);
}
END_TEST

START_TEST(synthetic_person_counts_only_when_allowed)
{
    ck_assert_msg(identifier_is_person(persons[_i].text, true) == (persons[_i].when != NEVER), "%s",
                  persons[_i].text);
}
END_TEST

START_TEST(nine_digits_of_a_person_have_one_pair_of_check_digits_at_most)
{
    for (int prefix = 500; prefix < 600; prefix++) {
        int good = 0;

        for (int pair = 0; pair <= 99; pair++) {
            char text[32];

            snprintf(text, sizeof(text), "310196%03d%02d", prefix, pair);
            good += identifier_is_person(text, true);
        }
        ck_assert_int_le(good, 1);
    }
}
END_TEST

START_TEST(digits_are_exactly_so_many)
{
    ck_assert(identifier_is_digits("0123456789", 10));
    ck_assert(identifier_is_digits("", 0));
    ck_assert(!identifier_is_digits(NULL, 0));
    ck_assert(!identifier_is_digits("123", 2));
    ck_assert(!identifier_is_digits("123", 4));
    ck_assert(!identifier_is_digits("12a", 3));
    ck_assert(!identifier_is_digits("+12", 3));
    ck_assert(!identifier_is_digits("1 2", 3));
}
END_TEST

/* ------------------------------------------------------------------ e-mail */

#define A10 "aaaaaaaaaa"
#define A60 A10 A10 A10 A10 A10 A10

static const struct {
    const char *text;
    bool good;
} emails[] = {
    {"post@example.no", true},
    {"ola.nordmann+altinn@example.no", true}, /* a plus sign, as in the official example */
    {"p\xc3\xb8st@bl\xc3\xa5"
     "b\xc3\xa6r.no",
     true},
    {"a@b.c", true},
    {"a@192.0.2.1", true},
    {"O'Hara_%!#$&*/=?^`{|}~-1@example.no", true},
    {"a@sub-domain.example.no", true},
    {"a@xn--blbr-roah.no", true},
    {A60 "aaaa@example.no", true},
    {A60 "aaaaa@example.no", false}, /* 65 in front of the @ */
    {"a@" A60 "aaa.no", true},
    {"a@" A60 "aaaa.no", false}, /* a label of 64 */
    {"post@appoint-.no", false}, /* refused in production */
    {"post@-appoint.no", false},
    {"post@example.no-", false},
    {"post@example..no", false},
    {"post@.example.no", false},
    {"post@example.no.", false},
    {"post@example", false},
    {"post@", false},
    {"@example.no", false},
    {"post", false},
    {"", false},
    {"a@b@c.no", false},
    {".a@example.no", false},
    {"a.@example.no", false},
    {"a..b@example.no", false},
    {"a@example.no;b@example.no", false},
    {"a;b@example.no", false},
    {"a@example.no,b@example.no", false},
    {"a@example.no ", false},
    {" a@example.no", false},
    {"a b@example.no", false},
    {"a@exam ple.no", false},
    {"a@example_1.no", false},
    {"Post <post@example.no>", false},
    {"\"a b\"@example.no", false},
    {"a\n@example.no", false},
    {"a@example.no\r\nBcc: b@example.no", false},
    {"a\xc2\x85"
     "b@example.no",
     false}, /* a C1 control */
    {"a\x7f@example.no", false},
};

START_TEST(email_is_one_plain_address)
{
    ck_assert_msg(identifier_is_email(emails[_i].text) == emails[_i].good, "\"%s\"",
                  emails[_i].text);
}
END_TEST

START_TEST(email_has_254_characters_at_most)
{
    static const char longest[] = "a@" A60 "." A60 "." A60 "." A60 ".bbbbb.no";
    static const char longer[] = "a@" A60 "." A60 "." A60 "." A60 ".bbbbbb.no";

    ck_assert_uint_eq(strlen(longest), 254);
    ck_assert(identifier_is_email(longest));
    ck_assert(!identifier_is_email(longer));
}
END_TEST

/* ------------------------------------------------------------------ texts */

static const struct {
    const char *text;
    size_t length;
    bool control;
    bool blank;
} texts[] = {
    {"", 0, false, true},
    {"abc", 3, false, false},
    {"bl\xc3\xa5"
     "b\xc3\xa6r",
     6, false, false},
    {"\xe2\x82\xac", 1, false, false},
    {"\xf0\x9f\x93\xac!", 2, false, false},
    {" \t\r\n", 4, true, true},
    {"   ", 3, false, true},
    {" . ", 3, false, false},
    {"a\nb", 3, true, false},
    {"a\rb", 3, true, false},
    {"a\tb", 3, true, false},
    {"\x01", 1, true, false},
    {"\x1f", 1, true, false},
    {"\x7f", 1, true, false},
    {"\xc2\x80", 1, true, false},  /* C1 begins */
    {"\xc2\x9f", 1, true, false},  /* and ends */
    {"\xc2\xa0", 1, false, false}, /* a no-break space is a space, not a control */
    {"\xc3\x80", 1, false, false},
};

START_TEST(length_counts_characters_not_bytes)
{
    ck_assert_uint_eq(identifier_length(texts[_i].text), texts[_i].length);
}
END_TEST

START_TEST(control_characters_are_c0_del_and_c1)
{
    ck_assert_int_eq(identifier_has_control(texts[_i].text), texts[_i].control);
}
END_TEST

START_TEST(blank_is_nothing_but_white_space)
{
    ck_assert_int_eq(identifier_is_blank(texts[_i].text), texts[_i].blank);
}
END_TEST

static const struct {
    const char *text;
    const char *masked;
} names[] = {
    {"demo", "demo"},
    {"", ""},
    {"15819010029", "(an identity number)"},
    {"user 15819010029!", "(an identity number)"},
    {"915819010029", "(an identity number)"},
    {"15819010028", "15819010028"}, /* a wrong check digit */
    {"910820605", "910820605"},
};

START_TEST(text_with_an_identity_number_is_masked)
{
    ck_assert_str_eq(identifier_masked(names[_i].text), names[_i].masked);
    ck_assert_ptr_null(identifier_masked(NULL));
}
END_TEST

START_TEST(missing_text_is_blank)
{
    ck_assert(identifier_is_blank(NULL));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("identifier");
    TCase *tcase = tcase_create("identifier");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    suite_add_tcase(suite, tcase);
    tcase_add_loop_test(tcase, organization_number_is_nine_digits_with_a_check_digit, 0,
                        COUNT(organizations));
    tcase_add_test(tcase, eight_digits_have_one_check_digit_at_most);
    tcase_add_loop_test(tcase, person_number_is_a_date_with_two_check_digits, 0, COUNT(persons));
    tcase_add_loop_test(tcase, synthetic_person_counts_only_when_allowed, 0, COUNT(persons));
    tcase_add_test(tcase, nine_digits_of_a_person_have_one_pair_of_check_digits_at_most);
    tcase_add_test(tcase, digits_are_exactly_so_many);
    tcase_add_loop_test(tcase, email_is_one_plain_address, 0, COUNT(emails));
    tcase_add_test(tcase, email_has_254_characters_at_most);
    tcase_add_loop_test(tcase, length_counts_characters_not_bytes, 0, COUNT(texts));
    tcase_add_loop_test(tcase, control_characters_are_c0_del_and_c1, 0, COUNT(texts));
    tcase_add_loop_test(tcase, blank_is_nothing_but_white_space, 0, COUNT(texts));
    tcase_add_test(tcase, missing_text_is_blank);
    tcase_add_loop_test(tcase, text_with_an_identity_number_is_masked, 0, COUNT(names));
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
