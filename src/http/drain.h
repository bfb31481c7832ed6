/* Sockets that were answered while their peer was still sending: read for a while, then closed. */
#ifndef DPVD_HTTP_DRAIN_H
#define DPVD_HTTP_DRAIN_H

#include <stdint.h>

enum { DRAIN_SOCKETS = 256 };

struct drain {
    int64_t most; /* bytes that are read of one socket */
    int count;
    struct {
        int fd;
        int64_t until;
        int64_t read;
    } sockets[DRAIN_SOCKETS];
};

void drain_init(struct drain *drain, int64_t most_bytes);

/* Keeps a copy of fd; does nothing when there are too many already. */
void drain_add(struct drain *drain, int fd, int64_t now);

/* Reads and forgets what has come; closes what is at its end, late or over its bound. */
void drain_read(struct drain *drain, int64_t now);

void drain_close(struct drain *drain);

#endif
