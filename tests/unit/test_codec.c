/* The fields of a message as clients write them, and both versions of the contract. */
#include "codec_rig.h"

#include <stdio.h>
#include <stdlib.h>

START_TEST(every_field_arrives)
{
    ck_assert_msg(
        decode(V2("<ServiceCode>4255</ServiceCode><ServiceEdition>10</ServiceEdition>"
                  "<Reportee>910820605</Reportee>"
                  "<Content><LanguageCode>1044</LanguageCode><MessageTitle>T</MessageTitle>"
                  "<MessageSummary>S</MessageSummary><MessageBody>B</MessageBody>"
                  "<CustomMessageData>C</CustomMessageData></Content>"
                  "<VisibleDateTime>2017-10-16T12:55:31Z</VisibleDateTime>"
                  "<AllowSystemDeleteDateTime>2017-10-16T12:55:32Z</AllowSystemDeleteDateTime>"
                  "<DueDateTime>2017-10-16T12:55:33Z</DueDateTime>"
                  "<ArchiveReference>AR1</ArchiveReference>"
                  "<AllowForwarding>false</AllowForwarding><CaseID>7</CaseID>"
                  "<MessageSender>M</MessageSender><IsReservable>true</IsReservable>"
                  "<OnBehalfOfOrgNr>974760673</OnBehalfOfOrgNr>")),
        "%s", err.msg);
    ck_assert(message.given && message.has_content && message.has_case_id);
    ck_assert_str_eq(message.service_code, "4255");
    ck_assert_str_eq(message.service_edition, "10");
    ck_assert_str_eq(message.reportee, "910820605");
    ck_assert_str_eq(message.language_code, "1044");
    ck_assert_str_eq(message.title, "T");
    ck_assert_str_eq(message.summary, "S");
    ck_assert_str_eq(message.body, "B");
    ck_assert_str_eq(message.custom_data, "C");
    ck_assert_int_eq(message.visible.when, INT64_C(1508158531) * SECOND);
    ck_assert_int_eq(message.allow_system_delete.when, INT64_C(1508158532) * SECOND);
    ck_assert_int_eq(message.due.when, INT64_C(1508158533) * SECOND);
    ck_assert(message.visible.given && message.allow_system_delete.given && message.due.given);
    ck_assert_str_eq(message.archive_reference, "AR1");
    ck_assert_int_eq(message.allow_forwarding, CHOICE_NO);
    ck_assert_int_eq(message.case_id, 7);
    ck_assert_str_eq(message.message_sender, "M");
    ck_assert_int_eq(message.is_reservable, CHOICE_YES);
    ck_assert_str_eq(message.on_behalf_of, "974760673");
}
END_TEST

START_TEST(missing_correspondence_is_not_given)
{
    static const char *const texts[] = {
        OPEN "<w:InsertCorrespondenceBasicV2 xmlns:w=\"" CALL "\"/>" CLOSE,
        OPEN "<w:InsertCorrespondenceBasicV2 xmlns:w=\"" CALL "\"><w:Correspondence" NIL
             "</w:InsertCorrespondenceBasicV2>" CLOSE,
    };

    ck_assert(decode(texts[_i]));
    ck_assert(!message.given && !message.has_content);
}
END_TEST

static const char *const empty_messages[] = {
    V2(""),
    V2("<ServiceCode" NIL "<ServiceEdition" NIL "<Reportee" NIL "<Content" NIL
       "<AllowSystemDeleteDateTime" NIL "<ArchiveReference" NIL "<ReplyOptions" NIL
       "<Notifications" NIL "<AllowForwarding" NIL "<CaseID" NIL "<MessageSender" NIL
       "<IsReservable" NIL "<SdpOptions" NIL "<OnBehalfOfOrgNr" NIL),
};

START_TEST(absent_and_nil_are_both_not_given)
{
    const struct message nothing = {.given = true};
    uint8_t expected[32];
    uint8_t digest[32];

    ck_assert_msg(decode(empty_messages[_i]), "%s", err.msg);
    ck_assert(message_digest(&nothing, expected) && message_digest(&message, digest));
    ck_assert_mem_eq(digest, expected, sizeof(digest));
    ck_assert(!message.visible.given && !message.allow_system_delete.given && !message.due.given);
    ck_assert_ptr_null(message.system_user_code);
}
END_TEST

START_TEST(empty_text_is_a_text)
{
    ck_assert(decode(V2("<ServiceCode/><Content><MessageTitle></MessageTitle><MessageBody/>"
                        "<MessageSummary" NIL "</Content><MessageSender/><OnBehalfOfOrgNr/>")));
    ck_assert_str_eq(message.service_code, "");
    ck_assert_str_eq(message.title, "");
    ck_assert_str_eq(message.body, "");
    ck_assert_str_eq(message.message_sender, "");
    ck_assert_str_eq(message.on_behalf_of, "");
    ck_assert_ptr_null(message.summary);
}
END_TEST

START_TEST(text_comes_unchanged)
{
    ck_assert(decode(V2("<Content><MessageBody><![CDATA[<p>a & b</p>]]>\n &lt;i&gt;"
                        "&#13;&#xf8;</MessageBody><MessageTitle> a </MessageTitle></Content>")));
    ck_assert_str_eq(message.body, "<p>a & b</p>\n <i>\r\xc3\xb8");
    ck_assert_str_eq(message.title, " a ");
}
END_TEST

START_TEST(unknown_elements_are_skipped)
{
    ck_assert(decode(V2("<New><Deep>x</Deep></New><Reportee>1</Reportee><Newer/>")));
    ck_assert_str_eq(message.reportee, "1");
}
END_TEST

/* ------------------------------------------------------------------ dates */

static const struct {
    const char *text;
    bool ok;
    struct moment moment;
} moments[] = {
    {NULL, true, {false, 0}},
    {"0001-01-01T00:00:00", true, {false, 0}},
    {"0001-01-01", true, {false, 0}},
    {"2017-10-16T12:55:31Z", true, {true, INT64_C(1508158531) * SECOND}},
    {"2017-10-16T12:55:31", true, {true, INT64_C(1508151331) * SECOND}},
    {"2017-10-16T12:55:31+02:00", true, {true, INT64_C(1508151331) * SECOND}},
    {"2011-07-01", true, {true, INT64_C(1309471200) * SECOND}},
    {"", false, {false, 0}},
    {"soon", false, {false, 0}},
    {"2017-02-30T00:00:00", false, {false, 0}},
};

START_TEST(moment_is_given_or_not_or_wrong)
{
    struct moment moment = {true, 7};

    ck_assert_int_eq(codec_moment(moments[_i].text, "X", &moment, &err), moments[_i].ok);
    if (!moments[_i].ok) {
        ck_assert_int_eq(err.kind, ERR_INVALID);
        ck_assert_str_eq(err.msg, "X is not a valid dateTime");
        ck_assert(moment.given && moment.when == 7);
        return;
    }
    ck_assert_int_eq(moment.given, moments[_i].moment.given);
    if (moment.given)
        ck_assert_int_eq(moment.when, moments[_i].moment.when);
}
END_TEST

#define SHIPMENT(text)                                                                             \
    "<Notifications><n:Notification><n:ShipmentDateTime>" text                                     \
    "</n:ShipmentDateTime></n:Notification></Notifications>"
#define SDP_TIME(text) "<SdpOptions><d:VisibleDateTime>" text "</d:VisibleDateTime></SdpOptions>"

static const struct {
    const char *element;
    const char *wrong;
    const char *empty;
} dates[] = {
    {"VisibleDateTime", V2("<VisibleDateTime>x</VisibleDateTime>"), V2("<VisibleDateTime/>")},
    {"AllowSystemDeleteDateTime", V2("<AllowSystemDeleteDateTime>x</AllowSystemDeleteDateTime>"),
     V2("<AllowSystemDeleteDateTime/>")},
    {"DueDateTime", V2("<DueDateTime>x</DueDateTime>"), V2("<DueDateTime/>")},
    {"ShipmentDateTime", V2(SHIPMENT("x")), V2(SHIPMENT(""))},
    {"SdpOptions.VisibleDateTime", V2(SDP_TIME("x")), V2(SDP_TIME(""))},
};

START_TEST(date_that_is_none_is_refused_by_name)
{
    char text[64];

    snprintf(text, sizeof(text), "%s is not a valid dateTime", dates[_i].element);
    ck_assert(!decode(dates[_i].wrong));
    ck_assert_int_eq(err.kind, ERR_INVALID);
    ck_assert_str_eq(err.msg, text);
    ck_assert(!decode(dates[_i].empty));
    ck_assert_str_eq(err.msg, text);
}
END_TEST

START_TEST(year_1_is_not_given_wherever_it_stands)
{
    ck_assert(
        decode(V2("<VisibleDateTime>0001-01-01T00:00:00</VisibleDateTime>"
                  "<AllowSystemDeleteDateTime>0001-01-01T00:00:00Z</AllowSystemDeleteDateTime>"
                  "<DueDateTime>0001-01-01T00:00:00</DueDateTime>" SHIPMENT("0001-01-01T00:00:00")
                      SDP_TIME("0001-01-01T00:00:00"))));
    ck_assert(!message.visible.given && !message.allow_system_delete.given && !message.due.given);
    ck_assert(!message.notifications[0].shipment.given && !message.sdp->visible.given);
}
END_TEST

static const struct {
    const char *text;
    enum choice choice;
} choices[] = {
    {V2("<AllowForwarding>true</AllowForwarding>"), CHOICE_YES},
    {V2("<AllowForwarding>1</AllowForwarding>"), CHOICE_YES},
    {V2("<AllowForwarding>false</AllowForwarding>"), CHOICE_NO},
    {V2("<AllowForwarding>0</AllowForwarding>"), CHOICE_NO},
    {V2("<AllowForwarding" NIL), CHOICE_NOT_GIVEN},
    {V2(""), CHOICE_NOT_GIVEN},
};

START_TEST(boolean_has_three_values)
{
    ck_assert(decode(choices[_i].text));
    ck_assert_int_eq(message.allow_forwarding, choices[_i].choice);
}
END_TEST

START_TEST(first_version_arrives)
{
    ck_assert_msg(
        decode_first(
            V1("<ServiceCode>4255</ServiceCode><ServiceEdition>1</ServiceEdition>"
               "<Reportee>910820605</Reportee><Content><LanguageCode>1044</LanguageCode>"
               "<MessageTitle>T</MessageTitle><MessageSummary>S</MessageSummary>"
               "<MessageBody>B</MessageBody><Attachments><BinaryAttachments><a:BinaryAttachment>"
               "<a:FunctionType>Invoice</a:FunctionType><a:FileName>f</a:FileName>"
               "<a:Data>AAAA</a:Data></a:BinaryAttachment></BinaryAttachments></Attachments>"
               "</Content><DueDateTime>2017-10-16T12:55:33Z</DueDateTime>"
               "<ArchiveReference>AR1</ArchiveReference>")),
        "%s", err.msg);
    ck_assert(message.given && message.has_content && message.due.given);
    ck_assert_str_eq(message.title, "T");
    ck_assert_str_eq(message.archive_reference, "AR1");
    ck_assert_int_eq(message.allow_forwarding, CHOICE_NOT_GIVEN);
    ck_assert_uint_eq(message.attachment_count, 1);
    ck_assert_int_eq(message.attachments[0].destination, DESTINATION_SHOW_TO_ALL);
    ck_assert_int_eq(message.attachments[0].function, FUNCTION_INVOICE);
    ck_assert_uint_eq(blob_size(message.attachments[0].content), 3);
    ck_assert_uint_eq(message.xml_attachment_count, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("codec");
    TCase *tcase = tcase_create("codec");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    suite_add_tcase(suite, tcase);
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, every_field_arrives);
    tcase_add_loop_test(tcase, missing_correspondence_is_not_given, 0, 2);
    tcase_add_loop_test(tcase, absent_and_nil_are_both_not_given, 0, COUNT(empty_messages));
    tcase_add_test(tcase, empty_text_is_a_text);
    tcase_add_test(tcase, text_comes_unchanged);
    tcase_add_test(tcase, unknown_elements_are_skipped);
    tcase_add_loop_test(tcase, moment_is_given_or_not_or_wrong, 0, COUNT(moments));
    tcase_add_loop_test(tcase, date_that_is_none_is_refused_by_name, 0, COUNT(dates));
    tcase_add_test(tcase, year_1_is_not_given_wherever_it_stands);
    tcase_add_loop_test(tcase, boolean_has_three_values, 0, COUNT(choices));
    tcase_add_test(tcase, first_version_arrives);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
