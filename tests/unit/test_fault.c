#include "base/log.h"
#include "soap/fault.h"

#include <check.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

#define GUID "0f8fad5b-d9cb-469f-a165-70867728950e"
#define XML "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
#define OPEN_11                                                                                    \
    XML "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><s:Fault>"
#define OPEN_12                                                                                    \
    XML "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body><s:Fault>"
#define CLOSE "</s:Fault></s:Body></s:Envelope>"
#define MEMBERS(text, id, user)                                                                    \
    "<AltinnFault xmlns=\"http://www.altinn.no/services/common/fault/2009/10\">"                   \
    "<AltinnErrorMessage>" text "</AltinnErrorMessage>"                                            \
    "<AltinnExtendedErrorMessage>No information available</AltinnExtendedErrorMessage>"            \
    "<AltinnLocalizedErrorMessage>" text "</AltinnLocalizedErrorMessage>"                          \
    "<ErrorGuid>" GUID "</ErrorGuid>"                                                              \
    "<ErrorID>" id "</ErrorID>"                                                                    \
    "<UserGuid>-no value-</UserGuid>"                                                              \
    "<UserId>" user "</UserId>"                                                                    \
    "</AltinnFault>"
#define FAULT_11(code, text, detail)                                                               \
    OPEN_11 "<faultcode>s:" code "</faultcode><faultstring xml:lang=\"nb-NO\">" text               \
            "</faultstring>" detail CLOSE
#define FAULT_12(code, text, detail)                                                               \
    OPEN_12 "<s:Code><s:Value>s:" code                                                             \
            "</s:Value></s:Code><s:Reason><s:Text xml:lang=\"nb-NO\">" text                        \
            "</s:Text></s:Reason>" detail CLOSE
#define SIC "An errror occurred"
#define MALFUNCTION "A non-functional error occurred"

/* ------------------------------------------------------------------ what is written */

static const struct reply eleven = {.version = SOAP_VERSION_11};
static const struct reply twelve = {.version = SOAP_VERSION_12};
static struct http_exchange exchange;
static FILE *log_file;
static int old_stderr;

static void set_up(void)
{
    exchange = (struct http_exchange){0};
    log_file = tmpfile();
    old_stderr = dup(STDERR_FILENO);
    ck_assert(log_file != NULL && old_stderr >= 0);
    ck_assert_int_ge(dup2(fileno(log_file), STDERR_FILENO), 0);
    log_setup(LOG_DEBUG, LOG_LOGFMT);
}

static void tear_down(void)
{
    dup2(old_stderr, STDERR_FILENO);
    close(old_stderr);
    fclose(log_file);
    buf_free(&exchange.answer.body);
}

/* What was logged, and how many lines it is. */
static const char *logged(int *lines_out)
{
    static char text[4096];
    const ssize_t n = pread(fileno(log_file), text, sizeof(text) - 1, 0);

    ck_assert_int_ge(n, 0);
    text[n] = '\0';
    *lines_out = 0;
    for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++)
        ++*lines_out;
    return text;
}

static struct err an_err(enum err_kind kind, int code, const char *text)
{
    struct err err = {0};

    err_set_code(&err, kind, code, "%s", text);
    memcpy(err.guid, GUID, sizeof(GUID));
    return err;
}

static const char *answer_to(enum soap_version version, struct err err)
{
    fault_answer(&exchange, &(struct reply){.version = version}, &err);
    return exchange.answer.body.data;
}

/* ------------------------------------------------------------------ the forms */

START_TEST(refusal_in_soap_1_1_byte_for_byte)
{
    ck_assert_str_eq(
        answer_to(SOAP_VERSION_11, an_err(ERR_INVALID, 40003, "Message title cannot be null")),
        FAULT_11("Client", SIC,
                 "<detail>" MEMBERS("Message title cannot be null", "40003", "0") "</detail>"));
    ck_assert_str_eq(exchange.answer.content_type, "text/xml; charset=utf-8");
    ck_assert_int_eq(exchange.answer.status, 500);
}
END_TEST

START_TEST(refusal_in_soap_1_2_byte_for_byte)
{
    ck_assert_str_eq(
        answer_to(SOAP_VERSION_12, an_err(ERR_INVALID, 40003, "Message title cannot be null")),
        FAULT_12("Sender", SIC,
                 "<s:Detail>" MEMBERS("Message title cannot be null", "40003", "0") "</s:Detail>"));
    ck_assert_str_eq(exchange.answer.content_type, "application/soap+xml; charset=utf-8");
    ck_assert_int_eq(exchange.answer.status, 500);
}
END_TEST

START_TEST(wrong_password_has_an_empty_user)
{
    ck_assert_str_eq(
        answer_to(SOAP_VERSION_11,
                  an_err(ERR_DENIED, 989, "Incorrect username/password/pin given for user")),
        FAULT_11("Client", SIC,
                 "<detail>" MEMBERS("Incorrect username/password/pin given for user", "989",
                                    "") "</detail>"));
}
END_TEST

START_TEST(rubbish_gets_a_bare_client_fault)
{
    ck_assert_str_eq(answer_to(SOAP_VERSION_11, an_err(ERR_MALFORMED, 0, "not XML")),
                     FAULT_11("Client", "not XML", ""));
    ck_assert_str_eq(answer_to(SOAP_VERSION_12, an_err(ERR_MALFORMED, 0, "not XML")),
                     FAULT_12("Sender", "not XML", ""));
}
END_TEST

START_TEST(version_mismatch_is_in_soap_1_1)
{
    fault_version_mismatch(&exchange, &eleven);
    ck_assert_str_eq(exchange.answer.body.data,
                     FAULT_11("VersionMismatch",
                              "The endpoint does not speak the SOAP version of the message", ""));
    fault_version_mismatch(&exchange, &twelve);
    ck_assert_ptr_nonnull(strstr(exchange.answer.body.data,
                                 "<u:Upgrade xmlns:u=\"http://www.w3.org/2003/05/soap-envelope\">"
                                 "<u:SupportedEnvelope qname=\"u:Envelope\"/></u:Upgrade>"));
    ck_assert_ptr_nonnull(strstr(exchange.answer.body.data, "<faultcode>s:VersionMismatch<"));
    ck_assert_str_eq(exchange.answer.content_type, "text/xml; charset=utf-8");
    ck_assert_int_eq(exchange.answer.status, 500);
    ck_assert_str_eq(exchange.outcome, "malformed");
}
END_TEST

START_TEST(header_not_understood_is_named_in_both_versions)
{
    const struct fault_block block = {"urn:\"x\"", "Name"};

    fault_must_understand(&exchange, &eleven, block);
    ck_assert_str_eq(
        exchange.answer.body.data,
        FAULT_11("MustUnderstand", "A header that must be understood is not understood", ""));
    fault_must_understand(&exchange, &twelve, block);
    ck_assert_ptr_nonnull(strstr(exchange.answer.body.data, "<s:Value>s:MustUnderstand</s:Value>"));
    ck_assert_ptr_nonnull(strstr(exchange.answer.body.data,
                                 "<s:Header><s:NotUnderstood xmlns:b=\"urn:&quot;x&quot;\" "
                                 "qname=\"b:Name\"/></s:Header>"));
    ck_assert_str_eq(exchange.outcome, "malformed");
}
END_TEST

/* ------------------------------------------------------------------ addressed endpoints */

#define ACTION "urn:action"
#define SAID_ACTION(text) " s:mustUnderstand=\"1\">" text "</a:Action>"
#define RELATES "<a:RelatesTo xmlns:a=\"http://www.w3.org/2005/08/addressing\">urn:a&amp;b<"

static const struct reply addressed = {.version = SOAP_VERSION_12,
                                       .addressed = true,
                                       .token = true,
                                       .action = ACTION,
                                       .message_id = "urn:a&amp;b",
                                       .lifetime = 300000000};

static const char *addressed_answer_to(enum err_kind kind, int code)
{
    struct err err = an_err(kind, code, "why");

    fault_answer(&exchange, &addressed, &err);
    return exchange.answer.body.data;
}

START_TEST(addressed_altinn_fault_has_action_relation_and_timestamp)
{
    const char *body = addressed_answer_to(ERR_INVALID, 40003);

    ck_assert_ptr_nonnull(strstr(body, SAID_ACTION(ACTION "AltinnFaultFault")));
    ck_assert_ptr_nonnull(strstr(body, RELATES));
    ck_assert_ptr_nonnull(strstr(body, "u:Id=\"_0\"><u:Created>"));
    ck_assert_ptr_nonnull(strstr(body, "<ErrorID>40003</ErrorID>"));
}
END_TEST

START_TEST(wrong_credentials_are_the_fault_of_ws_security_without_timestamp)
{
    const char *body = addressed_answer_to(ERR_DENIED, 989);

    ck_assert_ptr_nonnull(
        strstr(body, SAID_ACTION("http://www.w3.org/2005/08/addressing/soap/fault")));
    ck_assert_ptr_nonnull(strstr(body, RELATES));
    ck_assert_ptr_null(strstr(body, "Timestamp"));
    ck_assert_ptr_nonnull(
        strstr(body, "<s:Value>s:Sender</s:Value><s:Subcode><s:Value xmlns:wsse="));
    ck_assert_ptr_nonnull(strstr(body, ">wsse:InvalidSecurityToken</s:Value></s:Subcode>"));
    ck_assert_ptr_nonnull(
        strstr(body, ">An error occurred when processing the security tokens in the message.<"));
    ck_assert_ptr_null(strstr(body, "AltinnFault"));
}
END_TEST

START_TEST(wrong_address_is_an_altinn_fault_there_too)
{
    ck_assert_ptr_nonnull(strstr(addressed_answer_to(ERR_DENIED, 5), "<ErrorID>5</ErrorID>"));
}
END_TEST

START_TEST(relation_comes_with_a_message_id_only)
{
    struct reply reply = addressed;
    struct err err = an_err(ERR_INVALID, 1, "why");

    reply.message_id = NULL;
    fault_answer(&exchange, &reply, &err);
    ck_assert_ptr_null(strstr(exchange.answer.body.data, "RelatesTo"));
}
END_TEST

START_TEST(fault_of_addressing_names_its_codes_and_header)
{
    static const struct fault_addressing problem = {"Outer", "Inner", "ReplyTo", "text"};
    const char *body = NULL;

    fault_addressing(&exchange, &addressed, &problem);
    body = exchange.answer.body.data;
    ck_assert_ptr_nonnull(strstr(body, SAID_ACTION("http://www.w3.org/2005/08/addressing/fault")));
    ck_assert_ptr_nonnull(strstr(body, ">a:Outer</s:Value><s:Subcode><s:Value "));
    ck_assert_ptr_nonnull(strstr(body, ">a:Inner</s:Value></s:Subcode></s:Subcode></s:Code>"));
    ck_assert_ptr_nonnull(strstr(body, ">a:ReplyTo</a:ProblemHeaderQName></s:Detail>"));
    ck_assert_int_eq(exchange.answer.status, 500);
    ck_assert_str_eq(exchange.outcome, "malformed");
}
END_TEST

START_TEST(text_is_escaped)
{
    static const char text[] = "Data <a b=\"c\"> & ]]> is bad: bl\xc3\xa5"
                               "b\xc3\xa6r";
    static const char escaped[] = "Data &lt;a b=&quot;c&quot;&gt; &amp; ]]&gt; is bad: bl\xc3\xa5"
                                  "b\xc3\xa6r";
    char member[256];

    snprintf(member, sizeof(member), "<AltinnErrorMessage>%s</AltinnErrorMessage>", escaped);
    ck_assert_ptr_nonnull(strstr(answer_to(SOAP_VERSION_11, an_err(ERR_INVALID, 0, text)), member));
    snprintf(member, sizeof(member), "<s:Text xml:lang=\"nb-NO\">%s</s:Text>", escaped);
    ck_assert_ptr_nonnull(
        strstr(answer_to(SOAP_VERSION_12, an_err(ERR_MALFORMED, 0, text)), member));
}
END_TEST

START_TEST(fault_replaces_an_answer_that_was_begun)
{
    buf_add_text(&exchange.answer.body, "half an answer");
    exchange.answer.status = 200;
    exchange.outcome = "ok";
    ck_assert_str_eq(answer_to(SOAP_VERSION_11, an_err(ERR_MALFORMED, 0, "x")),
                     FAULT_11("Client", "x", ""));
    ck_assert_int_eq(exchange.answer.status, 500);
    ck_assert_uint_eq(exchange.answer.body.len, strlen(exchange.answer.body.data));
}
END_TEST

/* ------------------------------------------------------------------ kind by kind */

static const struct {
    enum err_kind kind;
    bool ours;
    bool altinn;
    const char *outcome;
    const char *level;
} kinds[] = {
    {ERR_NONE, true, true, "unavailable", "level=error"}, /* nobody said why: a bug */
    {ERR_INVALID, false, true, "refused", "level=info"},
    {ERR_MALFORMED, false, false, "malformed", "level=warn"},
    {ERR_TOO_LARGE, false, true, "refused", "level=info"},
    {ERR_DENIED, false, true, "denied", "level=warn"},
    {ERR_NOT_FOUND, false, true, "refused", "level=info"},
    {ERR_CONFLICT, false, true, "refused", "level=info"},
    {ERR_BUSY, true, true, "unavailable", "level=error"},
    {ERR_UNCERTAIN, true, true, "unavailable", "level=error"},
    {ERR_INTERNAL, true, true, "unavailable", "level=error"},
};

START_TEST(every_kind_has_a_row)
{
    ck_assert_int_eq(COUNT(kinds), ERR_INTERNAL + 1);
    for (int i = 0; i < COUNT(kinds); i++)
        ck_assert_int_eq(kinds[i].kind, i);
}
END_TEST

START_TEST(kind_says_whose_fault_it_is)
{
    const char *code[] = {"<faultcode>s:Client<", "<faultcode>s:Server<"};
    const char *value[] = {"<s:Value>s:Sender<", "<s:Value>s:Receiver<"};
    const struct err err = an_err(kinds[_i].kind, 40003, "why");

    ck_assert_ptr_nonnull(strstr(answer_to(SOAP_VERSION_11, err), code[kinds[_i].ours]));
    ck_assert_str_eq(exchange.outcome, kinds[_i].outcome);
    ck_assert_ptr_nonnull(strstr(answer_to(SOAP_VERSION_12, err), value[kinds[_i].ours]));
    ck_assert_str_eq(exchange.outcome, kinds[_i].outcome);
}
END_TEST

/* Clients retry on these words, and must not retry on anything else (domain.md 4.1). */
START_TEST(non_functional_error_is_said_of_our_own_malfunctions_alone)
{
    const char *body = answer_to(SOAP_VERSION_11, an_err(kinds[_i].kind, 40003, "why"));
    const bool said = strstr(body, "non-functional error") != NULL;

    ck_assert_int_eq(said, kinds[_i].ours);
    ck_assert_int_eq(strstr(body, "<AltinnErrorMessage>" MALFUNCTION) != NULL, kinds[_i].ours);
    ck_assert_int_eq(strstr(body, "<AltinnFault ") != NULL, kinds[_i].altinn);
}
END_TEST

START_TEST(malfunction_has_error_id_0_and_tells_nothing_of_us)
{
    const char *body = answer_to(SOAP_VERSION_11, an_err(kinds[_i].kind, 989, "table of secrets"));

    if (!kinds[_i].ours)
        return;
    ck_assert_ptr_null(strstr(body, "secrets"));
    ck_assert_ptr_nonnull(strstr(body, "<ErrorID>0</ErrorID>"));
    ck_assert_ptr_nonnull(strstr(body, "<UserId>0</UserId>"));
}
END_TEST

START_TEST(fault_is_logged_once_with_its_level_and_guid)
{
    struct err err = an_err(kinds[_i].kind, 40003, "why");
    const char *text = NULL;
    int lines = 0;

    fault_answer(&exchange, &eleven, &err);
    text = logged(&lines);
    ck_assert_int_eq(lines, 1);
    ck_assert_ptr_nonnull(strstr(text, kinds[_i].level));
    ck_assert_ptr_nonnull(strstr(text, "event=fault"));
    ck_assert_ptr_nonnull(strstr(text, GUID));
    ck_assert_ptr_nonnull(strstr(text, "error=why"));
}
END_TEST

/* ------------------------------------------------------------------ guids */

START_TEST(fault_without_guid_gets_a_new_one_in_lower_case)
{
    struct err first = {.kind = ERR_INVALID};
    struct err second = {.kind = ERR_INVALID};

    fault_answer(&exchange, &eleven, &first);
    ck_assert_ptr_nonnull(strstr(exchange.answer.body.data, first.guid));
    fault_answer(&exchange, &eleven, &second);
    ck_assert_str_ne(first.guid, second.guid);
    ck_assert_uint_eq(strlen(first.guid), 36);
    for (int i = 0; i < 36; i++) {
        if (i == 8 || i == 13 || i == 18 || i == 23)
            ck_assert_int_eq(first.guid[i], '-');
        else
            ck_assert_msg(isdigit(first.guid[i]) || (first.guid[i] >= 'a' && first.guid[i] <= 'f'),
                          "%s", first.guid);
    }
}
END_TEST

START_TEST(guid_that_the_audit_log_has_is_kept)
{
    struct err err = an_err(ERR_DENIED, 5, "why");

    fault_answer(&exchange, &eleven, &err);
    ck_assert_str_eq(err.guid, GUID);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fault");
    TCase *tcase = tcase_create("fault");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    suite_add_tcase(suite, tcase);
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, refusal_in_soap_1_1_byte_for_byte);
    tcase_add_test(tcase, refusal_in_soap_1_2_byte_for_byte);
    tcase_add_test(tcase, wrong_password_has_an_empty_user);
    tcase_add_test(tcase, rubbish_gets_a_bare_client_fault);
    tcase_add_test(tcase, version_mismatch_is_in_soap_1_1);
    tcase_add_test(tcase, header_not_understood_is_named_in_both_versions);
    tcase_add_test(tcase, addressed_altinn_fault_has_action_relation_and_timestamp);
    tcase_add_test(tcase, wrong_credentials_are_the_fault_of_ws_security_without_timestamp);
    tcase_add_test(tcase, wrong_address_is_an_altinn_fault_there_too);
    tcase_add_test(tcase, relation_comes_with_a_message_id_only);
    tcase_add_test(tcase, fault_of_addressing_names_its_codes_and_header);
    tcase_add_test(tcase, text_is_escaped);
    tcase_add_test(tcase, fault_replaces_an_answer_that_was_begun);
    tcase_add_test(tcase, every_kind_has_a_row);
    tcase_add_loop_test(tcase, kind_says_whose_fault_it_is, 0, COUNT(kinds));
    tcase_add_loop_test(tcase, non_functional_error_is_said_of_our_own_malfunctions_alone, 0,
                        COUNT(kinds));
    tcase_add_loop_test(tcase, malfunction_has_error_id_0_and_tells_nothing_of_us, 0, COUNT(kinds));
    tcase_add_loop_test(tcase, fault_is_logged_once_with_its_level_and_guid, 0, COUNT(kinds));
    tcase_add_test(tcase, fault_without_guid_gets_a_new_one_in_lower_case);
    tcase_add_test(tcase, guid_that_the_audit_log_has_is_kept);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
