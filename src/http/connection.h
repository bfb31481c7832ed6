/* A client's connection: whose it is, and what is watched about it. */
#ifndef DPVD_HTTP_CONNECTION_H
#define DPVD_HTTP_CONNECTION_H

#include "http/door.h"

struct connection {
    struct watch watch; /* first: the reaper hands back its address */
    struct loop *loop;
    struct address *address;
    bool idle;    /* a request has been answered and the next has not begun */
    bool linger;  /* the peer may still be sending when we close */
    bool trusted; /* a proxy whose word on the caller counts */
    char client[64];
};

/* MHD's notification of opened and closed connections; cls is the loop. */
void connection_notify(void *cls, struct MHD_Connection *mhd, void **socket_context,
                       enum MHD_ConnectionNotificationCode code);

/* NULL when memory ran out as it opened. */
struct connection *connection_of(struct MHD_Connection *mhd);

#endif
