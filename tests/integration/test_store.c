#include "base/clock.h"
#include "base/ident.h"
#include "store/audit_store.h"
#include "support/store_fixture.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct pg_cluster *cluster;
static struct store store;

static void setup(void)
{
    store_open(cluster, &store);
}

static void teardown(void)
{
    store_close(&store);
}

static void check_text(const char *sql, const char *expected)
{
    char *text = pg_text(cluster, store.name, sql);

    ck_assert_str_eq(text, expected);
    free(text);
}

/* Counts all rows that messages leave, refused ones too. */
static const char all_rows[] =
    "SELECT (SELECT count(*) FROM dpvd.correspondence) + (SELECT count(*) FROM dpvd.attachment) + "
    "(SELECT count(*) FROM dpvd.status_event) + (SELECT count(*) FROM dpvd.correspondence_state)";

START_TEST(message_is_stored_with_its_receipt_status_and_audit_row)
{
    struct letter letter;

    letter_make(&letter, "ref-1", "%PDF", 4);
    letter_put(&store, &letter);

    ck_assert(!letter.put.repeated);
    ck_assert_int_gt(letter.put.receipt.id, 0);
    ck_assert_str_eq(letter.put.receipt.text, RECEIPT_SAVED_TEXT);
    ck_assert_str_eq(letter.put.receipt.owner_number, "910646192");
    check_text("SELECT title || '|' || reportee_name || '|' || senders_reference "
               "FROM dpvd.correspondence",
               "Vedtak om fôring av ærfugl på Ålesund|BLÅBÆR OG RØMME AS|ref-1");
    check_text("SELECT concat_ws('|', file_name, size, convert_from(content, 'UTF8')) "
               "FROM dpvd.attachment",
               "Vedlegg.pdf|4|%PDF");
    check_text("SELECT concat_ws('|', result, senders_reference, organization, attachments, "
               "attachment_bytes) FROM dpvd.audit_log",
               "accepted|ref-1|910820605|1|4");
    check_text("SELECT concat_ws('|', e.type, s.current_status, octet_length(s.history)) "
               "FROM dpvd.status_event e JOIN dpvd.correspondence_state s "
               "ON s.sender_id = e.sender_id AND s.id = e.correspondence_id "
               "WHERE e.happened = s.created",
               "1|1|10");
    check_text("SELECT concat_ws('|', r.status, r.text, r.id = c.receipt_id, "
               "r.correspondence_id = c.id) FROM dpvd.receipt r, dpvd.correspondence c",
               "1|Correspondence Saved Successfully|t|t");
    letter_free(&letter);
}
END_TEST

START_TEST(reply_options_notifications_and_sdp_options_are_kept_as_given)
{
    const struct reply_option options[] = {
        {.has_url = true, .link_text = "Svar", .link_url = "https://svar.example"},
        {.has_service = true, .service_code = "4255", .service_edition = "1"}};
    const struct text_token tokens[] = {{1, "Hei"}, {2, NULL}};
    const struct receiver_end_point end_points[] = {{TRANSPORT_EMAIL, "a@b.example"},
                                                    {TRANSPORT_SMS, NULL}};
    const struct notification_order orders[] = {{.from_address = "fra@b.example",
                                                 .shipment = {true, 0},
                                                 .language_code = "1044",
                                                 .type = "VarselDPVUtenRevarsel",
                                                 .tokens = tokens,
                                                 .token_count = 2,
                                                 .end_points = end_points,
                                                 .end_point_count = 2},
                                                {.type = "x"}};
    const uint32_t delays[] = {0, 25};
    const struct sdp_options sdp = {
        .backup_altinn = CHOICE_NO,
        .primary_document = "Vedlegg.pdf",
        .email = {
            .given = true, .text = "Ny post", .days_delayed = delays, .days_delayed_count = 2}};
    struct letter letter;

    letter_make(&letter, "ref-1", "", 0);
    letter.message.reply_options = options;
    letter.message.reply_option_count = 2;
    letter.message.notifications = orders;
    letter.message.notification_count = 2;
    letter.message.sdp = &sdp;
    letter_put(&store, &letter);

    check_text("SELECT concat_ws('|', number, service_code, service_edition, link_text, link_url) "
               "FROM dpvd.reply_option ORDER BY number",
               "1|Svar|https://svar.example\n2|4255|1");
    check_text("SELECT concat_ws('|', number, from_address, shipment, type, token_numbers, "
               "token_values, endpoint_transports, endpoint_addresses) "
               "FROM dpvd.notification_order ORDER BY number",
               "1|fra@b.example|1970-01-01 00:00:00+00|VarselDPVUtenRevarsel|{1,2}|{Hei,NULL}|"
               "{2,1}|{a@b.example,NULL}\n2|x|{}|{}|{}|{}");
    check_text("SELECT concat_ws('|', copy_altinn, backup_altinn, primary_document, email_text, "
               "email_days, sms_days) FROM dpvd.sdp_order",
               "f|f|Vedlegg.pdf|Ny post|{0,25}");
    letter_free(&letter);
}
END_TEST

START_TEST(same_request_twice_gets_the_first_receipt)
{
    struct letter letter;
    struct receipt first;

    letter_make(&letter, "ref-1", "%PDF", 4);
    letter_put(&store, &letter);
    first = letter.put.receipt;
    letter.decision.now += 1000000;
    letter_put(&store, &letter);

    ck_assert(letter.put.repeated);
    ck_assert_int_eq(letter.put.receipt.id, first.id);
    ck_assert_int_eq(letter.put.receipt.correspondence_id, first.correspondence_id);
    ck_assert_int_eq(letter.put.receipt.last_changed, first.last_changed);
    ck_assert_str_eq(letter.put.receipt.reference, "ref-1");
    ck_assert_int_eq(store_number(&store, all_rows), 4);
    check_text("SELECT string_agg(result, ',' ORDER BY id) FROM dpvd.audit_log", "accepted,retry");
    letter_free(&letter);
}
END_TEST

START_TEST(same_request_of_another_sender_is_another_message)
{
    struct letter letter;
    int32_t first = 0;

    letter_make(&letter, "ref-1", "%PDF", 4);
    letter_put(&store, &letter);
    first = letter.put.receipt.id;
    letter.facts.caller.sender_id = 2;
    letter_put(&store, &letter);

    ck_assert(!letter.put.repeated);
    ck_assert_int_ne(letter.put.receipt.id, first);
    letter_free(&letter);
}
END_TEST

START_TEST(without_a_digest_every_request_is_a_new_message)
{
    struct letter letter;

    letter_make(&letter, "ref-1", "%PDF", 4);
    letter.put.digest = NULL;
    letter_put(&store, &letter);
    letter_put(&store, &letter);

    ck_assert(!letter.put.repeated);
    ck_assert_int_eq(store_number(&store, "SELECT count(*) FROM dpvd.attachment"), 2);
    letter_free(&letter);
}
END_TEST

START_TEST(a_claimed_reference_is_used_once)
{
    struct letter first;
    struct letter second;
    struct err err = {0};

    letter_make(&first, "ref-1", "", 0);
    letter_make(&second, "ref-1", "other", 5);
    first.put.claim_reference = second.put.claim_reference = true;
    letter_put(&store, &first);
    letter_put(&store, &first); /* a repeat is no second use */
    ck_assert(first.put.repeated);
    ck_assert(!message_store_put(NULL, store.db, store.arena, &second.put, &err));
    ck_assert_int_eq(err.kind, ERR_CONFLICT);
    ck_assert_int_eq(store_number(&store, "SELECT count(*) FROM dpvd.correspondence"), 1);
    ck_assert_int_eq(store_number(&store, "SELECT count(*) FROM dpvd.attachment"), 0);
    letter_free(&second);
}
END_TEST

START_TEST(repeated_request_leaves_an_audit_row)
{
    struct letter letter;
    struct receipt receipt = {0};
    struct err err = {0};
    bool found = false;

    letter_make(&letter, "ref-1", "", 0);
    letter_put(&store, &letter);
    ck_assert_msg(message_store_find(store.db, store.arena, &letter.put, &found, &receipt, &err),
                  "%s", err.msg);
    ck_assert(found);
    ck_assert_int_eq(receipt.id, letter.put.receipt.id);

    check_text("SELECT concat_ws('|', result, senders_reference, receipt_id > 0, sender_id) "
               "FROM dpvd.audit_log ORDER BY id DESC LIMIT 1",
               "retry|ref-1|t|1");
}
END_TEST

START_TEST(refused_message_leaves_its_receipt_and_an_audit_row_and_nothing_else)
{
    const struct verdict verdict = {.outcome = OUTCOME_REJECTED, .text = "The recipient is dead"};
    struct letter letter;
    struct receipt receipt = {0};
    struct err err = {0};

    letter_make(&letter, "ref-1", "", 0);
    ck_assert_msg(
        message_store_refuse(store.db, store.arena, &letter.put, &verdict, false, &receipt, &err),
        "%s", err.msg);

    ck_assert_int_gt(receipt.id, 0);
    ck_assert_int_eq(receipt.status, RECEIPT_REJECTED);
    ck_assert_int_eq(receipt.correspondence_id, 0);
    ck_assert_int_eq(store_number(&store, all_rows), 0);
    check_text("SELECT concat_ws('|', status, text, senders_reference, correspondence_id) "
               "FROM dpvd.receipt",
               "4|The recipient is dead|ref-1");
    check_text("SELECT concat_ws('|', result, receipt_id = (SELECT id FROM dpvd.receipt)) "
               "FROM dpvd.audit_log",
               "rejected|t");
}
END_TEST

START_TEST(outcome_is_found_by_digest)
{
    struct letter letter;
    struct receipt receipt = {0};
    struct err err = {0};
    bool found = true;

    letter_make(&letter, "ref-1", "", 0);
    ck_assert(message_store_find(store.db, store.arena, &letter.put, &found, &receipt, &err));
    ck_assert(!found);
    letter_put(&store, &letter);
    ck_assert(message_store_find(store.db, store.arena, &letter.put, &found, &receipt, &err));
    ck_assert(found);
    ck_assert_int_eq(receipt.id, letter.put.receipt.id);
}
END_TEST

START_TEST(audit_row_of_a_call_that_wrote_nothing)
{
    const struct call call = {.endpoint = "E", .operation = "O", .received = clock_now()};
    const struct audit_entry entry = {.call = &call,
                                      .user_name = "mallory",
                                      .result = "fault",
                                      .error_id = 989,
                                      .error_guid = "g"};
    struct err err = {0};

    ck_assert_msg(audit_store_add(store.db, &entry, true, &err), "%s", err.msg);
    ck_assert_msg(audit_store_add(store.db, &entry, false, &err), "%s", err.msg);
    check_text("SELECT DISTINCT concat_ws('|', endpoint, operation, user_name, result, error_id, "
               "error_guid) FROM dpvd.audit_log",
               "E|O|mallory|fault|989|g");
}
END_TEST

static const char *const audit_attacks[] = {"UPDATE dpvd.audit_log SET result = 'x'",
                                            "DELETE FROM dpvd.audit_log",
                                            "TRUNCATE dpvd.audit_log"};

START_TEST(audit_rows_cannot_be_changed_or_removed)
{
    for (size_t i = 0; i < sizeof(audit_attacks) / sizeof(audit_attacks[0]); i++) {
        ck_assert_str_eq(pg_try(cluster, store.name, "dpvd_app", audit_attacks[i]), "42501");
        ck_assert_str_eq(pg_try(cluster, store.name, "dpvd_owner", audit_attacks[i]), "42501");
    }
}
END_TEST

START_TEST(senders_are_never_removed)
{
    ck_assert_str_eq(pg_try(cluster, store.name, "dpvd_owner", "DELETE FROM dpvd.sender"), "42501");
}
END_TEST

START_TEST(demo_data_may_be_loaded_again)
{
    const int64_t users = store_number(&store, "SELECT count(*) FROM dpvd.system_user");
    FILE *file = fopen("sql/demo.sql", "r");
    char sql[16384];
    size_t n = 0;

    ck_assert_ptr_nonnull(file);
    n = fread(sql, 1, sizeof(sql) - 1, file);
    fclose(file);
    sql[n] = '\0';
    pg_run(cluster, store.name, "dpvd_owner", sql);
    ck_assert_int_eq(store_number(&store, "SELECT count(*) FROM dpvd.system_user"), users);
}
END_TEST

START_TEST(a_wrong_text_encoding_stores_nothing)
{
    struct letter letter;
    struct err err = {0};

    letter_make(&letter, "ref-1", "%PDF", 4);
    letter.message.title = "\xff";
    ck_assert(!message_store_put(NULL, store.db, store.arena, &letter.put, &err));
    ck_assert_int_eq(err.kind, ERR_INTERNAL);
    ck_assert_int_eq(store_number(&store, all_rows), 0);
    ck_assert_int_eq(store_number(&store, "SELECT count(*) FROM dpvd.audit_log"), 0);
    letter.message.title = "OK";
    letter_put(&store, &letter);
    letter_free(&letter);
}
END_TEST

/* Peak of this process's memory since reset, in KB. */
static long peak_memory(bool reset)
{
    FILE *file = fopen(reset ? "/proc/self/clear_refs" : "/proc/self/status", reset ? "w" : "r");
    char line[256];
    long kilobytes = 0;

    ck_assert_ptr_nonnull(file);
    if (reset)
        ck_assert_int_gt(fputs("5", file), 0);
    while (!reset && fgets(line, sizeof(line), file) != NULL)
        sscanf(line, "VmHWM: %ld", &kilobytes);
    fclose(file);
    return kilobytes;
}

static void add_noise(struct blob *blob, size_t megabytes)
{
    static uint32_t noise[256 * 1024];
    uint32_t x = 1;
    struct err err = {0};

    for (size_t i = 0; i < megabytes; i++) {
        for (size_t k = 0; k < 256 * 1024; k++)
            noise[k] = x = x * 1664525 + 1013904223;
        ck_assert_msg(blob_add(blob, noise, sizeof(noise), &err), "%s", err.msg);
    }
    blob_finish(blob);
}

START_TEST(attachment_of_40_mb_costs_little_memory)
{
    struct letter letter;
    char hex[2 * IDENT_DIGEST_SIZE + 1];
    long before = 0;

    letter_make(&letter, "ref-1", "x", 1);
    blob_free(&letter.content);
    letter.content = blob_new("/tmp", 1024 * 1024);
    add_noise(letter.content, 40);
    letter.attachment.content = letter.content;
    peak_memory(true);
    before = peak_memory(false);
    letter_put(&store, &letter);
    ck_assert_int_lt(peak_memory(false) - before, 8 * 1024);

    ident_hex(blob_sha256(letter.content), IDENT_DIGEST_SIZE, hex);
    check_text("SELECT encode(sha256, 'hex') FROM dpvd.attachment", hex);
    check_text("SELECT encode(sha256(string_agg(content, '' ORDER BY chunk)), 'hex') "
               "FROM (SELECT 0 AS chunk, content FROM dpvd.attachment "
               "UNION ALL SELECT chunk, content FROM dpvd.attachment_chunk) AS pieces",
               hex);
    check_text("SELECT max(octet_length(content)) || '|' || count(*) FROM dpvd.attachment_chunk",
               "1048576|39");
    letter_free(&letter);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("store");
    TCase *tc = tcase_create("store");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, message_is_stored_with_its_receipt_status_and_audit_row);
    tcase_add_test(tc, reply_options_notifications_and_sdp_options_are_kept_as_given);
    tcase_add_test(tc, same_request_twice_gets_the_first_receipt);
    tcase_add_test(tc, same_request_of_another_sender_is_another_message);
    tcase_add_test(tc, without_a_digest_every_request_is_a_new_message);
    tcase_add_test(tc, a_claimed_reference_is_used_once);
    tcase_add_test(tc, repeated_request_leaves_an_audit_row);
    tcase_add_test(tc, refused_message_leaves_its_receipt_and_an_audit_row_and_nothing_else);
    tcase_add_test(tc, outcome_is_found_by_digest);
    tcase_add_test(tc, audit_row_of_a_call_that_wrote_nothing);
    tcase_add_test(tc, audit_rows_cannot_be_changed_or_removed);
    tcase_add_test(tc, senders_are_never_removed);
    tcase_add_test(tc, demo_data_may_be_loaded_again);
    tcase_add_test(tc, a_wrong_text_encoding_stores_nothing);
    tcase_add_test(tc, attachment_of_40_mb_costs_little_memory);
    suite_add_tcase(s, tc);
    return s;
}

int main(void)
{
    return store_main(suite(), &cluster);
}
