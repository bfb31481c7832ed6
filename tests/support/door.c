#include "support/door.h"

#include "base/log.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LOOK_MS = 10 };

static struct door door;

static bool open_body(void *context, struct http_exchange *x, struct err *err)
{
    (void)context;
    (void)err;
    atomic_fetch_add(&door.opened, 1);
    x->body = malloc(1); /* so that a leak or a second free is found */
    return x->body != NULL;
}

static bool refuse_body(void *context, struct http_exchange *x, struct err *err)
{
    (void)context;
    (void)x;
    return err_set(err, ERR_INVALID, "closed");
}

static bool take_all(void *context, struct http_exchange *x, const void *data, size_t n,
                     struct err *err)
{
    (void)context;
    (void)x;
    (void)data;
    (void)n;
    (void)err;
    return true;
}

static bool take_ten(void *context, struct http_exchange *x, const void *data, size_t n,
                     struct err *err)
{
    (void)context;
    (void)data;
    (void)n;
    return x->body_bytes <= 10 || err_set(err, ERR_MALFORMED, "more than ten");
}

static void say_refused(void *context, struct http_exchange *x, const struct err *err)
{
    (void)context;
    http_answer_text(x, 500, err->msg);
}

static void free_body(void *context, struct http_exchange *x)
{
    (void)context;
    atomic_fetch_add(&door.freed, 1);
    free(x->body);
}

static void serve_echo(void *context, void *worker, struct http_exchange *x)
{
    (void)context;
    atomic_fetch_add(&door.served, 1);
    atomic_fetch_add(worker == NULL ? &door.without_worker : &door.with_worker, 1);
    x->operation = "echo";
    x->outcome = "ok";
    x->answer.status = 200;
    x->answer.content_type = "text/plain";
    buf_add_format(&x->answer.body, "length=%llu", (unsigned long long)x->body_bytes);
}

static void serve_slow(void *context, void *worker, struct http_exchange *x)
{
    atomic_fetch_add(&door.in_work, 1);
    do {
        poll(NULL, 0, 300);
    } while (atomic_load(&door.hold));
    serve_echo(context, worker, x);
}

static void serve_big(void *context, void *worker, struct http_exchange *x)
{
    const size_t n = 32U << 20;
    char *room = buf_room(&x->answer.body, n);

    (void)context;
    (void)worker;
    memset(room, 'x', n);
    x->answer.body.len = n;
    x->answer.status = 200;
    x->answer.content_type = "text/plain";
}

static const struct http_route routes[] = {
    {"/echo", true, true, false, open_body, take_all, NULL, serve_echo, free_body, NULL},
    {"/picky", false, true, false, open_body, take_ten, say_refused, serve_echo, free_body, NULL},
    {"/closed", false, true, false, refuse_body, take_all, NULL, serve_echo, free_body, NULL},
    {"/bare", false, true, false, NULL, NULL, NULL, serve_echo, NULL, NULL},
    {"/slow", true, true, false, open_body, take_all, NULL, serve_slow, free_body, NULL},
    {"/big", true, false, false, NULL, NULL, NULL, serve_big, NULL, NULL},
    {"/admin", true, false, true, NULL, NULL, NULL, serve_echo, NULL, NULL},
    {0},
};

static void *open_worker(void *context, struct err *err)
{
    const int most = atomic_load(&door.workers_most);

    if (!atomic_load(&door.workers_fail) &&
        (most == 0 || atomic_fetch_add(&door.workers_tried, 1) < most))
        return context;
    err_set(err, ERR_BUSY, "no database");
    return NULL;
}

static void close_worker(void *context, void **worker)
{
    (void)context;
    *worker = NULL;
}

static void count_finished(void *context, const struct http_exchange *x, int64_t microseconds)
{
    (void)context;
    ck_assert_ptr_nonnull(x);
    ck_assert_int_ge(microseconds, 0);
    atomic_fetch_add(&door.finished, 1);
}

static const struct http_workers workers = {open_worker, close_worker, &door, count_finished,
                                            &door};

static size_t read_log(char *text, size_t size)
{
    const ssize_t n = pread(door.log, text, size - 1, 0);

    text[n > 0 ? n : 0] = '\0';
    return n > 0 ? (size_t)n : 0;
}

static int port_of(const char *listener)
{
    char text[65536];
    char key[64];
    const char *line = NULL;

    read_log(text, sizeof(text));
    snprintf(key, sizeof(key), "listener=%s address=", listener);
    line = strstr(text, key);
    return line == NULL ? 0 : atoi(strchr(line + strlen(key), ':') + 1);
}

bool door_log_has(const char *text)
{
    static char log[4U << 20];

    read_log(log, sizeof(log));
    return strstr(log, text) != NULL;
}

bool door_logged(const char *text)
{
    for (int i = 0; i < DOOR_PATIENCE / LOOK_MS; i++) {
        if (door_log_has(text))
            return true;
        poll(NULL, 0, LOOK_MS);
    }
    return false;
}

struct door *door_prepare(void)
{
    return &door;
}

struct door *door_open(const char *const *settings)
{
    static const char *const presets[] = {"listen=127.0.0.1:0", "admin_listen=", "workers=2",
                                          "shutdown_timeout=2s", NULL};
    struct err err = {0};

    signal(SIGPIPE, SIG_IGN);
    log_setup(LOG_DEBUG, LOG_LOGFMT);
    /* Threads log at the same time; of a memory file only O_APPEND keeps all their lines. */
    door.log = memfd_create("log", MFD_CLOEXEC);
    ck_assert(door.log >= 0 && fcntl(door.log, F_SETFL, O_APPEND) == 0);
    ck_assert_int_ge(dup2(door.log, STDERR_FILENO), 0);
    ck_assert_msg(config_init(&door.config, &err), "%s", err.msg);
    for (const char *const *s = presets; *s != NULL; s++)
        ck_assert_msg(config_assign(&door.config, *s, &err), "%s", err.msg);
    for (const char *const *s = settings; s != NULL && *s != NULL; s++)
        ck_assert_msg(config_assign(&door.config, *s, &err), "%s", err.msg);
    ck_assert_msg(http_server_start(&door.config, routes, &workers, &door.server, &err), "%s",
                  err.msg);
    door.port = port_of("listen");
    door.tls_port = port_of("tls_listen");
    door.admin_port = port_of("admin_listen");
    return &door;
}

void door_close(void)
{
    http_server_stop(&door.server);
    config_free(&door.config);
    ck_assert_int_eq(atomic_load(&door.opened), atomic_load(&door.freed));
}

int client_socket(int port)
{
    const struct timeval patience = {DOOR_PATIENCE / 1000, 0};
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || connect(fd, (struct sockaddr *)(void *)&address, sizeof(address)) != 0) {
        if (fd >= 0)
            close(fd);
        return -1;
    }
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    return fd;
}

bool client_can_connect(int port)
{
    const int fd = client_socket(port);

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

int client_connect(int port)
{
    const int fd = client_socket(port);

    ck_assert_int_ge(fd, 0);
    return fd;
}

/* What the server will not take any more is dropped: its answer tells what it thought. */
void client_send(int fd, const void *data, size_t n)
{
    const char *p = data;

    while (n > 0) {
        const ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);

        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return;
        p += sent;
        n -= (size_t)sent;
    }
}

void client_text(int fd, const char *text)
{
    client_send(fd, text, strlen(text));
}

static bool is_interim(const char *answer)
{
    return strncmp(answer, "HTTP/1.1 100", 12) == 0;
}

/* Sockets with a time-out are interrupted when the process was stopped and goes on (signal(7)). */
static bool take_byte(int fd, char *byte)
{
    ssize_t n = 0;

    do {
        n = recv(fd, byte, 1, 0);
    } while (n < 0 && errno == EINTR);
    return n == 1;
}

/* Byte by byte, so that nothing of the next answer is taken. */
static const char *read_answer(int fd, bool with_body)
{
    static char room[1U << 20];
    size_t n = 0;
    size_t body = 0;
    const char *length = NULL;

    while (n < sizeof(room) - 1 && take_byte(fd, &room[n])) {
        n++;
        if (n >= 4 && memcmp(&room[n - 4], "\r\n\r\n", 4) == 0)
            break;
    }
    room[n] = '\0';
    length = strcasestr(room, "\r\nContent-Length: ");
    if (with_body && length != NULL && !is_interim(room))
        body = (size_t)strtoul(length + 18, NULL, 10);
    while (body > 0 && n < sizeof(room) - 1 && take_byte(fd, &room[n])) {
        n++;
        body--;
    }
    room[n] = '\0';
    return room;
}

const char *client_answer(int fd)
{
    return read_answer(fd, true);
}

const char *client_answer_to_head(int fd)
{
    return read_answer(fd, false);
}

const char *client_ask(int port, const char *text)
{
    const int fd = client_connect(port);
    const char *answer = NULL;

    client_text(fd, text);
    answer = client_answer(fd);
    close(fd);
    return answer;
}

bool client_closed(int fd, int milliseconds)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    char room[65536];

    for (int waited = 0; waited < milliseconds;) {
        errno = 0;
        if (poll(&p, 1, LOOK_MS) != 1)
            waited += LOOK_MS;
        else if (recv(fd, room, sizeof(room), MSG_DONTWAIT) <= 0 && errno != EAGAIN)
            return true;
    }
    return false;
}

int status_of(const char *answer)
{
    return strncmp(answer, "HTTP/1.1 ", 9) == 0 ? atoi(answer + 9) : 0;
}
