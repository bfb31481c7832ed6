/* The rules of the receipt service (domain.md 9). */
#include "model/receipt.h"
#include "xml/datetime.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

enum { LONGEST_REFERENCE = 10 };

static struct arena *arena;

static void set_up(void)
{
    arena = arena_new();
    ck_assert_ptr_nonnull(arena);
    ck_assert(datetime_setup());
}

static void tear_down(void)
{
    arena_free(&arena);
}

/* ------------------------------------------------------------------ references */

START_TEST(receipts_are_found_by_six_types_of_reference)
{
    /* from NotSet on, in the contract's order */
    static const bool expected[] = {false, true,  true,  false, true,  false, true,
                                    true,  false, false, false, false, true};

    ck_assert_int_eq(receipt_is_searchable((enum reference_type)_i), expected[_i]);
}
END_TEST

/* ------------------------------------------------------------------ edits */

#define GOOD .text = "Levert", .status = RECEIPT_OK
#define ADD(...)                                                                                   \
    .references = (const struct receipt_reference[]){__VA_ARGS__},                                 \
    .reference_count =                                                                             \
        sizeof((const struct receipt_reference[]){__VA_ARGS__}) / sizeof(struct receipt_reference)
#define SUBS(n, ...) .sub_edits = (const struct receipt_edit[]){__VA_ARGS__}, .sub_edit_count = (n)

static const struct {
    struct receipt_edit edit;
    const char *problem; /* a part of it; NULL: none */
} edits[] = {
    {{.id = 1, GOOD}, NULL},
    {{.archive_reference = "AR1", GOOD}, NULL},
    {{GOOD}, NULL},
    {{.id = 1, .archive_reference = "", GOOD}, NULL},
    {{.id = 1, .archive_reference = "AR1", GOOD}, "cannot both be given"},
    {{.id = 1, .status = RECEIPT_OK}, "ReceiptText must"},
    {{.id = 1, .status = RECEIPT_OK, .text = " "}, "ReceiptText must"},
    {{.id = 1, .text = "x"}, "status"},
    {{.id = 1, .text = "x", .status = RECEIPT_REJECTED}, NULL},
    {{.id = 1, GOOD, ADD({REFERENCE_BATCH, "1"}, {REFERENCE_ARCHIVE, "ÆØÅÆØÅÆØÅÆ"})}, NULL},
    {{.id = 1, GOOD, ADD({REFERENCE_PARTY, "910820605"}, {REFERENCE_PARENT, "1"})}, NULL},
    {{.id = 1, GOOD, ADD({REFERENCE_BATCH, "1"}, {REFERENCE_OWNER_PARTY, "1"})},
     "OwnerPartyReference cannot"},
    {{.id = 1, GOOD, ADD({REFERENCE_NOT_SET, "1"})}, "ReferenceType must"},
    {{.id = 1, GOOD, ADD({REFERENCE_BATCH, NULL})}, "ReferenceValue must"},
    {{.id = 1, GOOD, ADD({REFERENCE_BATCH, " "})}, "ReferenceValue must"},
    {{.id = 1, GOOD, ADD({REFERENCE_BATCH, "12345678901"})}, "too long"},
    {{.id = 1, GOOD, ADD({REFERENCE_BATCH, "a\nb"})}, "control"},
    {{.id = 1, GOOD, .reference_count = RECEIPT_REFERENCES + 1}, "too many references"},
    {{.id = 1, GOOD, SUBS(1, {.id = 2, GOOD})}, NULL},
    {{.archive_reference = "AR1", GOOD, SUBS(2, {.id = 2, GOOD}, {.id = 3, GOOD})}, NULL},
    {{GOOD, SUBS(1, {.id = 2, GOOD})}, "new receipt"},
    {{.id = 1, GOOD, SUBS(1, {GOOD})}, "named by its ReceiptId"},
    {{.id = 1, GOOD, SUBS(1, {.id = 2, .archive_reference = "AR1", GOOD})},
     "named by its ReceiptId"},
    {{.id = 1, GOOD, SUBS(1, {.id = 2, GOOD, .sub_edit_count = 1})}, "has no sub-receipts"},
    {{.id = 1, GOOD, SUBS(1, {.id = 2, .text = "x"})}, "status"},
    {{.id = 1, GOOD, SUBS(2, {.id = 2, GOOD}, {.id = 2, GOOD})}, "twice"},
    {{.id = 1, GOOD, .sub_edit_count = RECEIPT_SUB_EDITS + 1}, "too many sub-receipts"},
};

START_TEST(edit_is_good_or_has_one_problem)
{
    const char *problem = receipt_edit_problem(&edits[_i].edit, LONGEST_REFERENCE);

    if (edits[_i].problem == NULL)
        ck_assert_msg(problem == NULL, "case %d: %s", _i, problem);
    else
        ck_assert_msg(problem != NULL && strstr(problem, edits[_i].problem) != NULL, "case %d: %s",
                      _i, problem == NULL ? "no problem" : problem);
}
END_TEST

START_TEST(text_has_a_longest_length_in_characters)
{
    char text[2 * RECEIPT_TEXT_CHARACTERS + 2] = "";
    const struct receipt_edit edit = {.id = 1, .status = RECEIPT_OK, .text = text};

    for (int i = 0; i < RECEIPT_TEXT_CHARACTERS; i++)
        memcpy(text + 2L * i, "ø", 2);
    ck_assert_ptr_null(receipt_edit_problem(&edit, LONGEST_REFERENCE));
    text[2 * RECEIPT_TEXT_CHARACTERS] = 'x';
    ck_assert_str_eq(receipt_edit_problem(&edit, LONGEST_REFERENCE), "ReceiptText is too long");
}
END_TEST

/* ------------------------------------------------------------------ texts */

static const struct {
    const char *text;
    const char *masked;
} masks[] = {
    {"", ""},
    {"15819010029", "158190*****"},
    {"til 15819010029.", "til 158190*****."},
    {"158190 10029", "158190 *****"},
    {"55819010012,15519010094", "558190*****,155190*****"},
    {"15819010029 158190 10029", "158190***** 158190 *****"},
    {"1 158190 10029", "1 158190 *****"},
    {"15819010028", "15819010028"},   /* a wrong check digit */
    {"115819010029", "115819010029"}, /* part of a longer number */
    {"158190100291", "158190100291"},
    {"1158190 10029", "1158190 10029"},
    {"158190 100291", "158190 100291"},
    {"158190  10029", "158190  10029"},
    {"158190-10029", "158190-10029"},
    {"12345678901", "12345678901"}, /* an account */
    {"910820605", "910820605"},
    {"1581901002", "1581901002"},
    {"æ15819010029ø", "æ158190*****ø"},
};

START_TEST(identity_numbers_are_masked_and_others_stay)
{
    char text[64] = "";

    memcpy(text, masks[_i].text, strlen(masks[_i].text));
    receipt_mask(text);
    ck_assert_str_eq(text, masks[_i].masked);
}
END_TEST

START_TEST(updated_text_names_the_system_and_no_person)
{
    ck_assert_str_eq(receipt_updated_text(arena, "Til 15819010029", "ACN"),
                     "Til 158190***** - Receipt updated by AgencySystem: ACN");
}
END_TEST

static struct receipt old_receipt(const char *text, const char *history)
{
    return (struct receipt){.status = RECEIPT_OK, .text = text, .history = history};
}

/* domain.md 4.7 */
START_TEST(old_text_becomes_the_first_line_of_the_history)
{
    struct receipt receipt = old_receipt("Correspondence Saved Successfully", "");
    const char *history = receipt_grown_history(arena, &receipt, "Apr 19 2018  9:01AM");

    ck_assert_str_eq(history, "Apr 19 2018  9:01AM - OK - Correspondence Saved Successfully");
    receipt = old_receipt("Feil\r\nto", history);
    receipt.status = RECEIPT_UNEXPECTED_ERROR;
    ck_assert_str_eq(receipt_grown_history(arena, &receipt, "May  2 2018 12:00PM"),
                     "May  2 2018 12:00PM - UnExpectedError - Feil  to\n"
                     "Apr 19 2018  9:01AM - OK - Correspondence Saved Successfully");
}
END_TEST

START_TEST(status_of_a_history_line_is_the_word_of_the_contract)
{
    static const char *const lines[] = {"x - NotSet - t", "x - OK - t", "x - UnExpectedError - t",
                                        "x - ValidationFailed - t", "x - Rejected - t"};
    struct receipt receipt = old_receipt("t", "");

    receipt.status = (enum receipt_status)_i;
    ck_assert_str_eq(receipt_grown_history(arena, &receipt, "x"), lines[_i]);
}
END_TEST

START_TEST(history_loses_its_oldest_lines_when_it_is_full)
{
    static const char oldest[] = "oldest";
    const char *history = oldest;
    size_t lines = 1;

    for (int i = 0; i < 2000; i++) {
        const struct receipt receipt = old_receipt("0123456789", history);

        history = receipt_grown_history(arena, &receipt, "x");
    }
    ck_assert_uint_le(strlen(history), RECEIPT_HISTORY_BYTES);
    ck_assert_uint_gt(strlen(history), RECEIPT_HISTORY_BYTES - 40);
    for (const char *at = strchr(history, '\n'); at != NULL; at = strchr(at + 1, '\n'), lines++)
        ck_assert_int_eq(strncmp(at + 1, "x - OK - 0123456789", 19), 0);
    ck_assert_uint_eq(strlen(history), lines * 20 - 1);
}
END_TEST

START_TEST(line_that_fills_the_history_stands_alone)
{
    static char text[RECEIPT_HISTORY_BYTES + 1];
    struct receipt receipt = old_receipt(text, "older");

    memset(text, 'x', RECEIPT_HISTORY_BYTES);
    ck_assert_ptr_null(strstr(receipt_grown_history(arena, &receipt, "t"), "older"));
}
END_TEST

/* ------------------------------------------------------------------ dates of histories */

static const struct {
    int64_t when; /* seconds */
    const char *text;
} dates[] = {
    {INT64_C(1524121290), "Apr 19 2018  9:01AM"}, {INT64_C(1523221260), "Apr  8 2018 11:01PM"},
    {INT64_C(1514761200), "Jan  1 2018 12:00AM"}, {INT64_C(1514804399), "Jan  1 2018 11:59AM"},
    {INT64_C(1514804400), "Jan  1 2018 12:00PM"}, {INT64_C(1546297199), "Dec 31 2018 11:59PM"},
    {INT64_C(1546250400), "Dec 31 2018 11:00AM"}, {INT64_C(-1), "Jan  1 1970 12:59AM"},
};

START_TEST(date_of_a_history_line_is_norwegian_time_in_sql_style)
{
    char text[DATETIME_TEXT_SIZE];

    datetime_format_history(dates[_i].when * 1000000, text);
    ck_assert_str_eq(text, dates[_i].text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("receipt");
    TCase *tcase = tcase_create("receipt");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    suite_add_tcase(suite, tcase);
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, receipts_are_found_by_six_types_of_reference, 0, 13);
    tcase_add_loop_test(tcase, edit_is_good_or_has_one_problem, 0, COUNT(edits));
    tcase_add_test(tcase, text_has_a_longest_length_in_characters);
    tcase_add_loop_test(tcase, identity_numbers_are_masked_and_others_stay, 0, COUNT(masks));
    tcase_add_test(tcase, updated_text_names_the_system_and_no_person);
    tcase_add_test(tcase, old_text_becomes_the_first_line_of_the_history);
    tcase_add_loop_test(tcase, status_of_a_history_line_is_the_word_of_the_contract, 0, 5);
    tcase_add_test(tcase, history_loses_its_oldest_lines_when_it_is_full);
    tcase_add_test(tcase, line_that_fills_the_history_stands_alone);
    tcase_add_loop_test(tcase, date_of_a_history_line_is_norwegian_time_in_sql_style, 0,
                        COUNT(dates));
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
