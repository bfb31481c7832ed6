/* What a confined process can still do, and what not. */
#include "base/confine.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096 };

/* A sanitizer confines nothing. */
#ifdef DPVD_SANITIZED
enum { IS_SANITIZED = true };
#else
enum { IS_SANITIZED = false };
#endif

static void confine(void)
{
    struct err err = {0};

    ck_assert_msg(confine_process(false, &err), "%s", err.msg);
    ck_assert_msg(confine_calls(&err), "%s", err.msg);
}

/* How a process ends that does this once it is confined. The test's own must live on: the library
 * that runs tests makes calls that dpvd does not need. */
static int end_of(void (*act)(void))
{
    const pid_t child = fork();
    int status = -1;

    if (child == 0) {
        confine();
        act();
        _exit(EXIT_SUCCESS);
    }
    ck_assert_int_gt(child, 0);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    return status;
}

/* What a call says: 0 or errno. */
static int said(long result)
{
    return result < 0 ? errno : 0;
}

/* ------------------------------------------------------------------ what ends the process */

static void run_program(void)
{
    execl("/bin/true", "true", (char *)NULL);
}

static void trace(void)
{
    ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static void mount_something(void)
{
    mount("none", "/tmp", "tmpfs", 0, NULL);
}

static void leave_namespace(void)
{
    unshare(CLONE_NEWUSER);
}

static void load_module(void)
{
    syscall(SYS_finit_module, -1, "", 0);
}

static void read_another(void)
{
    syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0);
}

static void (*const deadly[])(void) = {run_program,     trace,       mount_something,
                                       leave_namespace, load_module, read_another};

START_TEST(what_only_an_attacker_does_ends_the_process)
{
    const int status = end_of(deadly[_i]);

    ck_assert(WIFSIGNALED(status));
    ck_assert_int_eq(WTERMSIG(status), SIGSYS);
}
END_TEST

/* ------------------------------------------------------------------ what is refused */

static void reach_for_processes(void)
{
    ck_assert_int_eq(said(fork()), EPERM);
    ck_assert_int_eq(said(kill(getppid(), 0)), EPERM);
}

START_TEST(there_is_no_other_process)
{
    ck_assert_int_eq(end_of(reach_for_processes), 0);
}
END_TEST

static void make_code(void)
{
    void *page = NULL;

    ck_assert_ptr_eq(
        mmap(NULL, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
        MAP_FAILED);
    ck_assert_int_eq(errno, EPERM);
    page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(page, MAP_FAILED);
    ck_assert_int_eq(said(mprotect(page, PAGE, PROT_READ | PROT_EXEC)), EPERM);
    ck_assert_int_eq(said(mprotect(page, PAGE, PROT_READ)), 0);
}

START_TEST(memory_is_not_writable_and_executable)
{
    ck_assert_int_eq(end_of(make_code), 0);
}
END_TEST

static void open_sockets(void)
{
    static const int families[] = {AF_PACKET, AF_NETLINK, AF_VSOCK, AF_BLUETOOTH, AF_ALG};

    for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
        ck_assert_int_eq(said(socket(families[i], SOCK_RAW, 0)), EPERM);
    ck_assert_int_eq(said(socket(AF_INET, SOCK_STREAM, 0)), 0);
    ck_assert_int_eq(said(socket(AF_UNIX, SOCK_STREAM, 0)), 0);
}

START_TEST(sockets_are_of_the_internet_or_of_this_machine)
{
    ck_assert_int_eq(end_of(open_sockets), 0);
}
END_TEST

static void take_rights(void)
{
    ck_assert_int_eq(said(setuid(getuid())), EPERM);
    ck_assert_int_eq(said(chmod("/tmp", 0777)), EPERM);
    ck_assert_int_eq(said(syscall(SYS_keyctl, 0, 0, 0, 0, 0)), EPERM);
    ck_assert_int_eq(said(syscall(SYS_io_uring_setup, 1, NULL)), EPERM);
    ck_assert_int_eq(said(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)), EPERM);
}

START_TEST(rights_and_owners_stay_as_they_are)
{
    ck_assert_int_eq(end_of(take_rights), 0);
}
END_TEST

/* ------------------------------------------------------------------ what remains */

static int listener(void)
{
    const struct sockaddr_in any = {.sin_family = AF_INET,
                                    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int fd = socket(AF_INET, SOCK_STREAM, 0);

    ck_assert_int_ge(fd, 0);
    return bind(fd, (const struct sockaddr *)&any, sizeof(any)) != 0 || listen(fd, 1) != 0 ? errno
                                                                                           : 0;
}

static void *listen_in_thread(void *context)
{
    *(int *)context = listener();
    return NULL;
}

static void *wait_and_listen(void *context)
{
    pthread_barrier_t *both = context;
    int *result = malloc(sizeof(*result));

    ck_assert_ptr_nonnull(result);
    pthread_barrier_wait(both);
    *result = listener();
    return result;
}

static void listen_early_and_late(void)
{
    pthread_barrier_t both;
    struct err err = {0};
    pthread_t early = 0;
    pthread_t late = 0;
    void *result = NULL;
    int first = -1;

    pthread_barrier_init(&both, NULL, 2);
    ck_assert_int_eq(pthread_create(&early, NULL, listen_in_thread, &first), 0);
    pthread_join(early, NULL);
    ck_assert_int_eq(first, 0);
    ck_assert_int_eq(pthread_create(&late, NULL, wait_and_listen, &both), 0);
    ck_assert_msg(confine_listeners(&err), "%s", err.msg);
    pthread_barrier_wait(&both);
    pthread_join(late, &result);
    ck_assert_int_eq(*(int *)result, EPERM);
    ck_assert_int_eq(listener(), EPERM);
    free(result);
}

START_TEST(threads_start_and_listen_until_all_listeners_are_open)
{
    ck_assert_int_eq(end_of(listen_early_and_late), 0);
}
END_TEST

static void use_files(void)
{
    char name[] = "/tmp/dpvd-confine-XXXXXX";
    int fd = -1;

    fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    fd = mkstemp(name);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(said(unlink(name)), 0);
    ck_assert_int_eq((int)write(fd, "x", 1), 1);
    ck_assert_int_eq(said(fsync(fd)), 0);
}

START_TEST(files_are_read_and_spooled)
{
    ck_assert_int_eq(end_of(use_files), 0);
}
END_TEST

/* Loads what the machine's nsswitch.conf names, and asks whom it names. */
static void look_up_names(void)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
    struct addrinfo *found = NULL;

    setenv("RES_OPTIONS", "timeout:1 attempts:1", 1); /* whom nobody may answer here */
    ck_assert_int_eq(getaddrinfo("localhost", "5432", &hints, &found), 0);
    freeaddrinfo(found);
    (void)getaddrinfo("name.invalid", "5432", &hints,
                      &found); /* however it ends: the process lives */
}

START_TEST(names_are_looked_up)
{
    ck_assert_int_eq(end_of(look_up_names), 0);
}
END_TEST

/* ------------------------------------------------------------------ the process */

START_TEST(there_are_no_core_dumps_and_no_new_rights)
{
    struct rlimit limit = {1, 1};
    struct err err = {0};

    ck_assert(confine_process(false, &err));
    ck_assert_int_eq(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 1);
    ck_assert_int_eq(getrlimit(RLIMIT_CORE, &limit), 0);
    ck_assert_uint_eq(limit.rlim_max, 0);
    ck_assert_int_eq(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), IS_SANITIZED);
}
END_TEST

static void add_confined(TCase *cases)
{
    tcase_add_loop_test(cases, what_only_an_attacker_does_ends_the_process, 0,
                        (int)(sizeof(deadly) / sizeof(deadly[0])));
    tcase_add_test(cases, there_is_no_other_process);
    tcase_add_test(cases, memory_is_not_writable_and_executable);
    tcase_add_test(cases, sockets_are_of_the_internet_or_of_this_machine);
    tcase_add_test(cases, rights_and_owners_stay_as_they_are);
    tcase_add_test(cases, threads_start_and_listen_until_all_listeners_are_open);
    tcase_add_test(cases, files_are_read_and_spooled);
    tcase_add_test(cases, names_are_looked_up);
}

static Suite *confine_suite(void)
{
    Suite *suite = suite_create("confine");
    TCase *cases = tcase_create("confine");

    if (!IS_SANITIZED)
        add_confined(cases);
    tcase_add_test(cases, there_are_no_core_dumps_and_no_new_rights);
    suite_add_tcase(suite, cases);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(confine_suite());
    int failed = 0;

    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
