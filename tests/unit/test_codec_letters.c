/* Letters to digital mailboxes in status questions and answers (domain.md 5.3, 5.4). */
#include "model/sdp.h"
#include "no_memory.h"
#include "soap/codec_status.h"
#include "xml/datetime.h"

#include <check.h>
#include <stdlib.h>

extern SOAP_NMAC struct Namespace namespaces[];

static struct soap soap;
static struct arena *arena;

/* Sent_Meldingsformidler, a second later NoMailBox. */
static const uint8_t two_changes[] = {0x00, 0x05, 0x5b, 0xa9, 0x85, 0x72, 0x14, 0x80, 0x00, 0x01,
                                      0x00, 0x05, 0x5b, 0xa9, 0x85, 0x81, 0x56, 0xc0, 0x00, 0x05};

static void set_up(void)
{
    ck_assert(datetime_setup());
    soap_init1(&soap, SOAP_C_UTFSTRING | SOAP_XML_TREE | SOAP_ENC_PLAIN);
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

static struct sdp_entry a_letter(void)
{
    return (struct sdp_entry){
        .id = 7,
        .correspondence_id = 4711,
        .created = INT64_C(1508158530960000),
        .last_changed = INT64_C(1508158531000000),
        .reference = "ref-1",
        .reportee = "910820605",
        .history = {two_changes, sizeof(two_changes)},
    };
}

START_TEST(letters_are_written_with_their_history)
{
    const struct sdp_entry letters[] = {a_letter(), {.id = 8, .reference = "r", .reportee = "x"}};
    const struct status_page page = {
        .letters = letters, .letter_count = 2, .letter_limit_reached = true};
    const struct c1602__SdpStatusInformation *out = codec_sdp_information(&soap, arena, &page);
    const struct c1602__SdpStatusDetails *details = NULL;
    const struct c1602__SdpStatusChange *changes = NULL;

    ck_assert_ptr_nonnull(out);
    ck_assert_int_eq(out->LimitReached, xsd__boolean__true_);
    ck_assert_int_eq(out->SdpStatusDetailsList->__sizeSdpStatusDetails, 2);
    details = out->SdpStatusDetailsList->SdpStatusDetails;
    ck_assert_int_eq(details[0].SdpId, 7);
    ck_assert_int_eq(*details[0].CorrespondenceId, 4711);
    ck_assert_str_eq(details[0].CreatedDateTime, "2017-10-16T14:55:30.96");
    ck_assert_str_eq(details[0].LastChangedDateTime, "2017-10-16T14:55:31");
    ck_assert_str_eq(details[0].Reference, "ref-1");
    ck_assert_str_eq(details[0].Reportee, "910820605");
    ck_assert_int_eq(details[0].StatusHistory->__sizeSdpStatusChange, 2);
    changes = details[0].StatusHistory->SdpStatusChange;
    ck_assert_int_eq(changes[0].Status, c1602__SdpStatusType__Sent_USCOREMeldingsformidler);
    ck_assert_str_eq(changes[0].StatusDateTime, "2017-10-16T14:55:30");
    ck_assert_int_eq(changes[1].Status, c1602__SdpStatusType__NoMailBox);
    ck_assert_str_eq(changes[1].StatusDateTime, "2017-10-16T14:55:31");
}
END_TEST

START_TEST(letter_without_message_has_no_correspondence_id)
{
    struct sdp_entry letter = a_letter();
    const struct status_page page = {.letters = &letter, .letter_count = 1};
    const struct c1602__SdpStatusInformation *out = NULL;

    letter.correspondence_id = 0;
    out = codec_sdp_information(&soap, arena, &page);
    ck_assert_ptr_null(out->SdpStatusDetailsList->SdpStatusDetails[0].CorrespondenceId);
    ck_assert_int_eq(out->LimitReached, xsd__boolean__false_);
}
END_TEST

/* The contract's words, in its order, are the numbers that are stored. */
START_TEST(status_of_a_letter_is_the_word_of_the_contract)
{
    const uint8_t change[10] = {0, 0, 0, 0, 0, 0, 0, 0, 0, (uint8_t)_i};
    struct sdp_entry letter = a_letter();
    const struct status_page page = {.letters = &letter, .letter_count = 1};
    const struct c1602__SdpStatusInformation *out = NULL;
    const struct c1602__SdpStatusDetails *details = NULL;

    letter.history = (struct bytes){change, sizeof(change)};
    out = codec_sdp_information(&soap, arena, &page);
    details = &out->SdpStatusDetailsList->SdpStatusDetails[0];
    ck_assert_int_eq((int)details->StatusHistory->SdpStatusChange[0].Status,
                     _i <= SDP_NO_MAILBOX ? _i : 0);
}
END_TEST

START_TEST(history_that_is_cut_is_no_answer)
{
    struct sdp_entry letter = a_letter();
    const struct status_page page = {.letters = &letter, .letter_count = 1};

    for (size_t cut = 1; cut < 10; cut++) {
        letter.history.len--;
        ck_assert_ptr_null(codec_sdp_information(&soap, arena, &page));
    }
}
END_TEST

/* The arena's first block is used up but for so many bytes, so that it asks for memory as well. */
static const void *make_with_little(const struct status_page *page, size_t left, long n)
{
    const void *answer = NULL;

    soap_end(&soap);
    arena_reset(arena);
    ck_assert_ptr_nonnull(arena_alloc(arena, 65536 - left));
    memory_fails_at(n);
    answer = codec_sdp_information(&soap, arena, page);
    memory_fails_at(0);
    return answer;
}

START_TEST(answer_without_memory_is_none)
{
    const struct sdp_entry letter = a_letter();
    const struct status_page page = {.letters = &letter, .letter_count = 1};

    for (size_t left = 0; left <= 256; left += 16) {
        long n = 1;

        while (n < 100 && make_with_little(&page, left, n) == NULL)
            n++;
        ck_assert_int_lt(n, 100);
    }
}
END_TEST

static const struct {
    bool given;
    enum xsd__boolean include;
    bool sdp;
    bool sdp_only;
} options[] = {{false, xsd__boolean__false_, false, false},
               {true, xsd__boolean__true_, true, false},
               {true, xsd__boolean__false_, true, true}};

START_TEST(letters_are_asked_for_by_search_options)
{
    enum xsd__boolean include = options[_i].include;
    struct c1602__SdpStatusSearchOptions search = {.IncludeCorrespondence = &include};
    const struct c1602__CorrespondenceStatusFilterV3 in = {.SdpSearchOptions =
                                                               options[_i].given ? &search : NULL};
    struct status_filter filter = {0};
    struct err err = {0};

    ck_assert(codec_filter_v3(&in, &filter, &err));
    ck_assert_int_eq(filter.sdp, options[_i].sdp);
    ck_assert_int_eq(filter.sdp_only, options[_i].sdp_only);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("codec_letters");
    TCase *tcase = tcase_create("codec_letters");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    suite_add_tcase(suite, tcase);
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, letters_are_written_with_their_history);
    tcase_add_test(tcase, letter_without_message_has_no_correspondence_id);
    tcase_add_loop_test(tcase, status_of_a_letter_is_the_word_of_the_contract, 0, 8);
    tcase_add_test(tcase, history_that_is_cut_is_no_answer);
    tcase_add_test(tcase, answer_without_memory_is_none);
    tcase_add_loop_test(tcase, letters_are_asked_for_by_search_options, 0, 3);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
