#include "base/buf.h"
#include "support/guard_run.h"

#include <check.h>
#include <libxml/c14n.h>
#include <libxml/parser.h>
#include <stdlib.h>
#include <string.h>

/* Documents and what is left of them. */
static const struct {
    const char *text;
    const char *expected;
} cleaned[] = {
    {"<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n" HEAD "<a>x</a>" TAIL "\n",
     HEAD "<a>x</a>" TAIL},
    {"\xef\xbb\xbf<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>" HEAD TAIL, HEAD TAIL},
    {"<!-- a --><?pi x?>" HEAD "<a>1<!-- b - c -->2<?pi?>3</a>" TAIL "<!-- d --><?e f ?> \n",
     HEAD "<a>123</a>" TAIL},
    {HEAD "<a><![CDATA[<b>&amp;]]]]>]<![CDATA[]x]]y]]]></a>" TAIL,
     HEAD "<a>&lt;b&gt;&amp;amp;]]]]x]]y]</a>" TAIL},
    {HEAD "<a/><b ></b ><c d='e' />" TAIL, HEAD "<a></a><b></b><c d=\"e\"></c>" TAIL},
    {HEAD "<p:a xmlns:p='urn:p' p:b='1' c='2' xml:lang='nb'/>" TAIL,
     HEAD "<p:a xmlns:p=\"urn:p\" p:b=\"1\" c=\"2\" xml:lang=\"nb\"></p:a>" TAIL},
    {HEAD "<a xmlns=''><b xmlns='urn:b'/></a>" TAIL,
     HEAD "<a xmlns=\"\"><b xmlns=\"urn:b\"></b></a>" TAIL},
    {HEAD "<a b='&lt;\"&amp;&#38;&apos;&gt;>&#9;&#10;&#13;&#xe6;' c=\"x\ny\tz\"/>" TAIL,
     HEAD "<a b=\"&lt;&quot;&amp;&amp;'&gt;&gt;&#9;&#10;&#13;\xc3\xa6\" c=\"x y z\"></a>" TAIL},
    {HEAD "<a xmlns:q='urn:a&amp;b'/>" TAIL, HEAD "<a xmlns:q=\"urn:a&amp;b\"></a>" TAIL},
    {HEAD "<a b='&amp;#38;&#38;lt;'/>" TAIL, HEAD "<a b=\"&amp;#38;&amp;lt;\"></a>" TAIL},
    {HEAD "<a>&lt;&gt;&amp;&quot;&apos;</a>" TAIL, HEAD "<a>&lt;&gt;&amp;&quot;&apos;</a>" TAIL},
    {HEAD "<a>&#60;&#x3E;&#38;&#x00000041;&#230;&#x1F600;</a>" TAIL,
     HEAD "<a>&lt;&gt;&amp;A\xc3\xa6\xf0\x9f\x98\x80</a>" TAIL},
    {HEAD "<a>1\r\n2\r3\r\r\n4&#13;\n5\r&#10;6\r</a>\r\n" TAIL,
     HEAD "<a>1\n2\n3\n\n4&#13;\n5\n\n6\n</a>\n" TAIL},
    {HEAD "<a><![CDATA[1\r\n2\r]]>\n<![CDATA[\r]x\r]]></a>" TAIL,
     HEAD "<a>1\n2\n\n\n]x\n</a>" TAIL},
    {HEAD "<a>]]&gt;]>]]<!-- -->><b/>></a>" TAIL, HEAD "<a>]]&gt;]>]]&gt;<b></b>></a>" TAIL},
    {HEAD "<a>]<![CDATA[]]]>></a><b>&#93;]><?p?>></b>" TAIL,
     HEAD "<a>]]&gt;</a><b>]]&gt;></b>" TAIL},
    {HEAD "<a b='>' c=\"=='\">=\"'</a>" TAIL, HEAD "<a b=\"&gt;\" c=\"=='\">=\"'</a>" TAIL},
    {HEAD "<b\xc3\xa6r \xc3\xb8=\"\xe2\x82\xac\">\xc3\xa5</b\xc3\xa6r>" TAIL,
     HEAD "<b\xc3\xa6r \xc3\xb8=\"\xe2\x82\xac\">\xc3\xa5</b\xc3\xa6r>" TAIL},
    {HEAD "<!----><!-- - -->" TAIL, HEAD TAIL},
};

START_TEST(a_document_becomes_its_clean_form)
{
    guard_run_expect(cleaned[_i].text, cleaned[_i].expected);
}
END_TEST

static char *canonical(const char *text, size_t n)
{
    xmlDocPtr doc = xmlReadMemory(text, (int)n, NULL, NULL, XML_PARSE_NONET | XML_PARSE_NOENT);
    xmlNodePtr node = NULL;
    xmlChar *out = NULL;

    ck_assert_ptr_nonnull(doc);
    for (node = doc->children; node != NULL;) {
        xmlNodePtr next = node->next;

        if (node->type == XML_PI_NODE) {
            xmlUnlinkNode(node);
            xmlFreeNode(node);
        }
        node = next;
    }
    ck_assert_int_ge(xmlC14NDocDumpMemory(doc, NULL, XML_C14N_1_0, NULL, 0, &out), 0);
    xmlFreeDoc(doc);
    return (char *)out;
}

/* libxml2 itself, reading the whole document at once, is the judge. */
START_TEST(the_clean_form_means_what_the_document_meant)
{
    const char *text = cleaned[_i].text;
    struct err err = {0};
    struct guard *guard = guard_run(&guard_run_limits, NULL, text, strlen(text), 3, &err);
    size_t n = 0;
    const char *clean = guard_document(guard, &n);
    char *before = strstr(text, "<?p") != NULL ? NULL : canonical(text, strlen(text));
    char *after = canonical(clean, n);

    if (before != NULL)
        ck_assert_str_eq(before, after);
    xmlFree(before);
    xmlFree(after);
    guard_free(&guard);
}
END_TEST

static const struct {
    const char *space;
    enum guard_soap soap;
} versions[] = {{SOAP11, GUARD_SOAP_11},
                {SOAP12, GUARD_SOAP_12},
                {"urn:later", GUARD_SOAP_OTHER},
                {"", GUARD_SOAP_OTHER}};

START_TEST(the_envelope_says_which_soap_it_is)
{
    struct buf text = {0};
    struct err err = {0};
    struct guard *guard = NULL;

    buf_add_format(&text,
                   "<Envelope xmlns=\"%s\"><Header><h/><h/></Header><Body>"
                   "<b:Op xmlns:b=\"urn:b\"><Body/><Header/></b:Op></Body></Envelope>",
                   versions[_i].space);
    guard = guard_run_all(&guard_run_limits, "text/xml", text.data, text.len, &err);
    ck_assert_msg(err.kind == ERR_NONE, "%s", err.msg);
    ck_assert_int_eq(guard_soap(guard), versions[_i].soap);
    ck_assert_str_eq(guard_operation(guard), "Op");
    ck_assert_str_eq(guard_operation_namespace(guard), "urn:b");
    guard_free(&guard);
    buf_free(&text);
}
END_TEST

START_TEST(an_empty_body_has_no_operation)
{
    static const char text[] = "<s:Envelope xmlns:s='" SOAP12 "'><s:Body> </s:Body></s:Envelope>";
    struct err err = {0};
    struct guard *guard = guard_run_all(&guard_run_limits, "", text, sizeof(text) - 1, &err);

    ck_assert_msg(err.kind == ERR_NONE, "%s", err.msg);
    ck_assert_str_eq(guard_operation(guard), "");
    ck_assert_str_eq(guard_operation_namespace(guard), "");
    guard_free(&guard);
}
END_TEST

static const char *const misshapen[] = {
    "<Body/>",
    "<envelope xmlns='" SOAP11 "'><Body/></envelope>",
    "<Envelope xmlns='" SOAP11 "'/>",
    "<Envelope xmlns='" SOAP11 "'><Header/></Envelope>",
    "<Envelope xmlns='" SOAP11 "'><Body/><Body/></Envelope>",
    "<Envelope xmlns='" SOAP11 "'><Header/><Header/><Body/></Envelope>",
    "<Envelope xmlns='" SOAP11 "'><Body/><Header/></Envelope>",
    "<Envelope xmlns='" SOAP11 "'><Body/><x xmlns='urn:x'/></Envelope>",
    "<Envelope xmlns='" SOAP11 "'><Body xmlns='" SOAP12 "'/></Envelope>",
    "<Envelope xmlns='" SOAP11 "'><Body><a/><b/></Body></Envelope>",
    "<Envelope xmlns='" SOAP11 "'><Body><a/></Body><Body><b/></Body></Envelope>",
};

START_TEST(what_is_no_envelope_is_malformed)
{
    guard_run_refused(misshapen[_i], ERR_MALFORMED, "");
}
END_TEST

START_TEST(a_refused_envelope_still_says_which_soap_it_was)
{
    static const char text[] = "<e:Envelope xmlns:e='" SOAP12 "'><e:Body></a>";
    static const char other[] = "<e:Fault xmlns:e='" SOAP12 "'/>";
    struct err err = {0};
    struct guard *guard = guard_run_all(&guard_run_limits, NULL, text, sizeof(text) - 1, &err);
    struct guard *none = guard_run_all(&guard_run_limits, NULL, other, sizeof(other) - 1, &err);

    ck_assert_int_eq(guard_soap(guard), GUARD_SOAP_12);
    ck_assert_int_eq(guard_soap(none), GUARD_SOAP_NONE);
    guard_free(&guard);
    guard_free(&none);
}
END_TEST

/* Tags that follow each other go to the parser together: what is wrong with them comes before what
 * is wrong behind them. */
START_TEST(the_first_of_two_faults_is_told)
{
    struct buf text = {0};

    ck_assert(buf_add_text(&text, "<Envelope xmlns=\"" SOAP12 "\"><Body>"));
    for (size_t i = 0; i < guard_run_limits.max_depth; i++)
        ck_assert(buf_add_text(&text, "<a>"));
    ck_assert(buf_add_text(&text, "</a\"><b c=\"\"/>"));
    guard_run_refused(text.data, ERR_MALFORMED, "max_depth");
    buf_free(&text);
}
END_TEST

START_TEST(a_refusal_is_final)
{
    struct err first = {0};
    struct err second = {0};
    struct err third = {0};
    struct guard *guard = guard_new(&guard_run_limits, NULL);

    ck_assert(!guard_feed(guard, "<!DOCTYPE a>", 12, &first));
    ck_assert(!guard_feed(guard, HEAD TAIL, strlen(HEAD TAIL), &second));
    ck_assert(!guard_finish(guard, &third));
    ck_assert_str_eq(first.msg, second.msg);
    ck_assert_str_eq(first.msg, third.msg);
    ck_assert_int_eq(third.kind, ERR_MALFORMED);
    guard_free(&guard);
    guard_free(&guard);
}
END_TEST

/* UTF-16 of an ASCII text, big or little endian. */
static size_t widen(const char *text, bool big, char *out)
{
    size_t n = 0;

    for (; *text != '\0'; text++) {
        out[n + big] = *text;
        out[n + !big] = 0;
        n += 2;
    }
    return n;
}

static const struct {
    const char *content_type;
    const char *mark; /* at the beginning, two bytes or none */
    const char *declaration;
    bool big;
    bool good;
} wide[] = {
    {NULL, "\xff\xfe", "", false, true},
    {NULL, "\xfe\xff", "", true, true},
    {"text/xml; charset=utf-8", "\xff\xfe", "", false, true},
    {"text/xml; charset=utf-16", "", "", false, true},
    {"text/xml;charset=\"UTF-16\"", "", "", true, true},
    {"text/xml; charset=utf-16le", "", "", false, true},
    {"text/xml; charset=utf-16be", "", "", true, true},
    {"text/xml; charset=utf-16be", "\xfe\xff", "", true, true},
    {"text/xml; charset=utf-16be", "", "", false, false},
    {NULL, "", "<?xml version='1.0' encoding='utf-16'?>", false, true},
    {NULL, "", "<?xml version='1.0' encoding='utf-16'?>", true, true},
    {NULL, "", "<?xml version='1.0' encoding='utf-16be'?>", true, true},
    {NULL, "", "<?xml version='1.0' encoding='utf-16le'?>", false, true},
    {NULL, "", "<?xml version='1.0' encoding='utf-16le'?>", true, false},
    {NULL, "", "<?xml version='1.0' encoding='utf-8'?>", true, false},
    {NULL, "", "<?xml version='1.0'?>", false, false},
    {NULL, "", "", false, false},
    {"text/xml; charset=utf-8", "", "", false, false},
    {NULL, "\xff\xfe", "<?xml version='1.0' encoding='utf-8'?>", false, true},
    {NULL, "\xff\xfe", "<?xml version='1.0' encoding='latin1'?>", false, false},
};

START_TEST(utf_16_is_read_when_it_is_announced)
{
    char text[2048];
    size_t n = strlen(wide[_i].mark);
    struct err err = {0};
    struct guard *guard = NULL;
    size_t len = 0;

    memcpy(text, wide[_i].mark, n);
    n += widen(wide[_i].declaration, wide[_i].big, text + n);
    n += widen(HEAD "<a>x</a>" TAIL, wide[_i].big, text + n);
    guard = guard_run_all(&guard_run_limits, wide[_i].content_type, text, n, &err);
    ck_assert_msg((err.kind == ERR_NONE) == wide[_i].good, "%s", err.msg);
    if (wide[_i].good)
        ck_assert_str_eq(guard_document(guard, &len), HEAD "<a>x</a>" TAIL);
    else
        ck_assert_int_eq(err.kind, ERR_MALFORMED);
    guard_free(&guard);
}
END_TEST

START_TEST(utf_16_becomes_the_same_characters_in_utf_8)
{
    static const uint16_t odd[] = {0xe6, 0x20ac, 0xd83d, 0xde00, 0xfffd};
    char text[16384] = "\xff\xfe";
    size_t n = 2 + widen(HEAD "<a>", false, text + 2);
    struct buf expected = {0};
    struct err err = {0};
    struct guard *guard = NULL;
    size_t len = 0;

    buf_add_text(&expected, HEAD "<a>");
    for (int i = 0; i < 600; i++) { /* more than one block of the converter */
        memcpy(text + n, odd, sizeof(odd));
        n += sizeof(odd);
        buf_add_text(&expected, "\xc3\xa6\xe2\x82\xac\xf0\x9f\x98\x80\xef\xbf\xbd");
    }
    buf_add_text(&expected, "</a>" TAIL);
    n += widen("</a>" TAIL, false, text + n);
    guard = guard_run_all(&guard_run_limits, NULL, text, n, &err);
    ck_assert_msg(err.kind == ERR_NONE, "%s", err.msg);
    ck_assert_str_eq(guard_document(guard, &len), expected.data);
    guard_free(&guard);
    buf_free(&expected);
}
END_TEST

/* Halves of surrogate pairs that do not fit, and characters that XML forbids. */
static const uint16_t broken_units[][3] = {
    {0xd83d, 'a', 'b'},       {0xde00, 'a', 'b'}, {0xd83d, 0xd83d, 0xde00},
    {'a', 0xde00, 0xd83d},    {0, 'a', 'b'},      {1, 'a', 'b'},
    {0xfffe, 'a', 'b'},       {0xffff, 'a', 'b'}, {'a', 'b', 0xd83d},
    {0xd83d, 0xde00, 0x003c},
};

START_TEST(broken_utf_16_is_malformed)
{
    char text[16384] = "\xff\xfe";
    size_t n = 2 + widen(HEAD "<a>", false, text + 2);
    struct err err = {0};
    struct guard *guard = NULL;

    memcpy(text + n, broken_units[_i], sizeof(broken_units[_i]));
    n += sizeof(broken_units[_i]);
    n += widen("</a>" TAIL, false, text + n);
    guard = guard_run_all(&guard_run_limits, NULL, text, n, &err);
    ck_assert_int_eq(err.kind, ERR_MALFORMED);
    guard_free(&guard);
}
END_TEST

START_TEST(a_long_utf_16_document_is_refused_where_it_breaks)
{
    char text[16384] = "\xff\xfe";
    size_t n = 2 + widen(HEAD "</b>", false, text + 2);
    struct err err = {0};
    struct guard *guard = NULL;

    while (n < sizeof(text) - 2)
        n += widen("x", false, text + n);
    guard = guard_run_all(&guard_run_limits, NULL, text, n, &err);
    ck_assert_int_eq(err.kind, ERR_MALFORMED);
    guard_free(&guard);
}
END_TEST

static const struct {
    const char *content_type;
    const char *declared;
    bool good;
} narrow[] = {
    {NULL, "utf-8", true},
    {NULL, "UTF8", true},
    {"text/xml", "utf-8", true},
    {"text/xml; charset=UTF-8", "utf-8", true},
    {"application/soap+xml;action=\"a;charset=latin1\\\";b\" ; CharSet = \"utf-8\" ; q", "utf-8",
     true},
    {"text/xml; charset=utf-8; charset=\"utf-8\"", "utf-8", true},
    {"text/xml; charset=utf-8", "utf-16", true}, /* the header counts */
    {"text/xml; charset", "utf-8", true},
    {"text/xml; charset=utf-8; charset=utf-16", "utf-8", false},
    {"text/xml; charset=iso-8859-1", "utf-8", false},
    {"text/xml; charset=\"", "utf-8", false},
    {"text/xml; charset=us-ascii", "utf-8", false},
    {"text/xml; charset=utf-8", "iso-8859-1", false},
    {NULL, "iso-8859-1", false},
    {NULL, "utf-16", false},
    {NULL, "utf-7", false},
    {NULL, "EBCDIC-CP-US", false},
    {NULL, "ucs-4", false},
    {NULL, "", false},
};

START_TEST(only_utf_8_is_read_as_bytes)
{
    struct buf text = {0};
    struct err err = {0};
    struct guard *guard = NULL;

    buf_add_format(&text, "<?xml version='1.0' encoding='%s'?>" HEAD TAIL, narrow[_i].declared);
    guard = guard_run_all(&guard_run_limits, narrow[_i].content_type, text.data, text.len, &err);
    ck_assert_int_eq(err.kind, narrow[_i].good ? ERR_NONE : ERR_MALFORMED);
    guard_free(&guard);
    buf_free(&text);
}
END_TEST

/* CONTRACT.md 8: nil and absent are the same in requests. */
START_TEST(nil_elements_of_an_operation_are_left_out)
{
    guard_run_expect(HEAD "<a xmlns:i='" XSI "'><b i:nil='true'/><c i:nil='1'>x&amp;<d>y</d>"
                          "<![CDATA[z]]></c><e i:nil='false'>f</e><g nil='true'/></a>" TAIL,
                     HEAD "<a xmlns:i=\"" XSI "\"><e i:nil=\"false\">f</e>"
                          "<g nil=\"true\"></g></a>" TAIL);
}
END_TEST

/* libxml2 only warns of these. */
START_TEST(odd_but_lawful_attributes_are_kept)
{
    guard_run_expect(HEAD "<a xmlns:p='relative' xml:space='odd' xml:lang='?'/>" TAIL,
                     HEAD "<a xmlns:p=\"relative\" xml:space=\"odd\" xml:lang=\"?\"></a>" TAIL);
}
END_TEST

START_TEST(nothing_from_outside_is_loaded)
{
    struct guard *guard = guard_new(&guard_run_limits, NULL);

    ck_assert_ptr_null(xmlGetExternalEntityLoader()("file:///etc/passwd", NULL, NULL));
    guard_free(&guard);
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

int main(void)
{
    Suite *suite = suite_create("guard");
    TCase *cases = tcase_create("documents");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    suite_add_tcase(suite, cases);
    tcase_add_loop_test(cases, a_document_becomes_its_clean_form, 0, COUNT(cleaned));
    tcase_add_loop_test(cases, the_clean_form_means_what_the_document_meant, 0, COUNT(cleaned));
    tcase_add_loop_test(cases, the_envelope_says_which_soap_it_is, 0, COUNT(versions));
    tcase_add_test(cases, an_empty_body_has_no_operation);
    tcase_add_loop_test(cases, what_is_no_envelope_is_malformed, 0, COUNT(misshapen));
    tcase_add_test(cases, a_refused_envelope_still_says_which_soap_it_was);
    tcase_add_test(cases, the_first_of_two_faults_is_told);
    tcase_add_test(cases, a_refusal_is_final);
    tcase_add_loop_test(cases, utf_16_is_read_when_it_is_announced, 0, COUNT(wide));
    tcase_add_test(cases, utf_16_becomes_the_same_characters_in_utf_8);
    tcase_add_loop_test(cases, broken_utf_16_is_malformed, 0, COUNT(broken_units));
    tcase_add_test(cases, a_long_utf_16_document_is_refused_where_it_breaks);
    tcase_add_test(cases, nil_elements_of_an_operation_are_left_out);
    tcase_add_test(cases, odd_but_lawful_attributes_are_kept);
    tcase_add_test(cases, nothing_from_outside_is_loaded);
    tcase_add_loop_test(cases, only_utf_8_is_read_as_bytes, 0, COUNT(narrow));
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
