#include "http/acceptor.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { BURST = 64, PAUSE_MS = 20, COMPLAIN_SECONDS = 10 };

struct acceptor {
    struct acceptor_settings settings;
    pthread_t thread;
    int wake; /* an eventfd: readable when the thread shall end */
    int64_t complained;
};

/* Splits "host:port" at its last colon and takes the brackets off an IPv6 address. */
static bool split_address(const char *address, char host[256], const char **port_out)
{
    const char *colon = strrchr(address, ':');
    const char *start = address;
    size_t n = colon == NULL ? 0 : (size_t)(colon - address);

    if (colon == NULL || colon[1] == '\0' || n >= 256)
        return false;
    if (n >= 2 && address[0] == '[' && address[n - 1] == ']') {
        start++;
        n -= 2;
    }
    memcpy(host, start, n);
    host[n] = '\0';
    *port_out = colon + 1;
    return true;
}

static int open_socket(const struct addrinfo *info)
{
    const int on = 1;
    const int fd = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
        bind(fd, info->ai_addr, info->ai_addrlen) == 0 && listen(fd, SOMAXCONN) == 0)
        return fd;
    close(fd);
    return -1;
}

static void name_socket(int fd, char text[80])
{
    struct sockaddr_storage address = {0};
    struct sockaddr *any = (struct sockaddr *)(void *)&address;
    socklen_t size = sizeof(address);
    char host[64] = "?";
    char port[8] = "?";

    if (getsockname(fd, any, &size) == 0)
        getnameinfo(any, size, host, sizeof(host), port, sizeof(port),
                    NI_NUMERICHOST | NI_NUMERICSERV);
    snprintf(text, 80, address.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
}

bool acceptor_listen(const char *address, int *fd_out, char text[80], struct err *err)
{
    const struct addrinfo hints = {.ai_flags = AI_PASSIVE | AI_NUMERICSERV,
                                   .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    const char *port = NULL;
    char host[256];
    int code = 0;
    int fd = -1;

    if (!split_address(address, host, &port))
        return err_set(err, ERR_INVALID, "\"%s\" is not address:port", address);
    code = getaddrinfo(host[0] == '\0' ? NULL : host, port, &hints, &found);
    if (code != 0)
        return err_set(err, ERR_INVALID, "\"%s\": %s", address, gai_strerror(code));
    fd = open_socket(found);
    freeaddrinfo(found);
    if (fd < 0)
        return err_set(err, ERR_INVALID, "\"%s\": %s", address, strerror(errno));
    name_socket(fd, text);
    *fd_out = fd;
    return true;
}

/* Descriptors or memory ran out: say so now and then, and leave the others in the backlog. */
static void complain(struct acceptor *a, int error)
{
    const int64_t now = clock_monotonic();

    if (a->complained == 0 || now - a->complained > COMPLAIN_SECONDS * INT64_C(1000000))
        log_event(LOG_ERROR, "accept_failed", F_STR("reason", strerror(error)));
    a->complained = now;
    poll(NULL, 0, PAUSE_MS);
}

static void accept_some(struct acceptor *a, int i)
{
    for (int n = 0; n < BURST && a->settings.has_room(a->settings.context, i); n++) {
        struct sockaddr_storage peer = {0};
        struct sockaddr *any = (struct sockaddr *)(void *)&peer;
        socklen_t size = sizeof(peer);
        const int fd = accept4(a->settings.sockets[i], any, &size, SOCK_CLOEXEC | SOCK_NONBLOCK);

        if (fd >= 0) {
            a->settings.accepted(a->settings.context, i, fd, any, size);
            continue;
        }
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
            complain(a, errno);
        if (errno != ECONNABORTED && errno != EINTR)
            return;
    }
}

/* A socket without room is not looked at, so that its callers wait in the kernel's backlog. */
static bool choose(const struct acceptor *a, struct pollfd fds[ACCEPTOR_SOCKETS + 1])
{
    bool full = false;

    for (int i = 0; i < ACCEPTOR_SOCKETS; i++) {
        const bool room =
            a->settings.sockets[i] < 0 || a->settings.has_room(a->settings.context, i);

        fds[i] = (struct pollfd){.fd = room ? a->settings.sockets[i] : -1, .events = POLLIN};
        full = full || !room;
    }
    fds[ACCEPTOR_SOCKETS] = (struct pollfd){.fd = a->wake, .events = POLLIN};
    return full;
}

static void *thread_main(void *argument)
{
    struct acceptor *a = argument;

    for (;;) {
        struct pollfd fds[ACCEPTOR_SOCKETS + 1];
        const bool full = choose(a, fds);

        if (poll(fds, ACCEPTOR_SOCKETS + 1, full ? PAUSE_MS : -1) < 0)
            continue;
        if (fds[ACCEPTOR_SOCKETS].revents != 0)
            return NULL;
        for (int i = 0; i < ACCEPTOR_SOCKETS; i++) {
            if (fds[i].revents != 0)
                accept_some(a, i);
        }
    }
}

bool acceptor_start(const struct acceptor_settings *settings, struct acceptor **acceptor_out,
                    struct err *err)
{
    struct acceptor *a = calloc(1, sizeof(*a));

    if (a == NULL)
        return err_no_memory(err);
    a->settings = *settings;
    a->wake = eventfd(0, EFD_CLOEXEC);
    if (a->wake < 0 || pthread_create(&a->thread, NULL, thread_main, a) != 0) {
        if (a->wake >= 0)
            close(a->wake);
        free(a);
        return err_set(err, ERR_INTERNAL, "cannot start the thread that accepts connections");
    }
    *acceptor_out = a;
    return true;
}

void acceptor_stop(struct acceptor **acceptor)
{
    struct acceptor *a = *acceptor;
    const uint64_t one = 1;
    ssize_t written = 0;

    if (a == NULL)
        return;
    written = write(a->wake, &one, sizeof(one));
    (void)written; /* an eventfd's first write cannot fail */
    pthread_join(a->thread, NULL);
    for (int i = 0; i < ACCEPTOR_SOCKETS; i++) {
        if (a->settings.sockets[i] >= 0)
            close(a->settings.sockets[i]);
    }
    close(a->wake);
    free(a);
    *acceptor = NULL;
}
