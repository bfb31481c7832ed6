#include "http/loop.h"

#include "base/config.h"
#include "base/log.h"
#include "http/connection.h"
#include "http/request.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* For a head of max_header_bytes, MHD's record of each line, and the head of the answer; up to
 * 32 KB come from malloc, more from a mapping of its own. */
static size_t memory_of_connection(const struct config *c)
{
    enum { RECORD = 64, ANSWER = 2048, LEAST = 32768 };
    const size_t size = (size_t)(c->max_header_bytes + c->max_header_lines * RECORD + ANSWER);

    return size < LEAST ? LEAST : size;
}

/* MHD's own time-out sees inactivity only: a net below the reaper, which must be faster. */
static unsigned net_seconds(const struct config *c)
{
    const int64_t times[] = {c->header_timeout, c->body_grace, c->idle_timeout,
                             c->response_timeout};
    int64_t longest = 0;

    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        if (times[i] > longest)
            longest = times[i];
    }
    return (unsigned)(longest / 1000 + 30);
}

/* MHD's complaints are about clients, and quote none of their bytes. */
static void __attribute__((format(printf, 2, 0)))
log_mhd(void *cls, const char *format, va_list arguments)
{
    char text[256];

    (void)cls;
    vsnprintf(text, sizeof(text), format, arguments);
    text[strcspn(text, "\n")] = '\0';
    log_event(LOG_DEBUG, "http_library", F_STR("message", text));
}

/* The socket's context leads to our own pair of certificate and key. */
static int retrieve(gnutls_session_t session, const gnutls_datum_t *authorities, int count,
                    const gnutls_pk_algorithm_t *algorithms, int algorithm_count,
                    gnutls_pcert_st **chain, unsigned *length, gnutls_privkey_t *key)
{
    struct MHD_Connection *mhd = gnutls_session_get_ptr(session);
    struct connection *connection = mhd == NULL ? NULL : connection_of(mhd);

    (void)authorities;
    (void)count;
    (void)algorithms;
    (void)algorithm_count;
    if (connection == NULL)
        return -1;
    tls_current(connection->loop->server->tls, chain, length, key);
    return 0;
}

bool loop_start(struct loop *loop, struct err *err)
{
    const struct config *c = loop->server->config;
    const unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_NO_LISTEN_SOCKET |
                           MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG |
                           (loop->tls ? MHD_USE_TLS : 0U);

    /* Two traps of 0.9.75: a loop that meets its own connection limit never unlocks a mutex, so
     * the limit is the acceptor's; a strict loop sends the head of its refusals twice, so that
     * opening.c looks at the head itself. */
    loop->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, request_handle, loop, MHD_OPTION_EXTERNAL_LOGGER, log_mhd, NULL,
        MHD_OPTION_CONNECTION_LIMIT, 1U << 30, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        memory_of_connection(c), MHD_OPTION_CONNECTION_TIMEOUT, net_seconds(c),
        MHD_OPTION_STRICT_FOR_CLIENT, 0, MHD_OPTION_NOTIFY_CONNECTION, connection_notify, loop,
        MHD_OPTION_URI_LOG_CALLBACK, request_line, loop, MHD_OPTION_NOTIFY_COMPLETED,
        request_completed, loop, loop->tls ? MHD_OPTION_HTTPS_PRIORITIES : MHD_OPTION_END,
        c->tls_priorities, MHD_OPTION_HTTPS_CERT_CALLBACK, retrieve, MHD_OPTION_END);
    return loop->daemon != NULL || err_set(err, ERR_INTERNAL, "cannot start an event loop");
}

void loop_add(struct loop *loop, int fd, const struct sockaddr *peer, socklen_t size)
{
    if (MHD_add_connection(loop->daemon, fd, peer, size) != MHD_YES)
        log_event(LOG_WARN, "connection_refused", F_STR("reason", "out of memory"));
}

void loop_stop(struct loop *loop)
{
    if (loop->daemon != NULL)
        MHD_stop_daemon(loop->daemon);
    loop->daemon = NULL;
}
