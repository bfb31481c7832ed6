/* Request bodies that came compressed, unpacked as they arrive (RFC 9110, 8.4.1). */
#ifndef DPVD_HTTP_INFLATER_H
#define DPVD_HTTP_INFLATER_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum content_coding { CODING_NONE, CODING_GZIP, CODING_DEFLATE };

struct inflater_limits {
    uint64_t max_bytes; /* unpacked */
    uint64_t max_ratio; /* of unpacked bytes to those that came, beyond the first megabyte */
};

struct inflater;

typedef bool inflater_sink(void *context, const char *data, size_t n, struct err *err);

/* What is unpacked goes to sink. NULL when memory ran out. */
struct inflater *inflater_new(enum content_coding coding, const struct inflater_limits *limits,
                              inflater_sink *sink, void *context);

/* The next bytes as they came. ERR_MALFORMED: not what the coding says, or more behind its end;
 * ERR_TOO_LARGE: a limit; ERR_BUSY: memory ran out; or what the sink says. */
bool inflater_feed(struct inflater *inflater, const void *data, size_t n, struct err *err);

/* The body is complete; false: it was cut. */
bool inflater_finish(const struct inflater *inflater, struct err *err);

void inflater_free(struct inflater **inflater);

#endif
