/* Deadlines of connections: a thread that shuts the sockets that miss theirs. */
#ifndef DPVD_HTTP_REAPER_H
#define DPVD_HTTP_REAPER_H

#include "base/err.h"

#include <stdatomic.h>
#include <stdint.h>
#include <sys/queue.h>

struct admission;
struct config;
struct reaper;

/* What a connection is doing, and so which deadline holds. */
enum watch_phase {
    WATCH_HEADERS, /* TLS handshake, request line or headers: header_timeout in all */
    WATCH_BODY,    /* each body_grace must bring body_rate times its length */
    WATCH_QUIET,   /* it is our turn: no deadline */
    WATCH_ANSWER,  /* each response_timeout must take one second's worth of body_rate */
    WATCH_IDLE,    /* between requests: idle_timeout */
};

/* A watched connection; embedded in what the socket's owner keeps. phase and received are written
 * by the socket's thread, the rest belongs to the reaper. */
struct watch {
    int fd;
    const char *client; /* for the log; lives as long as the watch */
    _Atomic int64_t phase;
    _Atomic int64_t received; /* body bytes so far */
    int64_t seen;
    int64_t window;
    int64_t mark;
    int64_t ended; /* since when the peer sends no more; 0: it may still */
    bool marked;
    bool cut;
    TAILQ_ENTRY(watch) link;
};

/* Starts the thread, which also ends waits for budget that last too long. config and admission
 * must outlive it. */
bool reaper_start(const struct config *config, struct admission *admission,
                  struct reaper **reaper_out, struct err *err);

/* From here to reaper_remove the descriptor must stay open. */
void reaper_add(struct reaper *reaper, struct watch *watch);

/* linger: the peer may still be sending, and would lose our last answer to a reset if the socket
 * were closed now; a copy of the descriptor is read for a while. */
void reaper_remove(struct reaper *reaper, struct watch *watch, bool linger);

/* The connection does something else from now on. */
void watch_set(struct watch *watch, enum watch_phase phase);

/* From now on idle connections are shut at once. */
void reaper_close_idle(struct reaper *reaper);

void reaper_stop(struct reaper **reaper);

#endif
