#include "base/config.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct config config;
static struct err err;

static void set_up(void)
{
    err = (struct err){0};
    ck_assert_msg(config_init(&config, &err), "%s", err.msg);
}

static void tear_down(void)
{
    config_free(&config);
}

START_TEST(presets_are_valid_and_fit_each_other)
{
    ck_assert_msg(config_verify(&config, &err), "%s", err.msg);
    ck_assert_str_eq(config.listen, "127.0.0.1:8080");
    ck_assert_int_eq(config.max_body, 300 << 20);
    ck_assert_int_eq(config.database_deadline, 8000);
    ck_assert_int_eq(config.duplicate_detection, 1);
    ck_assert_str_eq(config.environment, "production");
}
END_TEST

static const struct {
    const char *assignment;
    size_t offset;
    int64_t value;
} accepted[] = {
    {"max_body=1m", offsetof(struct config, max_body), 1 << 20},
    {" max_body = 2048k ", offsetof(struct config, max_body), 2 << 20},
    {"max_body=2g", offsetof(struct config, max_body), INT64_C(2) << 30},
    {"max_body=2000", offsetof(struct config, max_body), 2000},
    {"drain_bytes=0", offsetof(struct config, drain_bytes), 0},
    {"idle_timeout=1500ms", offsetof(struct config, idle_timeout), 1500},
    {"idle_timeout=2s", offsetof(struct config, idle_timeout), 2000},
    {"idle_timeout=3m", offsetof(struct config, idle_timeout), 180000},
    {"idle_timeout=2h", offsetof(struct config, idle_timeout), 7200000},
    {"idle_timeout=1d", offsetof(struct config, idle_timeout), 86400000},
    {"body_grace=0", offsetof(struct config, body_grace), 0},
    {"max_depth=\t9", offsetof(struct config, max_depth), 9},
    {"duplicate_detection=off", offsetof(struct config, duplicate_detection), 0},
    {"allow_synthetic_persons=on", offsetof(struct config, allow_synthetic_persons), 1},
    {"clock_offset=-3600", offsetof(struct config, clock_offset), -3600},
};

START_TEST(a_good_value_is_taken)
{
    int64_t value = 0;

    ck_assert_msg(config_assign(&config, accepted[_i].assignment, &err), "%s", err.msg);
    memcpy(&value, (const char *)&config + accepted[_i].offset, sizeof(value));
    ck_assert_int_eq(value, accepted[_i].value);
}
END_TEST

START_TEST(a_text_is_taken_as_it_is)
{
    ck_assert(config_assign(&config, "public_url = https://a.example/?b=c ", &err));
    ck_assert_str_eq(config.public_url, "https://a.example/?b=c");
    ck_assert(config_assign(&config, "listen=", &err));
    ck_assert_str_eq(config.listen, "");
    ck_assert(config_assign(&config, "log_format=json", &err));
    ck_assert_str_eq(config.log_format, "json");
}
END_TEST

static const struct {
    const char *assignment;
    const char *words;
} refused[] = {
    {"max_body", "not key = value"},
    {"max_bodi=1m", "no setting \"max_bodi\""},
    {"=1", "no setting"},
    {"max_body=", "max_body"},
    {"max_body=x", "max_body"},
    {"max_body=1x", "max_body"},
    {"max_body=1 m", "max_body"},
    {"max_body=1s", "max_body"},
    {"max_body=3g", "out of range"},
    {"max_body=-1", "out of range"},
    {"max_body=9223372036854775807k", "max_body"},
    {"max_body=99999999999999999999", "max_body"},
    {"idle_timeout=5", "idle_timeout"},
    {"idle_timeout=1k", "idle_timeout"},
    {"max_depth=1k", "max_depth"},
    {"duplicate_detection=yes", "duplicate_detection"},
    {"log_format=xml", "logfmt|json"},
    {"log_format=log", "logfmt|json"},
    {"log_format=logfmt|json", "logfmt|json"},
    {"log_format=", "logfmt|json"},
};

START_TEST(a_bad_value_is_refused_and_named)
{
    ck_assert(!config_assign(&config, refused[_i].assignment, &err));
    ck_assert_int_eq(err.kind, ERR_INVALID);
    ck_assert_msg(strstr(err.msg, refused[_i].words) != NULL, "%s", err.msg);
}
END_TEST

/* A file with that text; its name until the next call. */
static const char *file_with(const char *text)
{
    static char path[64];
    int file = -1;

    snprintf(path, sizeof(path), "/tmp/test_config.XXXXXX");
    file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(write(file, text, strlen(text)), (ssize_t)strlen(text));
    close(file);
    return path;
}

START_TEST(a_file_is_read_line_by_line)
{
    const char *path = file_with("# comment\n\n  max_depth = 40\r\n\tlisten=:1\n#listen=:2\n"
                                 "max_elements = 2000");

    ck_assert_msg(config_load(&config, path, &err), "%s", err.msg);
    unlink(path);
    ck_assert_int_eq(config.max_depth, 40);
    ck_assert_str_eq(config.listen, ":1");
    ck_assert_int_eq(config.max_elements, 2000);
}
END_TEST

START_TEST(a_bad_line_is_told_with_file_and_number)
{
    const char *path = file_with("# comment\nmax_depth = 40\nmax_depth = x\n");

    ck_assert(!config_load(&config, path, &err));
    unlink(path);
    ck_assert_mem_eq(err.msg, path, strlen(path));
    ck_assert_mem_eq(err.msg + strlen(path), ":3: max_depth", 13);
}
END_TEST

START_TEST(a_file_that_cannot_be_read_is_told)
{
    ck_assert(!config_load(&config, "/nonexistent/dpvd.conf", &err));
    ck_assert_ptr_nonnull(strstr(err.msg, "/nonexistent/dpvd.conf"));
    ck_assert(!config_load(&config, "/tmp", &err));
    ck_assert_ptr_nonnull(strstr(err.msg, "/tmp"));
}
END_TEST

START_TEST(the_environment_counts)
{
    setenv("DPVD_MAX_DEPTH", "50", 1);
    ck_assert_msg(config_environment(&config, &err), "%s", err.msg);
    ck_assert_int_eq(config.max_depth, 50);
    setenv("DPVD_MAX_DEPTH", "x", 1);
    ck_assert(!config_environment(&config, &err));
    ck_assert_mem_eq(err.msg, "DPVD_MAX_DEPTH: max_depth", 25);
    unsetenv("DPVD_MAX_DEPTH");
}
END_TEST

static const struct {
    const char *assignments[3];
    const char *words;
} unfit[] = {
    {{"listen=", "tls_listen="}, "both empty"},
    {{"spool_directory=/nonexistent"}, "spool_directory"},
    {{"max_body=1g"}, "max_body must fit"},
    {{"database_lock_timeout=9s"}, "database_lock_timeout"},
    {{"trusted_proxies=10.0.0.0/8, proxy"}, "trusted_proxies: \"proxy\""},
    {{"tls_listen=:8443", "tls_certificate=/nonexistent"}, "tls_certificate"},
    {{"tls_listen=:8443", "tls_certificate=/dev/null", "tls_key=/nonexistent"}, "tls_key"},
};

START_TEST(settings_that_do_not_fit_are_told)
{
    for (size_t i = 0; i < 3 && unfit[_i].assignments[i] != NULL; i++)
        ck_assert_msg(config_assign(&config, unfit[_i].assignments[i], &err), "%s", err.msg);
    ck_assert(!config_verify(&config, &err));
    ck_assert_msg(strstr(err.msg, unfit[_i].words) != NULL, "%s", err.msg);
}
END_TEST

START_TEST(tls_with_readable_files_fits)
{
    ck_assert(config_assign(&config, "tls_listen=:8443", &err));
    ck_assert(config_assign(&config, "tls_certificate=/dev/null", &err));
    ck_assert(config_assign(&config, "tls_key=/dev/null", &err));
    ck_assert_msg(config_verify(&config, &err), "%s", err.msg);
}
END_TEST

/* What is printed is a configuration file, but for the secrets. */
START_TEST(what_is_printed_can_be_read_again)
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    const char *path = NULL;

    ck_assert(config_assign(&config, "database=password=hunter2", &err));
    ck_assert(config_assign(&config, "idle_timeout=2m", &err));
    config_print(&config, out);
    fclose(out);
    ck_assert_ptr_null(strstr(text, "hunter2"));
    ck_assert_ptr_nonnull(strstr(text, "database = ********\n"));
    ck_assert_ptr_nonnull(strstr(text, "idle_timeout = 120000ms\n"));
    ck_assert_ptr_nonnull(strstr(text, "duplicate_detection = on\n"));
    ck_assert_ptr_nonnull(strstr(text, "allow_synthetic_persons = off\n"));
    path = file_with(text);
    ck_assert_msg(config_load(&config, path, &err), "%s", err.msg);
    unlink(path);
    free(text);
}
END_TEST

START_TEST(the_table_names_every_setting_once)
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);

    config_print_table(out);
    fclose(out);
    for (const struct config_setting *s = config_settings; s->name != NULL; s++) {
        char row[128];
        const char *found = NULL;

        snprintf(row, sizeof(row), "\n| `%s` | ", s->name);
        found = strstr(text, row);
        ck_assert_msg(found != NULL && strstr(found + 1, row) == NULL, "%s", s->name);
    }
    ck_assert_ptr_nonnull(strstr(text, "(logfmt\\|json)"));
    free(text);
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

int main(void)
{
    Suite *suite = suite_create("config");
    TCase *cases = tcase_create("config");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    suite_add_tcase(suite, cases);
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, presets_are_valid_and_fit_each_other);
    tcase_add_loop_test(cases, a_good_value_is_taken, 0, COUNT(accepted));
    tcase_add_test(cases, a_text_is_taken_as_it_is);
    tcase_add_loop_test(cases, a_bad_value_is_refused_and_named, 0, COUNT(refused));
    tcase_add_test(cases, a_file_is_read_line_by_line);
    tcase_add_test(cases, a_bad_line_is_told_with_file_and_number);
    tcase_add_test(cases, a_file_that_cannot_be_read_is_told);
    tcase_add_test(cases, the_environment_counts);
    tcase_add_loop_test(cases, settings_that_do_not_fit_are_told, 0, COUNT(unfit));
    tcase_add_test(cases, tls_with_readable_files_fits);
    tcase_add_test(cases, what_is_printed_can_be_read_again);
    tcase_add_test(cases, the_table_names_every_setting_once);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
