#include "base/base64.h"

#include <endian.h>
#include <string.h>

enum { VALID = 1 << 24, ALL_VALID = 4 << 24 };

/* The value of each of the 64 characters, shifted to where it stands in a group of four, and VALID;
 * 0 for all others. The sum of a group's four values so has ALL_VALID, or is not one. */
/* clang-format off */
#define D(c, value, shift) [c] = (uint32_t)(value) << (shift) | VALID /* NOLINT: a designator */
#define ALPHABET(s) { \
    D('A', 0, s), D('B', 1, s), D('C', 2, s), D('D', 3, s), D('E', 4, s), D('F', 5, s), D('G', 6, s), D('H', 7, s),          \
    D('I', 8, s), D('J', 9, s), D('K', 10, s), D('L', 11, s), D('M', 12, s), D('N', 13, s), D('O', 14, s), D('P', 15, s),    \
    D('Q', 16, s), D('R', 17, s), D('S', 18, s), D('T', 19, s), D('U', 20, s), D('V', 21, s), D('W', 22, s), D('X', 23, s),  \
    D('Y', 24, s), D('Z', 25, s), D('a', 26, s), D('b', 27, s), D('c', 28, s), D('d', 29, s), D('e', 30, s), D('f', 31, s),  \
    D('g', 32, s), D('h', 33, s), D('i', 34, s), D('j', 35, s), D('k', 36, s), D('l', 37, s), D('m', 38, s), D('n', 39, s),  \
    D('o', 40, s), D('p', 41, s), D('q', 42, s), D('r', 43, s), D('s', 44, s), D('t', 45, s), D('u', 46, s), D('v', 47, s),  \
    D('w', 48, s), D('x', 49, s), D('y', 50, s), D('z', 51, s), D('0', 52, s), D('1', 53, s), D('2', 54, s), D('3', 55, s),  \
    D('4', 56, s), D('5', 57, s), D('6', 58, s), D('7', 59, s), D('8', 60, s), D('9', 61, s), D('+', 62, s), D('/', 63, s) }
/* clang-format on */
static const uint32_t values[4][256] = {ALPHABET(18), ALPHABET(12), ALPHABET(6), ALPHABET(0)};

static uint32_t group_at(const char *text)
{
    const uint8_t *p = (const uint8_t *)text;

    return values[0][p[0]] + values[1][p[1]] + values[2][p[2]] + values[3][p[3]];
}

/* Groups without white space or padding, two at a time; returns how many characters those were. */
static size_t decode_run(const char *text, size_t n, uint8_t *room)
{
    const char *p = text;

    for (; n >= 8; n -= 8) {
        const uint32_t first = group_at(p);
        const uint32_t second = group_at(p + 4);
        const uint64_t bits =
            htobe64((uint64_t)first << 40 | (uint64_t)(second & (VALID - 1)) << 16);

        if ((first & second & ALL_VALID) == 0)
            break;
        memcpy(room, &bits, 6);
        p += 8;
        room += 6;
    }
    if (n >= 4 && (group_at(p) & ALL_VALID) != 0) {
        const uint32_t bits = htobe32(group_at(p) << 8);

        memcpy(room, &bits, 3);
        p += 4;
    }
    return (size_t)(p - text);
}

/* Ends the group that is complete; returns how many bytes it gave. */
static size_t end_group(struct base64 *state, uint8_t *room)
{
    const unsigned n = 3 - state->padding;

    for (unsigned i = 0; i < n; i++)
        room[i] = (uint8_t)(state->bits >> (16 - 8 * i));
    /* Bits that no byte takes are zero, or two texts would mean the same (RFC 4648, 3.5). */
    if ((state->bits & ((1U << (8 * state->padding)) - 1)) != 0)
        state->broken = true;
    state->bits = 0;
    state->count = 0;
    return n;
}

static size_t decode_one(struct base64 *state, char c, uint8_t *room)
{
    const uint32_t value = values[3][(uint8_t)c];

    if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
        return 0;
    if (c == '=' && state->count >= 2) {
        state->padding++;
        state->bits <<= 6;
    } else if (value == 0 || state->padding > 0) {
        state->broken = true;
        return 0;
    } else {
        state->bits = state->bits << 6 | (value & (VALID - 1));
    }
    return ++state->count == 4 ? end_group(state, room) : 0;
}

size_t base64_decode(struct base64 *state, const char *text, size_t n, uint8_t *room)
{
    uint8_t *p = room;

    while (n > 0 && !state->broken) {
        if (state->count == 0 && state->padding == 0) {
            const size_t run = decode_run(text, n, p);

            text += run;
            n -= run;
            p += run / 4 * 3;
        }
        /* Singly: a group that is cut, the last one, or what ended the run. */
        do {
            if (n == 0)
                break;
            p += decode_one(state, *text, p);
            text++;
            n--;
        } while (state->count != 0 && !state->broken);
    }
    return (size_t)(p - room);
}

bool base64_done(const struct base64 *state)
{
    return !state->broken && state->count == 0;
}
