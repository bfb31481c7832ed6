#include "xml/utf8.h"

#include <string.h>

/* How many bytes at a time are looked at singly after one that is no plain ASCII. */
enum { SLOW_STRETCH = 8 };

bool utf8_is_xml(uint32_t character)
{
    if (character < 0x20)
        return character == '\t' || character == '\n' || character == '\r';
    return character < 0xd800 || (character >= 0xe000 && character < 0xfffe) ||
           (character >= 0x10000 && character <= 0x10ffff);
}

/* Not zero when one of the eight bytes lies outside 0x20 to 0x7f. */
static uint64_t unusual(const uint8_t *p)
{
    uint64_t word = 0;

    memcpy(&word, p, sizeof(word));
    return ((word - UINT64_C(0x2020202020202020)) | word) & UINT64_C(0x8080808080808080);
}

static size_t plain_run(const uint8_t *p, size_t n)
{
    size_t i = 0;

    while (n - i >= 32 &&
           (unusual(p + i) | unusual(p + i + 8) | unusual(p + i + 16) | unusual(p + i + 24)) == 0)
        i += 32;
    while (n - i >= 8 && unusual(p + i) == 0)
        i += 8;
    return i;
}

/* Length of a sequence by its first byte, 0 if none starts like that. */
static size_t sequence_length(uint8_t lead)
{
    if (lead < 0x80)
        return 1;
    if (lead >= 0xc2 && lead <= 0xdf)
        return 2;
    if (lead >= 0xe0 && lead <= 0xef)
        return 3;
    return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

/* The smallest character that needs so many bytes: what is below it is overlong. */
static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};

static bool is_good(const uint8_t *p, size_t length)
{
    uint32_t character = length == 1 ? p[0] : p[0] & (0x7fU >> length);

    for (size_t i = 1; i < length; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return false;
        character = character << 6 | (p[i] & 0x3f);
    }
    return character >= smallest[length] && utf8_is_xml(character);
}

bool utf8_check(const uint8_t *data, size_t n, size_t *whole_out)
{
    size_t i = 0;

    while (i < n) {
        i += plain_run(data + i, n - i);
        for (size_t stop = n - i < SLOW_STRETCH ? n : i + SLOW_STRETCH; i < stop;) {
            const size_t length = sequence_length(data[i]);

            *whole_out = i;
            if (length == 0)
                return false;
            if (length > n - i)
                return true;
            if (!is_good(data + i, length))
                return false;
            i += length;
        }
    }
    *whole_out = n;
    return true;
}

size_t utf8_put(uint32_t character, char room[4])
{
    const size_t length = character < 0x80      ? 1
                          : character < 0x800   ? 2
                          : character < 0x10000 ? 3
                                                : 4;
    static const uint8_t leads[] = {0, 0, 0xc0, 0xe0, 0xf0};

    for (size_t i = length - 1; i > 0; i--) {
        room[i] = (char)(0x80 | (character & 0x3f));
        character >>= 6;
    }
    room[0] = (char)(leads[length] | character);
    return length;
}
