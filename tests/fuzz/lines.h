/* Header lines of a request, taken from the input of a fuzz target. */
#ifndef DPVD_TESTS_FUZZ_LINES_H
#define DPVD_TESTS_FUZZ_LINES_H

#include "fuzz/fuzz.h"
#include "http/headers.h"

enum { LINES_MAX = 32 };

struct lines {
    struct header_line items[LINES_MAX];
    char *memory[2 * LINES_MAX];
    size_t count;
};

/* Takes lines "Name: value" up to an empty one; what has no colon has an empty value. */
void lines_take(struct fuzz_input *input, struct lines *lines_out);
void lines_free(struct lines *lines);

#endif
