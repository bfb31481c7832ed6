/* What notifications say: tokens, macros, prefix and mark, masking, length (domain.md 6.2). */
#include "model/identifier.h"
#include "model/notification_text.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static struct arena *arena;

static void set_up(void)
{
    arena = arena_new();
    ck_assert_ptr_nonnull(arena);
}

static void tear_down(void)
{
    arena_free(&arena);
}

static const struct service_name services[] = {{"4255", 10, "Administrasjon"},
                                               {"5504", 1, "Taushetsbelagt post"}};

static struct macro_values an_organization(void)
{
    return (struct macro_values){
        .number = "910820605",
        .name = "BLÅBÆR OG RØMME AS",
        .address = {"Storgata 1", NULL, "Bakgården"},
        .postal_code = "6002",
        .postal_area = "ÅLESUND",
        .email = "post@example.no",
        .mobile = "+4791929394",
        .service = "Administrasjon",
        .portal = "Altinn.no",
        .services = services,
        .service_count = COUNT(services),
    };
}

static struct macro_values a_person(const char *number)
{
    return (struct macro_values){.person = true,
                                 .number = number,
                                 .name = "Kari Anne Nordmann",
                                 .first_name = "Kari",
                                 .middle_name = "Anne",
                                 .last_name = "Nordmann",
                                 .portal = "Altinn.no"};
}

static const char *expanded(const char *text, const struct macro_values *values)
{
    const char *result = macro_expand(arena, text, values);

    ck_assert_ptr_nonnull(result);
    return result;
}

/* ------------------------------------------------------------------ macros */

static const struct {
    const char *text;
    const char *expected;
} organization_macros[] = {
    {"", ""},
    {"Til $reporteeName$!", "Til BLÅBÆR OG RØMME AS!"},
    {"$reporteeName$$reporteeNumber$", "BLÅBÆR OG RØMME AS910820605"},
    {"$reporteePostalAddress1$|$reporteePostalAddress2$|$reporteePostalAddress3$",
     "Storgata 1||Bakgården"},
    {"$reporteePostalCode$ $reporteePostalArea$", "6002 ÅLESUND"},
    {"$reporteeEmail$ $reporteeMobileNumber$", "post@example.no +4791929394"},
    {"$servicename$ i $portalName$", "Administrasjon i Altinn.no"},
    {"$servicename|SC:5504|SEC:1$", "Taushetsbelagt post"},
    {"$servicename|SC:5504|SEC:2$", "$servicename|SC:5504|SEC:2$"},
    {"$servicename|SC:550|SEC:1$", "$servicename|SC:550|SEC:1$"},
    {"$servicename|SC:5504$", "$servicename|SC:5504$"},
    {"$reporteeFirstName$$reporteeBirthDay$$reporteeBirthDay(dd.mm)$", ""},
    {"$reporteename$ $REPORTEENAME$ $reporterName$",
     "$reporteename$ $REPORTEENAME$ $reporterName$"},
    {"100$ for $reporteeName$", "100$ for BLÅBÆR OG RØMME AS"},
    {"$", "$"},
    {"$$", "$$"},
    {"$reporteeName", "$reporteeName"},
    {"$reportee\nName$", "$reportee\nName$"},
};

START_TEST(macros_are_filled_from_the_registers)
{
    const struct macro_values values = an_organization();

    ck_assert_str_eq(expanded(organization_macros[_i].text, &values),
                     organization_macros[_i].expected);
}
END_TEST

START_TEST(a_value_that_looks_like_a_macro_is_left_alone)
{
    struct macro_values values = an_organization();

    values.name = "$reporteeNumber$ {0}";
    ck_assert_str_eq(expanded("$reporteeName$", &values), "$reporteeNumber$ {0}");
}
END_TEST

START_TEST(a_persons_number_is_given_away_by_no_macro)
{
    const struct macro_values values = a_person("15519010094");

    ck_assert_str_eq(expanded("<$reporteeNumber$> $reporteeFirstName$ $reporteeMiddleName$ "
                              "$reporteeLastName$",
                              &values),
                     "<> Kari Anne Nordmann");
}
END_TEST

static const struct {
    const char *number;
    const char *expected;
} births[] = {
    {"15019010099", "15.01.1990"}, {"15819010029", "15.01.1990"}, {"55819010012", "15.01.1990"},
    {"15519010094", "15.11.1990"}, {"01020550000", "01.02.2005"}, {"01029974900", "01.02.1899"},
    {"01025499999", "01.02.1954"}, {"01024095000", "01.02.1940"}, {"71123949900", "31.12.1939"},
};

START_TEST(the_date_of_birth_is_in_the_number)
{
    const struct macro_values values = a_person(births[_i].number);

    ck_assert_str_eq(
        expanded("$reporteeBirthDay$.$reporteeBirthMonth$.$reporteeBirthYear$", &values),
        births[_i].expected);
}
END_TEST

START_TEST(a_date_of_birth_takes_any_format)
{
    const struct macro_values values = a_person("15019010099");

    ck_assert_str_eq(
        expanded("$reporteeBirthDay(dd.mm)$ $reporteeBirthDay(yyyy-mm-dd/yy: d)$", &values),
        "15.01 1990-01-15/90: d");
    ck_assert_str_eq(expanded("$reporteeBirthDay(dd$ $reporteeBirthDayX$", &values),
                     "$reporteeBirthDay(dd$ $reporteeBirthDayX$");
}
END_TEST

/* ------------------------------------------------------------------ texts */

static struct notification_text made(const struct notification_wording *wording)
{
    struct notification_text text = {0};

    ck_assert(notification_text_make(arena, wording, &text));
    return text;
}

static const char *const first_token[] = {"Du har fått brev om $servicename$."};

static struct notification_wording a_wording(void)
{
    return (struct notification_wording){
        .subject = "Ny melding tilgjengelig i $portalName$ for $reporteeName$",
        .text = "{0}",
        .language_code = "1044",
        .tokens = first_token,
        .token_count = 1,
        .macros = an_organization(),
    };
}

START_TEST(the_dpv_templates_give_subject_and_the_senders_text)
{
    const struct notification_wording wording = a_wording();
    const struct notification_text text = made(&wording);

    ck_assert_str_eq(text.subject, "Ny melding tilgjengelig i Altinn.no for BLÅBÆR OG RØMME AS");
    ck_assert_str_eq(text.text, "Du har fått brev om Administrasjon.");
    ck_assert(!text.cut);
}
END_TEST

START_TEST(a_reminder_has_its_prefix_before_the_text_only)
{
    struct notification_wording wording = a_wording();
    struct notification_text text = {0};

    wording.prefix = "Påminnelse: ";
    text = made(&wording);
    ck_assert_str_eq(text.subject, "Ny melding tilgjengelig i Altinn.no for BLÅBÆR OG RØMME AS");
    ck_assert_str_eq(text.text, "Påminnelse: Du har fått brev om Administrasjon.");
}
END_TEST

START_TEST(outside_of_production_the_mark_comes_first)
{
    struct notification_wording wording = a_wording();
    struct notification_text text = {0};

    wording.prefix = "Påminnelse: ";
    wording.mark = "[TEST] ";
    text = made(&wording);
    ck_assert_str_eq(text.subject,
                     "[TEST] Ny melding tilgjengelig i Altinn.no for BLÅBÆR OG RØMME AS");
    ck_assert_str_eq(text.text, "[TEST] Påminnelse: Du har fått brev om Administrasjon.");
}
END_TEST

static const struct {
    const char *text;
    const char *expected;
} token_texts[] = {
    {"{0}{1}", "ettto {0} {9}"},
    {"{1}, {0}; {1}", "to {0} {9}, ett; to {0} {9}"},
    {"<{2}>", "<>"},
    {"{0", "{0"},
    {"{} {x} {-1} {0000}", "{} {x} {-1} {0000}"},
    {"{{0}}", "{ett}"},
};

START_TEST(tokens_are_put_in_by_order_and_only_once)
{
    static const char *const tokens[] = {"ett", "to {0} {9}"};
    struct notification_wording wording = a_wording();

    wording.tokens = tokens;
    wording.token_count = 2;
    wording.text = token_texts[_i].text;
    ck_assert_str_eq(made(&wording).text, token_texts[_i].expected);
}
END_TEST

START_TEST(without_a_text_the_subject_is_said)
{
    static const char *const blank[] = {" \n", ""};
    struct notification_wording wording = a_wording();

    wording.sms = true;
    wording.prefix = "Påminnelse: ";
    for (size_t count = 0; count <= 2; count++) {
        wording.tokens = blank;
        wording.token_count = count;
        ck_assert_str_eq(made(&wording).text, "Påminnelse: Ny melding tilgjengelig i Altinn.no for "
                                              "BLÅBÆR OG RØMME AS");
    }
}
END_TEST

START_TEST(what_has_only_control_characters_is_blank)
{
    struct notification_wording wording = a_wording();
    struct notification_text text = {0};

    wording.subject = "\x01\x7f";
    wording.text = "\xc2\x85 \x1b";
    wording.language_code = "1044";
    text = made(&wording);
    ck_assert_str_eq(text.subject, "Ny melding tilgjengelig i Altinn.no for BLÅBÆR OG RØMME AS");
    ck_assert_str_eq(text.text, text.subject);
}
END_TEST

static const struct {
    const char *language_code;
    const char *expected;
} standards[] = {
    {"1044", "Ny melding tilgjengelig i Altinn.no for BLÅBÆR OG RØMME AS"},
    {"2068", "Ny melding tilgjengeleg i Altinn.no for BLÅBÆR OG RØMME AS"},
    {"1033", "New message available at Altinn.no for BLÅBÆR OG RØMME AS"},
};

START_TEST(without_text_and_subject_the_standard_one_is_said)
{
    struct notification_wording wording = a_wording();
    struct notification_text text = {0};

    wording.subject = _i == 0 ? NULL : "{0}";
    wording.text = "{1}";
    wording.token_count = 0;
    wording.language_code = standards[_i].language_code;
    text = made(&wording);
    ck_assert_str_eq(text.subject, standards[_i].expected);
    ck_assert_str_eq(text.text, standards[_i].expected);
}
END_TEST

START_TEST(identity_numbers_are_masked_wherever_they_come_from)
{
    static const char *const tokens[] = {"Gjelder 15519010094 og 910820605"};
    struct notification_wording wording = a_wording();
    struct notification_text text = {0};

    wording.tokens = tokens;
    wording.subject = "Om {0}";
    text = made(&wording);
    ck_assert_ptr_null(strstr(text.text, "10094"));
    ck_assert_ptr_null(strstr(text.subject, "10094"));
    ck_assert_ptr_nonnull(strstr(text.text, "910820605"));
}
END_TEST

START_TEST(control_characters_never_get_out)
{
    static const char *const tokens[] = {"a\r\nBcc: x@example.no\rb\x01\x1b[0m\xc2\x9b\tc"};
    struct notification_wording wording = a_wording();
    struct notification_text text = {0};

    wording.tokens = tokens;
    wording.subject = "{0}";
    text = made(&wording);
    ck_assert_str_eq(text.subject, "a Bcc: x@example.no b[0m c");
    ck_assert_str_eq(text.text, "a\nBcc: x@example.no\nb[0m\tc");
}
END_TEST

/* Characters, not bytes; counted with prefix and mark. */
START_TEST(an_sms_is_cut_at_700_characters)
{
    char long_token[2 * 800 + 1] = "";
    const char *tokens[] = {long_token};
    struct notification_wording wording = a_wording();
    struct notification_text text = {0};

    for (size_t i = 0; i < 700; i++)
        memcpy(long_token + 2 * i, "ø", 3);
    wording.tokens = tokens;
    wording.sms = true;
    text = made(&wording);
    ck_assert(!text.cut);
    ck_assert_uint_eq(identifier_length(text.text), 700);
    wording.mark = "T";
    text = made(&wording);
    ck_assert(text.cut);
    ck_assert_uint_eq(identifier_length(text.text), 700);
    ck_assert_int_eq(text.text[0], 'T');
    wording.sms = false;
    text = made(&wording);
    ck_assert(!text.cut);
    ck_assert_uint_eq(identifier_length(text.text), 701);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("notification_text");
    TCase *tcase = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, macros_are_filled_from_the_registers, 0, COUNT(organization_macros));
    tcase_add_test(tcase, a_value_that_looks_like_a_macro_is_left_alone);
    tcase_add_test(tcase, a_persons_number_is_given_away_by_no_macro);
    tcase_add_loop_test(tcase, the_date_of_birth_is_in_the_number, 0, COUNT(births));
    tcase_add_test(tcase, a_date_of_birth_takes_any_format);
    tcase_add_test(tcase, the_dpv_templates_give_subject_and_the_senders_text);
    tcase_add_test(tcase, a_reminder_has_its_prefix_before_the_text_only);
    tcase_add_test(tcase, outside_of_production_the_mark_comes_first);
    tcase_add_loop_test(tcase, tokens_are_put_in_by_order_and_only_once, 0, COUNT(token_texts));
    tcase_add_test(tcase, without_a_text_the_subject_is_said);
    tcase_add_test(tcase, what_has_only_control_characters_is_blank);
    tcase_add_loop_test(tcase, without_text_and_subject_the_standard_one_is_said, 0,
                        COUNT(standards));
    tcase_add_test(tcase, identity_numbers_are_masked_wherever_they_come_from);
    tcase_add_test(tcase, control_characters_never_get_out);
    tcase_add_test(tcase, an_sms_is_cut_at_700_characters);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
