/* Who may bring how many bytes: connections and bodies held, in all and of one address. */
#ifndef DPVD_HTTP_ADMISSION_H
#define DPVD_HTTP_ADMISSION_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

struct admission;
struct address;

struct admission_limits {
    int64_t held;        /* bytes of bodies held at one time */
    int64_t reserve;     /* the part of held that only small requests may use */
    int64_t small;       /* a request up to this size is small */
    int64_t percent;     /* share of held that one address may fill with several requests */
    int64_t connections; /* open connections of one address, 0: no limit */
};

enum { ADDRESS_KEY_SIZE = 16, ADMISSION_UNKNOWN = -1 };

/* A request's place in the accounts; belongs to the caller, who sets address and ready and leaves
 * the rest to admission.c. */
struct ticket {
    struct address *address;
    void (*ready)(struct ticket *ticket); /* the wait is over; called without any lock */
    bool refused;                         /* the wait ended without room */

    int64_t held;
    int64_t wanted;
    int64_t deadline;
    bool active;
    bool large;
    bool waiting;
    TAILQ_ENTRY(ticket) active_link;
    TAILQ_ENTRY(ticket) large_link;
    TAILQ_ENTRY(ticket) wait_link;
};

/* NULL when memory ran out. */
struct admission *admission_new(const struct admission_limits *limits);

/* All tickets have ended and all addresses are disconnected by then. */
void admission_free(struct admission **admission);

/* Counts a connection of the address; NULL when it has too many or memory ran out. */
struct address *admission_connect(struct admission *admission, const uint8_t key[ADDRESS_KEY_SIZE]);
void admission_disconnect(struct admission *admission, struct address **address);

/* Starts a body of so many announced bytes, or ADMISSION_UNKNOWN. false: there is no room for it
 * now. Announced bytes are not reserved: announcing costs a hostile caller nothing. */
bool admission_begin(struct admission *admission, struct ticket *ticket, int64_t announced);

/* Takes n more bytes into the account; false: no room now. */
bool admission_take(struct admission *admission, struct ticket *ticket, int64_t n);

/* Waits for room for n bytes: ready is called once, from any thread and perhaps before this
 * returns, when they are taken or ticket->refused is set: at the deadline (clock_monotonic), or
 * when everybody waits and this is the youngest. */
void admission_wait(struct admission *admission, struct ticket *ticket, int64_t n,
                    int64_t deadline);

/* Gives back all that the ticket holds; harmless when it has not begun. */
void admission_end(struct admission *admission, struct ticket *ticket);

/* Refuses everybody whose deadline has come. */
void admission_expire(struct admission *admission, int64_t now);

/* Refuses everybody who waits or will wait. */
void admission_close(struct admission *admission);

int64_t admission_held(struct admission *admission);

#endif
