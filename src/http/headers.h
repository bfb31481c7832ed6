/* What the headers of a request say, and which requests are refused for them alone. */
#ifndef DPVD_HTTP_HEADERS_H
#define DPVD_HTTP_HEADERS_H

#include "http/inflater.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct header_line {
    const char *name;
    size_t name_len;
    const char *value; /* NUL-terminated as well */
    size_t value_len;
};

/* Absent headers are NULL; the strings are those of the lines. */
struct header_facts {
    const char *host;
    const char *content_type;
    const char *soap_action;
    int64_t length; /* Content-Length, -1 if there is none */
    bool chunked;
    bool expects_continue;
    enum content_coding coding;
};

/* Reads the lines of a request of HTTP/1.0 or 1.1. Returns 0, or the status to refuse it with and
 * a constant reason; what could be understood in two ways is refused (RFC 9112, 6.3 and 11.2). */
int headers_read(const struct header_line *lines, size_t count, bool http_1_0,
                 struct header_facts *facts_out, const char **reason_out);

/* Is the request target a path (origin form, RFC 9112, 3.2.1)? */
bool headers_target_ok(const char *path);

/* Visible ASCII only; may be empty. */
bool headers_is_visible(const char *text);

bool headers_is_token(const char *text, size_t n);

#endif
