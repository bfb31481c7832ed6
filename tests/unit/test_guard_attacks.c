#include "base/buf.h"
#include "base/clock.h"
#include "support/guard_run.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* Not XML, or XML that nobody needs. A word of each must not come back in the reason. */
static const char *const hostile[] = {
    /* entities and document types */
    "<!DOCTYPE SECRET>" HEAD TAIL,
    "<?xml version='1.0'?><!DOCTYPE s [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>" HEAD "&e;" TAIL,
    "<!DOCTYPE s [<!ENTITY % p SYSTEM 'http://127.0.0.1:1/'> %p;]>" HEAD TAIL,
    "<!DOCTYPE s PUBLIC 'SECRET' 'http://127.0.0.1:1/'>" HEAD TAIL,
    "<!DOCTYPE s [<!ENTITY a 'SECRET'><!ENTITY b '&a;&a;'>]>" HEAD "&b;" TAIL,
    "<!doctype s>" HEAD TAIL,
    HEAD "<!DOCTYPE s>" TAIL,
    HEAD "<!ENTITY a 'SECRET'>" TAIL,
    HEAD "<!ELEMENT a ANY>" TAIL,
    HEAD "<![INCLUDE[SECRET]]>" TAIL,
    HEAD "<![cdata[SECRET]]>" TAIL,
    HEAD "<!>" TAIL,
    HEAD "&SECRET;" TAIL,
    HEAD "&nbsp;" TAIL,
    HEAD "&;" TAIL,
    HEAD "& SECRET" TAIL,
    HEAD "&lt" TAIL,
    HEAD "&lt &gt;" TAIL,
    HEAD "&ltgt;" TAIL,
    HEAD "&LT;" TAIL,
    HEAD "&aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;" TAIL,
    HEAD "<a b='&SECRET;'/>" TAIL,
    HEAD "<a b='&lt'/>" TAIL,
    /* character references */
    HEAD "&#0;" TAIL,
    HEAD "&#x0;" TAIL,
    HEAD "&#1;" TAIL,
    HEAD "&#xD800;" TAIL,
    HEAD "&#xDFFF;" TAIL,
    HEAD "&#xFFFE;" TAIL,
    HEAD "&#x110000;" TAIL,
    HEAD "&#4294967361;" TAIL,
    HEAD "&#x100000041;" TAIL,
    HEAD "&#;" TAIL,
    HEAD "&#x;" TAIL,
    HEAD "&#X41;" TAIL,
    HEAD "&#-65;" TAIL,
    HEAD "&#4 1;" TAIL,
    HEAD "&#xG;" TAIL,
    HEAD "&#0000000000000000000000000000000065;" TAIL,
    HEAD "<a b='&#0;'/>" TAIL,
    HEAD "<a b='&#xDC00;'/>" TAIL,
    /* characters that are none */
    HEAD "\xc0\xbcSECRET" TAIL,
    HEAD "\xe0\x80\xbc" TAIL,
    HEAD "\xf0\x80\x80\xbc" TAIL,
    HEAD "\xc1\x81" TAIL,
    HEAD "\xed\xa0\x80\xed\xb0\x80" TAIL,
    HEAD "\xef\xbf\xbe" TAIL,
    HEAD "\xef\xbf\xbf" TAIL,
    HEAD "\xf4\x90\x80\x80" TAIL,
    HEAD "\xf5\x80\x80\x80" TAIL,
    HEAD "\xff" TAIL,
    HEAD "\x80" TAIL,
    HEAD "\xc3" TAIL,
    HEAD "\xe2\x82" TAIL,
    HEAD "\xf0\x9f\x98" TAIL,
    HEAD "\x01" TAIL,
    HEAD "\x0b" TAIL,
    HEAD "0123456789\x1f 0123456789" TAIL,
    HEAD "<a b='\xc0\xaf'/>" TAIL,
    HEAD "<a b='\x02'/>" TAIL,
    HEAD "<!-- \xff -->" TAIL,
    "\xff\xfe\x3c",
    "\xff\xfe\x3c\x61",
    "\xef\xbb",
    "+ADw-SECRET+AD4-",
    /* tags */
    HEAD "<a>" TAIL,
    HEAD "</a>" TAIL,
    HEAD "<a></b>" TAIL,
    HEAD "<a><b></a></b>" TAIL,
    HEAD "<a b='<'/>" TAIL,
    HEAD "<a <b/>" TAIL,
    HEAD "<a b=c/>" TAIL,
    HEAD "<a b/>" TAIL,
    HEAD "<a b='1' b='2'/>" TAIL,
    HEAD "<a xmlns:p='urn:p' xmlns:q='urn:p' p:b='1' q:b='2'/>" TAIL,
    HEAD "<a b='1'c='2'/>" TAIL,
    HEAD "<SECRET:a/>" TAIL,
    HEAD "<a SECRET:b=''/>" TAIL,
    HEAD "<a:b:c xmlns:a='urn:a'/>" TAIL,
    HEAD "<a xmlns:p=''/>" TAIL,
    HEAD "<a xmlns:xml='urn:x'/>" TAIL,
    HEAD "<a xmlns:xmlns='urn:x'/>" TAIL,
    HEAD "<1/>" TAIL,
    HEAD "<>" TAIL,
    HEAD "< a/>" TAIL,
    HEAD "</ a>" TAIL,
    HEAD "<a/ >" TAIL,
    HEAD "<a></a b='1'>" TAIL,
    HEAD "<a></a/>" TAIL,
    /* text, comments, instructions and sections */
    HEAD "]]>" TAIL,
    HEAD "]]]>" TAIL,
    HEAD "<!-- -- -->" TAIL,
    HEAD "<!-- --->" TAIL,
    HEAD "<!--->" TAIL,
    HEAD "<?"
         "?>" TAIL,
    HEAD "<? a?>" TAIL,
    HEAD "<?1?>" TAIL,
    HEAD "<?a/b?>" TAIL,
    HEAD "<?xml version='1.0'?>" TAIL,
    HEAD "<?XML a?>" TAIL,
    " <?xml version='1.0'?>" HEAD TAIL,
    "<!-- --><?xml version='1.0'?>" HEAD TAIL,
    "<?xml version='1.0'?><?xml version='1.0'?>" HEAD TAIL,
    "<?xml?>" HEAD TAIL,
    "<?xml version='1.1'?>" HEAD TAIL,
    "<?xml version=1.0?>" HEAD TAIL,
    "<?xml version='1.0?>" HEAD TAIL,
    "<?xml version '1.0'?>" HEAD TAIL,
    "<?xml encoding='utf-8'?>" HEAD TAIL,
    "<?xml version='1.0' standalone='SECRET'?>" HEAD TAIL,
    "<?xml version='1.0' encoding='utf-8'SECRET?>" HEAD TAIL,
    "<?Xml version='1.0'?>" HEAD TAIL,
    /* around the root element */
    "",
    "   ",
    "SECRET",
    "SECRET" HEAD TAIL,
    "&lt;" HEAD TAIL,
    "<![CDATA[ ]]>" HEAD TAIL,
    HEAD TAIL "SECRET",
    HEAD TAIL "&#32;",
    HEAD TAIL "<a/>",
    HEAD TAIL "</a>",
    HEAD TAIL HEAD TAIL,
    HEAD TAIL "<![CDATA[]]>",
    HEAD TAIL "<",
    HEAD TAIL "<!-- ",
    HEAD TAIL "&",
    HEAD "<![CDATA[" TAIL,
    "]" HEAD TAIL,
};

START_TEST(hostile_documents_are_malformed_and_not_quoted)
{
    const char *text = hostile[_i];
    struct err err = {0};
    struct guard *guard = guard_run_all(&guard_run_limits, NULL, text, strlen(text), &err);

    ck_assert_msg(err.kind == ERR_MALFORMED, "%s: %s", err_kind_name(err.kind), text);
    ck_assert_ptr_null(strstr(err.msg, "SECRET"));
    guard_free(&guard);
}
END_TEST

START_TEST(nul_is_refused_wherever_it_stands)
{
    static const char text[] = HEAD "<a b='c'>d</a><!-- e --><![CDATA[f]]>" TAIL;
    char copy[sizeof(text)];

    for (size_t i = 0; i < sizeof(text) - 1; i++) {
        struct err err = {0};
        struct guard *guard = NULL;

        memcpy(copy, text, sizeof(text));
        copy[i] = '\0';
        guard = guard_run_all(&guard_run_limits, "text/xml; charset=utf-8", copy, sizeof(text) - 1,
                              &err);
        ck_assert_int_eq(err.kind, ERR_MALFORMED);
        guard_free(&guard);
    }
}
END_TEST

START_TEST(a_document_cut_anywhere_is_malformed)
{
    static const char text[] =
        "<?xml version='1.0' encoding='utf-8'?>" HEAD
        "<a b=\"c\">\xc3\xa6&amp;&#230;<!-- d --><?e f?><![CDATA[g]]></a>"
        "<n:BinaryAttachmentV2 xmlns:n='" LISTS_2010 "'><n:Data>QUJD</n:Data>"
        "</n:BinaryAttachmentV2>" TAIL;

    for (size_t n = 0; n < sizeof(text) - 1; n++) {
        struct err err = {0};
        struct guard *guard = guard_run_all(&guard_run_limits, NULL, text, n, &err);

        ck_assert_msg(err.kind == ERR_MALFORMED, "%zu", n);
        guard_free(&guard);
    }
}
END_TEST

/* times x, between before and after */
static struct buf flood(const char *before, const char *x, size_t times, const char *after)
{
    const size_t n = strlen(x);
    struct buf text = {0};
    char *room = NULL;

    buf_add_text(&text, before);
    room = buf_room(&text, times * n);
    for (size_t i = 0; i < times; i++)
        memcpy(room + i * n, x, n);
    text.len += times * n;
    buf_add_text(&text, after);
    return text;
}

static const struct {
    const char *before;
    const char *repeated;
    size_t times;
    const char *after;
    enum err_kind kind;
    const char *words;
} floods[] = {
    {"", "<a>", 1000000, "", ERR_MALFORMED, "SOAP"},
    {HEAD, "<a>", 1000000, TAIL, ERR_MALFORMED, "max_depth"},
    {HEAD, "<a>", 30, TAIL, ERR_MALFORMED, "max_depth"},
    {HEAD, "<a>", 29, TAIL, ERR_MALFORMED, "well-formed"},
    {HEAD, "<a/>", 249997, TAIL, ERR_NONE, ""},
    {HEAD, "<a/>", 249998, TAIL, ERR_MALFORMED, "max_elements"},
    {HEAD "<a", " b='1'", 100000, "/>" TAIL, ERR_MALFORMED, "max_attributes"},
    {HEAD "<a", " xmlns:b='1'", 100000, "/>" TAIL, ERR_MALFORMED, "max_attributes"},
    {HEAD "<a", "a", 20 << 20, "/>" TAIL, ERR_MALFORMED, "max_markup"},
    {HEAD "<a b='", "a", 20 << 20, "'/>" TAIL, ERR_MALFORMED, "max_markup"},
    {HEAD "<a ", " ", 20 << 20, "/>" TAIL, ERR_MALFORMED, "max_markup"},
    {HEAD "<!--", "a", 20 << 20, "-->" TAIL, ERR_MALFORMED, "max_markup"},
    {HEAD "<?a ", "a", 20 << 20, "?>" TAIL, ERR_MALFORMED, "max_markup"},
    {HEAD "</", "a", 20 << 20, ">" TAIL, ERR_MALFORMED, "max_markup"},
    {HEAD "<!--", "a", 16 * 1024 - 7, "-->" TAIL, ERR_NONE, ""},
    {HEAD "<!--", "a", 16 * 1024 - 6, "-->" TAIL, ERR_MALFORMED, "max_markup"},
    {HEAD "<", "a", 16 * 1024 - 3, "/>" TAIL, ERR_NONE, ""},
    {HEAD "<", "a", 16 * 1024 - 2, "/>" TAIL, ERR_MALFORMED, "max_markup"},
    {HEAD, "<!-- -->", 1000000, TAIL, ERR_NONE, ""},
    {HEAD, "<?a b?>", 1000000, TAIL, ERR_NONE, ""},
    {HEAD, "<![CDATA[]]>", 1000000, TAIL, ERR_NONE, ""},
    {HEAD "<a>", "x", 64 * 1024, "</a>" TAIL, ERR_NONE, ""},
    {HEAD "<a>", "x", 64 * 1024 + 1, "</a>" TAIL, ERR_MALFORMED, "max_text"},
    {HEAD "<a><![CDATA[", "x", 20 << 20, "]]></a>" TAIL, ERR_MALFORMED, "max_text"},
    {HEAD "<a>", "&#32;", 64 * 1024 + 1, "</a>" TAIL, ERR_MALFORMED, "max_text"},
    {HEAD "<a>", "&amp;", 64 * 1024, "</a>" TAIL, ERR_MALFORMED, "max_text"},
    {HEAD "<a>", "&", 20 << 20, "</a>" TAIL, ERR_MALFORMED, "well-formed"},
    {HEAD "<a>&", "a", 20 << 20, "</a>" TAIL, ERR_MALFORMED, "well-formed"},
    {HEAD "<a>&#", "0", 20 << 20, ";</a>" TAIL, ERR_MALFORMED, "well-formed"},
    {HEAD "<MessageBody>", "x", 4 << 20, "</MessageBody>" TAIL, ERR_NONE, ""},
    {HEAD "<CustomMessageData><![CDATA[", "x", 4 << 20, "]]></CustomMessageData>" TAIL, ERR_NONE,
     ""},
    {HEAD "<FormDataXml>", "x", (4 << 20) + 1, "</FormDataXml>" TAIL, ERR_MALFORMED,
     "max_long_text"},
    {HEAD,
     "<MessageBody><![CDATA[&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&]]></"
     "MessageBody>",
     249000, TAIL, ERR_MALFORMED, "size of a document"},
    {HEAD "<CorrespondenceSendersReferences>", "\n        <string>r</string>", 100000,
     "</CorrespondenceSendersReferences>" TAIL, ERR_NONE, ""},
    {HEAD "<CorrespondenceSendersReferences>", "<string/>", 100001,
     "</CorrespondenceSendersReferences>" TAIL, ERR_TOO_LARGE, "max_references"},
    {HEAD "<Other>", "<string/>", 100001, "</Other>" TAIL, ERR_NONE, ""},
    {HEAD "<a>", "]", 60000, "</a>" TAIL, ERR_NONE, ""},
    {HEAD "<a>", "\r", 60000, "</a>" TAIL, ERR_NONE, ""},
    {"", "\n", 20 << 20, HEAD TAIL, ERR_NONE, ""},
    {"", "\xff\xfe", 1 << 20, "", ERR_MALFORMED, ""},
};

/* Also cheap: the slowest takes some tenths of a second even with checking tools around it. */
START_TEST(floods_meet_their_limit_quickly)
{
    static const size_t steps[] = {64 * 1024, SIZE_MAX / 2};
    struct buf text =
        flood(floods[_i].before, floods[_i].repeated, floods[_i].times, floods[_i].after);

    for (size_t i = 0; i < 2; i++) {
        const int64_t start = clock_monotonic();
        struct err err = {0};
        struct guard *guard =
            guard_run(&guard_run_limits, NULL, text.data, text.len, steps[i], &err);

        ck_assert_msg(err.kind == floods[_i].kind, "%s", err.msg);
        ck_assert_msg(strstr(err.msg, floods[_i].words) != NULL, "%s", err.msg);
        guard_free(&guard);
        ck_assert_int_lt(clock_monotonic() - start, 20 * 1000000);
    }
    buf_free(&text);
}
END_TEST

/* Each element alone stays below max_attributes, but all are in scope at the end. */
START_TEST(declarations_in_scope_are_bounded)
{
    struct buf text = {0};
    struct err err = {0};
    struct guard *guard = NULL;

    buf_add_text(&text, HEAD);
    for (int element = 0; element < 10; element++) {
        buf_add_text(&text, "<a");
        for (int i = 0; i < 60; i++)
            buf_add_format(&text, " xmlns:p%d_%d='urn:p'", element, i);
        buf_add_text(&text, ">");
    }
    guard = guard_run_all(&guard_run_limits, NULL, text.data, text.len, &err);
    ck_assert_int_eq(err.kind, ERR_MALFORMED);
    ck_assert_ptr_nonnull(strstr(err.msg, "declarations"));
    guard_free(&guard);
    buf_free(&text);
}
END_TEST

static const char seed_document[] =
    "<?xml version='1.0' encoding='utf-8'?>" HEAD
    "<a xmlns:p='urn:p' p:b='&lt;c'>d]]&gt;\r\n&#230;\xc3\xa6<![CDATA[e]]f]]><!-- g --></a>"
    "<n:BinaryAttachmentV2 xmlns:n='" LISTS_2010 "'><n:Data>QUJD\r\nREVG</n:Data>"
    "</n:BinaryAttachmentV2><MessageBody><?p q?>]]<!-- -->></MessageBody>" TAIL;

/* A few bytes of the document, changed as the seed says. */
static size_t mutate(unsigned *seed, char *text, size_t n)
{
    static const char bytes[] = "<>&;'\"=]![-/?# \r\n\xc3\xe2\x80x:";

    for (int i = rand_r(seed) % 3; i >= 0; i--) {
        const size_t at = (size_t)rand_r(seed) % n;
        const size_t from = (size_t)rand_r(seed) % n;

        switch (rand_r(seed) % 3) {
        case 0:
            text[at] = bytes[(size_t)rand_r(seed) % (sizeof(bytes) - 1)];
            break;
        case 1:
            memmove(text + at, text + at + 1, n - at - 1);
            n--;
            break;
        default:
            text[at] = text[from];
        }
    }
    return n;
}

START_TEST(damaged_documents_go_the_same_way_however_they_are_cut)
{
    int good = 0;

    for (unsigned round = 0; round < 5000; round++) {
        unsigned seed = round;
        char text[sizeof(seed_document)];
        size_t n = sizeof(seed_document) - 1;
        struct err whole_err = {0};
        struct err cut_err = {0};
        struct guard *whole = NULL;
        struct guard *cut = NULL;
        size_t len = 0;

        memcpy(text, seed_document, sizeof(text));
        n = mutate(&seed, text, n);
        whole = guard_run(&guard_run_limits, NULL, text, n, n, &whole_err);
        cut = guard_run(&guard_run_limits, NULL, text, n, 1 + round % 5, &cut_err);
        ck_assert_int_eq(whole_err.kind == ERR_NONE, cut_err.kind == ERR_NONE);
        if (whole_err.kind == ERR_NONE) {
            good++;
            ck_assert_str_eq(guard_document(whole, &len), guard_document(cut, &len));
        }
        guard_free(&whole);
        guard_free(&cut);
    }
    ck_assert_int_gt(good, 100);
    ck_assert_int_lt(good, 4500);
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

int main(void)
{
    Suite *suite = suite_create("guard attacks");
    TCase *cases = tcase_create("attacks");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    suite_add_tcase(suite, cases);
    tcase_add_loop_test(cases, hostile_documents_are_malformed_and_not_quoted, 0, COUNT(hostile));
    tcase_add_test(cases, nul_is_refused_wherever_it_stands);
    tcase_add_test(cases, a_document_cut_anywhere_is_malformed);
    tcase_add_loop_test(cases, floods_meet_their_limit_quickly, 0, COUNT(floods));
    tcase_add_test(cases, declarations_in_scope_are_bounded);
    tcase_add_test(cases, damaged_documents_go_the_same_way_however_they_are_cut);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
