/* A library for LD_PRELOAD that lets memory run out, and reads and writes fail, at a call that the
 * test chooses while the program runs. Every allocation and every read or write of the process goes
 * through it, those of its libraries as well. Sanitizers stay behind it: it hands on to whoever is
 * next in line. */
#undef _FORTIFY_SOURCE /* with it headers define some of these functions themselves */
#include "faults/faults.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static struct faults unshared; /* until the test's file is there */
static struct faults *faults = &unshared;

/* The functions behind ours. */
static struct {
    void *(*malloc)(size_t size);
    void *(*calloc)(size_t count, size_t size);
    void *(*realloc)(void *old, size_t size);
    void *(*memalign)(size_t alignment, size_t size);
    void (*free)(void *old);
    ssize_t (*read)(int fd, void *data, size_t n);
    ssize_t (*pread)(int fd, void *data, size_t n, off_t offset);
    ssize_t (*recv)(int fd, void *data, size_t n, int flags);
    ssize_t (*recvmsg)(int fd, struct msghdr *message, int flags);
    ssize_t (*write)(int fd, const void *data, size_t n);
    ssize_t (*pwrite)(int fd, const void *data, size_t n, off_t offset);
    ssize_t (*writev)(int fd, const struct iovec *pieces, int count);
    ssize_t (*send)(int fd, const void *data, size_t n, int flags);
    ssize_t (*sendmsg)(int fd, const struct msghdr *message, int flags);
} next;

static void find_next(void)
{
    const struct {
        void *place;
        const char *name;
    } all[] = {
        {&next.calloc, "calloc"},   {&next.realloc, "realloc"}, {&next.memalign, "memalign"},
        {&next.free, "free"},       {&next.read, "read"},       {&next.pread, "pread"},
        {&next.recv, "recv"},       {&next.recvmsg, "recvmsg"}, {&next.write, "write"},
        {&next.pwrite, "pwrite"},   {&next.writev, "writev"},   {&next.send, "send"},
        {&next.sendmsg, "sendmsg"}, {&next.malloc, "malloc"},
    };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        void *function = dlsym(RTLD_NEXT, all[i].name);

        if (function == NULL)
            abort();
        memcpy(all[i].place, &function, sizeof(function));
    }
}

/* The first call comes before any constructor, from one thread. */
static void ready(void)
{
    if (next.malloc == NULL)
        find_next();
}

static void __attribute__((constructor)) share(void)
{
    const char *path = getenv("DPVD_FAULTS");
    const int fd = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
    void *room = MAP_FAILED;

    ready();
    if (fd < 0)
        return;
    room = mmap(NULL, sizeof(*faults), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (room == MAP_FAILED)
        abort();
    faults = room;
    faults->blocks = unshared.blocks;
}

static bool fails(enum fault_kind kind)
{
    uint64_t call = 0;

    if (faults->kind != kind)
        return false;
    call = ++faults->calls;
    if (faults->at == 0 || call < faults->at || (call > faults->at && faults->lasting == 0))
        return false;
    faults->failed++;
    return true;
}

/* ------------------------------------------------------------------ memory */

static bool out_of_memory(void)
{
    ready();
    if (!fails(FAULT_MEMORY))
        return false;
    errno = ENOMEM;
    return true;
}

static void *counted(void *block)
{
    if (block != NULL)
        faults->blocks++;
    return block;
}

void *malloc(size_t size)
{
    return out_of_memory() ? NULL : counted(next.malloc(size));
}

void *calloc(size_t count, size_t size)
{
    return out_of_memory() ? NULL : counted(next.calloc(count, size));
}

void *memalign(size_t alignment, size_t size)
{
    return out_of_memory() ? NULL : counted(next.memalign(alignment, size));
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return memalign(alignment, size);
}

int posix_memalign(void **block_out, size_t alignment, size_t size)
{
    void *block = memalign(alignment, size);

    if (block == NULL)
        return ENOMEM;
    *block_out = block;
    return 0;
}

void *realloc(void *old, size_t size)
{
    void *block = NULL;

    if (out_of_memory())
        return NULL;
    block = next.realloc(old, size);
    if (old == NULL)
        return counted(block);
    if (block == NULL && size == 0)
        faults->blocks--; /* so glibc frees */
    return block;
}

void *reallocarray(void *old, size_t count, size_t size)
{
    size_t bytes = 0;

    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(old, bytes);
}

void free(void *old)
{
    ready();
    if (old != NULL)
        faults->blocks--;
    next.free(old);
}

/* ------------------------------------------------------------------ reads and writes */

static mode_t kind_of(int fd)
{
    struct stat status;

    return fstat(fd, &status) == 0 ? status.st_mode & S_IFMT : 0;
}

static bool is_unix_socket(int fd)
{
    int domain = 0;
    socklen_t size = sizeof(domain);

    return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_UNIX;
}

/* Sockets and files fail; what wakes threads does not. A connection that was reset stays so. */
static bool breaks(int fd, int file_error)
{
    const bool armed = faults->kind == FAULT_ERROR || faults->kind == FAULT_DATABASE;
    const int before = errno;
    const mode_t kind = armed ? kind_of(fd) : 0;

    ready();
    errno = before;
    if ((kind != S_IFSOCK && kind != S_IFREG) ||
        !(fails(FAULT_ERROR) || (is_unix_socket(fd) && fails(FAULT_DATABASE))))
        return false;
    if (kind == S_IFSOCK)
        shutdown(fd, SHUT_RDWR);
    errno = kind == S_IFSOCK ? ECONNRESET : file_error;
    return true;
}

/* How many of n bytes are moved. On an Internet socket fewer than asked for say that the kernel has
 * no more, which who waits for edges of epoll relies on (epoll(7)): those are left alone. */
static size_t cut(int fd, size_t n)
{
    const int before = errno;
    const bool may_be_cut =
        faults->kind == FAULT_SHORT && n > 1 && (kind_of(fd) == S_IFREG || is_unix_socket(fd));

    errno = before;
    return may_be_cut && fails(FAULT_SHORT) ? n / 2 : n;
}

ssize_t read(int fd, void *data, size_t n)
{
    return breaks(fd, EIO) ? -1 : next.read(fd, data, cut(fd, n));
}

ssize_t pread(int fd, void *data, size_t n, off_t offset)
{
    return breaks(fd, EIO) ? -1 : next.pread(fd, data, cut(fd, n), offset);
}

ssize_t pread64(int fd, void *data, size_t n, off_t offset)
{
    return pread(fd, data, n, offset);
}

ssize_t recv(int fd, void *data, size_t n, int flags)
{
    return breaks(fd, EIO) ? -1 : next.recv(fd, data, cut(fd, n), flags);
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
    return breaks(fd, EIO) ? -1 : next.recvmsg(fd, message, flags);
}

ssize_t write(int fd, const void *data, size_t n)
{
    return breaks(fd, ENOSPC) ? -1 : next.write(fd, data, cut(fd, n));
}

ssize_t pwrite(int fd, const void *data, size_t n, off_t offset)
{
    return breaks(fd, ENOSPC) ? -1 : next.pwrite(fd, data, cut(fd, n), offset);
}

ssize_t writev(int fd, const struct iovec *pieces, int count)
{
    return breaks(fd, ENOSPC) ? -1 : next.writev(fd, pieces, count);
}

ssize_t send(int fd, const void *data, size_t n, int flags)
{
    return breaks(fd, EIO) ? -1 : next.send(fd, data, cut(fd, n), flags);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    return breaks(fd, EIO) ? -1 : next.sendmsg(fd, message, flags);
}
