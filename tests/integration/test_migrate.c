#include "store/migrate.h"
#include "support/store_fixture.h"

#include <check.h>
#include <embedded.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LIST_SIZE = 32, SQL_SIZE = 256 };

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

/* The program's own migrations and one more. */
static const struct embedded_file *list_with(const char *name, const char *text)
{
    static struct embedded_file list[LIST_SIZE];
    size_t count = 0;

    for (; embedded_migrations[count].name != NULL; count++)
        list[count] = embedded_migrations[count];
    ck_assert_uint_lt(count + 1, LIST_SIZE);
    list[count] = (struct embedded_file){name, text, strlen(text)};
    list[count + 1] = (struct embedded_file){0};
    return list;
}

static void empty_database(char name[PG_NAME_SIZE], struct config *config)
{
    char sql[SQL_SIZE];

    pg_cluster_database(cluster, name, config);
    snprintf(sql, sizeof(sql), "DROP DATABASE %s", name);
    pg_run(cluster, "postgres", "postgres", sql);
    snprintf(sql, sizeof(sql), "CREATE DATABASE %s OWNER dpvd_owner TEMPLATE template0", name);
    pg_run(cluster, "postgres", "postgres", sql);
}

static int64_t known(void)
{
    int64_t count = 0;

    while (embedded_migrations[count].name != NULL)
        count++;
    return count;
}

static void check_refused(const char *expected)
{
    struct db *db = NULL;
    struct err err = {0};

    ck_assert(!db_open(&store.config, &db, &err));
    ck_assert_int_eq(err.kind, ERR_INTERNAL);
    ck_assert_ptr_nonnull(strstr(err.msg, expected));
    ck_assert_ptr_null(db);
}

START_TEST(a_second_run_changes_nothing)
{
    struct err err = {0};

    ck_assert_msg(migrate_run(&store.config, &err), "%s", err.msg);
    ck_assert_int_eq(store_number(&store, "SELECT count(*) FROM dpvd.schema_migration"), known());
}
END_TEST

START_TEST(what_is_new_is_added)
{
    const struct embedded_file *list = list_with("900_more", "CREATE TABLE dpvd.more ()");
    struct err err = {0};

    ck_assert_msg(migrate_run_list(&store.config, list, &err), "%s", err.msg);
    ck_assert_int_eq(store_number(&store, "SELECT count(*) FROM dpvd.more"), 0);
    ck_assert_int_eq(store_number(&store, "SELECT count(*) FROM dpvd.schema_migration"),
                     known() + 1);
}
END_TEST

START_TEST(a_database_newer_than_the_program_is_refused)
{
    struct err err = {0};

    store_run(&store, "INSERT INTO dpvd.schema_migration VALUES ('900_more', sha256('x'))");
    check_refused("900_more");
    ck_assert(!migrate_run(&store.config, &err));
    ck_assert_int_eq(err.kind, ERR_INTERNAL);
}
END_TEST

START_TEST(a_migration_with_another_text_is_refused)
{
    struct err err = {0};

    store_run(&store, "UPDATE dpvd.schema_migration SET sha256 = sha256('x') "
                      "WHERE name = '001_schema'");
    check_refused("001_schema");
    ck_assert(!migrate_run(&store.config, &err));
}
END_TEST

START_TEST(a_missing_migration_is_refused_at_connect)
{
    store_run(&store, "DELETE FROM dpvd.schema_migration "
                      "WHERE name = (SELECT max(name) FROM dpvd.schema_migration)");
    check_refused("run dpvd migrate");
}
END_TEST

START_TEST(a_database_without_schema_is_refused_at_connect)
{
    store_run(&store, "DROP SCHEMA dpvd CASCADE");
    check_refused("run dpvd migrate");
}
END_TEST

START_TEST(a_failing_migration_leaves_nothing)
{
    const struct embedded_file *list =
        list_with("900_bad", "CREATE TABLE dpvd.more (); SELECT 1 / 0; CREATE TABLE dpvd.other ()");
    struct err err = {0};

    ck_assert(!migrate_run_list(&store.config, list, &err));
    ck_assert_ptr_nonnull(strstr(err.msg, "900_bad"));
    ck_assert_int_eq(store_number(&store, "SELECT count(*) FROM pg_tables "
                                          "WHERE tablename IN ('more', 'other')"),
                     0);
    ck_assert_int_eq(store_number(&store, "SELECT count(*) FROM dpvd.schema_migration"), known());
}
END_TEST

START_TEST(migrating_four_times_at_once_migrates_once)
{
    char name[PG_NAME_SIZE];
    struct err err = {0};

    empty_database(name, &store.config);
    for (int i = 0; i < 4; i++) {
        if (fork() == 0)
            _exit(migrate_run(&store.config, &err) ? 0 : 1);
    }
    for (int i = 0; i < 4; i++) {
        int status = 1;

        ck_assert_int_gt(wait(&status), 0);
        ck_assert_int_eq(status, 0);
    }
    ck_assert_int_eq(pg_number(cluster, name, "SELECT count(*) FROM dpvd.schema_migration"),
                     known());
}
END_TEST

START_TEST(the_eleven_common_services_come_with_the_schema)
{
    char name[PG_NAME_SIZE];
    struct err err = {0};

    empty_database(name, &store.config);
    ck_assert_msg(migrate_run(&store.config, &err), "%s", err.msg);
    ck_assert_int_eq(
        pg_number(cluster, name, "SELECT count(*) FROM dpvd.service WHERE common AND level = 3"),
        11);
    ck_assert_int_eq(pg_number(cluster, name, "SELECT count(*) FROM dpvd.sender"), 0);
}
END_TEST

START_TEST(a_role_that_is_missing_and_may_not_be_made_is_named)
{
    struct pg_cluster *own = pg_cluster_start(false);
    struct err err = {0};
    char name[PG_NAME_SIZE];

    pg_cluster_database(own, name, &store.config);
    pg_run(own, name, "postgres", "DROP SCHEMA dpvd CASCADE; DROP OWNED BY dpvd_app");
    pg_run(own, "dpvd_template", "postgres", "DROP OWNED BY dpvd_app");
    pg_run(own, "postgres", "postgres", "DROP ROLE dpvd_app");
    ck_assert(!migrate_run(&store.config, &err));
    ck_assert_ptr_nonnull(strstr(err.msg, "dpvd_app"));
    pg_run(own, "postgres", "postgres", "ALTER ROLE dpvd_owner CREATEROLE");
    ck_assert_msg(migrate_run(&store.config, &err), "%s", err.msg);
    pg_cluster_stop(&own);
}
END_TEST

#define OLD_ROW                                                                                    \
    "INSERT INTO dpvd.audit_log (received, duration, endpoint, operation, result, transaction) "   \
    "VALUES (now(), 1, 'e', 'o', 'ok', '99999999')"
#define NEW_ROW                                                                                    \
    "INSERT INTO dpvd.audit_log (received, duration, endpoint, operation, result) "                \
    "VALUES (now(), 1, 'e', 'o', 'new')"

static void migrate_again(void)
{
    struct err err = {0};

    ck_assert_msg(migrate_run(&store.config, &err), "%s", err.msg);
}

static void check_goes_on_behind(const char *name)
{
    pg_run(cluster, name, "postgres", NEW_ROW);
    ck_assert_int_eq(pg_number(cluster, name,
                               "SELECT count(*) FROM dpvd.audit_log WHERE transaction > '99999999' "
                               "AND result IN ('restored', 'new')"),
                     2);
    ck_assert_int_eq(pg_number(cluster, name,
                               "SELECT count(*) FROM dpvd.audit_log WHERE transaction < "
                               "dpvd.audit_position(pg_snapshot_xmin(pg_current_snapshot()))"),
                     3);
}

START_TEST(a_dump_from_another_cluster_is_refused_until_the_audit_log_can_go_on)
{
    struct db *db = NULL;
    struct err err = {0};

    store_run(&store, OLD_ROW "; UPDATE dpvd.audit_clock SET cluster = cluster - 1");
    ck_assert(!db_open(&store.config, &db, &err));
    ck_assert_ptr_nonnull(strstr(err.msg, "run dpvd migrate"));
    migrate_again();
    migrate_again();
    ck_assert_msg(db_open(&store.config, &db, &err), "%s", err.msg);
    db_close(&db);
    check_goes_on_behind(store.name);
}
END_TEST

START_TEST(a_dump_without_the_clock_goes_on_too)
{
    static struct embedded_file older[LIST_SIZE];
    char name[PG_NAME_SIZE];
    struct err err = {0};
    size_t count = 0;

    for (; strcmp(embedded_migrations[count].name, "014_audit_clock") < 0; count++)
        older[count] = embedded_migrations[count];
    empty_database(name, &store.config);
    ck_assert_msg(migrate_run_list(&store.config, older, &err), "%s", err.msg);
    pg_run(cluster, name, "postgres", OLD_ROW);
    migrate_again();
    check_goes_on_behind(name);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("migrate");
    TCase *tc = tcase_create("migrate");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_second_run_changes_nothing);
    tcase_add_test(tc, what_is_new_is_added);
    tcase_add_test(tc, a_database_newer_than_the_program_is_refused);
    tcase_add_test(tc, a_migration_with_another_text_is_refused);
    tcase_add_test(tc, a_missing_migration_is_refused_at_connect);
    tcase_add_test(tc, a_database_without_schema_is_refused_at_connect);
    tcase_add_test(tc, a_failing_migration_leaves_nothing);
    tcase_add_test(tc, migrating_four_times_at_once_migrates_once);
    tcase_add_test(tc, the_eleven_common_services_come_with_the_schema);
    tcase_add_test(tc, a_role_that_is_missing_and_may_not_be_made_is_named);
    tcase_add_test(tc, a_dump_from_another_cluster_is_refused_until_the_audit_log_can_go_on);
    tcase_add_test(tc, a_dump_without_the_clock_goes_on_too);
    suite_add_tcase(s, tc);
    return s;
}

int main(void)
{
    return store_main(suite(), &cluster);
}
