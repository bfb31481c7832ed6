/* What all fuzz targets share: the function that each of them is, how one says that something is
 * wrong, and how one takes its input apart. */
#ifndef DPVD_TESTS_FUZZ_FUZZ_H
#define DPVD_TESTS_FUZZ_FUZZ_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Runs one input; libFuzzer and replay.c call it. Whatever the input, it returns 0 or aborts. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Says what does not hold and aborts. */
_Noreturn void fuzz_fail(const char *what);

/* Nothing happens when it holds. Inline, so that checkers of code know what is true behind it. */
static inline void fuzz_hold(bool holds, const char *what)
{
    if (!holds)
        fuzz_fail(what);
}

/* The part of an input that was not taken yet. */
struct fuzz_input {
    const uint8_t *data;
    size_t n;
};

/* The next byte, 0 at the end. */
uint8_t fuzz_byte(struct fuzz_input *input);

/* The next line without its end, cut at a zero, in memory of its own to the byte, so that a
 * sanitizer sees who reads behind it. "" at the end. The caller frees it. */
char *fuzz_line(struct fuzz_input *input);

/* The same of all that is left. */
char *fuzz_rest(struct fuzz_input *input);

/* Hands on n bytes in pieces whose sizes seed decides: 0 whole, 1 byte by byte, else 1 to seed
 * bytes. Each piece has memory of its own. false: what feed says. */
typedef bool fuzz_feed(void *context, const void *data, size_t n, struct err *err);
bool fuzz_pieces(const uint8_t *data, size_t n, uint8_t seed, fuzz_feed *feed, void *context,
                 struct err *err);

/* Is it XML as libxml2 reads it, without any DOCTYPE? */
bool fuzz_is_xml(const char *text, size_t n);

#endif
