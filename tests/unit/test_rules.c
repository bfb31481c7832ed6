/* Each rule of InsertCorrespondence: what breaks it, what just does not, and which comes first. */
#include "rules_cases.h"

#include <stdlib.h>

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

/* So many characters of two bytes each. */
static const char *letters(size_t n)
{
    static char text[2 * (BODY + 1) + 1];

    for (size_t i = 0; i < BODY + 1; i++)
        memcpy(text + 2 * i, "\xc3\xb8", 2);
    return text + 2 * (BODY + 1 - n);
}

static void apply(const struct test_case *c, struct rig *r)
{
    const char **place = (const char **)(void *)((char *)r + c->place);

    if (c->change != NULL)
        c->change(r);
    else
        *place = c->length > 0 ? letters(c->length) : c->text;
}

static struct verdict judge(const struct rig *r)
{
    struct verdict verdict = {0};

    message_judge(&r->m, &r->f, &r->l, &verdict);
    return verdict;
}

static const struct rule *rule_named(const char *name)
{
    const struct rule *rule = message_rules;

    while (rule->name != NULL && strcmp(rule->name, name) != 0)
        rule++;
    ck_assert_msg(rule->name != NULL, "no rule %s", name);
    return rule;
}

static const struct answer *answer_of(const char *rule)
{
    for (int i = 0; i < COUNT(answers); i++) {
        if (strcmp(answers[i].rule, rule) == 0)
            return &answers[i];
    }
    ck_abort_msg("the rule %s has no row in answers[]", rule);
}

/* The first case that breaks the rule. */
static const struct test_case *breaking(const char *rule)
{
    for (int i = 0; i < COUNT(cases); i++) {
        if (cases[i].effect == BREAKS && strcmp(cases[i].rule, rule) == 0)
            return &cases[i];
    }
    ck_abort_msg("the rule %s has no case that breaks it", rule);
}

START_TEST(good_message_is_accepted)
{
    struct rig r;

    rig_init(&r);
    ck_assert_int_eq(judge(&r).outcome, OUTCOME_ACCEPT);
    ck_assert_ptr_null(judge(&r).rule);
}
END_TEST

START_TEST(case_has_the_effect_it_says)
{
    const struct test_case *c = &cases[_i];
    struct rig r;
    struct verdict verdict;

    rule_named(c->rule);
    rig_init(&r);
    apply(c, &r);
    verdict = judge(&r);
    if (c->effect == FITS)
        ck_assert_msg(verdict.outcome == OUTCOME_ACCEPT, "%s, case %d: %s", c->rule, _i,
                      verdict.rule);
    else
        ck_assert_msg(verdict.rule != NULL && strcmp(verdict.rule, c->rule) == 0, "%s, case %d: %s",
                      c->rule, _i, verdict.rule == NULL ? "accepted" : verdict.rule);
}
END_TEST

START_TEST(case_breaks_no_other_rule)
{
    const struct test_case *c = &cases[_i];
    struct rig r;

    rig_init(&r);
    apply(c, &r);
    if (c->also != NULL && strcmp(c->also, UNSAFE) == 0)
        return;
    for (const struct rule *rule = message_rules; rule->name != NULL; rule++) {
        const bool meant = (c->effect == BREAKS && strcmp(rule->name, c->rule) == 0) ||
                           (c->also != NULL && strcmp(rule->name, c->also) == 0);

        ck_assert_msg(rule->broken(&r.m, &r.f, &r.l) == meant, "%s, case %d: %s", c->rule, _i,
                      rule->name);
    }
}
END_TEST

START_TEST(every_rule_has_a_case_that_breaks_it_and_one_that_fits)
{
    for (const struct rule *rule = message_rules; rule->name != NULL; rule++) {
        int fits = 0;

        breaking(rule->name);
        for (int i = 0; i < COUNT(cases); i++)
            fits += cases[i].effect == FITS && strcmp(cases[i].rule, rule->name) == 0;
        ck_assert_msg(fits > 0, "the rule %s has no case that just fits", rule->name);
    }
}
END_TEST

START_TEST(every_rule_gives_the_documented_answer)
{
    for (const struct rule *rule = message_rules; rule->name != NULL; rule++) {
        const struct answer *answer = answer_of(rule->name);
        struct rig r;
        struct verdict verdict;

        rig_init(&r);
        apply(breaking(rule->name), &r);
        verdict = judge(&r);
        ck_assert_msg(verdict.outcome == answer->outcome, "%s", rule->name);
        ck_assert_msg(verdict.error_id == answer->error_id, "%s", rule->name);
        if (strchr(rule->text, '{') == NULL)
            ck_assert_str_eq(verdict.text, rule->text);
    }
}
END_TEST

START_TEST(refusal_beyond_the_quota_names_the_limit)
{
    struct rig r;

    rig_init(&r);
    r.l.quota = INT64_C(1000000000);
    r.f.sent_this_year = r.l.quota;
    ck_assert_str_eq(judge(&r).text, "The actual sender may send no more than 1000000000 messages "
                                     "in a calendar year without a full agreement");
}
END_TEST

START_TEST(first_broken_rule_wins)
{
    for (const struct rule *first = message_rules; first->name != NULL; first++) {
        for (const struct rule *later = first + 1; later->name != NULL; later++) {
            struct rig r;

            rig_init(&r);
            apply(breaking(later->name), &r);
            apply(breaking(first->name), &r);
            if (!first->broken(&r.m, &r.f, &r.l))
                continue; /* without notifications nothing is wrong with one */
            ck_assert_str_eq(judge(&r).rule, first->name);
        }
    }
}
END_TEST

START_TEST(rules_stand_in_the_order_of_the_handbook)
{
    enum group last = RIGHT;

    for (const struct rule *rule = message_rules; rule->name != NULL; rule++) {
        const enum group group = answer_of(rule->name)->group;

        ck_assert_msg(group >= last, "%s comes too late", rule->name);
        last = group;
    }
}
END_TEST

START_TEST(no_rule_is_missing)
{
    for (int i = 0; i < COUNT(answers); i++)
        rule_named(answers[i].rule);
}
END_TEST

/* Clients retry on "non-functional error": a refusal never says it. err.msg holds 255 bytes, a
 * number among them. */
START_TEST(every_rule_has_a_name_of_its_own_and_a_text_for_the_caller)
{
    for (const struct rule *rule = message_rules; rule->name != NULL; rule++) {
        ck_assert_ptr_eq(rule_named(rule->name), rule);
        ck_assert_int_ne(rule->section[0], '\0');
        ck_assert_uint_ge(strlen(rule->text), 10);
        ck_assert_uint_lt(strlen(rule->text), sizeof(((struct err *)NULL)->msg) - 20);
        ck_assert_ptr_null(strstr(rule->text, "non-functional"));
        ck_assert_int_ne(rule->outcome, OUTCOME_ACCEPT);
        ck_assert(rule->outcome == OUTCOME_FAULT || rule->error_id == 0);
    }
}
END_TEST

START_TEST(documented_texts_are_literal)
{
    ck_assert_str_eq(rule_named("from_address_not_an_address")->text,
                     "The From Address must be skipped or contain a valid email address.");
    ck_assert_str_eq(rule_named("title_missing")->text,
                     "SBL External error - Message title cannot be null");
}
END_TEST

/* Nothing at all was sent, then one thing more each time: no rule looks at what is not there. */
START_TEST(missing_fields_are_told_one_after_another)
{
    static const char *const names[] = {
        "system_user_code_missing",
        "reference_missing",
        "correspondence_missing",
        "service_code_missing",
        "reportee_missing",
        "content_missing",
        "title_missing",
        "body_missing",
        "language_missing",
    };
    struct rig r;
    struct rig good;
    size_t step = 0;

    rig_init(&good);
    rig_init(&r);
    r.m = (struct message){0};
    r.f.caller.system_user_code = NULL;
    ck_assert_str_eq(judge(&r).rule, names[step++]);
    r.m.system_user_code = good.m.system_user_code;
    ck_assert_str_eq(judge(&r).rule, names[step++]);
    r.m.reference = good.m.reference;
    ck_assert_str_eq(judge(&r).rule, names[step++]);
    r.m.given = true;
    ck_assert_str_eq(judge(&r).rule, names[step++]);
    r.m.service_code = good.m.service_code;
    ck_assert_str_eq(judge(&r).rule, names[step++]);
    r.m.reportee = good.m.reportee;
    ck_assert_str_eq(judge(&r).rule, names[step++]);
    r.m.has_content = true;
    ck_assert_str_eq(judge(&r).rule, names[step++]);
    r.m.title = good.m.title;
    ck_assert_str_eq(judge(&r).rule, names[step++]);
    r.m.body = good.m.body;
    ck_assert_str_eq(judge(&r).rule, names[step++]);
    r.m.language_code = good.m.language_code;
    ck_assert_int_eq(judge(&r).outcome, OUTCOME_ACCEPT);
}
END_TEST

START_TEST(limits_are_settings)
{
    struct rig r;

    rig_init(&r);
    r.l.title_length = 0;
    ck_assert_str_eq(judge(&r).rule, "title_too_long");
    rig_init(&r);
    r.l.notifications = 1;
    ck_assert_str_eq(judge(&r).rule, "notifications_too_many");
    rig_init(&r);
    r.l.sender_length = 0;
    ck_assert_str_eq(judge(&r).rule, "message_sender_too_long");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rules");
    TCase *tcase = tcase_create("rules");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    suite_add_tcase(suite, tcase);
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, good_message_is_accepted);
    tcase_add_loop_test(tcase, case_has_the_effect_it_says, 0, COUNT(cases));
    tcase_add_loop_test(tcase, case_breaks_no_other_rule, 0, COUNT(cases));
    tcase_add_test(tcase, every_rule_has_a_case_that_breaks_it_and_one_that_fits);
    tcase_add_test(tcase, every_rule_gives_the_documented_answer);
    tcase_add_test(tcase, refusal_beyond_the_quota_names_the_limit);
    tcase_add_test(tcase, first_broken_rule_wins);
    tcase_add_test(tcase, rules_stand_in_the_order_of_the_handbook);
    tcase_add_test(tcase, no_rule_is_missing);
    tcase_add_test(tcase, every_rule_has_a_name_of_its_own_and_a_text_for_the_caller);
    tcase_add_test(tcase, documented_texts_are_literal);
    tcase_add_test(tcase, missing_fields_are_told_one_after_another);
    tcase_add_test(tcase, limits_are_settings);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
