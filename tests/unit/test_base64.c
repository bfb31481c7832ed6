#include "base/base64.h"

#include <check.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

/* Decodes in pieces of step characters; the length, or -1 if it is no base64. */
static long decode(const char *text, size_t step, uint8_t *out)
{
    const size_t n = strlen(text);
    struct base64 state = {0};
    size_t len = 0;

    for (size_t at = 0; at < n; at += step) {
        const size_t piece = n - at < step ? n - at : step;
        uint8_t *room = malloc(piece / 4 * 3 + 3); /* exactly what is promised */
        size_t written = 0;

        ck_assert_ptr_nonnull(room);
        written = base64_decode(&state, text + at, piece, room);
        ck_assert_uint_le(written, piece / 4 * 3 + 3);
        memcpy(out + len, room, written);
        free(room);
        len += written;
    }
    return base64_done(&state) ? (long)len : -1;
}

static const struct {
    const char *text;
    const char *bytes;
} good[] = {
    {"", ""},
    {" \t\r\n", ""},
    /* RFC 4648, 10 */
    {"Zg==", "f"},
    {"Zm8=", "fo"},
    {"Zm9v", "foo"},
    {"Zm9vYg==", "foob"},
    {"Zm9vYmE=", "fooba"},
    {"Zm9vYmFy", "foobar"},
    {"Zm9vYmFyZm9vYmFyZm9vYmFyZm9v", "foobarfoobarfoobarfoo"},
    {" Z m\n9\rv\tYmE =\r\n", "fooba"},
    {"Zg= =", "f"},
    {"Zg=\n=\n", "f"},
    {"Zm9vYmFyZm9vYmFy\r\nZm9vYmFyZm9vYmFy\r\n", "foobarfoobarfoobarfoobar"},
};

START_TEST(base64_gives_its_bytes_however_it_is_cut)
{
    const long n = (long)strlen(good[_i].bytes);

    for (size_t step = 1; step <= 40; step++) {
        uint8_t out[64];

        ck_assert_int_eq(decode(good[_i].text, step, out), n);
        ck_assert(memcmp(out, good[_i].bytes, (size_t)n) == 0);
    }
}
END_TEST

static const char *const bad[] = {
    "Z",        "Zg",         "Zg=",       "Zm9",          "Zm9vY",    "=",        "====",
    "Z===",     "Zg===",      "Zm8==",     "Zm9v=",        "Zg==Zg==", "Zg==Z",    "Zm8=Zm9v",
    "Zh==",     "Zm9=",       "Zg=v",      "Zm-v",         "Zm_v",     "Zm.v",     "Zm9v!",
    "Zm9v\xc3", "Zm9v\x7f",   "Zm9v\x0b",  "Zm9v\xa0",     "!m9v",     "Zm9vYmF,", "Zm9vYmFyZm9v*",
    "Zg=\f=",   "Zm9v Z g =", "*Zm9vYmFy", "Zm9vYm*yZm9v",
};

START_TEST(what_is_no_base64_is_told)
{
    for (size_t step = 1; step <= 20; step++) {
        uint8_t out[64];

        ck_assert_msg(decode(bad[_i], step, out) == -1, "%s", bad[_i]);
    }
}
END_TEST

START_TEST(no_other_character_passes)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/ \t\r\n";

    for (int c = 1; c < 256; c++) {
        struct base64 state = {0};
        char text[8] = "AAAAAAAA";
        uint8_t room[16];

        text[_i] = (char)c;
        base64_decode(&state, text, sizeof(text), room);
        ck_assert_int_eq(state.broken, c != '=' ? strchr(alphabet, c) == NULL : _i != 7);
    }
}
END_TEST

START_TEST(it_agrees_with_openssl_on_all_bytes)
{
    uint8_t bytes[999];
    char text[1400];
    uint8_t out[1200];

    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(i * 7 + i / 256);
    for (int n = 0; n < (int)sizeof(bytes); n++) {
        EVP_EncodeBlock((unsigned char *)text, bytes, n);
        ck_assert_int_eq(decode(text, 13, out), n);
        ck_assert(memcmp(out, bytes, (size_t)n) == 0);
    }
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

int main(void)
{
    Suite *suite = suite_create("base64");
    TCase *cases = tcase_create("base64");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    suite_add_tcase(suite, cases);
    tcase_add_loop_test(cases, base64_gives_its_bytes_however_it_is_cut, 0, COUNT(good));
    tcase_add_loop_test(cases, what_is_no_base64_is_told, 0, COUNT(bad));
    tcase_add_loop_test(cases, no_other_character_passes, 0, 8);
    tcase_add_test(cases, it_agrees_with_openssl_on_all_bytes);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
