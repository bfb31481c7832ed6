/* Sealing the audit log while others write, and finding what was done to it. */
#include "service/audit_check.h"
#include "service/sealer.h"
#include "store/seal_store.h"
#include "support/pg_writer.h"
#include "support/store_fixture.h"

#include <check.h>
#include <libpq-fe.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROWS_EACH = 40, TRIALS = 1000, SQL_SIZE = 512 };

static const char insert_row[] =
    "INSERT INTO dpvd.audit_log (received, duration, endpoint, operation, result) "
    "VALUES (now(), 1, 'e', 'o', 'ok')";

static struct pg_cluster *cluster;
static struct store store;

/* Sealing and checking are no work for the role that serves callers. */
static struct db *open_background(void)
{
    struct db *db = NULL;
    struct err err = {0};

    ck_assert_msg(db_open_as(&store.config, store.config.database_background, &db, &err), "%s",
                  err.msg);
    return db;
}

static void setup(void)
{
    store_open(cluster, &store);
    db_close(&store.db);
    store.db = open_background();
}

static void teardown(void)
{
    store_close(&store);
}

static int64_t seal(struct db *db, int32_t limit)
{
    struct err err = {0};
    int64_t rows = 0;
    int64_t settled = 0;

    ck_assert_msg(sealer_seal(db, NULL, limit, &rows, &settled, &err), "%s", err.msg);
    return rows;
}

static struct audit_result checked(void)
{
    const struct audit_check check = {0};
    struct audit_result result = {0};
    struct err err = {0};

    ck_assert_msg(audit_check(store.db, &check, &result, &err), "%s", err.msg);
    return result;
}

/* Whatever the cluster does besides may hold rows up for a moment. */
static void seal_all(int32_t limit)
{
    for (int tries = 0; tries < 1000; tries++) {
        while (seal(store.db, limit) > 0)
            ;
        if (checked().waiting == 0)
            return;
        usleep(10000);
    }
    ck_abort_msg("rows stay without a seal");
}

START_TEST(a_lower_row_that_commits_late_is_waited_for)
{
    PGconn *late = pg_writer_open(store.config.database);

    pg_writer_run(late, "BEGIN");
    pg_writer_run(late, insert_row);
    store_run(&store, insert_row);
    store_run(&store, insert_row);
    ck_assert_int_eq(seal(store.db, 100), 0);
    pg_writer_run(late, "COMMIT");
    PQfinish(late);
    seal_all(100);
    ck_assert_int_eq(store_number(&store, "SELECT first_id FROM dpvd.audit_seal"), 1);
    ck_assert_int_eq(checked().rows, 3);
    ck_assert(!checked().wrong);
}
END_TEST

START_TEST(a_transaction_that_draws_its_number_late_is_sealed_in_its_place)
{
    PGconn *late = pg_writer_open(store.config.database);

    pg_writer_run(late, "BEGIN; SELECT pg_current_xact_id()");
    store_run(&store, insert_row);
    pg_writer_run(late, insert_row);
    pg_writer_run(late, "COMMIT");
    PQfinish(late);
    seal_all(100);
    ck_assert_int_eq(store_number(&store, "SELECT first_id FROM dpvd.audit_seal"), 2);
    ck_assert_int_eq(store_number(&store, "SELECT last_id FROM dpvd.audit_seal"), 1);
    ck_assert(!checked().wrong);
}
END_TEST

START_TEST(what_was_rolled_back_is_not_waited_for)
{
    PGconn *other = pg_writer_open(store.config.database);

    pg_writer_run(other, "BEGIN");
    pg_writer_run(other, insert_row);
    pg_writer_run(other, "ROLLBACK");
    PQfinish(other);
    store_run(&store, insert_row);
    seal_all(100);
    ck_assert_int_eq(checked().rows, 1);
}
END_TEST

START_TEST(no_row_is_skipped_while_many_write_and_two_seal)
{
    struct pg_writers writers = {.conninfo = store.config.database,
                                 .begin = "BEGIN; SELECT pg_current_xact_id()",
                                 .insert = insert_row,
                                 .rows_each = ROWS_EACH,
                                 .longest_pause = 3000};
    struct sealer *sealers[2] = {NULL, NULL};
    struct err err = {0};

    store.config.audit_seal_interval = 3;
    for (int i = 0; i < 2; i++)
        ck_assert_msg(sealer_start(&store.config, &sealers[i], &err), "%s", err.msg);
    for (int rounds = 0; checked().seals <= 5; rounds++) { /* what is sealed while it is written */
        ck_assert_int_lt(rounds, 20);
        pg_writers_start(&writers);
        pg_writers_wait(&writers);
    }
    for (int tries = 0; checked().waiting > 0 && tries < 1000; tries++)
        usleep(10000);
    for (int i = 0; i < 2; i++)
        sealer_stop(&sealers[i]);
    ck_assert_int_eq(checked().waiting, 0);
    ck_assert_int_eq(checked().rows, store_number(&store, "SELECT count(*) FROM dpvd.audit_log"));
    ck_assert_msg(!checked().wrong, "%s", checked().finding);
}
END_TEST

START_TEST(one_seals_and_the_next_one_takes_over)
{
    struct db *other = open_background();

    store_run(&store, insert_row);
    seal_all(100);
    store_run(&store, insert_row);
    ck_assert_int_eq(seal(other, 100), 0);
    db_close(&store.db);
    for (int tries = 0; seal(other, 100) == 0 && tries < 1000; tries++)
        usleep(10000);
    store.db = other;
    ck_assert_int_eq(checked().seals, 2);
    ck_assert(!checked().wrong);
}
END_TEST

START_TEST(a_seal_that_comes_second_is_left_out)
{
    struct seal late = {.number = 1, .rows = 1};
    struct err err = {0};
    bool added = true;

    store_run(&store, insert_row);
    seal_all(100);
    ck_assert_msg(seal_store_add(store.db, &late, &added, &err), "%s", err.msg);
    ck_assert(!added);
    late.number = 2;
    ck_assert_msg(seal_store_add(store.db, &late, &added, &err), "%s", err.msg);
    ck_assert(!added);
    ck_assert_int_eq(checked().seals, 1);
}
END_TEST

START_TEST(a_backlog_is_sealed_in_pieces)
{
    for (int i = 0; i < 25; i++)
        store_run(&store, insert_row);
    seal_all(10);
    ck_assert_int_eq(store_number(&store, "SELECT max(rows) FROM dpvd.audit_seal"), 10);
    ck_assert_int_eq(checked().rows, 25);
}
END_TEST

START_TEST(sealing_stops_when_the_chain_is_broken)
{
    struct err err = {0};
    int64_t rows = 0;
    int64_t settled = 0;

    store_run(&store, insert_row);
    seal_all(10);
    store_run(&store, "SET session_replication_role = replica; DELETE FROM dpvd.audit_seal");
    ck_assert(!sealer_seal(store.db, NULL, 10, &rows, &settled, &err));
    ck_assert_ptr_nonnull(strstr(err.msg, "admin audit verify"));
}
END_TEST

START_TEST(a_cluster_whose_transactions_begin_anew_is_noticed)
{
    struct err err = {0};
    int64_t rows = 0;
    int64_t settled = 0;

    store_run(&store, insert_row);
    seal_all(10);
    store_run(&store, "SET session_replication_role = replica; "
                      "UPDATE dpvd.audit_seal SET last_transaction = '99999999'");
    ck_assert(!sealer_seal(store.db, NULL, 10, &rows, &settled, &err));
    ck_assert_ptr_nonnull(strstr(err.msg, "README on restoring"));
}
END_TEST

START_TEST(every_column_is_sealed)
{
    struct pg_result *rows = NULL;
    struct record record = {0};
    struct audit_row row = {0};
    struct err err = {0};
    char *expected = NULL;

    store_run(&store,
              "INSERT INTO dpvd.audit_log OVERRIDING SYSTEM VALUE VALUES (5, '3', now(), 1, 'a', "
              "'b', 'c', 'd', 1, 2, 'e', 'f', 3, 'g', 'h', 4, 5, 'i', 6, 'j', 'k', true, 'l', "
              "'infinity', 7, 8, '\\x00', 9)");
    ck_assert_msg(seal_store_rows(store.db, (struct audit_place){0}, 10, &rows, &err), "%s",
                  err.msg);
    ck_assert_int_eq(seal_store_count(rows), 1);
    ck_assert_msg(seal_store_row(rows, 0, &record, &row, &err), "%s", err.msg);
    expected = pg_text(cluster, store.name,
                       "SELECT string_agg(column_name, ',' ORDER BY ordinal_position) FROM "
                       "information_schema.columns WHERE table_schema = 'dpvd' "
                       "AND table_name = 'audit_log'");
    for (char *name = strtok(expected, ","); name != NULL; name = strtok(NULL, ",")) {
        char member[96];
        const char *found = NULL;

        snprintf(member, sizeof(member), "\"%.80s\":", name);
        found = strstr(record.json.data, member);
        ck_assert_msg(found != NULL, "%s is not sealed", name);
    }
    free(expected);
    seal_store_free(&rows);
    record_free(&record);
}
END_TEST

static const char *const attacks[] = {"UPDATE dpvd.audit_seal SET rows = 1",
                                      "DELETE FROM dpvd.audit_seal",
                                      "TRUNCATE dpvd.audit_seal",
                                      "DELETE FROM dpvd.audit_head",
                                      "UPDATE dpvd.audit_head SET number = 7",
                                      "TRUNCATE dpvd.audit_head"};

START_TEST(seals_cannot_be_changed_or_removed)
{
    store_run(&store, insert_row);
    seal_all(10);
    for (size_t i = 0; i < sizeof(attacks) / sizeof(attacks[0]); i++) {
        ck_assert_str_eq(pg_try(cluster, store.name, "dpvd_app", attacks[i]), "42501");
        ck_assert_str_eq(pg_try(cluster, store.name, "dpvd_owner", attacks[i]), "42501");
        ck_assert_str_eq(pg_try(cluster, store.name, "dpvd_background", attacks[i]), "42501");
        ck_assert_str_eq(pg_try(cluster, store.name, "dpvd_auditor", attacks[i]), "42501");
    }
}
END_TEST

START_TEST(the_auditor_reads_the_log_and_nothing_else)
{
    ck_assert_str_eq(pg_try(cluster, store.name, "dpvd_auditor", "TABLE dpvd.audit_log"), "00000");
    ck_assert_str_eq(pg_try(cluster, store.name, "dpvd_auditor", insert_row), "42501");
    ck_assert_str_eq(pg_try(cluster, store.name, "dpvd_auditor", "TABLE dpvd.correspondence"),
                     "42501");
    ck_assert_str_eq(pg_try(cluster, store.name, "dpvd_auditor", "TABLE dpvd.system_user"),
                     "42501");
}
END_TEST

/* No key is in the way, copies of the tables, tamper(seed) with one random manipulation, and
 * restore(). */
static const char tampering[] =
    "ALTER TABLE dpvd.audit_log ALTER id DROP IDENTITY, DROP CONSTRAINT audit_log_pkey;"
    "ALTER TABLE dpvd.audit_seal DROP CONSTRAINT audit_seal_pkey, "
    "DROP CONSTRAINT audit_seal_check;"
    "CREATE TABLE log_copy AS TABLE dpvd.audit_log;"
    "CREATE TABLE seal_copy AS TABLE dpvd.audit_seal;"
    "CREATE TABLE head_copy AS TABLE dpvd.audit_head;"
    "CREATE FUNCTION restore() RETURNS void LANGUAGE sql AS $$"
    " DELETE FROM dpvd.audit_log; DELETE FROM dpvd.audit_seal; DELETE FROM dpvd.audit_head;"
    " INSERT INTO dpvd.audit_log OVERRIDING SYSTEM VALUE SELECT * FROM log_copy;"
    " INSERT INTO dpvd.audit_seal SELECT * FROM seal_copy;"
    " INSERT INTO dpvd.audit_head SELECT * FROM head_copy $$;"
    "CREATE FUNCTION other_value(c information_schema.columns) RETURNS text LANGUAGE sql AS $$ "
    "SELECT CASE"
    " WHEN random() < 0.3 AND c.is_nullable = 'YES' AND c.table_name = 'audit_log' THEN"
    "  format('CASE WHEN %1$I IS NULL THEN %2$s END', c.column_name, CASE c.udt_name"
    "   WHEN 'text' THEN '''''' WHEN 'bool' THEN 'false' WHEN 'bytea' THEN '''''::bytea'"
    "   WHEN 'timestamptz' THEN '''infinity''::timestamptz' ELSE '0' END)"
    " ELSE format(CASE c.udt_name"
    "  WHEN 'text' THEN 'coalesce(%1$I, '''') || chr(%2$s + 32)'"
    "  WHEN 'bool' THEN 'NOT coalesce(%1$I, false)'"
    "  WHEN 'bytea' THEN CASE WHEN c.column_name = 'signature' THEN"
    "   'sha256(coalesce(%1$I, '''')) || sha256(coalesce(%1$I, ''''))' ELSE 'sha256(coalesce(%1$I, "
    "''''))' END"
    "  WHEN 'xid8' THEN '(%1$I::text::bigint + %2$s)::text::xid8'"
    "  WHEN 'timestamptz' THEN 'coalesce(%1$I, now()) + interval ''%2$s microseconds'''"
    "  ELSE 'coalesce(%1$I, 0) + %2$s' END, c.column_name, 1 + floor(random() * 90)::int)"
    " END $$;"
    "CREATE FUNCTION change_any(a_table text, a_row text) RETURNS text LANGUAGE plpgsql AS $$"
    " DECLARE c information_schema.columns; change text; BEGIN"
    " SELECT * INTO c FROM information_schema.columns WHERE table_schema = 'dpvd'"
    "  AND table_name = a_table AND column_name <> 'one' ORDER BY random() LIMIT 1;"
    " change := format('UPDATE dpvd.%I SET %I = %s WHERE %s', a_table, c.column_name,"
    "  other_value(c), a_row);"
    " EXECUTE change; RETURN change; END $$;"
    "CREATE FUNCTION tamper(seed float) RETURNS text LANGUAGE plpgsql AS $$"
    " DECLARE a bigint; b bigint; s bigint; t bigint; kind int; BEGIN"
    " PERFORM setseed(seed);"
    " SELECT id INTO a FROM log_copy ORDER BY random() LIMIT 1;"
    " SELECT id INTO b FROM log_copy WHERE id <> a ORDER BY random() LIMIT 1;"
    " SELECT number INTO s FROM seal_copy ORDER BY random() LIMIT 1;"
    " SELECT number INTO t FROM seal_copy WHERE number <> s ORDER BY random() LIMIT 1;"
    " kind := floor(random() * 12);"
    " CASE WHEN kind < 4 THEN RETURN change_any('audit_log', 'id = ' || a);"
    " WHEN kind = 4 THEN DELETE FROM dpvd.audit_log WHERE id = a;"
    " WHEN kind = 5 THEN"
    "  INSERT INTO dpvd.audit_log OVERRIDING SYSTEM VALUE SELECT (jsonb_populate_record(l,"
    "   jsonb_build_object('id', CASE WHEN random() < 0.5 THEN -a ELSE 1000 + a END))).*"
    "   FROM log_copy l WHERE id = least(a, b);"
    " WHEN kind = 6 THEN"
    "  UPDATE dpvd.audit_log l SET senders_reference = o.senders_reference, result = o.result"
    "   FROM log_copy o WHERE (l.id = a AND o.id = b) OR (l.id = b AND o.id = a);"
    " WHEN kind = 7 THEN"
    "  DELETE FROM dpvd.audit_log WHERE id IN (a, b);"
    "  INSERT INTO dpvd.audit_log OVERRIDING SYSTEM VALUE SELECT (jsonb_populate_record(l,"
    "   jsonb_build_object('id', a + b - l.id))).* FROM log_copy l WHERE id IN (a, b);"
    " WHEN kind = 8 THEN RETURN change_any('audit_seal', 'number = ' || s);"
    " WHEN kind = 9 THEN DELETE FROM dpvd.audit_seal WHERE number = s;"
    " WHEN kind = 10 THEN"
    "  IF random() < 0.5 THEN"
    "   UPDATE dpvd.audit_seal x SET root = o.root, hash = o.hash FROM seal_copy o"
    "    WHERE (x.number = s AND o.number = t) OR (x.number = t AND o.number = s);"
    "  ELSE INSERT INTO dpvd.audit_seal SELECT (jsonb_populate_record(o,"
    "   jsonb_build_object('number', (SELECT max(number) FROM seal_copy) + s))).*"
    "   FROM seal_copy o WHERE number = t; END IF;"
    " ELSE"
    "  IF random() < 0.5 THEN DELETE FROM dpvd.audit_head;"
    "  ELSE RETURN change_any('audit_head', 'true'); END IF;"
    " END CASE; RETURN kind || ' ' || a || ' ' || b || ' ' || s; END $$;";

static void fill_and_seal(void)
{
    struct signer *signer = NULL;
    struct err err = {0};
    char path[] = "/tmp/dpvd-key-XXXXXX";
    const int fd = mkstemp(path);
    static const char pem[] = "-----BEGIN PRIVATE KEY-----\n"
                              "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
                              "-----END PRIVATE KEY-----\n"; /* RFC 8032, 7.1, test 1 */

    ck_assert_int_eq(write(fd, pem, sizeof(pem) - 1), sizeof(pem) - 1);
    close(fd);
    ck_assert_msg(signer_open(path, &signer, &err), "%s", err.msg);
    unlink(path);
    for (int i = 0; i < 12; i++) {
        char sql[SQL_SIZE];
        int64_t rows = 0;
        int64_t settled = 0;

        snprintf(sql, sizeof(sql),
                 "INSERT INTO dpvd.audit_log (received, duration, endpoint, operation, result, "
                 "senders_reference, sender_id, digest, visible) "
                 "SELECT now(), n, 'e', 'o', 'ok', 'ref-%d-' || n, n, sha256('x'), now() "
                 "FROM generate_series(1, 5) n",
                 i);
        store_run(&store, sql);
        for (int tries = 0; rows == 0 && tries < 1000; tries++)
            ck_assert(sealer_seal(store.db, signer, 4, &rows, &settled, &err));
    }
    seal_all(4);
    signer_close(&signer);
}

START_TEST(a_thousand_of_a_thousand_manipulations_are_found)
{
    static const char replica[] = "SET session_replication_role = replica;";
    int missed = 0;

    fill_and_seal();
    ck_assert_msg(!checked().wrong, "%s", checked().finding);
    ck_assert_int_ge(checked().seals, 12);
    store_run(&store, tampering);
    for (int i = 0; i < TRIALS; i++) {
        char sql[SQL_SIZE];

        snprintf(sql, sizeof(sql), "%s SELECT restore(); SELECT tamper(%f)", replica, i / 1000.0);
        store_run(&store, sql);
        if (!checked().wrong) {
            char *what = NULL;

            snprintf(sql, sizeof(sql), "%s SELECT restore(); ", replica);
            store_run(&store, sql);
            snprintf(sql, sizeof(sql), "%s SELECT tamper(%f)", replica, i / 1000.0);
            what = pg_text(cluster, store.name, sql);
            printf("missed %d: %s\n", i, what);
            free(what);
            missed++;
        }
    }
    ck_assert_int_eq(missed, 0);
    store_run(&store, "SET session_replication_role = replica; SELECT restore()");
    ck_assert_msg(!checked().wrong, "%s", checked().finding);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("audit_seal");
    TCase *tc = tcase_create("audit_seal");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_lower_row_that_commits_late_is_waited_for);
    tcase_add_test(tc, a_transaction_that_draws_its_number_late_is_sealed_in_its_place);
    tcase_add_test(tc, what_was_rolled_back_is_not_waited_for);
    tcase_add_test(tc, no_row_is_skipped_while_many_write_and_two_seal);
    tcase_add_test(tc, one_seals_and_the_next_one_takes_over);
    tcase_add_test(tc, a_seal_that_comes_second_is_left_out);
    tcase_add_test(tc, a_backlog_is_sealed_in_pieces);
    tcase_add_test(tc, sealing_stops_when_the_chain_is_broken);
    tcase_add_test(tc, a_cluster_whose_transactions_begin_anew_is_noticed);
    tcase_add_test(tc, every_column_is_sealed);
    tcase_add_test(tc, seals_cannot_be_changed_or_removed);
    tcase_add_test(tc, the_auditor_reads_the_log_and_nothing_else);
    tcase_add_test(tc, a_thousand_of_a_thousand_manipulations_are_found);
    suite_add_tcase(s, tc);
    return s;
}

int main(void)
{
    return store_main(suite(), &cluster);
}
