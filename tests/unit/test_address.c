#include "base/address.h"

#include <check.h>
#include <string.h>

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static const struct {
    const char *text;
    const char *same; /* NULL: no address */
} addresses[] = {
    {"192.0.2.1", "192.0.2.1"},
    {"2001:DB8:0:0::1", "2001:db8::1"},
    {"::", "::"},
    {"::ffff:192.0.2.1", "192.0.2.1"},
    {"::ffff:c000:201", "192.0.2.1"},
    {"", NULL},
    {"192.0.2", NULL},
    {"192.0.2.256", NULL},
    {"192.0.2.01", NULL},
    {"192.0.2.1 ", NULL},
    {"192.0.2.1:80", NULL},
    {"[::1]", NULL},
    {"fe80::1%eth0", NULL},
    {"1:2:3:4:5:6:7:8:9", NULL},
    {"localhost", NULL},
    {"0000000000000000000000000000000000000000000000000000000192.0.2.1", NULL},
};

START_TEST(an_address_is_read_and_written_in_one_form)
{
    const char *text = addresses[_i].text;
    struct address address = {0};
    char again[ADDRESS_TEXT_SIZE];
    const bool good = address_parse(text, strlen(text), &address);

    ck_assert_msg(good == (addresses[_i].same != NULL), "%s", text);
    if (!good)
        return;
    address_text(&address, again);
    ck_assert_str_eq(again, addresses[_i].same);
}
END_TEST

START_TEST(an_address_ends_at_its_length_and_has_no_zero_byte)
{
    struct address address = {0};

    ck_assert(address_parse("192.0.2.17", 9, &address));
    ck_assert_int_eq(address.bytes[3], 1);
    ck_assert(!address_parse("192.0.2.1\0x", 11, &address));
}
END_TEST

static const struct {
    const char *networks;
    const char *address;
    bool inside;
} places[] = {
    {"", "192.0.2.1", false},
    {"192.0.2.1", "192.0.2.1", true},
    {"192.0.2.1", "192.0.2.2", false},
    {"192.0.2.0/24", "192.0.2.255", true},
    {"192.0.2.0/24", "192.0.3.0", false},
    {"192.0.2.128/25", "192.0.2.127", false},
    {"0.0.0.0/0", "203.0.113.9", true},
    {"0.0.0.0/0", "2001:db8::1", false},
    {"::/0", "192.0.2.1", false},
    {"::/0", "2001:db8::1", true},
    {"2001:db8::/33", "2001:db8:7fff::1", true},
    {"2001:db8::/33", "2001:db8:8000::1", false},
    {"10.0.0.0/8, 2001:db8::/32\t192.0.2.1", "192.0.2.1", true},
    {" , 10.0.0.0/8,,", "10.255.0.1", true},
    {"::ffff:192.0.2.0/24", "192.0.2.7", true},
};

START_TEST(networks_contain_what_shares_their_bits)
{
    struct networks networks = {0};
    struct address address = {0};
    struct err err = {0};

    ck_assert_msg(networks_parse(places[_i].networks, &networks, &err), "%s", err.msg);
    ck_assert(address_parse(places[_i].address, strlen(places[_i].address), &address));
    ck_assert_msg(networks_contain(&networks, &address) == places[_i].inside, "%s in %s",
                  places[_i].address, places[_i].networks);
}
END_TEST

static const char *const no_networks[] = {
    "localhost",    "192.0.2.1/33", "192.0.2.1/24",   "192.0.2.0/", "192.0.2.0/x", "192.0.2.0/-1",
    "2001:db8::/4", "::/129",       "192.0.2.0/0024", "/24",        "1.2.3.4;::1"};

START_TEST(what_is_no_network_is_refused_by_name)
{
    struct networks networks = {.count = 7};
    struct err err = {0};

    ck_assert(!networks_parse(no_networks[_i], &networks, &err));
    ck_assert_ptr_nonnull(strstr(err.msg, no_networks[_i]));
    ck_assert_uint_eq(networks.count, 7);
}
END_TEST

START_TEST(too_many_networks_are_refused)
{
    char text[NETWORKS_MAX * 4 + 8] = "";
    struct networks networks = {0};
    struct err err = {0};

    for (int i = 0; i < NETWORKS_MAX; i++)
        strcat(text, "::1,");
    ck_assert(networks_parse(text, &networks, &err));
    ck_assert_uint_eq(networks.count, NETWORKS_MAX);
    strcat(text, "::1");
    ck_assert(!networks_parse(text, &networks, &err));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("address");
    TCase *tests = tcase_create("address");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_add_loop_test(tests, an_address_is_read_and_written_in_one_form, 0, COUNT(addresses));
    tcase_add_test(tests, an_address_ends_at_its_length_and_has_no_zero_byte);
    tcase_add_loop_test(tests, networks_contain_what_shares_their_bits, 0, COUNT(places));
    tcase_add_loop_test(tests, what_is_no_network_is_refused_by_name, 0, COUNT(no_networks));
    tcase_add_test(tests, too_many_networks_are_refused);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
