#include "support/guard_run.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

#define SPACE_11 "http://schemas.xmlsoap.org/soap/envelope/"
#define SPACE_12 "http://www.w3.org/2003/05/soap-envelope"
#define ADDRESSING "http://www.w3.org/2005/08/addressing"

/* An envelope with this Header, read byte by byte and whole. */
static struct guard *run(const char *space, const char *header)
{
    struct err err = {0};
    struct guard *guard = NULL;
    char text[8192];
    const int n = snprintf(text, sizeof(text),
                           "<s:Envelope xmlns:s=\"%s\"><s:Header>%s</s:Header>"
                           "<s:Body><o/></s:Body></s:Envelope>",
                           space, header);

    guard = guard_run_all(&guard_run_limits, NULL, text, (size_t)n, &err);
    ck_assert_msg(err.kind == ERR_NONE, "%s", err.msg);
    return guard;
}

static const struct {
    const char *space;
    const char *attributes;
    bool ours;
    bool must_understand;
} blocks[] = {
    {SPACE_12, "", true, false},
    {SPACE_12, "s:mustUnderstand='1'", true, true},
    {SPACE_12, "s:mustUnderstand='true'", true, true},
    {SPACE_12, "s:mustUnderstand=' 1 '", true, true},
    {SPACE_12, "s:mustUnderstand='0'", true, false},
    {SPACE_12, "s:mustUnderstand='false'", true, false},
    {SPACE_12, "mustUnderstand='1'", true, false}, /* no attribute of SOAP's */
    {SPACE_12, "s:mustUnderstand='1' s:role=''", true, true},
    {SPACE_12, "s:mustUnderstand='1' s:role='" SPACE_12 "/role/next'", true, true},
    {SPACE_12, "s:mustUnderstand='1' s:role='" SPACE_12 "/role/ultimateReceiver'", true, true},
    {SPACE_12, "s:mustUnderstand='1' s:role='" SPACE_12 "/role/none'", false, true},
    {SPACE_12, "s:mustUnderstand='1' s:role='urn:somebody'", false, true},
    {SPACE_11, "s:mustUnderstand='1' s:actor='http://schemas.xmlsoap.org/soap/actor/next'", true,
     true},
    {SPACE_11, "s:mustUnderstand='1' s:actor='urn:somebody'", false, true},
    {SPACE_11, "s:mustUnderstand='1'", true, true},
};

START_TEST(block_is_kept_when_it_is_for_us)
{
    char header[1024];
    struct guard *guard = NULL;
    const struct envelope_block *kept = NULL;
    size_t count = 0;
    size_t n = 0;

    snprintf(header, sizeof(header), "<b:x xmlns:b='urn:b' %s>text<b:y/></b:x>",
             blocks[_i].attributes);
    guard = run(blocks[_i].space, header);
    kept = guard_blocks(guard, &count);
    ck_assert_uint_eq(count, blocks[_i].ours);
    ck_assert_int_eq(strstr(guard_document(guard, &n), "<b:x") != NULL, blocks[_i].ours);
    ck_assert_int_eq(strstr(guard_document(guard, &n), "text") != NULL, blocks[_i].ours);
    if (count == 1) {
        ck_assert_str_eq(kept->space, "urn:b");
        ck_assert_str_eq(kept->name, "x");
        ck_assert_int_eq(kept->must_understand, blocks[_i].must_understand);
    }
    guard_free(&guard);
}
END_TEST

static const struct {
    const char *header;
    const char *id; /* NULL: none */
} ids[] = {
    {"", NULL},
    {"<MessageID xmlns='" ADDRESSING "'>urn:1</MessageID>", "urn:1"},
    {"<MessageID xmlns='" ADDRESSING "'>\n  urn:1 <!-- x --><![CDATA[&2]]>\n</MessageID>",
     "urn:1 &amp;2"},
    {"<MessageID xmlns='" ADDRESSING "'>a&amp;&#60;b</MessageID>", "a&amp;&lt;b"},
    {"<MessageID xmlns='" ADDRESSING "'/>", ""},
    {"<MessageID xmlns='" ADDRESSING "'>a<b/>c</MessageID>", ""},
    {"<MessageID xmlns='urn:other'>urn:1</MessageID>", NULL},
    {"<x><MessageID xmlns='" ADDRESSING "'>urn:1</MessageID></x>", NULL},
    {"<MessageID xmlns='" ADDRESSING "' s:role='urn:other'>urn:1</MessageID>", NULL},
};

START_TEST(message_id_is_kept_as_xml_text)
{
    struct guard *guard = run(SPACE_12, ids[_i].header);

    if (ids[_i].id == NULL)
        ck_assert_ptr_null(guard_message_id(guard));
    else
        ck_assert_str_eq(guard_message_id(guard), ids[_i].id);
    guard_free(&guard);
}
END_TEST

START_TEST(message_id_of_a_body_is_none)
{
    static const char text[] =
        "<s:Envelope xmlns:s='" SPACE_12 "'><s:Body><MessageID xmlns='" ADDRESSING
        "'>x</MessageID></s:Body></s:Envelope>";
    struct err err = {0};
    struct guard *guard = guard_run_all(&guard_run_limits, NULL, text, sizeof(text) - 1, &err);

    ck_assert_ptr_null(guard_message_id(guard));
    guard_free(&guard);
}
END_TEST

START_TEST(more_blocks_than_anybody_sends_are_refused)
{
    static const char head[] = "<s:Envelope xmlns:s='" SPACE_12 "'><s:Header>";
    static const char tail[] = "</s:Header><s:Body><o/></s:Body></s:Envelope>";
    char text[sizeof(head) + sizeof(tail) + 4 * (ENVELOPE_BLOCKS_MAX + 1)];
    size_t n = sizeof(head) - 1;

    memcpy(text, head, n);
    for (int i = 0; i <= ENVELOPE_BLOCKS_MAX; i++, n += 4)
        memcpy(text + n, "<b/>", 4);
    memcpy(text + n, tail, sizeof(tail));
    guard_run_refused(text, ERR_MALFORMED, "too many blocks");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("guard_header");
    TCase *tests = tcase_create("guard_header");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_add_loop_test(tests, block_is_kept_when_it_is_for_us, 0, COUNT(blocks));
    tcase_add_loop_test(tests, message_id_is_kept_as_xml_text, 0, COUNT(ids));
    tcase_add_test(tests, message_id_of_a_body_is_none);
    tcase_add_test(tests, more_blocks_than_anybody_sends_are_refused);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
