/* The event loops: MHD daemons without a listening socket of their own. */
#ifndef DPVD_HTTP_LOOP_H
#define DPVD_HTTP_LOOP_H

#include "http/door.h"

/* Starts one loop with its thread. */
bool loop_start(struct loop *loop, struct err *err);

/* Hands a new connection over; fd is the loop's from then on. */
void loop_add(struct loop *loop, int fd, const struct sockaddr *peer, socklen_t size);

/* Closes all connections; none of them may be suspended. */
void loop_stop(struct loop *loop);

#endif
