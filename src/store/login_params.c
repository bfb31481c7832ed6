#include "store/login_params.h"

#include "base/address.h"

#include <string.h>

/* inet.h: what stands for the families. */
enum { INET_V4 = 2, INET_V6 = 3 };

/* A subscriber has at least so many bits of IPv6 for itself (as in http/connection.c). */
enum { SOURCE_BITS_V6 = 64 };

/* inet_recv: family, bits, whether it is a cidr, size of the address, the address. */
static size_t write_inet(struct address address, unsigned bits, uint8_t room[LOGIN_INET_SIZE])
{
    const uint8_t size = address.v6 ? 16 : 4;

    address_mask(&address, bits);
    room[0] = address.v6 ? INET_V6 : INET_V4;
    room[1] = (uint8_t)bits;
    room[2] = 0;
    room[3] = size;
    memcpy(room + 4, address.bytes, size);
    return 4 + (size_t)size;
}

void login_key_make(const struct login *login, struct login_key *key_out)
{
    struct login_key key = {.has_user = login->user_name != NULL};
    struct address address = {0};

    if (key.has_user)
        ident_sha256(login->user_name, strlen(login->user_name), key.user_hash);
    if (address_parse(login->client, strlen(login->client), &address)) {
        key.address_n = write_inet(address, address.v6 ? 128 : 32, key.address);
        key.source_n = write_inet(address, address.v6 ? SOURCE_BITS_V6 : 32, key.source);
    }
    *key_out = key;
}

static void add(struct params *params, const uint8_t *bytes, size_t n)
{
    params_bytes(params, n > 0 ? bytes : NULL, n);
}

void login_params_pair(struct params *params, const struct login_key *key)
{
    add(params, key->user_hash, key->has_user ? sizeof(key->user_hash) : 0);
    add(params, key->source, key->source_n);
}

void login_params_address(struct params *params, const struct login_key *key)
{
    add(params, key->address, key->address_n);
}
