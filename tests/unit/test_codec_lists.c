/* Attachments and the other lists of a message as clients write them. */
#include "codec_rig.h"
#include "no_memory.h"

#include <stdio.h>
#include <stdlib.h>

/* ------------------------------------------------------------------ attachments */

START_TEST(attachment_brings_its_content_and_its_words)
{
    uint8_t content[3] = {0};

    ck_assert_msg(decode(V2(FILES(FILE_OF("<b:DestinationType>PortalOnly</b:DestinationType>"
                                          "<b:FunctionType>Invoice</b:FunctionType>"
                                          "<b:FileName>a.pdf</b:FileName><b:Name>A</b:Name>"
                                          "<b:Encrypted>true</b:Encrypted><b:Data>AAEC</b:Data>"
                                          "<b:SendersReference>r</b:SendersReference>")))),
                  "%s", err.msg);
    ck_assert_uint_eq(message.attachment_count, 1);
    ck_assert_int_eq(message.attachments[0].destination, DESTINATION_PORTAL_ONLY);
    ck_assert_int_eq(message.attachments[0].function, FUNCTION_INVOICE);
    ck_assert_str_eq(message.attachments[0].file_name, "a.pdf");
    ck_assert_str_eq(message.attachments[0].name, "A");
    ck_assert(message.attachments[0].encrypted);
    ck_assert_str_eq(message.attachments[0].senders_reference, "r");
    ck_assert(blob_read(message.attachments[0].content, 0, content, 3, &err));
    ck_assert(content[0] == 0 && content[1] == 1 && content[2] == 2);
    ck_assert(!message.attachments_overflow);
}
END_TEST

START_TEST(attachment_with_a_name_only_has_the_documented_presets)
{
    ck_assert(decode(V2(FILES(FILE_OF("<b:FileName>a</b:FileName>")))));
    ck_assert_uint_eq(message.attachment_count, 1);
    ck_assert_int_eq(message.attachments[0].destination, DESTINATION_SHOW_TO_ALL);
    ck_assert_int_eq(message.attachments[0].function, FUNCTION_UNSPECIFIED);
    ck_assert(!message.attachments[0].encrypted);
    ck_assert_ptr_null(message.attachments[0].content);
}
END_TEST

static const struct {
    const char *text;
    enum destination_type destination;
} destinations[] = {
    {V2(FILES(FILE_OF("<b:DestinationType>Default</b:DestinationType>"))), DESTINATION_DEFAULT},
    {V2(FILES(FILE_OF("<b:DestinationType>PortalOnly</b:DestinationType>"))),
     DESTINATION_PORTAL_ONLY},
    {V2(FILES(FILE_OF("<b:DestinationType>EndUserSystemOnly</b:DestinationType>"))),
     DESTINATION_END_USER_SYSTEM_ONLY},
    {V2(FILES(FILE_OF("<b:DestinationType>ShowToAll</b:DestinationType>"))),
     DESTINATION_SHOW_TO_ALL},
};

START_TEST(destination_is_the_word_of_the_contract)
{
    ck_assert(decode(destinations[_i].text));
    ck_assert_uint_eq(message.attachment_count, 1);
    ck_assert_int_eq(message.attachments[0].destination, destinations[_i].destination);
}
END_TEST

START_TEST(content_stays_with_its_attachment_when_others_have_none)
{
    ck_assert(decode(V2(
        FILES(FILE_OF("<b:FileName>a</b:FileName><b:Data/>")
                  FILE_OF("<b:FileName>b</b:FileName><b:Data>AAAA</b:Data>") FILE_OF(
                      "<b:FileName>c</b:FileName><b:Data" NIL) FILE_OF("<b:FileName>d</b:FileName>")
                      FILE_OF("<b:FileName>e</b:FileName><b:Data>\n AAAAAA==\n </b:Data>")))));
    ck_assert_uint_eq(message.attachment_count, 5);
    ck_assert_ptr_null(message.attachments[0].content);
    ck_assert_uint_eq(blob_size(message.attachments[1].content), 3);
    ck_assert_ptr_null(message.attachments[2].content);
    ck_assert_ptr_null(message.attachments[3].content);
    ck_assert_uint_eq(blob_size(message.attachments[4].content), 4);
}
END_TEST

#define TWO_FILES                                                                                  \
    FILES(FILE_OF("<b:FileName>a</b:FileName><b:Data>AAAA</b:Data>")                               \
              FILE_OF("<b:FileName>b</b:FileName><b:Data>AAAA</b:Data>"))

/* The receipt says so later: the message must get through to the rules. */
START_TEST(too_many_or_too_large_attachments_are_told_not_refused)
{
    if (_i == 0)
        limits.max_attachments = 1;
    else
        limits.max_attachment_bytes = 5;
    ck_assert_msg(decode(V2(TWO_FILES "<Reportee>1</Reportee>")), "%s", err.msg);
    ck_assert(message.attachments_overflow);
    ck_assert_str_eq(message.reportee, "1");
}
END_TEST

START_TEST(too_many_attachments_are_told_in_the_first_version_too)
{
    limits.max_attachments = 0;
    ck_assert_msg(
        decode_first(V1("<Content><Attachments><BinaryAttachments><a:BinaryAttachment>"
                        "<a:FileName>a</a:FileName><a:Data>AAAA</a:Data></a:BinaryAttachment>"
                        "</BinaryAttachments></Attachments></Content>")),
        "%s", err.msg);
    ck_assert(message.attachments_overflow);
}
END_TEST

/* What did not come through the guard is no attachment. */
START_TEST(data_that_names_no_attachment_is_refused)
{
    static const char *const data[] = {"1", "-1", "0x0", "0 1", "AAAA", "99999999999999999999"};
    struct rel1010__BinaryAttachmentV2 file = {0};
    struct rel1010__BinaryAttachmentExternalBEV2List list = {1, &file};
    struct c1010__AttachmentsV2 attachments = {.BinaryAttachments = &list};
    struct c1010__ExternalContentV2 content = {.Attachments = &attachments};
    struct c1010__InsertCorrespondenceV2 in = {.Content = &content};
    char text[32];

    read_to_body(V2(FILES(FILE_OF("<b:FileName>a</b:FileName><b:Data>AAAA</b:Data>"))));
    snprintf(text, sizeof(text), "%s", data[_i]);
    file.Data = text;
    ck_assert(!codec_message(arena, guard, &in, &message, &err));
    ck_assert_int_eq(err.kind, ERR_INVALID);
}
END_TEST

/* ------------------------------------------------------------------ lists */

#define ORDER(inner)                                                                               \
    "<Notifications><n:Notification><n:LanguageCode>1044</n:LanguageCode>" inner                   \
    "</n:Notification></Notifications>"
#define TOKENS(inner) ORDER("<n:TextTokens>" inner "</n:TextTokens>")
#define POINTS(inner) ORDER("<n:ReceiverEndPoints>" inner "</n:ReceiverEndPoints>")
#define XML_FILES(inner)                                                                           \
    "<Content><Attachments><XmlAttachmentList>" inner "</XmlAttachmentList></Attachments></"       \
    "Content>"
#define DAYS(inner)                                                                                \
    "<SdpOptions><d:SdpNotifications><d:EmailNotification><d:Repetitions>" inner                   \
    "</d:Repetitions></d:EmailNotification></d:SdpNotifications></SdpOptions>"

static size_t attachment_count(void)
{
    return message.attachment_count;
}

static size_t xml_attachment_count(void)
{
    return message.xml_attachment_count;
}

static size_t reply_option_count(void)
{
    return message.reply_option_count;
}

static size_t notification_count(void)
{
    return message.notification_count;
}

static size_t token_count(void)
{
    return message.notifications[0].token_count;
}

static size_t end_point_count(void)
{
    return message.notifications[0].end_point_count;
}

static size_t day_count(void)
{
    return message.sdp->email.days_delayed_count;
}

static const struct {
    const char *nothing;
    const char *nil_between_two;
    size_t (*count)(void);
} lists[] = {
    {V2(FILES("")),
     V2(FILES(FILE_OF("<b:FileName>a</b:FileName>") "<b:BinaryAttachmentV2" NIL FILE_OF(
         "<b:FileName>b</b:FileName>"))),
     attachment_count},
    {V2(XML_FILES("")),
     V2(XML_FILES("<XmlAttachmentV2><FormDataXml>a</FormDataXml></XmlAttachmentV2>"
                  "<XmlAttachmentV2" NIL
                  "<XmlAttachmentV2><FormDataXml>b</FormDataXml></XmlAttachmentV2>")),
     xml_attachment_count},
    {V2("<ReplyOptions/>"),
     V2("<ReplyOptions><o:ReplyOption><o:URL/></o:ReplyOption><o:ReplyOption" NIL
        "<o:ReplyOption><o:URL/></o:ReplyOption></ReplyOptions>"),
     reply_option_count},
    {V2("<Notifications/>"),
     V2("<Notifications><n:Notification><n:LanguageCode>1044</n:LanguageCode></n:Notification>"
        "<n:Notification" NIL
        "<n:Notification><n:LanguageCode>1033</n:LanguageCode></n:Notification></Notifications>"),
     notification_count},
    {V2(TOKENS("")),
     V2(TOKENS("<n:TextToken><n:TokenValue>a</n:TokenValue></n:TextToken><n:TextToken" NIL
               "<n:TextToken><n:TokenValue>b</n:TokenValue></n:TextToken>")),
     token_count},
    {V2(POINTS("")),
     V2(POINTS("<n:ReceiverEndPoint><n:TransportType>SMS</n:TransportType></n:ReceiverEndPoint>"
               "<n:ReceiverEndPoint" NIL
               "<n:ReceiverEndPoint><n:TransportType>SMS</n:TransportType></n:ReceiverEndPoint>")),
     end_point_count},
    {V2(DAYS("")), V2(DAYS("<d:DaysDelayed>1</d:DaysDelayed><d:DaysDelayed>2</d:DaysDelayed>")),
     day_count},
};

START_TEST(list_may_be_empty)
{
    ck_assert_msg(decode(lists[_i].nothing), "%s", err.msg);
    ck_assert_uint_eq(lists[_i].count(), 0);
}
END_TEST

/* CONTRACT.md 8: items are [0..*] nil: skip nil items */
START_TEST(nil_items_of_a_list_are_skipped)
{
    ck_assert_msg(decode(lists[_i].nil_between_two), "%s", err.msg);
    ck_assert_uint_eq(lists[_i].count(), 2);
}
END_TEST

START_TEST(notification_arrives)
{
    ck_assert(decode(V2("<Notifications><n:Notification><n:FromAddress>a@b.no</n:FromAddress>"
                        "<n:ShipmentDateTime>2017-10-16T12:55:31Z</n:ShipmentDateTime>"
                        "<n:LanguageCode>1044</n:LanguageCode>"
                        "<n:NotificationType>General</n:NotificationType><n:TextTokens>"
                        "<n:TextToken><n:TokenNum>1</n:TokenNum><n:TokenValue>x</n:TokenValue>"
                        "</n:TextToken><n:TextToken><n:TokenValue" NIL "</n:TextToken>"
                        "</n:TextTokens><n:ReceiverEndPoints><n:ReceiverEndPoint>"
                        "<n:TransportType>SMS</n:TransportType>"
                        "<n:ReceiverAddress>91929394</n:ReceiverAddress></n:ReceiverEndPoint>"
                        "</n:ReceiverEndPoints></n:Notification></Notifications>")));
    ck_assert_uint_eq(message.notification_count, 1);
    ck_assert_str_eq(message.notifications[0].from_address, "a@b.no");
    ck_assert_int_eq(message.notifications[0].shipment.when, INT64_C(1508158531) * SECOND);
    ck_assert_str_eq(message.notifications[0].language_code, "1044");
    ck_assert_str_eq(message.notifications[0].type, "General");
    ck_assert_int_eq(message.notifications[0].tokens[0].number, 1);
    ck_assert_str_eq(message.notifications[0].tokens[0].value, "x");
    ck_assert_str_eq(message.notifications[0].end_points[0].address, "91929394");
}
END_TEST

#define TRANSPORT(word)                                                                            \
    V2(POINTS("<n:ReceiverEndPoint><n:TransportType>" word                                         \
              "</n:TransportType></n:ReceiverEndPoint>"))

static const struct {
    const char *text;
    enum transport_type transport;
} transports[] = {
    {TRANSPORT("SMS"), TRANSPORT_SMS},
    {TRANSPORT("Email"), TRANSPORT_EMAIL},
    {TRANSPORT("IM"), TRANSPORT_IM},
    {TRANSPORT("Both"), TRANSPORT_BOTH},
    {TRANSPORT("SMSPreferred"), TRANSPORT_SMS_PREFERRED},
    {TRANSPORT("EmailPreferred"), TRANSPORT_EMAIL_PREFERRED},
    {TRANSPORT("PriorityEmailSMSReminder"), TRANSPORT_PRIORITY_EMAIL_SMS_REMINDER},
    {V2(POINTS(
         "<n:ReceiverEndPoint><n:ReceiverAddress>1</n:ReceiverAddress></n:ReceiverEndPoint>")),
     TRANSPORT_NOT_GIVEN},
};

START_TEST(transport_is_the_word_of_the_contract)
{
    ck_assert(decode(transports[_i].text));
    ck_assert_uint_eq(end_point_count(), 1);
    ck_assert_int_eq(message.notifications[0].end_points[0].transport, transports[_i].transport);
}
END_TEST

START_TEST(reply_option_tells_which_parts_were_given)
{
    ck_assert(decode(
        V2("<ReplyOptions><o:ReplyOption><o:Service><o:ServiceCode>1</o:ServiceCode>"
           "<o:ServiceEdition>2</o:ServiceEdition></o:Service><o:ArchiveReference" NIL
           "</o:ReplyOption><o:ReplyOption><o:ArchiveReference><o:ArchiveRef>3</o:ArchiveRef>"
           "</o:ArchiveReference></o:ReplyOption><o:ReplyOption><o:URL><o:LinkText>4</o:LinkText>"
           "<o:LinkURL>5</o:LinkURL></o:URL></o:ReplyOption></ReplyOptions>")));
    ck_assert_uint_eq(message.reply_option_count, 3);
    ck_assert(message.reply_options[0].has_service &&
              !message.reply_options[0].has_archive_reference && !message.reply_options[0].has_url);
    ck_assert_str_eq(message.reply_options[0].service_code, "1");
    ck_assert_str_eq(message.reply_options[0].service_edition, "2");
    ck_assert(message.reply_options[1].has_archive_reference);
    ck_assert_str_eq(message.reply_options[1].archive_reference, "3");
    ck_assert(message.reply_options[2].has_url);
    ck_assert_str_eq(message.reply_options[2].link_text, "4");
    ck_assert_str_eq(message.reply_options[2].link_url, "5");
}
END_TEST

START_TEST(sdp_options_arrive)
{
    ck_assert(decode(
        V2("<SdpOptions><d:BackupAltinn>false</d:BackupAltinn>"
           "<d:NotSensitiveTitle>s</d:NotSensitiveTitle>"
           "<d:PrimaryDocumentFileName>p</d:PrimaryDocumentFileName><d:SdpNotifications>"
           "<d:EmailNotification><d:NotificationText>et</d:NotificationText><d:Repetitions>"
           "<d:DaysDelayed>1</d:DaysDelayed><d:DaysDelayed>25</d:DaysDelayed></d:Repetitions>"
           "<d:EmailAddress>ea</d:EmailAddress></d:EmailNotification>"
           "<d:SmsNotification><d:NotificationText>st</d:NotificationText><d:Repetitions" NIL
           "<d:MobileNumber>sn</d:MobileNumber></d:SmsNotification></d:SdpNotifications>"
           "<d:SdpSetting>CopyAltinn</d:SdpSetting><d:Title>t</d:Title></SdpOptions>")));
    ck_assert_ptr_nonnull(message.sdp);
    ck_assert_int_eq(message.sdp->backup_altinn, CHOICE_NO);
    ck_assert(message.sdp->copy_altinn);
    ck_assert_str_eq(message.sdp->not_sensitive_title, "s");
    ck_assert_str_eq(message.sdp->primary_document, "p");
    ck_assert_str_eq(message.sdp->title, "t");
    ck_assert(message.sdp->email.given && message.sdp->sms.given);
    ck_assert_str_eq(message.sdp->email.text, "et");
    ck_assert_str_eq(message.sdp->email.address, "ea");
    ck_assert_uint_eq(message.sdp->email.days_delayed_count, 2);
    ck_assert_uint_eq(message.sdp->email.days_delayed[1], 25);
    ck_assert_str_eq(message.sdp->sms.text, "st");
    ck_assert_str_eq(message.sdp->sms.address, "sn");
    ck_assert_uint_eq(message.sdp->sms.days_delayed_count, 0);
    ck_assert(message.sdp->email.repeats && !message.sdp->sms.repeats);
}
END_TEST

START_TEST(sdp_setting_is_to_forward_only_unless_to_copy)
{
    static const char *const texts[] = {
        V2("<SdpOptions/>"),
        V2("<SdpOptions><d:SdpSetting>ForwardOnly</d:SdpSetting></SdpOptions>"),
        V2("<SdpOptions><d:SdpSetting>CopyAltinn</d:SdpSetting></SdpOptions>"),
    };

    ck_assert(decode(texts[_i]));
    ck_assert_int_eq(message.sdp->has_setting, _i > 0);
    ck_assert_int_eq(message.sdp->copy_altinn, _i == 2);
    ck_assert_int_eq(message.sdp->backup_altinn, CHOICE_NOT_GIVEN);
    ck_assert(!message.sdp->email.given && !message.sdp->sms.given);
}
END_TEST

/* The arena is left with fewer bytes than the lists need, at each place where one may end. */
START_TEST(lists_without_memory_are_busy)
{
    static const char text[] = V2("<Content><Attachments><BinaryAttachments>" FILE_OF(
        "<b:FileName>a</b:FileName>") "</"
                                      "BinaryAttachments><XmlAttachmentList><XmlAttachmentV2><"
                                      "DataFormatId>a</DataFormatId>"
                                      "</XmlAttachmentV2></XmlAttachmentList></Attachments></"
                                      "Content><ReplyOptions>"
                                      "<o:ReplyOption><o:URL/></o:ReplyOption></"
                                      "ReplyOptions>" TOKENS(
                                          "<n:TextToken><n:TokenValue>a</n:TokenValue></"
                                          "n:TextToken>") "<SdpOptions/>");
    static const char words_unchanged[] = "unchanged";
    struct _w0910__InsertCorrespondenceBasicV2 request;
    bool ok = false;

    read_to_body(text);
    ck_assert_ptr_nonnull(soap_get__w0910__InsertCorrespondenceBasicV2(
        &soap, &request, "w0910:InsertCorrespondenceBasicV2", NULL));
    for (size_t left = 0; left <= 4096 && !ok; left += 16) {
        arena_reset(arena);
        ck_assert_ptr_nonnull(arena_alloc(arena, 65536 - left));
        message.title = words_unchanged;
        memory_fails_at(1);
        ok = codec_message(arena, guard, request.Correspondence, &message, &err);
        memory_fails_at(0);
        ck_assert(ok || (err.kind == ERR_BUSY && message.title == words_unchanged));
    }
    ck_assert(ok);
}
END_TEST

START_TEST(xml_attachment_of_the_first_version_counts_as_one)
{
    ck_assert(decode_first(V1("<Content><Attachments><a:XmlAttachment>"
                              "<a:FormDataXml>x</a:FormDataXml></a:XmlAttachment><XmlAttachment>"
                              "<a:FormDataXml>x</a:FormDataXml></XmlAttachment>"
                              "</Attachments></Content>")));
    ck_assert_uint_eq(message.xml_attachment_count, 1);
    ck_assert_str_eq(message.xml_attachments[0].form_data, "x");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("codec_lists");
    TCase *tcase = tcase_create("codec_lists");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    suite_add_tcase(suite, tcase);
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, attachment_brings_its_content_and_its_words);
    tcase_add_test(tcase, attachment_with_a_name_only_has_the_documented_presets);
    tcase_add_loop_test(tcase, destination_is_the_word_of_the_contract, 0, COUNT(destinations));
    tcase_add_test(tcase, content_stays_with_its_attachment_when_others_have_none);
    tcase_add_loop_test(tcase, too_many_or_too_large_attachments_are_told_not_refused, 0, 2);
    tcase_add_test(tcase, too_many_attachments_are_told_in_the_first_version_too);
    tcase_add_loop_test(tcase, data_that_names_no_attachment_is_refused, 0, 6);
    tcase_add_loop_test(tcase, list_may_be_empty, 0, COUNT(lists));
    tcase_add_loop_test(tcase, nil_items_of_a_list_are_skipped, 0, COUNT(lists));
    tcase_add_test(tcase, notification_arrives);
    tcase_add_loop_test(tcase, transport_is_the_word_of_the_contract, 0, COUNT(transports));
    tcase_add_test(tcase, reply_option_tells_which_parts_were_given);
    tcase_add_test(tcase, sdp_options_arrive);
    tcase_add_loop_test(tcase, sdp_setting_is_to_forward_only_unless_to_copy, 0, 3);
    tcase_add_test(tcase, lists_without_memory_are_busy);
    tcase_add_test(tcase, xml_attachment_of_the_first_version_counts_as_one);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
