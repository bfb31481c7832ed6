/* IP addresses and networks: parsing, comparing, writing. */
#ifndef DPVD_BASE_ADDRESS_H
#define DPVD_BASE_ADDRESS_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ADDRESS_TEXT_SIZE = 46, NETWORKS_MAX = 64 };

/* An IPv4 address stands in the first four bytes; one that is mapped into IPv6 is an IPv4 one. */
struct address {
    bool v6;
    uint8_t bytes[16];
};

/* The addresses that share their first bits with one; no bit behind them is set. */
struct network {
    struct address address;
    unsigned bits;
};

struct networks {
    size_t count;
    struct network items[NETWORKS_MAX];
};

/* n bytes: "192.0.2.1" or "2001:db8::1"; no zone, no port, no brackets. */
bool address_parse(const char *text, size_t n, struct address *address_out);

/* In the one form that RFC 5952 recommends. */
void address_text(const struct address *address, char text_out[ADDRESS_TEXT_SIZE]);

/* Clears all bits behind the first ones. */
void address_mask(struct address *address, unsigned bits);

/* A list of addresses and networks (192.0.2.0/24), separated by commas or blanks; may be empty. */
bool networks_parse(const char *text, struct networks *networks_out, struct err *err);

bool networks_contain(const struct networks *networks, const struct address *address);

#endif
