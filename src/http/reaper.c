#include "http/reaper.h"

#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"
#include "http/admission.h"
#include "http/drain.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

enum { PHASE_BITS = 3, TICK_MIN_MS = 10, TICK_MAX_MS = 250, ENDED_MS = 1000 };

#define MS INT64_C(1000) /* microseconds */

TAILQ_HEAD(watches, watch);

struct reaper {
    pthread_mutex_t lock; /* a watch in the list has an open descriptor */
    pthread_cond_t wake;
    const struct config *config;
    struct admission *admission;
    struct watches watches;
    struct drain drain;
    int64_t tick_ms;
    bool closing_idle;
    bool stopping;
    pthread_t thread;
};

/* Phase and start in one word, so that the reaper never sees one without the other. */
void watch_set(struct watch *watch, enum watch_phase phase)
{
    atomic_store(&watch->phase, (clock_monotonic() << PHASE_BITS) | (int64_t)phase);
}

static enum watch_phase phase_of(int64_t word)
{
    return (enum watch_phase)(word & ((1 << PHASE_BITS) - 1));
}

/* What the kernel knows of the connection: bytes received, or bytes the peer has acknowledged.
 * -1 when it does not say. */
static int64_t tcp_bytes(int fd, bool acknowledged)
{
    struct tcp_info info = {0};
    socklen_t size = sizeof(info);

    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0)
        return -1;
    return (int64_t)(acknowledged ? info.tcpi_bytes_acked : info.tcpi_bytes_received);
}

/* Did the counter grow by enough within the window? Opens the next window if so. */
static bool keeps_up(struct watch *w, int64_t now, int64_t window_ms, int64_t counter,
                     int64_t enough)
{
    if (!w->marked) {
        w->marked = true;
        w->mark = counter;
    }
    if (now - w->window < window_ms * MS)
        return true;
    if (counter - w->mark < enough)
        return false;
    w->window = now;
    w->mark = counter;
    return true;
}

static bool body_keeps_up(const struct config *c, struct watch *w, int64_t now)
{
    const int64_t window_ms = c->body_grace > 0 ? c->body_grace : 1000;

    if (!w->marked) {
        w->marked = true;
        w->mark = 0; /* received starts at 0 with each body */
    }
    return keeps_up(w, now, window_ms, atomic_load(&w->received), c->body_rate * window_ms / 1000);
}

/* The first byte of the next request starts the time for its headers. */
static bool is_idle(struct watch *w)
{
    const int64_t received = tcp_bytes(w->fd, false);

    if (!w->marked) {
        w->marked = true;
        w->mark = received;
    }
    return received == w->mark;
}

/* Has the peer stopped sending in the middle of a request? MHD's edge-triggered loop overlooks an
 * end that arrives together with bytes. Only what stays so counts: the loop may be about to look at
 * the last bytes of a request that is complete. */
static bool has_ended(struct watch *w, int64_t now)
{
    char byte = 0;

    if (recv(w->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) != 0)
        w->ended = 0;
    else if (w->ended == 0)
        w->ended = now;
    return w->ended != 0 && now - w->ended > ENDED_MS * MS;
}

/* The deadline that was missed, or what else ends the connection, as the log names it, or NULL. */
static const char *missed(struct reaper *r, struct watch *w, int64_t now)
{
    const struct config *c = r->config;
    const int64_t word = atomic_load(&w->phase);
    int64_t expected = word;

    if (word != w->seen) {
        w->seen = word;
        w->window = word >> PHASE_BITS;
        w->marked = false;
        w->ended = 0;
    }
    switch (phase_of(word)) {
    case WATCH_HEADERS:
        if (has_ended(w, now))
            return "ended";
        return now - w->window > c->header_timeout * MS ? "header_timeout" : NULL;
    case WATCH_BODY:
        if (has_ended(w, now))
            return "ended";
        return body_keeps_up(c, w, now) ? NULL : "body_rate";
    case WATCH_ANSWER:
        return keeps_up(w, now, c->response_timeout, tcp_bytes(w->fd, true), c->body_rate)
                   ? NULL
                   : "response_timeout";
    case WATCH_IDLE:
        if (r->closing_idle)
            return "stopping";
        if (!is_idle(w))
            atomic_compare_exchange_strong(&w->phase, &expected,
                                           (now << PHASE_BITS) | (int64_t)WATCH_HEADERS);
        return now - w->window > c->idle_timeout * MS ? "idle_timeout" : NULL;
    default:
        return NULL;
    }
}

static void look_at_all(struct reaper *r, int64_t now)
{
    struct watch *w = NULL;

    TAILQ_FOREACH(w, &r->watches, link)
    {
        const char *reason = w->cut ? NULL : missed(r, w, now);

        if (reason == NULL)
            continue;
        w->cut = true;
        shutdown(w->fd, SHUT_RDWR);
        log_event(phase_of(w->seen) == WATCH_IDLE ? LOG_DEBUG : LOG_INFO, "connection_cut",
                  F_STR("reason", reason), F_STR("client", w->client));
    }
}

static void sleep_a_tick(struct reaper *r)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += (long)(r->tick_ms * 1000000);
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    if (!r->stopping)
        pthread_cond_timedwait(&r->wake, &r->lock, &until);
}

static void *thread_main(void *argument)
{
    struct reaper *r = argument;

    pthread_mutex_lock(&r->lock);
    while (!r->stopping) {
        const int64_t now = clock_monotonic();

        look_at_all(r, now);
        drain_read(&r->drain, now);
        pthread_mutex_unlock(&r->lock);
        admission_expire(r->admission, now);
        pthread_mutex_lock(&r->lock);
        sleep_a_tick(r);
    }
    pthread_mutex_unlock(&r->lock);
    return NULL;
}

/* A quarter of the shortest deadline is precise enough. */
static int64_t tick_of(const struct config *c)
{
    const int64_t times[] = {c->header_timeout, c->idle_timeout, c->response_timeout,
                             c->body_grace};
    int64_t tick = TICK_MAX_MS;

    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        if (times[i] / 4 < tick)
            tick = times[i] / 4;
    }
    return tick < TICK_MIN_MS ? TICK_MIN_MS : tick;
}

bool reaper_start(const struct config *config, struct admission *admission,
                  struct reaper **reaper_out, struct err *err)
{
    struct reaper *r = calloc(1, sizeof(*r));
    pthread_condattr_t attributes;

    if (r == NULL)
        return err_no_memory(err);
    r->config = config;
    r->admission = admission;
    r->tick_ms = tick_of(config);
    TAILQ_INIT(&r->watches);
    drain_init(&r->drain, config->drain_bytes);
    pthread_mutex_init(&r->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&r->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    if (pthread_create(&r->thread, NULL, thread_main, r) != 0) {
        pthread_cond_destroy(&r->wake);
        pthread_mutex_destroy(&r->lock);
        free(r);
        return err_set(err, ERR_INTERNAL, "cannot start the thread of the deadlines");
    }
    *reaper_out = r;
    return true;
}

void reaper_add(struct reaper *r, struct watch *watch)
{
    watch_set(watch, WATCH_HEADERS);
    pthread_mutex_lock(&r->lock);
    TAILQ_INSERT_TAIL(&r->watches, watch, link);
    pthread_mutex_unlock(&r->lock);
}

void reaper_remove(struct reaper *r, struct watch *watch, bool linger)
{
    pthread_mutex_lock(&r->lock);
    TAILQ_REMOVE(&r->watches, watch, link);
    if (linger && !watch->cut && !r->stopping)
        drain_add(&r->drain, watch->fd, clock_monotonic());
    pthread_mutex_unlock(&r->lock);
}

void reaper_close_idle(struct reaper *r)
{
    pthread_mutex_lock(&r->lock);
    r->closing_idle = true;
    pthread_cond_signal(&r->wake);
    pthread_mutex_unlock(&r->lock);
}

void reaper_stop(struct reaper **reaper)
{
    struct reaper *r = *reaper;

    if (r == NULL)
        return;
    pthread_mutex_lock(&r->lock);
    r->stopping = true;
    pthread_cond_signal(&r->wake);
    pthread_mutex_unlock(&r->lock);
    pthread_join(r->thread, NULL);
    drain_close(&r->drain);
    pthread_cond_destroy(&r->wake);
    pthread_mutex_destroy(&r->lock);
    free(r);
    *reaper = NULL;
}
