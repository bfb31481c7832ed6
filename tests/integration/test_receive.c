/* The use case of receiving, down to what happens when the connection is lost in COMMIT. */
#include "service/passwords.h"
#include "service/receive.h"
#include "service/session.h"
#include "store/message_store.h"
#include "support/store_fixture.h"

#include <check.h>

static struct pg_cluster *cluster;
static struct store store;
static struct letter letter;
static struct process process;
static struct session session;
static const struct credentials demo = {.user_name = "demo", .password = "demo-password"};

static void setup(void)
{
    store_open(cluster, &store);
    letter_make(&letter, "ref-1", "%PDF", 4);
    letter.message.system_user_code = "TTD_DEMO";
    process = (struct process){.config = &store.config,
                               .passwords = passwords_new(&store.config),
                               .queue = commit_queue_new(&store.config)};
    session = (struct session){&process, store.db, store.arena};
}

static void teardown(void)
{
    commit_queue_free(&process.queue);
    passwords_free(&process.passwords);
    letter_free(&letter);
    store_close(&store);
}

static bool receive(struct receipt *receipt, struct err *err)
{
    return receive_message(&session, &letter.call, &demo, &letter.message, receipt, err);
}

static void receive_well(struct receipt *receipt)
{
    struct err err = {0};

    ck_assert_msg(receive(receipt, &err), "%s", err.msg);
    ck_assert_int_eq(receipt->status, RECEIPT_OK);
}

/* The server ends its own backend while it commits, as often as the table has rows. */
static void lose_commits(int times)
{
    char sql[1024];

    snprintf(sql, sizeof(sql),
             "CREATE SEQUENCE dpvd.losses; GRANT USAGE ON SEQUENCE dpvd.losses TO dpvd_app;"
             "CREATE FUNCTION dpvd.lose() RETURNS trigger SECURITY DEFINER LANGUAGE plpgsql AS $$"
             "BEGIN IF nextval('dpvd.losses') <= %d THEN "
             "PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(5); END IF; "
             "RETURN NULL; END $$;"
             "CREATE CONSTRAINT TRIGGER lose AFTER INSERT ON dpvd.correspondence "
             "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION dpvd.lose()",
             times);
    store_run(&store, sql);
}

START_TEST(message_is_received_once)
{
    struct receipt first = {0};
    struct receipt second = {0};

    receive_well(&first);
    receive_well(&second);
    ck_assert_int_eq(first.id, second.id);
    ck_assert_int_eq(first.last_changed, second.last_changed);
    ck_assert_int_eq(store_number(&store, "SELECT count(*) FROM dpvd.correspondence"), 1);
    ck_assert_int_eq(
        store_number(&store, "SELECT count(*) FROM dpvd.audit_log WHERE result = 'retry'"), 1);
}
END_TEST

START_TEST(a_lost_commit_is_settled_by_writing_once_more)
{
    struct receipt receipt = {0};

    lose_commits(1);
    receive_well(&receipt);
    ck_assert_int_eq(store_number(&store, "SELECT count(*) FROM dpvd.correspondence"), 1);
    ck_assert_int_eq(store_number(&store, "SELECT id FROM dpvd.receipt"), receipt.id);
}
END_TEST

START_TEST(a_commit_that_is_lost_twice_is_a_temporary_fault)
{
    struct receipt receipt = {0};
    struct err err = {0};

    lose_commits(2);
    ck_assert(!receive(&receipt, &err));
    ck_assert_msg(err.kind == ERR_BUSY || err.kind == ERR_UNCERTAIN, "%s", err.msg);
    ck_assert_int_eq(store_number(&store, "SELECT count(*) FROM dpvd.correspondence"), 0);
    receive_well(&receipt);
    ck_assert_int_eq(store_number(&store, "SELECT count(*) FROM dpvd.correspondence"), 1);
}
END_TEST

START_TEST(a_retry_is_answered_although_the_recipient_is_deleted_since)
{
    struct receipt first = {0};
    struct receipt second = {0};

    receive_well(&first);
    store_run(&store, "UPDATE dpvd.organization SET status = 2, deleted = '2026-01-01'");
    receive_well(&second);
    ck_assert_int_eq(first.id, second.id);
}
END_TEST

START_TEST(a_refusal_leaves_no_key_behind)
{
    struct receipt refused = {0};
    struct receipt receipt = {0};
    struct err err = {0};

    store_run(&store, "UPDATE dpvd.organization SET status = 2, deleted = '2026-01-01'");
    ck_assert_msg(receive(&refused, &err), "%s", err.msg);
    ck_assert_int_eq(refused.status, RECEIPT_REJECTED);
    store_run(&store, "UPDATE dpvd.organization SET status = 1, deleted = NULL");
    receive_well(&receipt);
    ck_assert_int_gt(receipt.id, refused.id);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("receive");
    TCase *cases = tcase_create("receive");

    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, message_is_received_once);
    tcase_add_test(cases, a_lost_commit_is_settled_by_writing_once_more);
    tcase_add_test(cases, a_commit_that_is_lost_twice_is_a_temporary_fault);
    tcase_add_test(cases, a_retry_is_answered_although_the_recipient_is_deleted_since);
    tcase_add_test(cases, a_refusal_leaves_no_key_behind);
    suite_add_tcase(suite, cases);
    return store_main(suite, &cluster);
}
