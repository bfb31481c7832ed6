/* Strict base64 (RFC 4648, 4) decoded as it arrives; white space between characters is allowed. */
#ifndef DPVD_BASE_BASE64_H
#define DPVD_BASE_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct base64 { /* starts as {0} */
    uint32_t bits;
    unsigned count;   /* characters of the current group of four */
    unsigned padding; /* '=' seen */
    bool broken;
};

/* Decodes n characters into room (which holds n / 4 * 3 + 3 bytes); returns how many bytes were
 * written. What is no base64, text after padding, and non-zero bits before padding set broken. */
size_t base64_decode(struct base64 *state, const char *text, size_t n, uint8_t *room);

/* True when what was decoded is complete and was base64 all along. */
bool base64_done(const struct base64 *state);

#endif
