/* A run of bytes with its length; it owns nothing. */
#ifndef DPVD_BASE_BYTES_H
#define DPVD_BASE_BYTES_H

#include <stddef.h>
#include <stdint.h>

struct bytes {
    const uint8_t *data;
    size_t len;
};

#endif
