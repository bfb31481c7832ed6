/* What is stored of the decision about a message: planned notifications, sub-receipts, reservation,
 * digital mailboxes (domain.md 4.7-4.10). */
#include "model/sdp.h"
#include "model/status.h"
#include "store/message_write.h"
#include "store/receipt_store.h"
#include "support/store_fixture.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#define MINUTE INT64_C(60000000)

static struct pg_cluster *cluster;
static struct store store;
static struct letter letter;

static const struct notification_order orders[] = {{.type = "VarselDPVMedRevarsel"},
                                                   {.type = "VarselDPVUtenRevarsel"}};

/* Each column of a row is another than in the next one. */
static const struct planned items[] = {
    {0, TRANSPORT_EMAIL, "post@blåbær.example", "post@blåbær.example", false, 1 * MINUTE},
    {0, TRANSPORT_SMS, "919 29 394", "+4791929394", false, 1 * MINUTE},
    {1, TRANSPORT_SMS, "+4541424344", "+4541424344", false, 2 * MINUTE},
    {0, TRANSPORT_EMAIL, "post@blåbær.example", "post@blåbær.example", true, 3 * MINUTE},
    {0, TRANSPORT_SMS, "919 29 394", "+4791929394", true, 3 * MINUTE},
};

static const struct problem problems[] = {
    {RECEIPT_VALIDATION_FAILED, 30303, "Not a mobile number: *** (30303)"},
    {RECEIPT_REJECTED, 30304, "no official (kofuvi) notification endpoints found (30304)"},
    {RECEIPT_REJECTED, 0, "Reportee is reserved against electronic communication"},
};

static void setup(void)
{
    store_open(cluster, &store);
    letter_make(&letter, "ref-1", "", 0);
    letter.message.notifications = orders;
    letter.message.notification_count = 2;
    letter.decision.plan =
        (struct plan){.items = items, .count = 5, .problems = problems, .problem_count = 3};
}

static void teardown(void)
{
    letter_free(&letter);
    store_close(&store);
}

static void check_text(const char *sql, const char *expected)
{
    char *text = pg_text(cluster, store.name, sql);

    ck_assert_str_eq(text, expected);
    free(text);
}

static void check_sub_receipts(const struct receipt *receipt)
{
    ck_assert_uint_eq(receipt->sub_receipt_count, 3);
    for (size_t i = 0; i < 3; i++) {
        const struct receipt *sub = &receipt->sub_receipts[i];

        ck_assert_int_gt(sub->id, i == 0 ? receipt->id : receipt->sub_receipts[i - 1].id);
        ck_assert_int_eq(sub->parent_id, receipt->id);
        ck_assert_int_eq(sub->status, problems[i].status);
        ck_assert_int_eq(sub->type, RECEIPT_TYPE_CORRESPONDENCE);
        ck_assert_int_eq(sub->correspondence_id, receipt->correspondence_id);
        ck_assert_int_eq(sub->last_changed, letter.decision.now);
        ck_assert_uint_eq(sub->sub_receipt_count, 0);
        ck_assert_str_eq(sub->text, problems[i].text);
        ck_assert_str_eq(sub->history, "");
        ck_assert_str_eq(sub->reference, "ref-1");
        ck_assert_str_eq(sub->owner_number, "910646192");
    }
}

/* ------------------------------------------------------------------ planned notifications */

START_TEST(planned_notifications_are_rows_in_the_order_of_the_plan)
{
    letter_put(&store, &letter);
    check_text("SELECT concat_ws('|', number, order_number, transport, recipient, address, "
               "reminder, extract(epoch FROM due)::int, sent, cancelled) "
               "FROM dpvd.notification ORDER BY number",
               "1|1|2|post@blåbær.example|post@blåbær.example|f|60\n"
               "2|1|1|919 29 394|+4791929394|f|60\n"
               "3|2|1|+4541424344|+4541424344|f|120\n"
               "4|1|2|post@blåbær.example|post@blåbær.example|t|180\n"
               "5|1|1|919 29 394|+4791929394|t|180");
    ck_assert_int_eq(store_number(&store, "SELECT count(*) FROM dpvd.notification n "
                                          "JOIN dpvd.correspondence c USING (sender_id) "
                                          "WHERE c.id = n.correspondence_id"),
                     5);
}
END_TEST

/* The database makes the packed form of the rows as whoever sends them will have to. */
START_TEST(packed_notifications_are_the_planned_rows)
{
    letter_put(&store, &letter);
    check_text("SELECT string_agg(int8send('-9223372036854775808'::bigint) "
               "|| substr(int2send(transport), 2) || int2send(octet_length(recipient)::smallint) "
               "|| convert_to(recipient, 'UTF8'), ''::bytea ORDER BY number) "
               "= (SELECT notifications FROM dpvd.correspondence_state) FROM dpvd.notification",
               "t");
}
END_TEST

START_TEST(message_without_notifications_has_an_empty_column_and_no_rows)
{
    letter.decision.plan = (struct plan){0};
    letter_put(&store, &letter);
    check_text("SELECT concat_ws('|', octet_length(notifications), notified, current_status, "
               "(SELECT count(*) FROM dpvd.notification)) FROM dpvd.correspondence_state",
               "0|f|1|0");
    ck_assert_uint_eq(letter.put.receipt.sub_receipt_count, 0);
    ck_assert_ptr_null(letter.put.receipt.sub_receipts);
}
END_TEST

/* ------------------------------------------------------------------ sub-receipts */

START_TEST(problems_are_sub_receipts_in_their_order)
{
    letter_put(&store, &letter);
    ck_assert_int_eq(letter.put.receipt.status, RECEIPT_OK);
    ck_assert_str_eq(letter.put.receipt.text, RECEIPT_SAVED_TEXT);
    check_sub_receipts(&letter.put.receipt);
    ck_assert_int_eq(store_number(&store, "SELECT count(*) FROM dpvd.receipt"), 4);
}
END_TEST

START_TEST(same_request_twice_gets_the_first_sub_receipts)
{
    struct receipt first;

    letter_put(&store, &letter);
    first = letter.put.receipt;
    letter_put(&store, &letter);
    ck_assert(letter.put.repeated);
    check_sub_receipts(&letter.put.receipt);
    for (size_t i = 0; i < 3; i++)
        ck_assert_int_eq(letter.put.receipt.sub_receipts[i].id, first.sub_receipts[i].id);
    check_text("SELECT concat_ws('|', (SELECT count(*) FROM dpvd.receipt), "
               "(SELECT count(*) FROM dpvd.notification), "
               "(SELECT count(*) FROM dpvd.correspondence))",
               "4|5|1");
}
END_TEST

START_TEST(receipt_that_is_found_again_has_its_sub_receipts)
{
    struct receipt receipt = {0};
    struct err err = {0};
    bool found = false;

    letter_put(&store, &letter);
    ck_assert(message_store_find(store.db, store.arena, &letter.put, &found, &receipt, &err));
    ck_assert(found);
    check_sub_receipts(&receipt);
}
END_TEST

START_TEST(receipt_is_looked_up_with_its_sub_receipts)
{
    const struct receipt_search search = {.type = REFERENCE_EXTERNAL_SHIPMENT, .value = "ref-1"};
    struct receipt receipt = {0};
    struct err err = {0};
    bool found = false;

    letter_put(&store, &letter);
    ck_assert(receipt_store_find(store.db, store.arena, &letter.facts.caller, &search, &found,
                                 &receipt, &err));
    ck_assert(found);
    ck_assert_int_eq(receipt.id, letter.put.receipt.id);
    check_sub_receipts(&receipt);
}
END_TEST

/* ------------------------------------------------------------------ several at once */

START_TEST(messages_of_a_batch_have_their_own_plans)
{
    const struct problem other = {RECEIPT_REJECTED, 0, "another"};
    struct letter second;
    struct letter third;
    struct message_write writes[3];
    struct message_write *sorted[3] = {&writes[0], &writes[1], &writes[2]};
    struct err err = {0};

    letter_make(&second, "ref-2", "", 0);
    letter_make(&third, "ref-3", "", 0);
    third.decision.plan =
        (struct plan){.items = items, .count = 1, .problems = &other, .problem_count = 1};
    letter.put.digest = second.put.digest = third.put.digest = NULL;
    writes[0] = (struct message_write){.put = &letter.put, .arena = store.arena};
    writes[1] = (struct message_write){.put = &second.put, .arena = store.arena};
    writes[2] = (struct message_write){.put = &third.put, .arena = store.arena};
    ck_assert_msg(message_write_all(store.db, sorted, 3, &err), "%s", err.msg);

    check_sub_receipts(&letter.put.receipt);
    ck_assert_uint_eq(second.put.receipt.sub_receipt_count, 0);
    ck_assert_uint_eq(third.put.receipt.sub_receipt_count, 1);
    ck_assert_int_eq(third.put.receipt.sub_receipts[0].parent_id, third.put.receipt.id);
    ck_assert_str_eq(third.put.receipt.sub_receipts[0].text, "another");
    check_text("SELECT concat_ws('|', c.senders_reference, (SELECT count(*) FROM dpvd.notification "
               "n WHERE n.correspondence_id = c.id), (SELECT count(*) FROM dpvd.receipt r "
               "WHERE r.parent_id = c.receipt_id)) FROM dpvd.correspondence c ORDER BY id",
               "ref-1|5|3\nref-2|0|0\nref-3|1|1");
}
END_TEST

/* ------------------------------------------------------------------ reservation */

START_TEST(reserved_message_is_created_and_reserved_at_the_same_time)
{
    const struct status_change expected[] = {{letter.decision.now, STATUS_CREATED},
                                             {letter.decision.now, STATUS_RESERVED}};
    struct bytes packed = {0};
    char hex[64] = "";

    letter.decision.reserved = true;
    letter_put(&store, &letter);
    ck_assert(status_history_pack(store.arena, expected, 2, &packed));
    for (size_t i = 0; i < packed.len; i++)
        snprintf(hex + 2 * i, 3, "%02x", packed.data[i]);
    check_text("SELECT encode(history, 'hex') FROM dpvd.correspondence_state", hex);
    check_text("SELECT string_agg(concat_ws('|', e.type, e.happened = s.created, "
               "s.current_status), ' ' ORDER BY type) FROM dpvd.status_event e "
               "JOIN dpvd.correspondence_state s ON s.id = e.correspondence_id",
               "1|t|10 10|t|10");
}
END_TEST

/* ------------------------------------------------------------------ digital mailboxes */

START_TEST(letter_to_a_digital_mailbox_has_the_status_that_there_is_none)
{
    const struct sdp_options sdp = {.primary_document = "Vedlegg.pdf"};
    char expected[64];

    letter.message.sdp = &sdp;
    letter_put(&store, &letter);
    letter_put(&store, &letter); /* a repeat adds none */
    snprintf(expected, sizeof(expected), "1|t|ref-1|910820605|4255|10|t|t|%016llx%04x",
             (unsigned long long)letter.decision.now, SDP_NO_MAILBOX);
    check_text("SELECT concat_ws('|', s.sender_id, s.correspondence_id = c.id, "
               "s.senders_reference, s.reportee, s.service_code, s.service_edition, "
               "s.created = c.created, s.last_changed = c.created, encode(s.history, 'hex')) "
               "FROM dpvd.sdp_state s, dpvd.correspondence c",
               expected);
    ck_assert_int_eq(store_number(&store, "SELECT count(*) FROM dpvd.sdp_order"), 1);
}
END_TEST

START_TEST(refused_letter_to_a_digital_mailbox_has_a_status_without_message)
{
    const struct verdict verdict = {.outcome = OUTCOME_REJECTED, .text = "no mailbox"};
    struct receipt receipt = {0};
    struct err err = {0};

    letter.facts.service.edition = 10;
    for (int no_mailbox = 0; no_mailbox < 2; no_mailbox++) {
        ck_assert_msg(message_store_refuse(store.db, store.arena, &letter.put, &verdict,
                                           no_mailbox == 1, &receipt, &err),
                      "%s", err.msg);
        ck_assert_int_eq(store_number(&store, "SELECT count(*) FROM dpvd.sdp_state"), no_mailbox);
    }
    check_text("SELECT concat_ws('|', s.correspondence_id IS NULL, s.senders_reference, "
               "s.reportee, s.service_code, s.service_edition, s.created = r.created, "
               "s.last_changed = s.created, substr(encode(s.history, 'hex'), 17)) "
               "FROM dpvd.sdp_state s JOIN dpvd.receipt r USING (senders_reference) "
               "ORDER BY r.id DESC LIMIT 1",
               "t|ref-1|910820605|4255|10|t|t|0005");
    ck_assert_int_eq(store_number(&store, "SELECT count(*) FROM dpvd.correspondence"), 0);
}
END_TEST

/* ------------------------------------------------------------------ actual sender */

START_TEST(check_of_the_actual_sender_is_kept_and_audited)
{
    static const enum choice choices[] = {CHOICE_NOT_GIVEN, CHOICE_NO, CHOICE_YES};

    letter.put.digest = NULL;
    for (size_t i = 0; i < 3; i++) {
        letter.decision.actual_verified = choices[i];
        letter_put(&store, &letter);
    }
    check_text("SELECT string_agg(coalesce(c.actual_verified::text, '-') || "
               "coalesce(a.actual_verified::text, '-'), ' ' ORDER BY c.id) "
               "FROM dpvd.correspondence c JOIN dpvd.audit_log a ON a.correspondence_id = c.id",
               "-- falsefalse truetrue");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store_plan");
    TCase *cases = tcase_create("store_plan");

    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, planned_notifications_are_rows_in_the_order_of_the_plan);
    tcase_add_test(cases, packed_notifications_are_the_planned_rows);
    tcase_add_test(cases, message_without_notifications_has_an_empty_column_and_no_rows);
    tcase_add_test(cases, problems_are_sub_receipts_in_their_order);
    tcase_add_test(cases, same_request_twice_gets_the_first_sub_receipts);
    tcase_add_test(cases, receipt_that_is_found_again_has_its_sub_receipts);
    tcase_add_test(cases, receipt_is_looked_up_with_its_sub_receipts);
    tcase_add_test(cases, messages_of_a_batch_have_their_own_plans);
    tcase_add_test(cases, reserved_message_is_created_and_reserved_at_the_same_time);
    tcase_add_test(cases, letter_to_a_digital_mailbox_has_the_status_that_there_is_none);
    tcase_add_test(cases, refused_letter_to_a_digital_mailbox_has_a_status_without_message);
    tcase_add_test(cases, check_of_the_actual_sender_is_kept_and_audited);
    suite_add_tcase(suite, cases);
    return store_main(suite, &cluster);
}
