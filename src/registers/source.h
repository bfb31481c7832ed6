/* A file that is read once, from its beginning to its end; compressed by gzip or not. */
#ifndef DPVD_REGISTERS_SOURCE_H
#define DPVD_REGISTERS_SOURCE_H

#include "base/bytes.h"
#include "base/err.h"

#include <stdbool.h>

struct source;

/* "-" is the standard input. */
bool source_open(const char *path, struct source **source_out, struct err *err);
void source_close(struct source **source);

/* The next piece of what was compressed, at most 128 KB, valid until the next call; of length 0 at
 * the end. ERR_INVALID: the gzip stream is damaged or ends early. */
bool source_read(struct source *source, struct bytes *piece_out, struct err *err);

/* How much of the file is read; -1 where its size is not known. */
int source_percent(const struct source *source);

#endif
