/* A clock that jumps: preloaded into dpvd, it moves the wall clock by the seconds that stand, as an
 * int64_t, in the file that TORTURE_CLOCK names. The file may change at any time; clocks that never
 * jump are left alone. */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *offset;

__attribute__((constructor)) static void open_offset(void)
{
    const char *path = getenv("TORTURE_CLOCK");
    const int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    void *mapped = MAP_FAILED;

    if (fd < 0)
        return;
    mapped = mmap(NULL, sizeof(*offset), PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    if (mapped != MAP_FAILED)
        offset = mapped;
}

int clock_gettime(clockid_t id, struct timespec *time_out)
{
    const long failed = syscall(SYS_clock_gettime, id, time_out);

    if (failed == 0 && offset != NULL && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE))
        time_out->tv_sec += *offset;
    return (int)failed;
}

int gettimeofday(struct timeval *restrict time_out, void *restrict zone)
{
    struct timespec now = {0};

    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    *time_out = (struct timeval){.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000};
    return 0;
}

time_t time(time_t *time_out)
{
    struct timespec now = {0};

    clock_gettime(CLOCK_REALTIME, &now);
    if (time_out != NULL)
        *time_out = now.tv_sec;
    return now.tv_sec;
}
