/* The requests of the load generator: built once, a few bytes patched for each message. */
#ifndef DPVD_BENCH_ENVELOPE_H
#define DPVD_BENCH_ENVELOPE_H

#include <stdbool.h>
#include <stddef.h>

#define ENVELOPE_REFERENCE 24 /* characters that make the reference of each message its own */
#define ENVELOPE_PATCH 16     /* base64 characters that make each attachment its own */

struct envelope_wish {
    const char *operation; /* insert, history, details, test */
    const char *host;      /* for the Host header */
    const char *user;
    const char *password;
    const char *references; /* file with one reference a line, for history */
    size_t attachment_bytes;
    bool plain; /* no notification is ordered */
};

/* A whole HTTP request. The two offsets are 0 where there is nothing to patch. */
struct envelope {
    char *text;
    size_t length;
    size_t reference_at;
    size_t patch_at;
};

/* false: the operation is not known or the file cannot be read; says so on stderr. */
bool envelope_build(const struct envelope_wish *wish, struct envelope *envelope_out);
void envelope_free(struct envelope *envelope);

#endif
