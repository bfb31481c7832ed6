#include "http/drain.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#define DRAIN_TIME INT64_C(2000000) /* microseconds */

void drain_init(struct drain *drain, int64_t most_bytes)
{
    *drain = (struct drain){.most = most_bytes};
}

void drain_add(struct drain *drain, int fd, int64_t now)
{
    const int copy = drain->count < DRAIN_SOCKETS ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1;

    if (copy < 0)
        return;
    drain->sockets[drain->count].fd = copy;
    drain->sockets[drain->count].until = now + DRAIN_TIME;
    drain->sockets[drain->count].read = 0;
    drain->count++;
}

/* Reads what is there, at most a megabyte at a time; true when the peer may send more. */
static bool read_some(int fd, int64_t *total)
{
    char room[65536];

    for (int i = 0; i < 16; i++) {
        const ssize_t n = recv(fd, room, sizeof(room), MSG_DONTWAIT);

        if (n < 0)
            return errno == EAGAIN || errno == EINTR;
        if (n == 0)
            return false;
        *total += n;
    }
    return true;
}

void drain_read(struct drain *drain, int64_t now)
{
    for (int i = drain->count - 1; i >= 0; i--) {
        const bool open = read_some(drain->sockets[i].fd, &drain->sockets[i].read);

        if (open && now < drain->sockets[i].until && drain->sockets[i].read < drain->most)
            continue;
        close(drain->sockets[i].fd);
        drain->sockets[i] = drain->sockets[--drain->count];
    }
}

void drain_close(struct drain *drain)
{
    while (drain->count > 0)
        close(drain->sockets[--drain->count].fd);
}
