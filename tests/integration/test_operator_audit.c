/* What an operator does stands in the audit log. */
#include "base/clock.h"
#include "store/operator_audit.h"
#include "support/store_fixture.h"

#include <check.h>
#include <stdlib.h>

static struct pg_cluster *cluster;
static struct store store;
static struct desk *desk;

static void setup(void)
{
    struct err err = {0};

    store_open(cluster, &store);
    ck_assert_msg(desk_open(&store.config, store.config.database_owner, &desk, &err), "%s",
                  err.msg);
}

static void teardown(void)
{
    desk_close(&desk);
    store_close(&store);
}

static void add(const struct operator_act *act)
{
    struct err err = {0};

    ck_assert_msg(operator_audit(desk, act, &err), "%s", err.msg);
}

static void commit(void)
{
    struct err err = {0};

    ck_assert_msg(desk_commit(desk, &err), "%s", err.msg);
}

static void expect(const char *expression, const char *expected)
{
    char sql[256];
    char *text = NULL;

    snprintf(sql, sizeof(sql), "SELECT %s FROM dpvd.audit_log", expression);
    text = pg_text(cluster, store.name, sql);
    ck_assert_str_eq(text, expected);
    free(text);
}

START_TEST(an_act_is_one_row_with_what_it_was_done_to)
{
    const struct operator_act act = {.operation = "sender suspend",
                                     .who = "Åse",
                                     .result = "ok",
                                     .began = clock_now(),
                                     .sender_id = 7,
                                     .organization = "910646192",
                                     .service_code = "4255",
                                     .service_edition = 10};

    add(&act);
    commit();
    expect("concat_ws('|', endpoint, operation, user_name, result, sender_id, organization, "
           "service_code, service_edition, system_user_id, receipt_id, correspondence_id)",
           "admin|sender suspend|Åse|ok|7|910646192|4255|10");
    expect("duration >= 0 AND abs(extract(epoch FROM now() - received)) < 600", "t");
}
END_TEST

START_TEST(without_commit_there_is_no_row)
{
    const struct operator_act act = {.operation = "sender suspend", .result = "ok"};
    struct err err = {0};

    add(&act);
    ck_assert_msg(desk_rollback(desk, &err), "%s", err.msg);
    commit();
    ck_assert_int_eq(store_number(&store, "SELECT count(*) FROM dpvd.audit_log"), 0);
}
END_TEST

START_TEST(an_operator_without_name_is_the_unix_user)
{
    const struct operator_act act = {.operation = "sender resume", .result = "ok"};

    add(&act);
    commit();
    ck_assert_int_eq(
        store_number(&store, "SELECT count(*) FROM dpvd.audit_log WHERE user_name <> ''"), 1);
}
END_TEST

START_TEST(an_identity_number_is_no_name)
{
    const struct operator_act act = {
        .operation = "sender resume", .who = "Åse 15819010029", .result = "ok"};

    add(&act);
    commit();
    expect("user_name", "(an identity number)");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("operator_audit");
    TCase *tcase = tcase_create("operator_audit");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, an_act_is_one_row_with_what_it_was_done_to);
    tcase_add_test(tcase, without_commit_there_is_no_row);
    tcase_add_test(tcase, an_operator_without_name_is_the_unix_user);
    tcase_add_test(tcase, an_identity_number_is_no_name);
    suite_add_tcase(suite, tcase);
    return store_main(suite, &cluster);
}
