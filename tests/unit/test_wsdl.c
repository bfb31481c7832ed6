#include "soap/wsdl.h"

#include <check.h>
#include <embedded.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char endpoint[] = "CorrespondenceAgencyExternalBasic";
static const char path[] = "/ServiceEngineExternal/CorrespondenceAgencyExternalBasic.svc";

static struct buf answer(const char *query, const char *base_url)
{
    struct buf text = {0};
    struct err err = {0};

    ck_assert_msg(wsdl_answer(endpoint, query, base_url, &text, &err), "%s", err.msg);
    ck_assert_uint_eq(text.len, strlen(text.data));
    return text;
}

static enum err_kind refusal(const char *name, const char *query, const char *base_url)
{
    struct buf text = {0};
    struct err err = {0};

    ck_assert(!wsdl_answer(name, query, base_url, &text, &err));
    ck_assert_ptr_null(text.data);
    ck_assert_int_ne(err.msg[0], '\0');
    return err.kind;
}

static size_t count(const struct buf *text, const char *word)
{
    size_t n = 0;

    for (const char *at = strstr(text->data, word); at != NULL; at = strstr(at + 1, word))
        n++;
    return n;
}

START_TEST(wsdl_leads_back_to_the_host_that_was_asked)
{
    struct buf text = answer("wsdl", "https://post.example:8443");
    char address[256];

    snprintf(address, sizeof(address), "<soap:address location=\"https://post.example:8443%s\"/>",
             path);
    ck_assert_uint_eq(count(&text, address), 1);
    ck_assert_uint_eq(count(&text, "localhost"), 0);
    buf_free(&text);
}
END_TEST

START_TEST(every_import_of_the_wsdl_leads_to_a_schema_of_the_same_endpoint)
{
    struct buf text = answer("wsdl", "http://[::1]:80");
    char address[256];

    snprintf(address, sizeof(address), "schemaLocation=\"http://[::1]:80%s?xsd=", path);
    ck_assert_uint_gt(count(&text, "schemaLocation="), 0);
    ck_assert_uint_eq(count(&text, address), count(&text, "schemaLocation="));
    ck_assert_uint_eq(count(&text, ".xsd\""), 0);
    buf_free(&text);
}
END_TEST

START_TEST(schema_that_an_import_names_is_found)
{
    struct buf wsdl = answer("wsdl", "http://a");

    for (const char *at = strstr(wsdl.data, "?xsd="); at != NULL; at = strstr(at + 1, "?xsd=")) {
        char query[64] = "";
        struct buf schema = {0};

        strncat(query, at + 1, strcspn(at + 1, "\""));
        schema = answer(query, "http://a");
        ck_assert_ptr_nonnull(strstr(schema.data, "<xsd:schema"));
        ck_assert_uint_eq(count(&schema, ".xsd\""), 0);
        buf_free(&schema);
    }
    buf_free(&wsdl);
}
END_TEST

START_TEST(single_wsdl_needs_no_other_file)
{
    struct buf text = answer("singleWsdl", "http://a");

    ck_assert_uint_eq(count(&text, "schemaLocation"), 0);
    ck_assert_uint_gt(count(&text, "<xsd:schema"), 10);
    ck_assert_uint_eq(count(&text, "location=\"http://a/"), 1);
    buf_free(&text);
}
END_TEST

START_TEST(query_is_understood_in_any_case)
{
    struct buf small = answer("wsdl", "http://a");
    struct buf large = answer("WSDL", "http://a");

    ck_assert_str_eq(small.data, large.data);
    buf_free(&small);
    buf_free(&large);
}
END_TEST

START_TEST(unknown_documents_are_not_found)
{
    ck_assert_int_eq(refusal("Correspondence", "wsdl", "http://a"), ERR_NOT_FOUND);
    ck_assert_int_eq(refusal("Correspondence", "xsd=fault-2009-10", "http://a"), ERR_NOT_FOUND);
    ck_assert_int_eq(refusal(endpoint, NULL, "http://a"), ERR_NOT_FOUND);
    ck_assert_int_eq(refusal(endpoint, "", "http://a"), ERR_NOT_FOUND);
    ck_assert_int_eq(refusal(endpoint, "wsdl=1", "http://a"), ERR_NOT_FOUND);
    ck_assert_int_eq(refusal(endpoint, "xsd=", "http://a"), ERR_NOT_FOUND);
    ck_assert_int_eq(refusal(endpoint, "xsd=../fault-2009-10", "http://a"), ERR_NOT_FOUND);
}
END_TEST

static const char *const bad_bases[] = {
    "",           "http://",       "https://",     "ftp://a",          "a",
    "http://a b", "http://a\"><b", "http://a/b",   "http://a&b",       "http://a@b",
    "http://a<",  "http://a?b",    "http://a\r\n", "http://b\xc3\xa6", "HTTP://a",
};

START_TEST(host_that_is_none_is_refused)
{
    ck_assert_int_eq(refusal(endpoint, "wsdl", bad_bases[_i]), ERR_INVALID);
}
END_TEST

START_TEST(texts_are_whole_and_named)
{
    const struct embedded_file *const all[] = {embedded_wsdls, embedded_single_wsdls, embedded_xsds,
                                               embedded_migrations};

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        for (const struct embedded_file *file = all[i]; file->name != NULL; file++)
            ck_assert_uint_eq(strlen(file->text), file->size);
    ck_assert_str_eq(embedded_wsdls[0].name, embedded_single_wsdls[0].name);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("wsdl");
    TCase *tcase = tcase_create("wsdl");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase, wsdl_leads_back_to_the_host_that_was_asked);
    tcase_add_test(tcase, every_import_of_the_wsdl_leads_to_a_schema_of_the_same_endpoint);
    tcase_add_test(tcase, schema_that_an_import_names_is_found);
    tcase_add_test(tcase, single_wsdl_needs_no_other_file);
    tcase_add_test(tcase, query_is_understood_in_any_case);
    tcase_add_test(tcase, unknown_documents_are_not_found);
    tcase_add_loop_test(tcase, host_that_is_none_is_refused, 0,
                        sizeof(bad_bases) / sizeof(bad_bases[0]));
    tcase_add_test(tcase, texts_are_whole_and_named);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
