#include "base/address.h"

#include <arpa/inet.h>
#include <string.h>

static unsigned width(const struct address *address)
{
    return address->v6 ? 128 : 32;
}

bool address_parse(const char *text, size_t n, struct address *address_out)
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    char copy[ADDRESS_TEXT_SIZE] = "";
    struct address address = {0};

    if (n >= sizeof(copy) || memchr(text, '\0', n) != NULL)
        return false;
    memcpy(copy, text, n);
    address.v6 = memchr(copy, ':', n) != NULL;
    if (inet_pton(address.v6 ? AF_INET6 : AF_INET, copy, address.bytes) != 1)
        return false;
    if (address.v6 && memcmp(address.bytes, mapped, sizeof(mapped)) == 0) {
        memmove(address.bytes, address.bytes + sizeof(mapped), 4);
        memset(address.bytes + 4, 0, sizeof(mapped));
        address.v6 = false;
    }
    *address_out = address;
    return true;
}

void address_text(const struct address *address, char text_out[ADDRESS_TEXT_SIZE])
{
    inet_ntop(address->v6 ? AF_INET6 : AF_INET, address->bytes, text_out, ADDRESS_TEXT_SIZE);
}

void address_mask(struct address *address, unsigned bits)
{
    for (unsigned i = 0; i < sizeof(address->bytes); i++) {
        const unsigned kept = bits > 8 * i ? bits - 8 * i : 0;

        if (kept < 8)
            address->bytes[i] &= (uint8_t)(0xff00U >> kept);
    }
}

/* Digits only, at most the width. */
static bool read_bits(const char *text, size_t n, unsigned most, unsigned *bits_out)
{
    unsigned bits = 0;

    if (n == 0 || n > 3)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        bits = 10 * bits + (unsigned)(text[i] - '0');
    }
    *bits_out = bits;
    return bits <= most;
}

static bool read_network(const char *text, size_t n, struct network *network)
{
    const char *slash = memchr(text, '/', n);
    const size_t address_n = slash == NULL ? n : (size_t)(slash - text);
    struct address masked;

    if (!address_parse(text, address_n, &network->address))
        return false;
    network->bits = width(&network->address);
    if (slash != NULL &&
        !read_bits(slash + 1, n - address_n - 1, width(&network->address), &network->bits))
        return false;
    masked = network->address;
    address_mask(&masked, network->bits);
    return memcmp(masked.bytes, network->address.bytes, sizeof(masked.bytes)) == 0;
}

bool networks_parse(const char *text, struct networks *networks_out, struct err *err)
{
    static const char separators[] = ", \t";
    struct networks networks = {0};

    for (text += strspn(text, separators); *text != '\0'; text += strspn(text, separators)) {
        const size_t n = strcspn(text, separators);

        if (networks.count == NETWORKS_MAX)
            return err_set(err, ERR_INVALID, "more than %d networks", (int)NETWORKS_MAX);
        if (!read_network(text, n, &networks.items[networks.count]))
            return err_set(err, ERR_INVALID, "\"%.*s\" is no address and no network",
                           n > 60 ? 60 : (int)n, text);
        networks.count++;
        text += n;
    }
    *networks_out = networks;
    return true;
}

bool networks_contain(const struct networks *networks, const struct address *address)
{
    for (size_t i = 0; i < networks->count; i++) {
        const struct network *network = &networks->items[i];
        struct address masked = *address;

        address_mask(&masked, network->bits);
        if (network->address.v6 == address->v6 &&
            memcmp(masked.bytes, network->address.bytes, sizeof(masked.bytes)) == 0)
            return true;
    }
    return false;
}
