/* Base64: a byte says how it is cut, the rest is the text. OpenSSL is asked for its opinion. */
#include "base/base64.h"
#include "fuzz/fuzz.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

struct decoding {
    struct base64 state;
    uint8_t *bytes;
    size_t n;
};

static bool feed(void *context, const void *text, size_t n, struct err *err)
{
    struct decoding *decoding = context;
    uint8_t *room = malloc(n / 4 * 3 + 3);
    size_t got = 0;

    (void)err;
    fuzz_hold(room != NULL, "memory is left");
    got = base64_decode(&decoding->state, text, n, room);
    memcpy(decoding->bytes + decoding->n, room, got);
    decoding->n += got;
    free(room);
    return true;
}

static struct decoding decode(struct fuzz_input text, uint8_t cut)
{
    struct decoding decoding = {.bytes = malloc(text.n + 3)};
    struct err err = {0};

    fuzz_hold(decoding.bytes != NULL, "memory is left");
    fuzz_pieces(text.data, text.n, cut, feed, &decoding, &err);
    return decoding;
}

static size_t without_space(struct fuzz_input text, uint8_t *out)
{
    size_t n = 0;

    for (size_t i = 0; i < text.n; i++) {
        if (memchr(" \t\r\n", text.data[i], 4) == NULL)
            out[n++] = text.data[i];
    }
    return n;
}

/* The one text that these bytes have, which is what came, white space aside. */
static void hold_round_trip(const struct decoding *decoding, struct fuzz_input text)
{
    uint8_t *bare = malloc(text.n + 1);
    uint8_t *again = malloc(decoding->n / 3 * 4 + 5);
    size_t n = 0;
    int again_n = 0;

    fuzz_hold(bare != NULL && again != NULL, "memory is left");
    n = without_space(text, bare);
    again_n = EVP_EncodeBlock(again, decoding->bytes, (int)decoding->n);
    fuzz_hold((size_t)again_n == n && memcmp(bare, again, n) == 0,
              "what is decoded encodes to what came");
    free(bare);
    free(again);
}

/* What OpenSSL takes and makes the same text of is base64; it pads by itself and takes set bits. */
static void hold_agreement(const struct decoding *decoding, struct fuzz_input text)
{
    uint8_t *bare = malloc(text.n + 1);
    uint8_t *theirs = malloc(text.n + 4);
    uint8_t *again = malloc(text.n + 8);
    int got = -1;
    size_t n = 0;

    fuzz_hold(bare != NULL && theirs != NULL && again != NULL, "memory is left");
    n = without_space(text, bare);
    got = n == 0 || n % 4 != 0 ? -1 : EVP_DecodeBlock(theirs, bare, (int)n);
    if (got >= 0)
        got -= (bare[n - 1] == '=') + (bare[n - 1] == '=' && bare[n - 2] == '=');
    if (got >= 0 && (size_t)EVP_EncodeBlock(again, theirs, got) == n && memcmp(again, bare, n) == 0)
        fuzz_hold(base64_done(&decoding->state) && decoding->n == (size_t)got &&
                      memcmp(decoding->bytes, theirs, decoding->n) == 0,
                  "what OpenSSL takes is taken, and is the same");
    else if (n > 0)
        fuzz_hold(!base64_done(&decoding->state), "what OpenSSL refuses is refused");
    free(bare);
    free(theirs);
    free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct fuzz_input input = {data, n};
    const uint8_t cut = fuzz_byte(&input);
    struct decoding whole = decode(input, 0);
    struct decoding pieces = decode(input, cut);

    fuzz_hold(base64_done(&whole.state) == base64_done(&pieces.state), "a cut changes no verdict");
    if (base64_done(&whole.state)) {
        fuzz_hold(whole.n == pieces.n && memcmp(whole.bytes, pieces.bytes, whole.n) == 0,
                  "a cut changes no byte");
        hold_round_trip(&whole, input);
    }
    hold_agreement(&whole, input);
    free(whole.bytes);
    free(pieces.bytes);
    return 0;
}
