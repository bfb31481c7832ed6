/* Which entries a register takes, and how it takes them. */
#include "registers/check.h"
#include "registers/csv.h"
#include "xml/datetime.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

enum { SYNTHETIC = true };

/* The rows that come of one file; and each complaint as "column: what". */
struct outcome {
    const struct registry *registry;
    struct form_setting setting;
    struct buf rows;
    struct buf complaints;
    enum verdict verdict; /* of the last entry */
    int64_t entries;
    bool from_json;
};

static bool take(void *context, struct entry *entry, struct err *err)
{
    struct outcome *outcome = context;
    struct complaint complaint = {0};
    bool holds = true;

    (void)err;
    outcome->entries++;
    if (outcome->from_json && outcome->registry->convert != NULL && entry->damage == NULL)
        ck_assert(outcome->registry->convert(outcome->setting.arena, entry, &holds));
    if (!holds)
        return buf_add_text(&outcome->rows, "left out\n");
    ck_assert(check_entry(outcome->registry, &outcome->setting, entry, outcome->entries,
                          &outcome->rows, &outcome->verdict, &complaint));
    if (complaint.what != NULL)
        ck_assert(buf_add_format(&outcome->complaints, "%s: %s\n",
                                 complaint.column == NULL ? "" : complaint.column, complaint.what));
    return true;
}

static void outcome_begin(struct outcome *outcome, const char *name, bool synthetic)
{
    *outcome = (struct outcome){.registry = registry_find(name),
                                .setting = {.arena = arena_new(), .synthetic = synthetic}};
    ck_assert_ptr_nonnull(outcome->registry);
    ck_assert_ptr_nonnull(outcome->setting.arena);
    ck_assert(buf_add(&outcome->rows, "", 0) && buf_add(&outcome->complaints, "", 0));
}

static void outcome_end(struct outcome *outcome)
{
    buf_free(&outcome->rows);
    buf_free(&outcome->complaints);
    arena_free(&outcome->setting.arena);
}

static void run_csv(struct outcome *outcome, const char *header, const char *row)
{
    struct csv *csv = csv_new(outcome->registry->columns, take, outcome);
    struct err err = {0};
    bool broken = false;

    ck_assert_msg(csv_feed(csv, header, strlen(header), &err) && csv_feed(csv, "\n", 1, &err) &&
                      csv_feed(csv, row, strlen(row), &err) && csv_feed(csv, "\n", 1, &err) &&
                      csv_finish(csv, &broken, &err),
                  "%s", err.msg);
    csv_free(&csv);
}

static void run_json(struct outcome *outcome, const char *text)
{
    struct json *json = json_new(outcome->registry->json, take, outcome);
    struct err err = {0};

    outcome->from_json = true;
    ck_assert_msg(json_feed(json, text, strlen(text), &err) && json_finish(json, &err), "%s",
                  err.msg);
    json_free(&json);
}

/* ------------------------------------------------------------------ CSV */

#define UNIT                                                                                       \
    "number;name;form;parent;address1;address2;address3;postal_code;postal_area;status;deleted"
#define ROLE "organization;type;holder;from;to"
#define ADDRESS "organization;kind;address;confirmed;deleted"
#define PERSON                                                                                     \
    "number;first_name;middle_name;last_name;address1;address2;address3;postal_code;postal_area;"  \
    "dead;protection"
#define CONTACT "number;email;mobile;language;reserved;verified"
#define PERSONAL "organization;person;email;mobile;services"
#define N "\\N"

static const struct {
    const char *name;
    const char *header;
    const char *row;
    const char *expected;
} fine[] = {
    {"organizations", UNIT, "910820605;Blåbær;AS;;Storgata 3;;;2380;BRUMUNDDAL;active;",
     "910820605\tBlåbær\tAS\t" N "\tStorgata 3\t" N "\t" N "\t2380\tBRUMUNDDAL\t1\t" N},
    {"organizations", UNIT, "910820605;B;ORGL;991825827;;;;;;deleted;2026-01-31",
     "910820605\tB\tORGL\t991825827\t" N "\t" N "\t" N "\t" N "\t" N "\t2\t2026-01-31"},
    {"organizations", UNIT, "910820605;B;;;;;;;;bankrupt;",
     "910820605\tB\t" N "\t" N "\t" N "\t" N "\t" N "\t" N "\t" N "\t3\t" N},
    {"organizations", "name;number", " A\\B\tC ; 910820605 ",
     "910820605\tA\\\\B C\t" N "\t" N "\t" N "\t" N "\t" N "\t" N "\t" N "\t" N "\t" N},
    {"sub-units", UNIT, "910568183;Avd;BEDR;910820605;;;;;;;",
     "910568183\tAvd\tBEDR\t910820605\t" N "\t" N "\t" N "\t" N "\t" N "\t" N "\t" N},
    {"roles", ROLE, "910820605;DAGL;15819010029;2026-01-31;2026-01-31",
     "910820605\tDAGL\t15819010029\t2026-01-31\t2026-01-31"},
    {"roles", ROLE, "910820605;REPR;991825827;;", "910820605\tREPR\t991825827\t" N "\t" N},
    {"addresses", ADDRESS, "910820605;email;post@blaabaer.example;2025-01-02T12:00:00Z;false",
     "910820605\t2\tpost@blaabaer.example\t2025-01-02T12:00:00.000Z\tf"},
    {"addresses", ADDRESS, "910820605;sms;91 92 93 94;;JA", "910820605\t1\t91929394\t" N "\tt"},
    {"addresses", ADDRESS, "910820605;sms;+46 70 123 45 67;2025-01-02;nei",
     "910820605\t1\t+46701234567\t2025-01-01T23:00:00.000Z\tf"},
    {"addresses", ADDRESS, "910820605;sms;004741929394;;", "910820605\t1\t004741929394\t" N "\t" N},
    {"persons", PERSON, "15819010029;Åse;;Bjørnstø;;;;;;1;strictly-confidential",
     "15819010029\tÅse\t" N "\tBjørnstø\t" N "\t" N "\t" N "\t" N "\t" N "\tt\t2"},
    {"persons", PERSON, "15819010029;Åse;;Bjørnstø;;;;;;no;open",
     "15819010029\tÅse\t" N "\tBjørnstø\t" N "\t" N "\t" N "\t" N "\t" N "\tf\t0"},
    {"contacts", CONTACT,
     "15819010029;aase@bjoernstoe.example;+4791020304;nb;0;2026-01-31T12:00:00",
     "15819010029\taase@bjoernstoe.example\t+4791020304\tnb\tf\t2026-01-31T11:00:00.000Z"},
    {"personal-contacts", PERSONAL, "910820605;15819010029;;91020304; 4255/10, 5504/1 ",
     "910820605\t15819010029\t" N "\t91020304\t4255/10 5504/1"},
};

START_TEST(an_entry_goes_into_the_database_as_the_register_wants_it)
{
    struct outcome outcome;
    struct buf expected = {0};

    outcome_begin(&outcome, fine[_i].name, SYNTHETIC);
    run_csv(&outcome, fine[_i].header, fine[_i].row);
    ck_assert(buf_add_format(&expected, "1\t1\t2\tf\t%s\n", fine[_i].expected));
    ck_assert_str_eq(outcome.complaints.data, "");
    ck_assert_str_eq(outcome.rows.data, expected.data);
    buf_free(&expected);
    outcome_end(&outcome);
}
END_TEST

/* With what is left of it in the database: its key, or nothing. */
static const struct {
    const char *name;
    const char *header;
    const char *row;
    const char *complaint;
    enum verdict verdict;
} refused[] = {
    {"organizations", "number;name", "910820606;B", "number: no organisation number",
     VERDICT_NAMELESS},
    {"organizations", "number;name", "15819010029;B", "number: no organisation number",
     VERDICT_NAMELESS},
    {"organizations", "number;name", ";B", "number: missing", VERDICT_NAMELESS},
    {"organizations", "number;name", "910820605", ": does not have as many values as the header",
     VERDICT_NAMELESS},
    {"organizations", "number;name", "910820605; ", "name: missing", VERDICT_REFUSED},
    {"organizations", "number;name", "910820605;a\xff",
     "name: no text in UTF-8, or holds control characters", VERDICT_REFUSED},
    {"organizations", "number;name", "910820605;a\x07",
     "name: no text in UTF-8, or holds control characters", VERDICT_REFUSED},
    {"organizations", "number;name", "910820605;a\xc2\x9f",
     "name: no text in UTF-8, or holds control characters", VERDICT_REFUSED},
    {"organizations", "number;name;form", "910820605;B;A S", "form: no single word",
     VERDICT_REFUSED},
    {"organizations", "number;name;form", "910820605;B;ABCDEFGHIJK", "form: too long",
     VERDICT_REFUSED},
    {"organizations", "number;name;form", "910820605;B;BEDR",
     "form: that of a sub-unit, which have an import of their own", VERDICT_REFUSED},
    {"organizations", "number;name;parent", "910820605;B;910820605",
     "parent: the organisation itself", VERDICT_REFUSED},
    {"organizations", "number;name;status", "910820605;B;closed",
     "status: none of the words that it may be", VERDICT_REFUSED},
    {"organizations", "number;name;status;deleted", "910820605;B;active;2026-01-31",
     "deleted: given, but the status is not deleted", VERDICT_REFUSED},
    {"organizations", "number;name;status;deleted", "910820605;B;deleted;31.01.2026",
     "deleted: no date like 2026-01-31", VERDICT_REFUSED},
    {"organizations", "number;name;status;deleted", "910820605;B;deleted;2026-02-30",
     "deleted: no date like 2026-01-31", VERDICT_REFUSED},
    {"organizations", "number;name;status;deleted", "910820605;B;deleted;2026-01-31T00:00:00",
     "deleted: no date like 2026-01-31", VERDICT_REFUSED},
    {"sub-units", UNIT, "910568183;Avd;AS;910820605;;;;;;;",
     "form: not that of a sub-unit (BEDR, AAFY)", VERDICT_REFUSED},
    {"sub-units", UNIT, "910568183;Avd;BEDR;;;;;;;;", "parent: missing", VERDICT_REFUSED},
    {"roles", ROLE, "910820605;DAGL;15819010020;;",
     "holder: neither an organisation number nor an identity number", VERDICT_NAMELESS},
    {"roles", ROLE, "910820605;DAGL;15819010029;2026-02-01;2026-01-31",
     "to: before the role begins", VERDICT_REFUSED},
    {"roles", ROLE, "910820605;D/L;15819010029;;", "type: no single word", VERDICT_NAMELESS},
    {"addresses", ADDRESS, "910820605;fax;91929394;;", "kind: none of the words that it may be",
     VERDICT_NAMELESS},
    {"addresses", ADDRESS, "910820605;email;post@appoint-.no;;", "address: no e-mail address",
     VERDICT_FOREIGN},
    {"addresses", ADDRESS, "910820605;sms;21929394;;", "address: no mobile number",
     VERDICT_FOREIGN},
    {"addresses", ADDRESS, "910820605;sms;+4721929394;;", "address: no mobile number",
     VERDICT_FOREIGN},
    {"addresses", ADDRESS, "910820605;sms;9192939;;", "address: no mobile number", VERDICT_FOREIGN},
    {"addresses", ADDRESS, "910820605;sms;+0701234567;;", "address: no mobile number",
     VERDICT_FOREIGN},
    {"addresses", ADDRESS, "910820605;sms;+;;", "address: no mobile number", VERDICT_FOREIGN},
    {"addresses", ADDRESS, "910820605;sms;91929394;yesterday;",
     "confirmed: no time like 2026-01-31T12:00:00+01:00", VERDICT_REFUSED},
    {"addresses", ADDRESS, "910820605;sms;91929394;0001-01-01T00:00:00;",
     "confirmed: no time like 2026-01-31T12:00:00+01:00", VERDICT_REFUSED},
    {"addresses", ADDRESS, "910820605;sms;91929394;;perhaps", "deleted: neither true nor false",
     VERDICT_REFUSED},
    {"persons", PERSON, "910820605;Åse;;Bjørnstø;;;;;;;", "number: no identity number",
     VERDICT_NAMELESS},
    {"contacts", CONTACT, "15819010029;aase;;;;", "email: no e-mail address", VERDICT_REFUSED},
    {"contacts", CONTACT, "15819010029;;12345678;;;", "mobile: no mobile number", VERDICT_REFUSED},
    {"personal-contacts", PERSONAL, "910820605;15819010029;;;4255",
     "services: no list like 4255/10 5504/1", VERDICT_REFUSED},
    {"personal-contacts", PERSONAL, "910820605;15819010029;;;4255/010",
     "services: no list like 4255/10 5504/1", VERDICT_REFUSED},
    {"personal-contacts", PERSONAL, "910820605;15819010029;;;12345678/1",
     "services: no list like 4255/10 5504/1", VERDICT_REFUSED},
    {"personal-contacts", PERSONAL, "910820605;15819010029;;;4255/1x",
     "services: no list like 4255/10 5504/1", VERDICT_REFUSED},
};

START_TEST(what_is_wrong_with_an_entry_is_told_without_its_values)
{
    struct outcome outcome;
    struct buf expected = {0};

    outcome_begin(&outcome, refused[_i].name, SYNTHETIC);
    run_csv(&outcome, refused[_i].header, refused[_i].row);
    ck_assert(buf_add_format(&expected, "%s\n", refused[_i].complaint));
    ck_assert_str_eq(outcome.complaints.data, expected.data);
    ck_assert_int_eq(outcome.verdict, refused[_i].verdict);
    if (refused[_i].verdict == VERDICT_REFUSED)
        ck_assert_int_eq(strncmp(outcome.rows.data, "1\t1\t2\tt\t", 8), 0);
    else
        ck_assert_str_eq(outcome.rows.data, "");
    buf_free(&expected);
    outcome_end(&outcome);
}
END_TEST

START_TEST(of_a_refused_entry_only_the_key_goes_on)
{
    struct outcome outcome;

    outcome_begin(&outcome, "contacts", SYNTHETIC);
    run_csv(&outcome, CONTACT, "15819010029;aase@bjoernstoe.example;1;nb;ja;");
    ck_assert_str_eq(outcome.rows.data,
                     "1\t1\t2\tt\t15819010029\t" N "\t" N "\t" N "\t" N "\t" N "\n");
    outcome_end(&outcome);
}
END_TEST

START_TEST(the_first_thing_that_is_wrong_is_told)
{
    struct outcome outcome;

    outcome_begin(&outcome, "contacts", SYNTHETIC);
    run_csv(&outcome, CONTACT, "1;2;3;4;5;6");
    ck_assert_str_eq(outcome.complaints.data, "number: no identity number\n");
    outcome_end(&outcome);
}
END_TEST

START_TEST(persons_of_test_populations_are_taken_only_when_allowed)
{
    static const char *const names[] = {"roles", "persons", "contacts", "personal-contacts"};
    static const char *const headers[] = {ROLE, PERSON, CONTACT, PERSONAL};
    static const char *const rows[] = {"910820605;DAGL;15819010029;;",
                                       "15819010029;Åse;;Bjørnstø;;;;;;;", "15819010029;;;;;",
                                       "910820605;15819010029;;;"};

    for (int i = 0; i < COUNT(names); i++) {
        struct outcome outcome;

        outcome_begin(&outcome, names[i], !SYNTHETIC);
        run_csv(&outcome, headers[i], rows[i]);
        ck_assert_int_eq(outcome.verdict, VERDICT_NAMELESS);
        outcome_end(&outcome);
    }
}
END_TEST

/* ------------------------------------------------------------------ JSON */

#define OSLO "\"postnummer\":\"0150\",\"poststed\":\"OSLO\",\"land\":\"Norge\",\"landkode\":\"NO\""

static const struct {
    const char *name;
    const char *text;
    const char *expected; /* behind position, number, line and "f" */
} public[] = {
    {"organizations",
     "[{\"organisasjonsnummer\":\"910820605\",\"navn\":\"BLÅBÆR\",\"organisasjonsform\":{\"kode\":"
     "\"AS\",\"beskrivelse\":\"Aksjeselskap\"},\"postadresse\":{" OSLO
     ",\"adresse\":[\"Postboks 1\""
     "]},\"forretningsadresse\":{\"postnummer\":\"7004\",\"adresse\":[\"Storgata 1\"]},\"konkurs\":"
     "false,\"underAvvikling\":true}]",
     "910820605\tBLÅBÆR\tAS\t" N "\tPostboks 1\t" N "\t" N "\t0150\tOSLO\t1\t" N},
    {"organizations",
     "[{\"organisasjonsnummer\":\"910820605\",\"navn\":\"B\",\"forretningsadresse\":{" OSLO
     ",\"adresse\":[\"c/o A\",\"Storgata 1\",\"Bygg B\",\"3. etasje\"]},\"konkurs\":true}]",
     "910820605\tB\t" N "\t" N "\tc/o A\tStorgata 1\tBygg B, 3. etasje\t0150\tOSLO\t3\t" N},
    {"organizations",
     "[{\"organisasjonsnummer\":\"910820605\",\"navn\":\"B\",\"slettedato\":\"2026-01-31\","
     "\"konkurs\":true}]",
     "910820605\tB\t" N "\t" N "\t" N "\t" N "\t" N "\t" N "\t" N "\t2\t2026-01-31"},
    {"organizations",
     "[{\"organisasjonsnummer\":\"910820605\",\"navn\":\"B\",\"postadresse\":{\"adresse\":[\"12 "
     "Rue "
     "A\"],\"poststed\":\"75008 PARIS\",\"land\":\"Frankrike\",\"landkode\":\"FR\"}}]",
     "910820605\tB\t" N "\t" N "\t12 Rue A\t" N "\t" N "\t" N "\t75008 PARIS, Frankrike\t1\t" N},
    {"organizations",
     "[{\"organisasjonsnummer\":\"910820605\",\"navn\":\"B\",\"postadresse\":{\"adresse\":[\"12 "
     "Rue "
     "A\"],\"land\":\"Frankrike\",\"landkode\":\"FR\"}}]",
     "910820605\tB\t" N "\t" N "\t12 Rue A\t" N "\t" N "\t" N "\tFrankrike\t1\t" N},
    {"sub-units",
     "[{\"organisasjonsnummer\":\"910568183\",\"navn\":\"AVD\",\"organisasjonsform\":{\"kode\":"
     "\"BEDR\"},\"overordnetEnhet\":\"910820605\",\"beliggenhetsadresse\":{" OSLO ",\"adresse\":"
     "[\"Fjøsveien 4\"]}}]",
     "910568183\tAVD\tBEDR\t910820605\tFjøsveien 4\t" N "\t" N "\t0150\tOSLO\t1\t" N},
    {"roles",
     "[{\"organisasjonsnummer\":\"910820605\",\"rollegrupper\":[{\"type\":{\"kode\":\"DAGL\"},"
     "\"sistEndret\":\"2020-02-03\",\"roller\":[{\"type\":{\"kode\":\"DAGL\"},\"person\":{"
     "\"fodselsdato\":\"1990-01-15\",\"fodselsnummer\":\"15819010029\",\"navn\":{\"fornavn\":"
     "\"Åse\"}"
     "},\"fratraadt\":false}]}]}]",
     "910820605\tDAGL\t15819010029\t" N "\t" N},
    {"roles",
     "[{\"organisasjonsnummer\":\"910820605\",\"rollegrupper\":[{\"sistEndret\":\"2020-02-03\","
     "\"roller\":[{\"type\":{\"kode\":\"REPR\"},\"enhet\":{\"organisasjonsnummer\":\"991825827\"},"
     "\"fratraadt\":true}]}]}]",
     "910820605\tREPR\t991825827\t" N "\t2020-02-03"},
};

START_TEST(the_public_form_is_understood)
{
    struct outcome outcome;
    struct buf expected = {0};

    outcome_begin(&outcome, public[_i].name, SYNTHETIC);
    run_json(&outcome, public[_i].text);
    ck_assert(buf_add_format(&expected, "1\t1\t1\tf\t%s\n", public[_i].expected));
    ck_assert_str_eq(outcome.complaints.data, "");
    ck_assert_str_eq(outcome.rows.data, expected.data);
    buf_free(&expected);
    outcome_end(&outcome);
}
END_TEST

START_TEST(a_role_without_number_or_time_is_left_out)
{
    static const char text[] =
        "[{\"organisasjonsnummer\":\"910820605\",\"rollegrupper\":[{\"roller\":[{\"type\":{"
        "\"kode\":\"DAGL\"},\"person\":{\"fodselsdato\":\"1990-01-15\"}},{\"type\":{\"kode\":"
        "\"REPR\"},\"enhet\":{\"organisasjonsnummer\":\"991825827\"},\"avregistrert\":true},"
        "{\"type\":{\"kode\":\"REPR\"},\"enhet\":{\"organisasjonsnummer\":\"991825827\"}}]}]}]";
    struct outcome outcome;

    outcome_begin(&outcome, "roles", SYNTHETIC);
    run_json(&outcome, text);
    ck_assert_str_eq(outcome.rows.data,
                     "left out\nleft out\n3\t1\t1\tf\t910820605\tREPR\t991825827\t" N "\t" N "\n");
    outcome_end(&outcome);
}
END_TEST

START_TEST(there_is_no_register_of_another_name)
{
    ck_assert_ptr_null(registry_find("organisations"));
    ck_assert_uint_eq(registry_columns(registry_find("roles")), 5);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("register_check");
    TCase *tcase = tcase_create("register_check");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    if (!datetime_setup())
        return EXIT_FAILURE;
    suite_add_tcase(suite, tcase);
    tcase_add_loop_test(tcase, an_entry_goes_into_the_database_as_the_register_wants_it, 0,
                        COUNT(fine));
    tcase_add_loop_test(tcase, what_is_wrong_with_an_entry_is_told_without_its_values, 0,
                        COUNT(refused));
    tcase_add_test(tcase, of_a_refused_entry_only_the_key_goes_on);
    tcase_add_test(tcase, the_first_thing_that_is_wrong_is_told);
    tcase_add_test(tcase, persons_of_test_populations_are_taken_only_when_allowed);
    tcase_add_loop_test(tcase, the_public_form_is_understood, 0, COUNT(public));
    tcase_add_test(tcase, a_role_without_number_or_time_is_left_out);
    tcase_add_test(tcase, there_is_no_register_of_another_name);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
