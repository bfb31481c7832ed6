/* Status filters on their way in, receipts and status answers on their way out. */
#include "no_memory.h"
#include "soap/codec_receipt.h"
#include "soap/codec_status.h"
#include "xml/datetime.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern SOAP_NMAC struct Namespace namespaces[];

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))
#define SECOND INT64_C(1000000)

static struct soap soap;
static struct arena *arena;
static struct err err;

static void set_up(void)
{
    ck_assert(datetime_setup());
    soap_init1(&soap, SOAP_C_UTFSTRING | SOAP_XML_TREE | SOAP_ENC_PLAIN);
    soap_set_omode(&soap, SOAP_C_UTFSTRING | SOAP_XML_TREE | SOAP_ENC_PLAIN);
    soap_set_namespaces(&soap, namespaces);
    arena = arena_new();
    ck_assert_ptr_nonnull(arena);
}

static void tear_down(void)
{
    soap_destroy(&soap);
    soap_end(&soap);
    soap_done(&soap);
    arena_free(&arena);
}

/* ------------------------------------------------------------------ filters */

static char code[] = "4255";
static char number[] = "910820605";
static char reference[] = "ref";
static char nothing[] = "";
static char after[] = "2017-10-16T12:55:31Z";
static char before[] = "2017-10-16T12:55:32Z";
static char rubbish[] = "x";

static void assert_filter(const struct status_filter *filter)
{
    ck_assert_str_eq(filter->service_code, code);
    ck_assert_int_eq(filter->service_edition, 10);
    ck_assert_int_eq(filter->created_after.when, INT64_C(1508158531) * SECOND);
    ck_assert_int_eq(filter->created_before.when, INT64_C(1508158532) * SECOND);
    ck_assert_int_eq(filter->notification_sent, CHOICE_YES);
    ck_assert_str_eq(filter->reportee, number);
    ck_assert_str_eq(filter->reference, reference);
    ck_assert_int_eq(filter->current, STATUS_READ);
}

static void assert_no_filter(const struct status_filter *filter)
{
    ck_assert_ptr_null(filter->service_code);
    ck_assert_ptr_null(filter->reportee);
    ck_assert_ptr_null(filter->reference);
    ck_assert_int_eq(filter->service_edition, 0);
    ck_assert(!filter->created_after.given && !filter->created_before.given);
    ck_assert_int_eq(filter->current, STATUS_NOT_SET);
    ck_assert_int_eq(filter->notification_sent, CHOICE_NOT_GIVEN);
}

START_TEST(filters_of_all_versions_arrive)
{
    enum e1311__CorrespondenceStatusType read_v1 = e1311__CorrespondenceStatusType__Read;
    enum e1410__CorrespondenceStatusTypeV2 read_v2 = e1410__CorrespondenceStatusTypeV2__Read;
    enum xsd__boolean yes = xsd__boolean__true_;
    int edition = 10;
    const struct c1311__CorrespondenceStatusFilter v1 = {after,  before,    &read_v1, &yes,
                                                         number, reference, code,     &edition};
    const struct c1410__CorrespondenceStatusFilterV2 v2 = {after,  before,    &read_v2, &yes,
                                                           number, reference, code,     &edition};
    const struct c1602__CorrespondenceStatusFilterV3 v3 = {
        after, before, &read_v2, &yes, number, NULL, reference, code, &edition};
    struct status_filter filter = {0};

    ck_assert(codec_filter_v1(&v1, &filter, &err));
    assert_filter(&filter);
    ck_assert(codec_filter_v2(&v2, &filter, &err));
    assert_filter(&filter);
    ck_assert(codec_filter_v3(&v3, &filter, &err));
    assert_filter(&filter);
}
END_TEST

START_TEST(missing_filter_has_no_member)
{
    struct status_filter filter = {.current = STATUS_READ};

    ck_assert(codec_filter_v1(NULL, &filter, &err));
    assert_no_filter(&filter);
    filter.current = STATUS_READ;
    ck_assert(codec_filter_v2(NULL, &filter, &err));
    assert_no_filter(&filter);
    filter.current = STATUS_READ;
    ck_assert(codec_filter_v3(NULL, &filter, &err));
    assert_no_filter(&filter);
}
END_TEST

START_TEST(empty_texts_of_a_filter_are_not_given)
{
    const struct c1311__CorrespondenceStatusFilter v1 = {.Reportee = nothing,
                                                         .SendersReference = nothing};
    const struct c1602__CorrespondenceStatusFilterV3 v3 = {.Reportee = nothing,
                                                           .SendersReference = nothing};
    struct status_filter filter = {0};

    ck_assert(codec_filter_v1(&v1, &filter, &err));
    assert_no_filter(&filter);
    ck_assert(codec_filter_v3(&v3, &filter, &err));
    assert_no_filter(&filter);
}
END_TEST

START_TEST(wrong_date_of_a_filter_is_refused_by_name)
{
    const struct c1311__CorrespondenceStatusFilter v1 = {.CreatedAfterDate = rubbish};
    const struct c1602__CorrespondenceStatusFilterV3 v3 = {.CreatedBeforeDate = rubbish};
    struct status_filter filter = {.current = STATUS_READ};

    ck_assert(!codec_filter_v1(&v1, &filter, &err));
    ck_assert_str_eq(err.msg, "CreatedAfterDate is not a valid dateTime");
    ck_assert(!codec_filter_v3(&v3, &filter, &err));
    ck_assert_str_eq(err.msg, "CreatedBeforeDate is not a valid dateTime");
    ck_assert_int_eq(filter.current, STATUS_READ);
}
END_TEST

START_TEST(status_of_a_filter_is_the_word_of_the_contract)
{
    static const enum status_type v1_types[] = {STATUS_CREATED, STATUS_READ, STATUS_CONFIRMED};
    static const enum status_type v2_types[] = {STATUS_NOT_SET, STATUS_CREATED, STATUS_READ,
                                                STATUS_CONFIRMED, STATUS_RESERVED};
    struct status_filter filter = {0};

    for (int i = 0; i < COUNT(v1_types); i++) {
        enum e1311__CorrespondenceStatusType type = (enum e1311__CorrespondenceStatusType)i;
        const struct c1311__CorrespondenceStatusFilter in = {.CurrentStatus = &type};

        ck_assert(codec_filter_v1(&in, &filter, &err));
        ck_assert_int_eq(filter.current, v1_types[i]);
    }
    for (int i = 0; i < COUNT(v2_types); i++) {
        enum e1410__CorrespondenceStatusTypeV2 type = (enum e1410__CorrespondenceStatusTypeV2)i;
        const struct c1410__CorrespondenceStatusFilterV2 in = {.CurrentStatus = &type};

        ck_assert(codec_filter_v2(&in, &filter, &err));
        ck_assert_int_eq(filter.current, v2_types[i]);
    }
}
END_TEST

/* ------------------------------------------------------------------ receipts */

static const struct receipt saved = {.id = 11653653,
                                     .last_changed = INT64_C(1507881977743000),
                                     .status = RECEIPT_OK,
                                     .type = RECEIPT_TYPE_CORRESPONDENCE,
                                     .text = RECEIPT_SAVED_TEXT,
                                     .history = "",
                                     .reference = "a<b",
                                     .owner_number = "910646192",
                                     .correspondence_id = 5};

/* What stands between the tags, without the namespace prefixes and their declarations. */
static const char *written(struct rec__ReceiptExternal *receipt)
{
    struct _w0910__InsertCorrespondenceBasicV2Response response = {receipt};
    static char text[8192];
    const char *out = NULL;
    size_t n = 0;

    soap.os = &out;
    ck_assert_int_eq(soap_write__w0910__InsertCorrespondenceBasicV2Response(&soap, &response),
                     SOAP_OK);
    soap.os = NULL;
    for (const char *at = strstr(out, "<rec:"); at != NULL && *at != '\0' && n < sizeof(text) - 1;
         at++) {
        if (strncmp(at, "rec:", 4) == 0)
            at += 4;
        text[n++] = *at;
    }
    text[n] = '\0';
    return text;
}

/* domain.md 4.7, the official example */
START_TEST(receipt_is_written_as_the_official_example)
{

    struct rec__ReceiptExternal *out = codec_receipt(&soap, arena, &saved);

    ck_assert_ptr_nonnull(out);
    ck_assert_ptr_nonnull(strstr(
        written(out),
        "<LastChanged>2017-10-13T10:06:17.743</LastChanged><ParentReceiptId>0</ParentReceiptId>"
        "<ReceiptHistory/><ReceiptId>11653653</ReceiptId>"
        "<ReceiptStatusCode>OK</ReceiptStatusCode>"
        "<ReceiptText>Correspondence Saved Successfully</ReceiptText>"
        "<ReceiptTypeName>Correspondence</ReceiptTypeName><References>"
        "<Reference><ReferenceTypeName>ExternalShipmentReference</ReferenceTypeName>"
        "<ReferenceValue>a&lt;b</ReferenceValue></Reference>"
        "<Reference><ReferenceTypeName>OwnerPartyReference</ReferenceTypeName>"
        "<ReferenceValue>910646192</ReferenceValue></Reference></References>"
        "<SubReceipts xsi:nil=\"true\"/>"));
}
END_TEST

START_TEST(receipt_status_is_the_word_of_the_contract)
{
    static const char *const words[] = {"NotSet", "OK", "UnExpectedError", "ValidationFailed",
                                        "Rejected"};
    struct receipt receipt = saved;
    char element[64];

    receipt.status = (enum receipt_status)_i;
    snprintf(element, sizeof(element), "<ReceiptStatusCode>%s</ReceiptStatusCode>", words[_i]);
    ck_assert_ptr_nonnull(strstr(written(codec_receipt(&soap, arena, &receipt)), element));
}
END_TEST

START_TEST(receipt_without_reference_has_the_owner_only)
{
    struct receipt receipt = saved;
    struct rec__ReceiptExternal *out = NULL;

    receipt.reference = NULL;
    out = codec_receipt(&soap, arena, &receipt);
    ck_assert_int_eq(out->References->__sizeReference, 1);
    ck_assert_int_eq(*out->References->Reference[0].ReferenceTypeName,
                     shp__ReferenceType__OwnerPartyReference);
}
END_TEST

START_TEST(sub_receipts_name_their_parent)
{
    const struct receipt subs[] = {
        {.id = 2, .parent_id = 1, .status = RECEIPT_REJECTED, .text = "no", .history = ""},
        {.id = 3, .parent_id = 1, .status = RECEIPT_VALIDATION_FAILED, .text = "x", .history = ""},
    };
    struct receipt receipt = saved;
    struct rec__ReceiptExternal *out = NULL;

    receipt.sub_receipts = subs;
    receipt.sub_receipt_count = 2;
    out = codec_receipt(&soap, arena, &receipt);
    ck_assert_ptr_nonnull(out);
    ck_assert_int_eq(out->SubReceipts->__sizeReceiptExternal, 2);
    ck_assert_int_eq(out->SubReceipts->ReceiptExternal[1].ReceiptId, 3);
    ck_assert_int_eq(out->SubReceipts->ReceiptExternal[1].ParentReceiptId, 1);
    ck_assert_int_eq(out->SubReceipts->ReceiptExternal[0].ReceiptStatusCode,
                     rec__ReceiptStatusEnum__Rejected);
    ck_assert_ptr_null(out->SubReceipts->ReceiptExternal[0].SubReceipts);
}
END_TEST

/* ------------------------------------------------------------------ status answers */

/* Created .943 and Reserved at 12:55:30, Read at 13:28:38.86, all of 2017-10-16 in Oslo */
static const uint8_t history[] = {
    0x00, 0x05, 0x5b, 0xa7, 0xd8, 0x59, 0x30, 0x18, 0x00, 0x01, /* Created */
    0x00, 0x05, 0x5b, 0xa7, 0xd8, 0x59, 0x30, 0x18, 0x00, 0x0a, /* Reserved */
    0x00, 0x05, 0x5b, 0xa8, 0x4e, 0xd6, 0x64, 0xe0, 0x00, 0x02, /* Read */
};
static const uint8_t notified[] = {
    0x00, 0x05, 0x5b, 0xa7, 0xd8, 0x59, 0xcc, 0x58, 2, 0, 3, 'a', '@', 'b', /* Email */
    0x80, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 1, 0, 2, '9', '1',      /* SMS, not sent */
};

static struct status_entry an_entry(void)
{
    return (struct status_entry){.correspondence_id = 7,
                                 .created = INT64_C(1508151330960000),
                                 .reportee = "910820605",
                                 .reference = "ref",
                                 .history = {history, sizeof(history)},
                                 .notifications = {notified, sizeof(notified)}};
}

static void assert_notifications(const struct c1311__ArrayOfNotification *list)
{
    ck_assert_int_eq(list->__sizeNotification, 2);
    ck_assert_str_eq(list->Notification[0].Recipient, "a@b");
    ck_assert_str_eq(list->Notification[0].SentDate, "2017-10-16T12:55:30.983");
    ck_assert_int_eq(list->Notification[0].TransportType, fe__TransportType__Email);
    ck_assert_str_eq(list->Notification[1].Recipient, "91");
    ck_assert_ptr_null(list->Notification[1].SentDate);
    ck_assert_int_eq(list->Notification[1].TransportType, fe__TransportType__SMS);
}

START_TEST(status_is_written_as_the_worked_example)
{
    const struct status_entry entry = an_entry();
    const struct status_page page = {.entries = &entry, .count = 1};
    const struct c1410__ArrayOfStatusV2 *list = codec_statuses_v2(&soap, arena, &page);

    ck_assert(list != NULL && list->__sizeStatusV2 == 1);
    ck_assert_int_eq(list->StatusV2[0].CorrespondenceID, 7);
    ck_assert_str_eq(list->StatusV2[0].CreatedDate, "2017-10-16T12:55:30.96");
    ck_assert_str_eq(list->StatusV2[0].Reportee, "910820605");
    ck_assert_str_eq(list->StatusV2[0].SendersReference, "ref");
    ck_assert_int_eq(list->StatusV2[0].StatusChanges->__sizeStatusChangeV2, 3);
    ck_assert_str_eq(list->StatusV2[0].StatusChanges->StatusChangeV2[0].StatusDate,
                     "2017-10-16T12:55:30.943");
    ck_assert_int_eq(list->StatusV2[0].StatusChanges->StatusChangeV2[0].StatusType,
                     e1410__CorrespondenceStatusTypeV2__Created);
    ck_assert_int_eq(list->StatusV2[0].StatusChanges->StatusChangeV2[1].StatusType,
                     e1410__CorrespondenceStatusTypeV2__Reserved);
    ck_assert_str_eq(list->StatusV2[0].StatusChanges->StatusChangeV2[2].StatusDate,
                     "2017-10-16T13:28:38.86");
    ck_assert_int_eq(list->StatusV2[0].StatusChanges->StatusChangeV2[2].StatusType,
                     e1410__CorrespondenceStatusTypeV2__Read);
    assert_notifications(list->StatusV2[0].Notifications);
}
END_TEST

START_TEST(first_version_leaves_reserved_out)
{
    const struct status_entry entry = an_entry();
    const struct status_page page = {.entries = &entry, .count = 1};
    const struct c1311__ArrayOfStatus *list = codec_statuses_v1(&soap, arena, &page);

    ck_assert(list != NULL && list->__sizeStatus == 1);
    ck_assert_int_eq(list->Status[0].CorrespondenceID, 7);
    ck_assert_int_eq(list->Status[0].StatusChanges->__sizeStatusChange, 2);
    ck_assert_int_eq(list->Status[0].StatusChanges->StatusChange[0].StatusType,
                     e1311__CorrespondenceStatusType__Created);
    ck_assert_int_eq(list->Status[0].StatusChanges->StatusChange[1].StatusType,
                     e1311__CorrespondenceStatusType__Read);
    ck_assert_str_eq(list->Status[0].StatusChanges->StatusChange[1].StatusDate,
                     "2017-10-16T13:28:38.86");
    assert_notifications(list->Status[0].Notifications);
}
END_TEST

START_TEST(other_statuses_are_the_words_of_the_contract)
{
    static const uint8_t others[] = {
        0, 0, 0, 0, 0, 0, 0, 0, 0, 6, /* Confirmed */
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* NotSet */
    };
    struct status_entry entry = an_entry();
    const struct status_page page = {.entries = &entry, .count = 1};
    const struct c1410__ArrayOfStatusChangeV2 *v2 = NULL;
    const struct c1311__ArrayOfStatusChange *v1 = NULL;

    entry.history = (struct bytes){others, sizeof(others)};
    v2 = codec_statuses_v2(&soap, arena, &page)->StatusV2[0].StatusChanges;
    v1 = codec_statuses_v1(&soap, arena, &page)->Status[0].StatusChanges;
    ck_assert_int_eq(v2->StatusChangeV2[0].StatusType,
                     e1410__CorrespondenceStatusTypeV2__Confirmed);
    ck_assert_int_eq(v2->StatusChangeV2[1].StatusType, e1410__CorrespondenceStatusTypeV2__NotSet);
    ck_assert_int_eq(v1->__sizeStatusChange, 1);
    ck_assert_int_eq(v1->StatusChange[0].StatusType, e1311__CorrespondenceStatusType__Confirmed);
}
END_TEST

START_TEST(message_without_notifications_has_an_empty_list)
{
    struct status_entry entry = an_entry();
    const struct status_page page = {.entries = &entry, .count = 1};

    entry.notifications = (struct bytes){NULL, 0};
    ck_assert_int_eq(
        codec_statuses_v2(&soap, arena, &page)->StatusV2[0].Notifications->__sizeNotification, 0);
    ck_assert_int_eq(
        codec_statuses_v1(&soap, arena, &page)->Status[0].Notifications->__sizeNotification, 0);
}
END_TEST

START_TEST(empty_answer_has_both_parts)
{
    const struct status_page page = {.limit_reached = _i != 0};
    const struct c1602__CorrespondenceStatusInformation *information =
        codec_status_information(&soap, arena, &page);
    const struct c1602__SdpStatusInformation *sdp = codec_sdp_information(&soap, arena, &page);

    ck_assert(information != NULL && sdp != NULL);
    ck_assert_int_eq(information->CorrespondenceStatusDetailsList->__sizeStatusV2, 0);
    ck_assert_int_eq(information->LimitReached == xsd__boolean__true_, _i);
    ck_assert_int_eq(sdp->SdpStatusDetailsList->__sizeSdpStatusDetails, 0);
    ck_assert_int_eq(sdp->LimitReached, xsd__boolean__false_);
    ck_assert_int_eq(codec_statuses_v1(&soap, arena, &page)->__sizeStatus, 0);
}
END_TEST

static const void *make_answer(int which, const struct status_page *page)
{
    const struct receipt sub = {.text = "", .history = ""};
    struct receipt receipt = saved;

    receipt.sub_receipts = &sub;
    receipt.sub_receipt_count = 1;
    switch (which) {
    case 0:
        return codec_receipt(&soap, arena, &receipt);
    case 1:
        return codec_status_information(&soap, arena, page);
    case 2:
        return codec_statuses_v1(&soap, arena, page);
    default:
        return codec_sdp_information(&soap, arena, page);
    }
}

/* The arena's first block is used up but for so many bytes, so that it asks for memory as well. */
static const void *make_with_little(int which, const struct status_page *page, size_t left, long n)
{
    const void *answer = NULL;

    soap_end(&soap);
    arena_reset(arena);
    ck_assert_ptr_nonnull(arena_alloc(arena, 65536 - left));
    memory_fails_at(n);
    answer = make_answer(which, page);
    memory_fails_at(0);
    return answer;
}

START_TEST(answer_without_memory_is_none)
{
    const struct status_entry entry = an_entry();
    const struct status_page page = {.entries = &entry, .count = 1};

    for (size_t left = 0; left <= 512; left += 16) {
        long n = 1;

        while (n < 100 && make_with_little(_i, &page, left, n) == NULL)
            n++;
        ck_assert_int_lt(n, 100);
    }
}
END_TEST

START_TEST(columns_that_are_cut_are_no_answer)
{
    for (size_t cut = 1; cut < 10; cut++) {
        struct status_entry entry = an_entry();
        const struct status_page page = {.entries = &entry, .count = 1};

        entry.history.len -= cut;
        ck_assert_ptr_null(codec_statuses_v2(&soap, arena, &page));
        ck_assert_ptr_null(codec_statuses_v1(&soap, arena, &page));
        entry = an_entry();
        entry.notifications.len -= cut;
        ck_assert_ptr_null(codec_status_information(&soap, arena, &page));
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("codec_answer");
    TCase *tcase = tcase_create("codec_answer");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    suite_add_tcase(suite, tcase);
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, filters_of_all_versions_arrive);
    tcase_add_test(tcase, missing_filter_has_no_member);
    tcase_add_test(tcase, empty_texts_of_a_filter_are_not_given);
    tcase_add_test(tcase, wrong_date_of_a_filter_is_refused_by_name);
    tcase_add_test(tcase, status_of_a_filter_is_the_word_of_the_contract);
    tcase_add_test(tcase, receipt_is_written_as_the_official_example);
    tcase_add_loop_test(tcase, receipt_status_is_the_word_of_the_contract, 0, 5);
    tcase_add_test(tcase, receipt_without_reference_has_the_owner_only);
    tcase_add_test(tcase, sub_receipts_name_their_parent);
    tcase_add_test(tcase, status_is_written_as_the_worked_example);
    tcase_add_test(tcase, first_version_leaves_reserved_out);
    tcase_add_test(tcase, other_statuses_are_the_words_of_the_contract);
    tcase_add_test(tcase, message_without_notifications_has_an_empty_list);
    tcase_add_loop_test(tcase, empty_answer_has_both_parts, 0, 2);
    tcase_add_loop_test(tcase, answer_without_memory_is_none, 0, 4);
    tcase_add_test(tcase, columns_that_are_cut_are_no_answer);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
