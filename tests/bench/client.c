#include "client.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

int64_t now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

_Noreturn void die(const char *what)
{
    fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
    exit(1);
}

void client_connect(struct load *load, struct client *client, int64_t until)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data = {.ptr = client}};
    const int one = 1;

    for (;;) {
        client->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (client->fd < 0)
            die("socket");
        if (connect(client->fd, (struct sockaddr *)&load->address, sizeof load->address) == 0)
            break;
        close(client->fd);
        if (now_us() >= until)
            die("connect");
        usleep(500);
    }
    setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (fcntl(client->fd, F_SETFL, O_NONBLOCK) != 0)
        die("fcntl");
    if (epoll_ctl(load->epoll, EPOLL_CTL_ADD, client->fd, &event) != 0)
        die("epoll_ctl");
}

static void write_hex(char *out, size_t digits, uint64_t value)
{
    for (size_t i = digits; i-- > 0; value >>= 4)
        out[i] = "0123456789abcdef"[value & 15];
}

static size_t add_part(struct client *client, size_t n, const char *text, size_t length)
{
    client->parts[n] = (struct iovec){.iov_base = (void *)(uintptr_t)text, .iov_len = length};
    return n + (length > 0);
}

/* Cuts the shared text where this message has bytes of its own. */
static void client_prepare(const struct load *load, struct client *client)
{
    const struct envelope *e = &load->envelope;
    size_t from = 0;
    size_t n = 0;

    if (e->reference_at > 0) {
        write_hex(client->reference, ENVELOPE_REFERENCE - 8, load->run);
        write_hex(client->reference + ENVELOPE_REFERENCE - 8, 8, load->issued);
        n = add_part(client, n, e->text, e->reference_at);
        n = add_part(client, n, client->reference, ENVELOPE_REFERENCE);
        from = e->reference_at + ENVELOPE_REFERENCE;
    }
    if (e->patch_at > 0) {
        write_hex(client->patch, ENVELOPE_PATCH, load->run + load->issued);
        n = add_part(client, n, e->text + from, e->patch_at - from);
        n = add_part(client, n, client->patch, ENVELOPE_PATCH);
        from = e->patch_at + ENVELOPE_PATCH;
    }
    n = add_part(client, n, e->text + from, e->length - from);
    while (n < PARTS)
        client->parts[n++] = (struct iovec){0};
}

static void skip_sent(struct client *client, size_t sent)
{
    while (client->part < PARTS && sent >= client->parts[client->part].iov_len)
        sent -= client->parts[client->part++].iov_len;
    if (client->part < PARTS) {
        client->parts[client->part].iov_base = (char *)client->parts[client->part].iov_base + sent;
        client->parts[client->part].iov_len -= sent;
    }
}

/* false: the connection is broken. */
static bool client_send(struct client *client)
{
    while (client->busy && client->part < PARTS) {
        struct msghdr message = {.msg_iov = client->parts + client->part,
                                 .msg_iovlen = PARTS - client->part};
        const ssize_t sent = sendmsg(client->fd, &message, MSG_NOSIGNAL);

        if (sent < 0)
            return errno == EAGAIN;
        skip_sent(client, (size_t)sent);
    }
    return true;
}

static bool client_start(struct load *load, struct client *client)
{
    client->started = now_us();
    if (load->issued >= load->issue_limit || client->started >= load->deadline)
        return true;
    load->issued++;
    load->busy++;
    client->busy = true;
    client->part = 0;
    client->received = 0;
    client->expected = 0;
    client_prepare(load, client);
    return client_send(client);
}

static void record_latency(struct load *load, int64_t us)
{
    if (load->good == load->latencies_cap) {
        load->latencies_cap = load->latencies_cap * 2 + 4096;
        load->latencies = realloc(load->latencies, load->latencies_cap * sizeof *load->latencies);
        if (load->latencies == NULL)
            die("memory");
    }
    load->latencies[load->good++] = (uint32_t)us;
}

static void record_error(struct load *load, const struct client *client, const char *what)
{
    if (load->errors++ == 0)
        fprintf(stderr, "load: %s: %.900s\n", what, client->kept);
}

/* An insert is good when its receipt says OK; of other answers all must be of one length. */
static void client_judge(struct load *load, struct client *client)
{
    bool good = strncmp(client->kept, "HTTP/1.1 200 ", 13) == 0;

    if (load->insert)
        good = good && strstr(client->kept, "ReceiptStatusCode>OK<") != NULL;
    else if (good && load->answer_bytes > 0)
        good = load->answer_bytes == client->received;
    if (good)
        record_latency(load, now_us() - client->started);
    else
        record_error(load, client, "bad answer");
    load->answer_bytes = client->received;
    load->busy--;
    client->busy = false;
}

static void read_header(struct client *client)
{
    const char *end = strstr(client->kept, "\r\n\r\n");
    const char *length = strcasestr(client->kept, "\r\nContent-Length:");

    if (end != NULL && length != NULL && length < end)
        client->expected = (size_t)(end + 4 - client->kept) + strtoul(length + 17, NULL, 10);
}

/* Reads what is there. false: the connection is broken or closed. */
static bool client_receive(struct load *load, struct client *client)
{
    static char scratch[256 * 1024];
    size_t n = sizeof scratch;

    while (n == sizeof scratch) {
        const ssize_t got = recv(client->fd, scratch, sizeof scratch, 0);

        if (got < 0)
            return errno == EAGAIN;
        if (got == 0 || !client->busy)
            return false;
        n = (size_t)got;
        if (client->received < KEPT) {
            const size_t room = KEPT - client->received;
            const size_t keep = n < room ? n : room;

            memcpy(client->kept + client->received, scratch, keep);
            client->kept[client->received + keep] = '\0';
        }
        client->received += n;
        if (client->expected == 0)
            read_header(client);
        if (client->expected > 0 && client->received >= client->expected)
            client_judge(load, client);
    }
    return true;
}

void client_event(struct load *load, struct client *client)
{
    bool alive = client_send(client) && client_receive(load, client);

    if (alive && !client->busy)
        alive = client_start(load, client);
    if (alive)
        return;
    if (client->busy) {
        record_error(load, client, "connection lost");
        client->busy = false;
        load->busy--;
    }
    close(client->fd);
    client_connect(load, client, 0);
}
