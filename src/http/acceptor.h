/* Listening sockets, and the thread that takes connections from them. */
#ifndef DPVD_HTTP_ACCEPTOR_H
#define DPVD_HTTP_ACCEPTOR_H

#include "base/err.h"

#include <sys/socket.h>

struct acceptor;

enum { ACCEPTOR_SOCKETS = 3 };

struct acceptor_settings {
    int sockets[ACCEPTOR_SOCKETS]; /* -1: none; closed by acceptor_stop */
    /* May socket i take a connection now? */
    bool (*has_room)(void *context, int i);
    /* A connection of socket i; takes fd over. */
    void (*accepted)(void *context, int i, int fd, const struct sockaddr *peer, socklen_t size);
    void *context;
};

/* Opens a socket that listens on "host:port", "[v6]:port" or ":port" (every address); the real
 * address, with the port that was free if it was 0, is written to text. */
bool acceptor_listen(const char *address, int *fd_out, char text[80], struct err *err);

bool acceptor_start(const struct acceptor_settings *settings, struct acceptor **acceptor_out,
                    struct err *err);

/* Ends the thread and closes the sockets: from here on connections are refused. */
void acceptor_stop(struct acceptor **acceptor);

#endif
