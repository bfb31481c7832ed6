/* Who may read a file with a secret in it. */
#include "base/secret_file.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char path[] = "/tmp/dpvd-secret-XXXXXX";

static void set_up(void)
{
    const int fd = mkstemp(path);

    ck_assert_int_ge(fd, 0);
    close(fd);
}

static void tear_down(void)
{
    unlink(path);
    strcpy(path + strlen(path) - 6, "XXXXXX");
}

static bool opens(mode_t mode)
{
    struct err err = {0};
    FILE *file = NULL;

    ck_assert_int_eq(chmod(path, mode), 0);
    file = secret_file_open(path, &err);
    if (file == NULL) {
        ck_assert_int_eq(err.kind, ERR_INVALID);
        ck_assert_ptr_nonnull(strstr(err.msg, path));
        return false;
    }
    fclose(file);
    return true;
}

START_TEST(its_owner_alone_reads_it)
{
    ck_assert(opens(0600));
    ck_assert(opens(0400));
    ck_assert(!opens(0604));
    ck_assert(!opens(0602));
    ck_assert(!opens(0660));
    ck_assert(!opens(0644));
}
END_TEST

START_TEST(the_group_reads_it_only_if_it_is_roots)
{
    ck_assert_int_eq(opens(0640), geteuid() == 0);
    if (geteuid() == 0) {
        ck_assert_int_eq(chown(path, 65534, 65534), 0);
        ck_assert(!opens(0640));
        ck_assert(opens(0600));
    }
}
END_TEST

START_TEST(one_that_is_not_there_is_named)
{
    struct err err = {0};

    ck_assert_ptr_null(secret_file_open("/nowhere/key", &err));
    ck_assert_str_eq(err.msg, "/nowhere/key: No such file or directory");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("secret_file");
    TCase *cases = tcase_create("secret_file");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, its_owner_alone_reads_it);
    tcase_add_test(cases, the_group_reads_it_only_if_it_is_roots);
    tcase_add_test(cases, one_that_is_not_there_is_named);
    suite_add_tcase(suite, cases);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
