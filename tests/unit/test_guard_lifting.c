#include "base/buf.h"
#include "base/ident.h"
#include "support/guard_run.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* An attachment of the later and of the earlier kind around what its Data holds. */
#define NEW(data)                                                                                  \
    "<n:BinaryAttachmentV2 xmlns:n='" LISTS_2010 "'><n:Data>" data                                 \
    "</n:Data></n:BinaryAttachmentV2>"
#define OLD(data)                                                                                  \
    "<BinaryAttachment xmlns='" LISTS_2009 "'><Data>" data "</Data></BinaryAttachment>"
#define NEW_OUT(data)                                                                              \
    "<n:BinaryAttachmentV2 xmlns:n=\"" LISTS_2010 "\"><n:Data>" data                               \
    "</n:Data></n:BinaryAttachmentV2>"
#define OLD_OUT(data)                                                                              \
    "<BinaryAttachment xmlns=\"" LISTS_2009 "\"><Data>" data "</Data></BinaryAttachment>"

static struct guard *run(const struct guard_limits *limits, const char *text, struct err *err)
{
    return guard_run_all(limits, NULL, text, strlen(text), err);
}

static void assert_content(const struct guard *guard, size_t index, const char *content)
{
    const struct blob *blob = guard_attachment(guard, index);
    uint8_t digest[IDENT_DIGEST_SIZE];
    char room[256];
    struct err err = {0};

    ck_assert_ptr_nonnull(blob);
    ck_assert_uint_eq(blob_size(blob), strlen(content));
    ck_assert(blob_read(blob, 0, room, strlen(content), &err));
    ck_assert_mem_eq(room, content, strlen(content));
    ident_sha256(content, strlen(content), digest);
    ck_assert_mem_eq(blob_sha256(blob), digest, sizeof(digest));
}

START_TEST(data_of_both_kinds_is_lifted_in_order)
{
    struct err err = {0};
    struct guard *guard =
        run(&guard_run_limits, HEAD NEW("Zmlyc3Q=") OLD("c2Vjb25k") NEW("dGhpcmQ=") TAIL, &err);
    size_t n = 0;

    ck_assert_msg(err.kind == ERR_NONE, "%s", err.msg);
    ck_assert_uint_eq(guard_attachment_count(guard), 3);
    assert_content(guard, 0, "first");
    assert_content(guard, 1, "second");
    assert_content(guard, 2, "third");
    ck_assert_ptr_null(guard_attachment(guard, 3));
    ck_assert_str_eq(guard_document(guard, &n), HEAD NEW_OUT("0") OLD_OUT("1") NEW_OUT("2") TAIL);
    ck_assert(!guard_overflow(guard));
    guard_free(&guard);
}
END_TEST

/* All say "some content". */
static const char *const spellings[] = {
    HEAD NEW("c29tZSBjb250ZW50") TAIL,
    HEAD NEW(" c29t\r\nZSBj\tb25 0ZW5\n0 ") TAIL,
    HEAD NEW("<![CDATA[c29tZSBj]]>b25<![CDATA[\r\n0]]>ZW50") TAIL,
    HEAD NEW("c29&#116;ZSBj&#x0d;b250ZW50&#10;") TAIL,
    HEAD "<n:BinaryAttachmentV2 xmlns:n=\"" LISTS_2010 "\"><n:Data i:nil='false' xmlns:i=\"" XSI
         "\">c29tZSBjb250ZW50</n:Data></n:BinaryAttachmentV2>" TAIL,
    HEAD NEW("<!-- c29t -->c29tZ<!-- - -->SBjb<?x y?>250ZW50") TAIL,
};

START_TEST(data_means_the_same_however_it_is_spelt)
{
    struct err err = {0};
    struct guard *guard = run(&guard_run_limits, spellings[_i], &err);
    size_t n = 0;

    ck_assert_msg(err.kind == ERR_NONE, "%s", err.msg);
    assert_content(guard, 0, "some content");
    ck_assert_ptr_nonnull(strstr(guard_document(guard, &n), ">0</n:Data>"));
    guard_free(&guard);
}
END_TEST

static const char nil[] =
    HEAD "<n:BinaryAttachmentV2 xmlns:n=\"" LISTS_2010 "\"><n:Data xmlns:i=\"" XSI
         "\" i:nil=\"true\"></n:Data></n:BinaryAttachmentV2>" TAIL;

START_TEST(empty_data_stays_and_is_no_attachment)
{
    guard_run_expect(HEAD NEW("") OLD(" \r\n<!-- --><![CDATA[\t]]>") TAIL,
                     HEAD NEW_OUT("") OLD_OUT("") TAIL);
    guard_run_expect(nil, nil);
}
END_TEST

/* Element, parent or namespace is another one: nothing to lift. */
static const char *const others[] = {
    HEAD "<Data>!</Data>" TAIL,
    HEAD "<Data xmlns=\"" LISTS_2010 "\">!</Data>" TAIL,
    HEAD "<BinaryAttachment xmlns=\"" LISTS_2010 "\"><Data>!</Data></BinaryAttachment>" TAIL,
    HEAD "<BinaryAttachmentV2 xmlns=\"" LISTS_2009 "\"><Data>!</Data></BinaryAttachmentV2>" TAIL,
    HEAD "<BinaryAttachmentV2 xmlns=\"" LISTS_2010 "\"><Data xmlns=\"" LISTS_2009
         "\">!</Data></BinaryAttachmentV2>" TAIL,
    HEAD "<BinaryAttachmentV2 xmlns=\"" LISTS_2010
         "\"><x><Data>!</Data></x><data>!</data></BinaryAttachmentV2>" TAIL,
    HEAD "<BinaryAttachmentV2><Data>!</Data></BinaryAttachmentV2>" TAIL,
};

START_TEST(other_elements_called_data_are_left_alone)
{
    guard_run_expect(others[_i], others[_i]);
}
END_TEST

static const char *const wrong[] = {
    HEAD NEW("!") TAIL,
    HEAD NEW("QUJD!") TAIL,
    HEAD NEW("QUJ") TAIL,
    HEAD NEW("QUJD=") TAIL,
    HEAD NEW("QQ==QQ==") TAIL,
    HEAD NEW("QR==") TAIL,
    HEAD NEW("Q===") TAIL,
    HEAD NEW("QUJ-_w==") TAIL,
    HEAD NEW("QUJD&lt;") TAIL,
    HEAD NEW("QUJD\xc3\xa6") TAIL,
    HEAD NEW("QUJD<x/>") TAIL,
    HEAD NEW("<n:Data>QUJD</n:Data>") TAIL,
    HEAD "<n:BinaryAttachmentV2 xmlns:n='" LISTS_2010 "'><n:Data xmlns:i='" XSI
         "' i:nil='1'>QUJD</n:Data></n:BinaryAttachmentV2>" TAIL,
};

START_TEST(data_that_is_not_base64_is_invalid_and_named)
{
    guard_run_refused(wrong[_i], ERR_INVALID, "Data ");
}
END_TEST

START_TEST(too_many_attachments_are_dropped_and_told)
{
    struct guard_limits limits = guard_run_limits;
    struct err err = {0};
    struct guard *guard = NULL;
    size_t n = 0;

    limits.max_attachments = 2;
    guard = run(&limits, HEAD NEW("QQ==") NEW("") OLD("QQ==") TAIL, &err);
    ck_assert_uint_eq(guard_attachment_count(guard), 2);
    ck_assert(!guard_overflow(guard));
    guard_free(&guard);

    guard = run(&limits, HEAD NEW("QQ==") OLD("QQ==") NEW("QQ==") NEW("QQ==") TAIL, &err);
    ck_assert_msg(err.kind == ERR_NONE, "%s", err.msg);
    ck_assert(guard_overflow(guard));
    ck_assert_uint_eq(guard_attachment_count(guard), 4);
    ck_assert_ptr_null(guard_attachment(guard, 0));
    ck_assert_ptr_null(guard_attachment(guard, 3));
    ck_assert_str_eq(guard_document(guard, &n),
                     HEAD NEW_OUT("0") OLD_OUT("1") NEW_OUT("2") NEW_OUT("3") TAIL);
    guard_free(&guard);
}
END_TEST

START_TEST(attachments_that_are_too_large_together_are_dropped_and_told)
{
    struct guard_limits limits = guard_run_limits;
    struct err err = {0};
    struct guard *guard = NULL;

    limits.max_attachment_bytes = 6;
    guard = run(&limits, HEAD NEW("QUJD") NEW("QUJD") TAIL, &err);
    ck_assert(!guard_overflow(guard));
    guard_free(&guard);

    guard = run(&limits, HEAD NEW("QUJD") NEW("QUJDRA==") NEW("QUJD") TAIL, &err);
    ck_assert_msg(err.kind == ERR_NONE, "%s", err.msg);
    ck_assert(guard_overflow(guard));
    ck_assert_uint_eq(guard_attachment_count(guard), 3);
    ck_assert_ptr_null(guard_attachment(guard, 2));
    guard_free(&guard);
}
END_TEST

static struct buf large_message(size_t groups, const char *before, const char *after)
{
    struct buf text = {0};
    char *room = NULL;

    buf_add_text(&text, HEAD "<n:BinaryAttachmentV2 xmlns:n='" LISTS_2010 "'><n:Data>");
    buf_add_text(&text, before);
    room = buf_room(&text, 4 * groups);
    for (size_t i = 0; i < groups; i++)
        memcpy(room + 4 * i, i % 2 == 0 ? "QUJD" : "enl4", 4);
    text.len += 4 * groups;
    buf_add_text(&text, after);
    buf_add_text(&text, "</n:Data></n:BinaryAttachmentV2>" TAIL);
    return text;
}

static void expect_spooled(const char *before, const char *after, size_t step)
{
    const size_t groups = 4 * 1024 * 1024;
    struct buf text = large_message(groups, before, after);
    struct err err = {0};
    struct guard *guard = guard_run(&guard_run_limits, NULL, text.data, text.len, step, &err);
    char room[6];

    ck_assert_msg(err.kind == ERR_NONE, "%s", err.msg);
    ck_assert_uint_eq(blob_size(guard_attachment(guard, 0)), 3 * groups);
    ck_assert_ptr_null(blob_memory(guard_attachment(guard, 0)));
    ck_assert(blob_read(guard_attachment(guard, 0), 3 * groups - 6, room, 6, &err));
    ck_assert_mem_eq(room, "ABCzyx", 6);
    guard_free(&guard);
    buf_free(&text);
}

START_TEST(a_large_attachment_goes_to_the_spool)
{
    expect_spooled("", "", 64 * 1024);
}
END_TEST

/* libxml2 itself would give up on a section of 10 MB. */
START_TEST(a_large_attachment_may_come_as_cdata)
{
    expect_spooled("<![CDATA[", "]]>", 50001);
}
END_TEST

START_TEST(without_a_spool_the_caller_is_told_to_try_again)
{
    struct guard_limits limits = guard_run_limits;
    struct err err = {0};
    struct guard *guard = NULL;

    limits.spool_directory = "/nonexistent";
    limits.spool_threshold = 2;
    guard = run(&limits, HEAD NEW("QUJD") TAIL, &err);
    ck_assert_int_eq(err.kind, ERR_BUSY);
    guard_free(&guard);
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

int main(void)
{
    Suite *suite = suite_create("guard lifting");
    TCase *cases = tcase_create("attachments");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    suite_add_tcase(suite, cases);
    tcase_add_test(cases, data_of_both_kinds_is_lifted_in_order);
    tcase_add_loop_test(cases, data_means_the_same_however_it_is_spelt, 0, COUNT(spellings));
    tcase_add_test(cases, empty_data_stays_and_is_no_attachment);
    tcase_add_loop_test(cases, other_elements_called_data_are_left_alone, 0, COUNT(others));
    tcase_add_loop_test(cases, data_that_is_not_base64_is_invalid_and_named, 0, COUNT(wrong));
    tcase_add_test(cases, too_many_attachments_are_dropped_and_told);
    tcase_add_test(cases, attachments_that_are_too_large_together_are_dropped_and_told);
    tcase_add_test(cases, a_large_attachment_goes_to_the_spool);
    tcase_add_test(cases, a_large_attachment_may_come_as_cdata);
    tcase_add_test(cases, without_a_spool_the_caller_is_told_to_try_again);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
