#include "http/admission.h"

#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 1024 };

TAILQ_HEAD(tickets, ticket);

struct address {
    struct address *next;
    uint8_t key[ADDRESS_KEY_SIZE];
    int64_t connections;
    int64_t small_held;
    int64_t large_held;
    struct tickets large; /* oldest first */
};

struct admission {
    pthread_mutex_t lock;
    struct admission_limits limits;
    int64_t held;
    bool closed;
    struct tickets active;
    struct tickets waiting; /* oldest first */
    struct address *buckets[BUCKETS];
};

struct admission *admission_new(const struct admission_limits *limits)
{
    struct admission *a = calloc(1, sizeof(*a));

    if (a == NULL)
        return NULL;
    pthread_mutex_init(&a->lock, NULL);
    a->limits = *limits;
    TAILQ_INIT(&a->active);
    TAILQ_INIT(&a->waiting);
    return a;
}

void admission_free(struct admission **admission)
{
    if (*admission == NULL)
        return;
    pthread_mutex_destroy(&(*admission)->lock);
    free(*admission);
    *admission = NULL;
}

static struct address **bucket_of(struct admission *a, const uint8_t key[ADDRESS_KEY_SIZE])
{
    uint32_t hash = 2166136261U; /* FNV-1a; a crowded bucket costs its own addresses only */

    for (size_t i = 0; i < ADDRESS_KEY_SIZE; i++)
        hash = (hash ^ key[i]) * 16777619U;
    return &a->buckets[hash % BUCKETS];
}

static struct address *find_or_add(struct admission *a, const uint8_t key[ADDRESS_KEY_SIZE])
{
    struct address **bucket = bucket_of(a, key);
    struct address *address = *bucket;

    while (address != NULL && memcmp(address->key, key, ADDRESS_KEY_SIZE) != 0)
        address = address->next;
    if (address != NULL)
        return address;
    address = calloc(1, sizeof(*address));
    if (address == NULL)
        return NULL;
    memcpy(address->key, key, ADDRESS_KEY_SIZE);
    TAILQ_INIT(&address->large);
    address->next = *bucket;
    *bucket = address;
    return address;
}

struct address *admission_connect(struct admission *a, const uint8_t key[ADDRESS_KEY_SIZE])
{
    struct address *address = NULL;

    pthread_mutex_lock(&a->lock);
    address = find_or_add(a, key);
    if (address != NULL) {
        if (a->limits.connections > 0 && address->connections >= a->limits.connections)
            address = NULL;
        else
            address->connections++;
    }
    pthread_mutex_unlock(&a->lock);
    return address;
}

void admission_disconnect(struct admission *a, struct address **address)
{
    struct address **link = NULL;

    if (*address == NULL)
        return;
    pthread_mutex_lock(&a->lock);
    if (--(*address)->connections == 0) {
        link = bucket_of(a, (*address)->key);
        while (*link != *address)
            link = &(*link)->next;
        *link = (*address)->next;
        free(*address);
    }
    pthread_mutex_unlock(&a->lock);
    *address = NULL;
}

static bool is_large(const struct admission *a, const struct ticket *t, int64_t n)
{
    return t->large || t->held + n > a->limits.small;
}

static int64_t share(const struct admission *a, int64_t bytes)
{
    return bytes / 100 * a->limits.percent;
}

/* The oldest large request of an address is bounded by the total alone, so that a legal request
 * can always finish; the others share what one address may fill. */
static bool address_allows_large(const struct admission *a, const struct ticket *t, int64_t n)
{
    const struct ticket *oldest = TAILQ_FIRST(&t->address->large);

    if (oldest == NULL || oldest == t)
        return true;
    return t->address->large_held + (t->large ? 0 : t->held) + n <= share(a, a->limits.held);
}

static bool fits_small(const struct admission *a, const struct ticket *t, int64_t n)
{
    const bool in_reserve = a->held + n > a->limits.held - a->limits.reserve;
    int64_t most = share(a, in_reserve ? a->limits.reserve : a->limits.held);

    if (most < a->limits.small)
        most = a->limits.small;
    return a->held + n <= a->limits.held && t->address->small_held + n <= most;
}

static bool fits(const struct admission *a, const struct ticket *t, int64_t n)
{
    if (!is_large(a, t, n))
        return fits_small(a, t, n);
    return a->held + n <= a->limits.held - a->limits.reserve && address_allows_large(a, t, n);
}

static void make_large(struct ticket *t)
{
    t->large = true;
    t->address->small_held -= t->held;
    t->address->large_held += t->held;
    TAILQ_INSERT_TAIL(&t->address->large, t, large_link);
}

static void charge(struct admission *a, struct ticket *t, int64_t n)
{
    if (!t->large && is_large(a, t, n))
        make_large(t);
    a->held += n;
    t->held += n;
    if (t->large)
        t->address->large_held += n;
    else
        t->address->small_held += n;
}

static void stop_waiting(struct admission *a, struct ticket *t, struct tickets *done)
{
    TAILQ_REMOVE(&a->waiting, t, wait_link);
    t->waiting = false;
    TAILQ_INSERT_TAIL(done, t, wait_link);
}

static void grant(struct admission *a, struct tickets *done)
{
    struct ticket *next = NULL;

    for (struct ticket *t = TAILQ_FIRST(&a->waiting); t != NULL; t = next) {
        next = TAILQ_NEXT(t, wait_link);
        if (!fits(a, t, t->wanted))
            continue;
        charge(a, t, t->wanted);
        stop_waiting(a, t, done);
    }
}

/* Does anybody who holds bytes still run, so that some will come back? */
static bool somebody_runs(const struct admission *a, bool large_only)
{
    const struct ticket *t = NULL;

    TAILQ_FOREACH(t, &a->active, active_link)
    {
        if (t->held > 0 && !t->waiting && (t->large || !large_only))
            return true;
    }
    return false;
}

/* When all who hold bytes wait for each other, the youngest gives way. */
static void break_deadlock(struct admission *a, struct tickets *done)
{
    const bool any = somebody_runs(a, false);
    const bool large = any && somebody_runs(a, true);
    struct ticket *t = NULL;

    TAILQ_FOREACH_REVERSE(t, &a->waiting, tickets, wait_link)
    {
        if (!any || (!large && is_large(a, t, t->wanted)))
            break;
    }
    if (t == NULL)
        return;
    t->refused = true;
    stop_waiting(a, t, done);
}

static void refuse_until(struct admission *a, int64_t now, struct tickets *done)
{
    struct ticket *next = NULL;

    for (struct ticket *t = TAILQ_FIRST(&a->waiting); t != NULL; t = next) {
        next = TAILQ_NEXT(t, wait_link);
        if (t->deadline > now)
            continue;
        t->refused = true;
        stop_waiting(a, t, done);
    }
}

static void settle(struct admission *a, struct tickets *done)
{
    if (a->closed)
        refuse_until(a, INT64_MAX, done);
    if (TAILQ_EMPTY(&a->waiting))
        return;
    grant(a, done);
    if (TAILQ_EMPTY(done) && !TAILQ_EMPTY(&a->waiting))
        break_deadlock(a, done);
}

/* Once ready was called the ticket may be gone. */
static void wake(struct tickets *done)
{
    struct ticket *next = NULL;

    for (struct ticket *t = TAILQ_FIRST(done); t != NULL; t = next) {
        next = TAILQ_NEXT(t, wait_link);
        t->ready(t);
    }
}

/* A large body must fit as a whole by what is held now; its address must not be full. */
static bool may_begin(const struct admission *a, const struct ticket *t, int64_t announced)
{
    if (announced == ADMISSION_UNKNOWN)
        return fits(a, t, 1);
    if (!is_large(a, t, announced))
        return fits_small(a, t, announced);
    return a->held + announced <= a->limits.held - a->limits.reserve &&
           address_allows_large(a, t, 1);
}

bool admission_begin(struct admission *a, struct ticket *t, int64_t announced)
{
    bool ok = false;

    pthread_mutex_lock(&a->lock);
    ok = may_begin(a, t, announced);
    if (ok) {
        t->active = true;
        TAILQ_INSERT_TAIL(&a->active, t, active_link);
        if (announced > a->limits.small)
            make_large(t);
    }
    pthread_mutex_unlock(&a->lock);
    return ok;
}

bool admission_take(struct admission *a, struct ticket *t, int64_t n)
{
    bool ok = false;

    pthread_mutex_lock(&a->lock);
    ok = fits(a, t, n);
    if (ok)
        charge(a, t, n);
    pthread_mutex_unlock(&a->lock);
    return ok;
}

void admission_wait(struct admission *a, struct ticket *t, int64_t n, int64_t deadline)
{
    struct tickets done = TAILQ_HEAD_INITIALIZER(done);

    pthread_mutex_lock(&a->lock);
    t->wanted = n;
    t->deadline = deadline;
    t->waiting = true;
    TAILQ_INSERT_TAIL(&a->waiting, t, wait_link);
    settle(a, &done);
    pthread_mutex_unlock(&a->lock);
    wake(&done);
}

void admission_end(struct admission *a, struct ticket *t)
{
    struct tickets done = TAILQ_HEAD_INITIALIZER(done);

    if (!t->active)
        return;
    pthread_mutex_lock(&a->lock);
    t->active = false;
    TAILQ_REMOVE(&a->active, t, active_link);
    if (t->large)
        TAILQ_REMOVE(&t->address->large, t, large_link);
    a->held -= t->held;
    if (t->large)
        t->address->large_held -= t->held;
    else
        t->address->small_held -= t->held;
    t->held = 0;
    settle(a, &done);
    pthread_mutex_unlock(&a->lock);
    wake(&done);
}

void admission_expire(struct admission *a, int64_t now)
{
    struct tickets done = TAILQ_HEAD_INITIALIZER(done);

    pthread_mutex_lock(&a->lock);
    refuse_until(a, now, &done);
    pthread_mutex_unlock(&a->lock);
    wake(&done);
}

void admission_close(struct admission *a)
{
    pthread_mutex_lock(&a->lock);
    a->closed = true;
    pthread_mutex_unlock(&a->lock);
    admission_expire(a, INT64_MAX);
}

int64_t admission_held(struct admission *a)
{
    int64_t held = 0;

    pthread_mutex_lock(&a->lock);
    held = a->held;
    pthread_mutex_unlock(&a->lock);
    return held;
}
