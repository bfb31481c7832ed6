/* A running HTTP layer with trivial routes, and a raw client for it. */
#ifndef DPVD_TESTS_SUPPORT_DOOR_H
#define DPVD_TESTS_SUPPORT_DOOR_H

#include "base/config.h"
#include "http/server.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* POST /echo tells the body's length; POST /picky refuses all but 10 bytes, POST /closed every
 * body; POST /bare takes none; GET and POST /slow take 300 ms, and as long as hold is set; GET /big
 * answers 32 MB; GET /admin is for operators. */
/* Milliseconds: what happens at all happens within, and what a setting shortens before its preset,
 * of which the shortest is 10 s. */
enum { DOOR_PATIENCE = 60000, DOOR_SOON = 8000 };

struct door {
    struct config config;
    struct http_server *server;
    int port;
    int tls_port;
    int admin_port;
    int log;                  /* a file that takes what the server logs */
    atomic_int workers_most;  /* so many open, and the others fail; 0: all may */
    atomic_int workers_tried; /* counted where there is a most */
    atomic_int with_worker;
    atomic_int opened;
    atomic_int freed;
    atomic_int in_work; /* slow requests that a worker has begun */
    atomic_int served;
    atomic_int without_worker;
    atomic_int finished;
    atomic_bool workers_fail;
    atomic_bool hold;
};

/* The door before it is open, for what must be set first. */
struct door *door_prepare(void);

/* settings are "key=value", ended by NULL, over presets with free ports; fails the test when the
 * server does not start. The door is static: one a process. */
struct door *door_open(const char *const *settings);
void door_close(void);

/* Does the log hold the text: now, or within DOOR_PATIENCE? */
bool door_log_has(const char *text);
bool door_logged(const char *text);

/* Blocking sockets with a time-out of DOOR_PATIENCE; client_socket may be called in any thread and
 * returns -1 when the connection is refused, client_connect fails the test. */
int client_socket(int port);
int client_connect(int port);
bool client_can_connect(int port);
void client_send(int fd, const void *data, size_t n);
void client_text(int fd, const char *text);

/* One answer with its Content-Length body, "" when the connection was closed instead; head: a HEAD
 * request was sent. Static memory, until the next call. */
const char *client_answer(int fd);
const char *client_answer_to_head(int fd);

/* Sends text on a new connection and returns its first answer. */
const char *client_ask(int port, const char *text);

/* Is the connection closed by the server within so many milliseconds? Reads what comes. Time in
 * which this process does not run does not count. */
bool client_closed(int fd, int milliseconds);

int status_of(const char *answer);

#endif
