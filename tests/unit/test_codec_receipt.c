/* The requests and answers of the receipt service, in both versions of the contract. */
#include "base/arena.h"
#include "soap/codec_receipt.h"
#include "soap/codec_receipt_request.h"
#include "xml/datetime.h"

#include <check.h>
#include <stdlib.h>

extern SOAP_NMAC struct Namespace namespaces[];

static struct soap soap;
static struct arena *arena;
static struct err err;
static int number = 7;
static enum shp__ReferenceType party = shp__ReferenceType__PartyReference;
static enum shp__ReferenceType batch = shp__ReferenceType__BatchReference;
static enum rec__ReceiptStatusEnum rejected = rec__ReceiptStatusEnum__Rejected;
static char text[] = "text";
static char blank[] = "";
static char rubbish[] = "soon";

static void set_up(void)
{
    ck_assert(datetime_setup());
    soap_init1(&soap, SOAP_C_UTFSTRING | SOAP_XML_TREE | SOAP_ENC_PLAIN);
    soap_set_namespaces(&soap, namespaces);
    arena = arena_new();
    err = (struct err){0};
    ck_assert_ptr_nonnull(arena);
}

static void tear_down(void)
{
    soap_destroy(&soap);
    soap_end(&soap);
    soap_done(&soap);
    arena_free(&arena);
}

/* ------------------------------------------------------------------ requests */

START_TEST(search_of_nothing_is_empty)
{
    const struct rec__ReceiptSearchExternal first = {0};
    const struct rec1506__ReceiptSearch second = {0};
    const struct receipt_search searches[] = {
        codec_receipt_search(NULL), codec_receipt_search(&first), codec_receipt_search_v2(NULL),
        codec_receipt_search_v2(&second)};

    for (size_t i = 0; i < sizeof(searches) / sizeof(searches[0]); i++) {
        ck_assert_int_eq(searches[i].id, 0);
        ck_assert_ptr_null(searches[i].value);
    }
}
END_TEST

START_TEST(search_takes_the_first_usable_reference)
{
    struct rec__Reference items[] = {{NULL, text},    {&party, text}, {&batch, NULL},
                                     {&batch, blank}, {&batch, text}, {&batch, rubbish}};
    struct rec1506__Reference items_v2[] = {{NULL, text},    {&party, text}, {&batch, NULL},
                                            {&batch, blank}, {&batch, text}, {&batch, rubbish}};
    struct rec__ReferenceList list = {6, items};
    struct rec1506__ReferenceList list_v2 = {6, items_v2};
    const struct rec__ReceiptSearchExternal first = {&number, &list};
    const struct rec1506__ReceiptSearch second = {&number, &list_v2};
    const struct receipt_search searches[] = {codec_receipt_search(&first),
                                              codec_receipt_search_v2(&second)};

    for (size_t i = 0; i < 2; i++) {
        ck_assert_int_eq(searches[i].id, 7);
        ck_assert_int_eq(searches[i].type, REFERENCE_BATCH);
        ck_assert_ptr_eq(searches[i].value, text);
    }
}
END_TEST

static void check_edit(const struct receipt_edit *edit)
{
    ck_assert_int_eq(edit->id, 7);
    ck_assert_ptr_eq(edit->archive_reference, rubbish);
    ck_assert_int_eq(edit->status, RECEIPT_REJECTED);
    ck_assert_ptr_eq(edit->text, text);
    ck_assert_uint_eq(edit->reference_count, 2);
    ck_assert_int_eq(edit->references[0].type, REFERENCE_PARTY);
    ck_assert_ptr_eq(edit->references[0].value, text);
    ck_assert_int_eq(edit->references[1].type, REFERENCE_NOT_SET);
    ck_assert_uint_eq(edit->sub_edit_count, 1);
    ck_assert_int_eq(edit->sub_edits[0].id, 7);
    ck_assert_int_eq(edit->sub_edits[0].status, RECEIPT_NOT_SET);
    ck_assert_uint_eq(edit->sub_edits[0].sub_edit_count, 1);
}

START_TEST(every_member_of_an_edit_arrives)
{
    struct rec__Reference items[] = {{&party, text}, {NULL, NULL}};
    struct rec__ReferenceList list = {2, items};
    struct rec__ReceiptSaveExternalList none = {1, NULL};
    struct rec__ReceiptSaveExternal sub = {.ReceiptId = &number, .SubReceipts = &none};
    struct rec__ReceiptSaveExternalList subs = {1, &sub};
    const struct rec__ReceiptSaveExternal in = {rubbish, &number, &rejected, text, &list, &subs};
    struct receipt_edit edit = {0};

    ck_assert(codec_receipt_edit(arena, &in, &edit, &err));
    check_edit(&edit);
}
END_TEST

START_TEST(every_member_of_an_edit_arrives_in_the_second_version)
{
    struct rec1506__Reference items[] = {{&party, text}, {NULL, NULL}};
    struct rec1506__ReferenceList list = {2, items};
    struct rec1506__ReceiptSaveList none = {1, NULL};
    struct rec1506__ReceiptSave sub = {.ReceiptId = &number, .SubReceipts = &none};
    struct rec1506__ReceiptSaveList subs = {1, &sub};
    const struct rec1506__ReceiptSave in = {rubbish, &number, &rejected, text, &list, &subs};
    struct receipt_edit edit = {0};

    ck_assert(codec_receipt_edit_v2(arena, &in, &edit, &err));
    check_edit(&edit);
}
END_TEST

START_TEST(edit_of_nothing_is_empty)
{
    struct receipt_edit edit = {.id = 9};

    ck_assert(codec_receipt_edit(arena, NULL, &edit, &err));
    ck_assert(edit.id == 0 && edit.text == NULL && edit.sub_edit_count == 0);
    edit.id = 9;
    ck_assert(codec_receipt_edit_v2(arena, NULL, &edit, &err));
    ck_assert(edit.id == 0 && edit.status == RECEIPT_NOT_SET && edit.reference_count == 0);
}
END_TEST

START_TEST(span_has_dates_or_not)
{
    struct receipt_span span = {.type = RECEIPT_TYPE_OUTBOUND};

    ck_assert(!codec_receipt_span(RECEIPT_TYPE_CORRESPONDENCE, rubbish, NULL, &span, &err));
    ck_assert_str_eq(err.msg, "dateFrom is not a valid dateTime");
    ck_assert(!codec_receipt_span(RECEIPT_TYPE_CORRESPONDENCE, NULL, rubbish, &span, &err));
    ck_assert_str_eq(err.msg, "dateTo is not a valid dateTime");
    ck_assert_int_eq(span.type, RECEIPT_TYPE_OUTBOUND);
    ck_assert(codec_receipt_span(RECEIPT_TYPE_CORRESPONDENCE, "2017-10-16T12:55:31Z",
                                 "0001-01-01T00:00:00", &span, &err));
    ck_assert_int_eq(span.type, RECEIPT_TYPE_CORRESPONDENCE);
    ck_assert(span.from.given && !span.to.given);
    ck_assert_int_eq(span.from.when, INT64_C(1508158531000000));
}
END_TEST

/* ------------------------------------------------------------------ answers */

static const struct receipt_reference added[] = {{REFERENCE_BATCH, "7"}, {REFERENCE_ARCHIVE, "AR"}};
static const struct receipt sub = {.id = 2,
                                   .parent_id = 1,
                                   .status = RECEIPT_VALIDATION_FAILED,
                                   .type = RECEIPT_TYPE_CORRESPONDENCE,
                                   .text = "x",
                                   .history = "",
                                   .owner_number = "910646192"};
static const struct receipt whole = {.id = 1,
                                     .last_changed = INT64_C(1507881977743000),
                                     .status = RECEIPT_OK,
                                     .type = RECEIPT_TYPE_CORRESPONDENCE,
                                     .text = "t",
                                     .history = "h",
                                     .reference = "ref",
                                     .owner_number = "910646192",
                                     .party_number = "910820605",
                                     .references = added,
                                     .reference_count = 2,
                                     .sub_receipts = &sub,
                                     .sub_receipt_count = 1};

static const enum shp__ReferenceType types[] = {
    shp__ReferenceType__ExternalShipmentReference, shp__ReferenceType__OwnerPartyReference,
    shp__ReferenceType__PartyReference, shp__ReferenceType__BatchReference,
    shp__ReferenceType__ArchiveReference};
static const char *const values[] = {"ref", "910646192", "910820605", "7", "AR"};

START_TEST(first_version_answers_references_and_sub_receipts)
{
    const struct rec__ReceiptExternal *out = codec_receipt(&soap, arena, &whole);

    ck_assert_ptr_nonnull(out);
    ck_assert_str_eq(out->ReceiptHistory, "h");
    ck_assert_int_eq(out->References->__sizeReference, 5);
    for (int i = 0; i < 5; i++) {
        ck_assert_int_eq(*out->References->Reference[i].ReferenceTypeName, types[i]);
        ck_assert_str_eq(out->References->Reference[i].ReferenceValue, values[i]);
    }
    ck_assert_int_eq(out->SubReceipts->__sizeReceiptExternal, 1);
    ck_assert_int_eq(out->SubReceipts->ReceiptExternal[0].ParentReceiptId, 1);
    ck_assert_int_eq(out->SubReceipts->ReceiptExternal[0].References->__sizeReference, 1);
    ck_assert_ptr_null(out->SubReceipts->ReceiptExternal[0].SubReceipts);
}
END_TEST

START_TEST(second_version_answers_the_same)
{
    const struct rec1506__Receipt *out = codec_receipt_v2(&soap, arena, &whole);

    ck_assert_ptr_nonnull(out);
    ck_assert_str_eq(out->LastChanged, "2017-10-13T10:06:17.743");
    ck_assert_str_eq(out->ReceiptHistory, "h");
    ck_assert_str_eq(out->ReceiptText, "t");
    ck_assert_ptr_null(out->ReceiptTemplate);
    ck_assert_int_eq(out->ReceiptId, 1);
    ck_assert_int_eq(out->ReceiptStatus, rec__ReceiptStatusEnum__OK);
    ck_assert_int_eq(out->ReceiptType, rec1506__ReceiptType__Correspondence);
    ck_assert_int_eq(out->References->__sizeReference, 5);
    for (int i = 0; i < 5; i++) {
        ck_assert_int_eq(*out->References->Reference[i].ReferenceType, types[i]);
        ck_assert_str_eq(out->References->Reference[i].ReferenceValue, values[i]);
    }
    ck_assert_int_eq(out->SubReceipts->__sizeReceipt, 1);
    ck_assert_int_eq(out->SubReceipts->Receipt[0].ReceiptStatus,
                     rec__ReceiptStatusEnum__ValidationFailed);
    ck_assert_ptr_null(out->SubReceipts->Receipt[0].SubReceipts);
}
END_TEST

START_TEST(lists_have_all_receipts_or_are_empty)
{
    const struct receipt two[] = {whole, sub};

    ck_assert_int_eq(codec_receipts(&soap, arena, NULL, 0)->__sizeReceiptExternal, 0);
    ck_assert_int_eq(codec_receipts_v2(&soap, arena, NULL, 0)->__sizeReceipt, 0);
    ck_assert_int_eq(codec_receipts(&soap, arena, two, 2)->ReceiptExternal[1].ReceiptId, 2);
    ck_assert_int_eq(codec_receipts_v2(&soap, arena, two, 2)->Receipt[1].ReceiptId, 2);
}
END_TEST

START_TEST(type_is_the_word_of_the_contract)
{
    struct receipt receipt = whole;

    for (int i = 0; i <= RECEIPT_TYPE_BROKER_SERVICE; i++) {
        receipt.type = (enum receipt_type)i;
        ck_assert_int_eq(codec_receipt_v2(&soap, arena, &receipt)->ReceiptType, i);
        ck_assert_int_eq(codec_receipt(&soap, arena, &receipt)->ReceiptTypeName,
                         i == RECEIPT_TYPE_BROKER_SERVICE ? rec__ReceiptTypeEnum__NotSet : i);
    }
    ck_assert_int_eq(RECEIPT_TYPE_OUTBOUND, rec1506__ReceiptType__Outbound);
    ck_assert_int_eq(RECEIPT_TYPE_BROKER_SERVICE, rec1506__ReceiptType__BrokerService);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("codec_receipt");
    TCase *tcase = tcase_create("codec_receipt");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    suite_add_tcase(suite, tcase);
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, search_of_nothing_is_empty);
    tcase_add_test(tcase, search_takes_the_first_usable_reference);
    tcase_add_test(tcase, every_member_of_an_edit_arrives);
    tcase_add_test(tcase, every_member_of_an_edit_arrives_in_the_second_version);
    tcase_add_test(tcase, edit_of_nothing_is_empty);
    tcase_add_test(tcase, span_has_dates_or_not);
    tcase_add_test(tcase, first_version_answers_references_and_sub_receipts);
    tcase_add_test(tcase, second_version_answers_the_same);
    tcase_add_test(tcase, lists_have_all_receipts_or_are_empty);
    tcase_add_test(tcase, type_is_the_word_of_the_contract);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
