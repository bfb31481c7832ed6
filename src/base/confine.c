#include "base/confine.h"

#include <errno.h>
#include <linux/prctl.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

/* A sanitizer makes calls of its own, and looks into the process from a second one. */
#ifdef DPVD_SANITIZED
enum { IS_SANITIZED = true };
#else
enum { IS_SANITIZED = false };
#endif

/* A call that a machine does not have is negative, and skipped. */
#define CALL(name) SCMP_SYS(name)
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const int allowed[] = {
    /* memory; mmap and mprotect have conditions */
    CALL(brk), CALL(madvise), CALL(membarrier), CALL(mlock), CALL(mlock2), CALL(mremap),
    CALL(munlock), CALL(munmap),
    /* threads; clone has conditions */
    CALL(exit), CALL(exit_group), CALL(futex), CALL(get_robust_list), CALL(getcpu), CALL(gettid),
    CALL(rseq), CALL(sched_getaffinity), CALL(sched_getparam), CALL(sched_getscheduler),
    CALL(sched_yield), CALL(set_robust_list), CALL(set_tid_address),
    /* signals */
    CALL(restart_syscall), CALL(rt_sigaction), CALL(rt_sigpending), CALL(rt_sigprocmask),
    CALL(rt_sigreturn), CALL(rt_sigsuspend), CALL(rt_sigtimedwait), CALL(sigaltstack),
    /* time */
    CALL(clock_getres), CALL(clock_gettime), CALL(clock_nanosleep), CALL(gettimeofday),
    CALL(nanosleep), CALL(time),
    /* who and where it is */
    CALL(getcwd), CALL(getegid), CALL(geteuid), CALL(getgid), CALL(getgroups), CALL(getpid),
    CALL(getppid), CALL(getrandom), CALL(getresgid), CALL(getresuid), CALL(getrlimit),
    CALL(getrusage), CALL(getuid), CALL(sysinfo), CALL(times), CALL(uname),
    /* files: settings, certificates, spool, and what libraries load when they first need it */
    CALL(access), CALL(close), CALL(close_range), CALL(dup), CALL(dup2), CALL(dup3),
    CALL(faccessat), CALL(faccessat2), CALL(fadvise64), CALL(fallocate), CALL(fcntl),
    CALL(fdatasync), CALL(flock), CALL(fstat), CALL(fstatfs), CALL(fsync), CALL(ftruncate),
    CALL(getdents64), CALL(link), CALL(linkat), CALL(lseek), CALL(lstat), CALL(newfstatat),
    CALL(open), CALL(openat), CALL(pread64), CALL(preadv), CALL(pwrite64), CALL(pwritev),
    CALL(read), CALL(readlink), CALL(readlinkat), CALL(readv), CALL(rename), CALL(renameat),
    CALL(renameat2), CALL(sendfile), CALL(stat), CALL(statfs), CALL(statx), CALL(umask),
    CALL(unlink), CALL(unlinkat), CALL(write), CALL(writev),
    /* waiting */
    CALL(epoll_create1), CALL(epoll_ctl), CALL(epoll_pwait), CALL(epoll_wait), CALL(eventfd2),
    CALL(pipe), CALL(pipe2), CALL(poll), CALL(ppoll), CALL(pselect6), CALL(select),
    /* sockets; socket has conditions, and confine_listeners takes bind and listen away */
    CALL(accept), CALL(accept4), CALL(bind), CALL(connect), CALL(getpeername), CALL(getsockname),
    CALL(getsockopt), CALL(listen), CALL(recvfrom), CALL(recvmmsg), CALL(recvmsg), CALL(sendmmsg),
    CALL(sendmsg), CALL(sendto), CALL(setsockopt), CALL(shutdown),
    /* confine_listeners: a filter can only take away */
    CALL(seccomp)};

/* No library of ours ever makes these: whoever does has taken over the process. */
static const int deadly[] = {
    /* another program, another's memory */
    CALL(execve), CALL(execveat), CALL(process_vm_readv), CALL(process_vm_writev), CALL(ptrace),
    /* another world */
    CALL(chroot), CALL(fsconfig), CALL(fsmount), CALL(fsopen), CALL(mount), CALL(mount_setattr),
    CALL(move_mount), CALL(open_tree), CALL(pivot_root), CALL(setns), CALL(umount2), CALL(unshare),
    /* another kernel */
    CALL(bpf), CALL(delete_module), CALL(finit_module), CALL(init_module), CALL(ioperm), CALL(iopl),
    CALL(kexec_file_load), CALL(kexec_load), CALL(perf_event_open), CALL(reboot), CALL(swapoff),
    CALL(swapon), CALL(userfaultfd)};

/* Their arguments lie in memory, where a filter cannot look. */
static const int newer[] = {CALL(clone3), CALL(openat2), CALL(epoll_pwait2)};

static const int families[] = {AF_UNIX, AF_INET, AF_INET6};
static const unsigned long controls[] = {FIONBIO, FIONREAD, FIOCLEX, TCGETS};

static bool failed(int status, struct err *err)
{
    return err_set(err, ERR_INTERNAL, "seccomp: %s", strerror(-status));
}

static int add_all(scmp_filter_ctx filter, uint32_t action, const int *calls, size_t count)
{
    int status = 0;

    for (size_t i = 0; i < count && status == 0; i++) {
        if (calls[i] >= 0)
            status = seccomp_rule_add(filter, action, calls[i], 0);
    }
    return status;
}

/* The call when an argument, as far as mask shows it, has a value. */
static int allow_where(scmp_filter_ctx filter, int call, unsigned argument, uint64_t mask,
                       uint64_t value)
{
    const struct scmp_arg_cmp condition = SCMP_CMP64(argument, SCMP_CMP_MASKED_EQ, mask, value);

    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 1, condition);
}

/* Memory is never writable and executable at once, and does not become executable: what the dynamic
 * loader maps is executable from the start. */
static int add_memory(scmp_filter_ctx filter)
{
    int status = allow_where(filter, CALL(mmap), 2, PROT_EXEC, 0);

    if (status == 0)
        status = allow_where(filter, CALL(mmap), 2, PROT_WRITE | PROT_EXEC, PROT_EXEC);
    if (status == 0)
        status = allow_where(filter, CALL(mprotect), 2, PROT_EXEC, 0);
    return status;
}

/* A thread, a signal to one of its own, a name for one, a look at a limit. */
static int add_threads(scmp_filter_ctx filter)
{
    int status = allow_where(filter, CALL(clone), 0, CLONE_THREAD, CLONE_THREAD);

    if (status == 0)
        status = allow_where(filter, CALL(tgkill), 0, UINT64_MAX, (uint64_t)getpid());
    if (status == 0)
        status = allow_where(filter, CALL(prctl), 0, UINT64_MAX, PR_SET_NAME);
    if (status == 0)
        status = allow_where(filter, CALL(prlimit64), 2, UINT64_MAX, 0);
    return status;
}

static int add_sockets(scmp_filter_ctx filter)
{
    int status = allow_where(filter, CALL(socketpair), 0, UINT64_MAX, AF_UNIX);

    for (size_t i = 0; i < COUNT(families) && status == 0; i++)
        status = allow_where(filter, CALL(socket), 0, UINT64_MAX, (uint64_t)families[i]);
    for (size_t i = 0; i < COUNT(controls) && status == 0; i++)
        status = allow_where(filter, CALL(ioctl), 1, UINT32_MAX, controls[i]);
    return status;
}

static int add_rules(scmp_filter_ctx filter)
{
    int status = add_all(filter, SCMP_ACT_ALLOW, allowed, COUNT(allowed));

    if (status == 0)
        status = add_all(filter, SCMP_ACT_KILL_PROCESS, deadly, COUNT(deadly));
    if (status == 0)
        status = add_all(filter, SCMP_ACT_ERRNO(ENOSYS), newer, COUNT(newer));
    if (status == 0)
        status = add_memory(filter);
    if (status == 0)
        status = add_threads(filter);
    return status != 0 ? status : add_sockets(filter);
}

/* The calls are found by a tree instead of one after the other. That there are no new rights was
 * said by confine_process. */
static int load(scmp_filter_ctx filter)
{
    int status = seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, 0);

    if (status == 0)
        status = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    return status != 0 ? status : seccomp_load(filter);
}

/* systemd may have seen to it, and then refuses any change of limits. */
static bool drop_core(void)
{
    const struct rlimit none = {0, 0};
    struct rlimit limit = {1, 1};

    return (getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_max == 0) ||
           setrlimit(RLIMIT_CORE, &none) == 0;
}

bool confine_process(bool inspectable, struct err *err)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || !drop_core() ||
        (!inspectable && !IS_SANITIZED && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0))
        return err_set(err, ERR_INTERNAL, "the process could not be confined: %s", strerror(errno));
    return true;
}

bool confine_calls(struct err *err)
{
    scmp_filter_ctx filter = NULL;
    int status = -ENOMEM;

    if (IS_SANITIZED)
        return err_set(err, ERR_INTERNAL, "built with a sanitizer");
    filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (filter != NULL)
        status = add_rules(filter);
    if (status == 0)
        status = load(filter);
    seccomp_release(filter);
    return status == 0 || failed(status, err);
}

bool confine_listeners(struct err *err)
{
    static const int calls[] = {CALL(bind), CALL(listen)};
    scmp_filter_ctx filter = IS_SANITIZED ? NULL : seccomp_init(SCMP_ACT_ALLOW);
    int status = -ENOMEM;

    if (IS_SANITIZED)
        return err_set(err, ERR_INTERNAL, "built with a sanitizer");
    if (filter != NULL)
        status = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
    if (status == 0)
        status = add_all(filter, SCMP_ACT_ERRNO(EPERM), calls, COUNT(calls));
    if (status == 0)
        status = load(filter);
    seccomp_release(filter);
    return status == 0 || failed(status, err);
}
