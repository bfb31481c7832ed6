/* One keep-alive connection of the load generator, and what all of them share. */
#ifndef DPVD_BENCH_CLIENT_H
#define DPVD_BENCH_CLIENT_H

#include "envelope.h"

#include <netinet/in.h>
#include <stdint.h>
#include <sys/uio.h>

#define PARTS 5
#define KEPT 8192 /* what of an answer is looked at; the rest is counted */

struct client {
    int fd;
    bool busy;
    struct iovec parts[PARTS]; /* what is still to be sent starts at part */
    size_t part;
    char reference[ENVELOPE_REFERENCE];
    char patch[ENVELOPE_PATCH];
    int64_t started;
    size_t received;
    size_t expected; /* 0: the header is not complete */
    char kept[KEPT + 1];
};

struct load {
    struct envelope envelope;
    struct sockaddr_in address;
    bool insert;
    int epoll;
    uint64_t run; /* makes references differ from those of other runs */
    uint64_t issued;
    uint64_t issue_limit;
    int64_t deadline;
    size_t busy;
    size_t answer_bytes;
    uint64_t errors;
    uint64_t good;
    uint32_t *latencies; /* microseconds, of good answers */
    size_t latencies_cap;
};

int64_t now_us(void);
_Noreturn void die(const char *what);

/* Opens the connection; the server may still be starting: tries until that time. */
void client_connect(struct load *load, struct client *client, int64_t until);

/* Sends and receives what can be, judges a complete answer and starts the next request. */
void client_event(struct load *load, struct client *client);

#endif
