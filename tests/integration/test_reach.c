/* Whom a message can notify, as the registers know it (domain.md 6.4). */
#include "base/clock.h"
#include "store/facts_store.h"
#include "support/store_fixture.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

enum { LIST_SIZE = 512 };

/* Organisation, its sub-unit, and persons: ROLES has roles in the organisation, NO_ROLE none. */
#define UNIT "910820605"
#define SUB_UNIT "910568183"
#define ROLES "15819010029"
#define NO_ROLE "15519010094"

static struct pg_cluster *cluster;
static struct store store;
static struct notification_order order;
static struct message message;

static void setup(void)
{
    store_open(cluster, &store);
    store_run(&store, "DELETE FROM dpvd.organization_role; DELETE FROM dpvd.notification_address");
    order = (struct notification_order){.type = "VarselDPVMedRevarsel"};
    message = (struct message){.service_code = "4255",
                               .service_edition = "10",
                               .reportee = UNIT,
                               .notifications = &order,
                               .notification_count = 1};
}

static void teardown(void)
{
    store_close(&store);
}

static struct reach load(void)
{
    const struct login login = {"demo", "192.0.2.1"};
    const uint8_t digest[32] = {0};
    struct facts facts = {0};
    struct err err = {0};

    ck_assert_msg(facts_load(store.db, store.arena, &login, &message, digest, &facts, &err), "%s",
                  err.msg);
    return facts.reach;
}

/* "S 91929394, E a@b.example" */
static void check_contacts(const char *reportee, const char *expected)
{
    char list[LIST_SIZE] = "";
    struct reach reach;
    size_t n = 0;

    message.reportee = reportee;
    reach = load();
    for (size_t i = 0; i < reach.contact_count && n < sizeof(list); i++)
        n += (size_t)snprintf(list + n, sizeof(list) - n, "%s%c %s", i == 0 ? "" : ", ",
                              reach.contacts[i].transport == TRANSPORT_SMS ? 'S' : 'E',
                              reach.contacts[i].address);
    ck_assert_str_eq(list, expected);
}

static void give_address(const char *unit, int kind, const char *address)
{
    char sql[512];

    snprintf(sql, sizeof(sql),
             "INSERT INTO dpvd.notification_address (organization_number, kind, address) "
             "VALUES ('%s', %d, '%s')",
             unit, kind, address);
    store_run(&store, sql);
}

static void give_contact(const char *unit, const char *person, const char *rest)
{
    char sql[512];

    snprintf(sql, sizeof(sql),
             "INSERT INTO dpvd.personal_contact (organization_number, person_number, email, "
             "mobile, services) VALUES ('%s', '%s', %s)",
             unit, person, rest);
    store_run(&store, sql);
}

static void give_role(const char *unit, const char *person, const char *type)
{
    char sql[512];

    snprintf(sql, sizeof(sql),
             "INSERT INTO dpvd.organization_role (organization_number, holder, type) "
             "VALUES ('%s', '%s', '%s')",
             unit, person, type);
    store_run(&store, sql);
}

/* ------------------------------------------------------------------ official addresses */

START_TEST(official_addresses_come_as_they_were_registered_but_for_deleted_ones)
{
    give_address(UNIT, 1, "91 92 93 94");
    give_address(UNIT, 2, "b@example.no");
    give_address(UNIT, 2, "gone@example.no");
    give_address(UNIT, 2, "a@example.no");
    store_run(&store, "UPDATE dpvd.notification_address SET deleted = true "
                      "WHERE address = 'gone@example.no'");
    check_contacts(UNIT, "S 91 92 93 94, E b@example.no, E a@example.no");
    check_contacts("810514442", "");
}
END_TEST

START_TEST(sub_unit_with_any_official_address_has_only_its_own)
{
    give_address(UNIT, 2, "main@example.no");
    give_address(UNIT, 1, "91929394");
    give_address(SUB_UNIT, 2, "sub@example.no");
    check_contacts(SUB_UNIT, "E sub@example.no");
    check_contacts(UNIT, "E main@example.no, S 91929394");
}
END_TEST

START_TEST(sub_unit_without_official_address_has_those_of_its_main_unit)
{
    give_address(UNIT, 2, "main@example.no");
    give_address(SUB_UNIT, 2, "gone@example.no");
    store_run(&store, "UPDATE dpvd.notification_address SET deleted = true "
                      "WHERE address = 'gone@example.no'");
    check_contacts(SUB_UNIT, "E main@example.no");
}
END_TEST

/* ------------------------------------------------------------------ personal contacts */

START_TEST(personal_contacts_come_behind_official_addresses)
{
    give_contact(UNIT, ROLES, "'person@example.no', '91929394', '{}'");
    give_role(UNIT, ROLES, "DAGL");
    give_address(UNIT, 1, "41424344");
    check_contacts(UNIT, "S 41424344, E person@example.no, S 91929394");
}
END_TEST

START_TEST(personal_contacts_without_role_are_not_told)
{
    give_contact(UNIT, ROLES, "'roles@example.no', NULL, '{}'");
    give_contact(UNIT, NO_ROLE, "'none@example.no', NULL, '{}'");
    check_contacts(UNIT, "");
    give_role(UNIT, ROLES, "LEDE");
    give_role("810514442", NO_ROLE, "LEDE");
    give_role(UNIT, NO_ROLE, "REVI");
    check_contacts(UNIT, "E roles@example.no");
}
END_TEST

START_TEST(role_that_is_over_or_not_yet_there_does_not_count)
{
    give_contact(UNIT, ROLES, "'roles@example.no', NULL, '{}'");
    give_role(UNIT, ROLES, "DAGL");
    store_run(&store, "UPDATE dpvd.organization_role SET valid_to = now() - interval '2 days'");
    check_contacts(UNIT, "");
    store_run(&store, "UPDATE dpvd.organization_role SET valid_to = NULL, "
                      "valid_from = now() + interval '2 days'");
    check_contacts(UNIT, "");
    store_run(&store, "UPDATE dpvd.organization_role SET valid_from = now() - interval '2 days', "
                      "valid_to = now() + interval '2 days'");
    check_contacts(UNIT, "E roles@example.no");
}
END_TEST

START_TEST(empty_and_missing_personal_addresses_are_none)
{
    give_contact(UNIT, ROLES, "'', '91929394', '{}'");
    give_role(UNIT, ROLES, "DAGL");
    check_contacts(UNIT, "S 91929394");
}
END_TEST

static const struct {
    const char *services;
    bool told;
} limits[] = {{"{}", true},          {"{4255/10}", true},        {"{4255/1}", false},
              {"{4255/100}", false}, {"{4255/1,4255/10}", true}, {"{5504/1}", false},
              {"{14255/10}", false}, {"{4255/10,4255/1}", true}, {"{4255}", false}};

START_TEST(personal_contacts_may_be_limited_to_services)
{
    give_role(UNIT, ROLES, "DAGL");
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        char rest[128];

        snprintf(rest, sizeof(rest), "'a@example.no', NULL, '%s'", limits[i].services);
        store_run(&store, "DELETE FROM dpvd.personal_contact");
        give_contact(UNIT, ROLES, rest);
        check_contacts(UNIT, limits[i].told ? "E a@example.no" : "");
    }
    message.service_edition = NULL; /* the newest one is 10 */
    give_contact(UNIT, NO_ROLE, "'b@example.no', NULL, '{4255/10}'");
    give_role(UNIT, NO_ROLE, "LEDE");
    check_contacts(UNIT, "E b@example.no");
}
END_TEST

START_TEST(personal_contacts_are_not_told_of_confidential_messages)
{
    give_contact(UNIT, ROLES, "'a@example.no', NULL, '{}'");
    give_role(UNIT, ROLES, "DAGL");
    give_address(UNIT, 2, "official@example.no");
    message.service_code = "5504";
    message.service_edition = "1";
    check_contacts(UNIT, "E official@example.no");
}
END_TEST

START_TEST(sub_unit_has_its_own_personal_contacts_and_in_the_fallback_those_of_its_main_unit_too)
{
    give_contact(UNIT, ROLES, "'main@example.no', NULL, '{}'");
    give_contact(SUB_UNIT, ROLES, "'sub@example.no', NULL, '{}'");
    give_role(UNIT, ROLES, "DAGL"); /* of the main unit: it holds for the sub-unit too */
    check_contacts(SUB_UNIT, "E sub@example.no, E main@example.no");
    give_address(SUB_UNIT, 2, "official@example.no");
    check_contacts(SUB_UNIT, "E official@example.no, E sub@example.no");
    check_contacts(UNIT, "E main@example.no");
}
END_TEST

START_TEST(role_in_a_sub_unit_does_not_hold_for_its_main_unit)
{
    give_contact(UNIT, ROLES, "'main@example.no', NULL, '{}'");
    give_role(SUB_UNIT, ROLES, "KONT");
    check_contacts(UNIT, "");
    check_contacts(SUB_UNIT, "E main@example.no");
}
END_TEST

/* ------------------------------------------------------------------ persons */

START_TEST(persons_have_the_addresses_of_the_register_as_long_as_they_are_fresh)
{
    struct err err = {0};

    check_contacts(ROLES, "E aase@bjoernstoe.example, S +4791020304");
    check_contacts("12857510281", ""); /* verified in 2020 */
    check_contacts("55819010012", ""); /* reserved, no address */
    check_contacts(NO_ROLE, "");       /* in no register of contacts */
    store_run(&store, "UPDATE dpvd.person_contact SET verified = now() - interval '90 minutes'");
    ck_assert(config_assign(&store.config, "contact_age=2h", &err));
    check_contacts(ROLES, "E aase@bjoernstoe.example, S +4791020304");
    ck_assert(config_assign(&store.config, "contact_age=1h", &err));
    check_contacts(ROLES, "");
    store_run(&store, "UPDATE dpvd.person_contact SET verified = NULL");
    check_contacts(ROLES, "");
}
END_TEST

START_TEST(personal_contacts_of_an_organisation_are_not_those_of_the_person)
{
    store_run(&store, "DELETE FROM dpvd.person_contact");
    give_contact(UNIT, ROLES, "'work@example.no', NULL, '{}'");
    give_role(UNIT, ROLES, "DAGL");
    check_contacts(ROLES, "");
}
END_TEST

/* ------------------------------------------------------------------ templates */

static const struct template *find_template(const struct reach *reach, const char *name,
                                            const char *language_code)
{
    for (size_t i = 0; i < reach->template_count; i++) {
        if (strcmp(reach->templates[i].name, name) == 0 &&
            strcmp(reach->templates[i].language_code, language_code) == 0)
            return &reach->templates[i];
    }
    return NULL;
}

START_TEST(templates_are_those_that_the_message_names_in_all_languages)
{
    const struct notification_order orders[] = {{.type = "VarselDPVMedRevarsel"},
                                                {.type = "Unknown"},
                                                {.type = NULL},
                                                {.type = "VarselDPVMedRevarsel"},
                                                {.type = "General"}};
    struct reach reach;

    message.notifications = orders;
    message.notification_count = 5;
    store_run(&store, "DELETE FROM dpvd.notification_template "
                      "WHERE name = 'General' AND language_code <> '1033'; "
                      "UPDATE dpvd.notification_template SET email_text = NULL "
                      "WHERE name = 'General'; UPDATE dpvd.notification_template "
                      "SET sms_text = NULL WHERE language_code = '2068'");
    reach = load();
    ck_assert_uint_eq(reach.template_count, 4);
    ck_assert(find_template(&reach, "General", "1033")->has_sms);
    ck_assert(!find_template(&reach, "General", "1033")->has_email);
    ck_assert(!find_template(&reach, "General", "1033")->has_reminder);
    ck_assert(find_template(&reach, "VarselDPVMedRevarsel", "2068")->has_reminder);
    ck_assert(find_template(&reach, "VarselDPVMedRevarsel", "2068")->has_email);
    ck_assert(!find_template(&reach, "VarselDPVMedRevarsel", "2068")->has_sms);
    message.reportee = ROLES;
    ck_assert_uint_eq(load().template_count, 4);
    message.reportee = "unknown";
    ck_assert_uint_eq(load().template_count, 4);
}
END_TEST

START_TEST(nothing_is_asked_for_a_message_without_notifications_or_with_too_many)
{
    struct notification_order orders[11];
    struct reach reach;

    for (size_t i = 0; i < 11; i++)
        orders[i] = order;
    give_address(UNIT, 1, "91929394");
    message.notifications = orders;
    for (size_t count = 0; count <= 11; count += 11) {
        message.notification_count = count;
        reach = load();
        ck_assert_uint_eq(reach.contact_count + reach.template_count, 0);
    }
    message.notification_count = 10;
    ck_assert_uint_eq(load().contact_count, 1);
}
END_TEST

START_TEST(rare_facts_do_not_come_in_the_way)
{
    const struct login login = {"demo", "192.0.2.1"};
    const uint8_t digest[32] = {0};
    struct facts facts = {0};
    struct err err = {0};

    give_address(UNIT, 1, "91929394");
    message.on_behalf_of = "991825827";
    ck_assert(facts_load(store.db, store.arena, &login, &message, digest, &facts, &err));
    ck_assert_int_eq(facts.actual_status, SENDER_ACTIVE);
    ck_assert_uint_eq(facts.reach.contact_count, 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("reach");
    TCase *cases = tcase_create("reach");

    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, official_addresses_come_as_they_were_registered_but_for_deleted_ones);
    tcase_add_test(cases, sub_unit_with_any_official_address_has_only_its_own);
    tcase_add_test(cases, sub_unit_without_official_address_has_those_of_its_main_unit);
    tcase_add_test(cases, personal_contacts_come_behind_official_addresses);
    tcase_add_test(cases, personal_contacts_without_role_are_not_told);
    tcase_add_test(cases, role_that_is_over_or_not_yet_there_does_not_count);
    tcase_add_test(cases, empty_and_missing_personal_addresses_are_none);
    tcase_add_test(cases, personal_contacts_may_be_limited_to_services);
    tcase_add_test(cases, personal_contacts_are_not_told_of_confidential_messages);
    tcase_add_test(
        cases,
        sub_unit_has_its_own_personal_contacts_and_in_the_fallback_those_of_its_main_unit_too);
    tcase_add_test(cases, role_in_a_sub_unit_does_not_hold_for_its_main_unit);
    tcase_add_test(cases, persons_have_the_addresses_of_the_register_as_long_as_they_are_fresh);
    tcase_add_test(cases, personal_contacts_of_an_organisation_are_not_those_of_the_person);
    tcase_add_test(cases, templates_are_those_that_the_message_names_in_all_languages);
    tcase_add_test(cases, nothing_is_asked_for_a_message_without_notifications_or_with_too_many);
    tcase_add_test(cases, rare_facts_do_not_come_in_the_way);
    suite_add_tcase(suite, cases);
    return store_main(suite, &cluster);
}
