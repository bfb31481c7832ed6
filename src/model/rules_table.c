#include "model/rules_table.h"

#include "model/decision.h"
#include "model/standalone.h"

static void print_answer(const struct rule *rule, FILE *out)
{
    switch (rule->outcome) {
    case OUTCOME_FAULT:
        fprintf(out, "fault %d", rule->error_id);
        break;
    case OUTCOME_VALIDATION_FAILED:
        fputs("receipt ValidationFailed", out);
        break;
    default:
        fputs("receipt Rejected", out);
        break;
    }
}

static void print_rules(const struct rule *rules, FILE *out)
{
    fputs("| check | section | answer | text |\n| --- | --- | --- | --- |\n", out);
    for (const struct rule *rule = rules; rule->name != NULL; rule++) {
        fprintf(out, "| `%s` | %s | ", rule->name, rule->section);
        print_answer(rule, out);
        fprintf(out, " | %s |\n", rule->text);
    }
}

void rules_print_table(FILE *out)
{
    print_rules(message_rules, out);
    fputs("\nOf a stand-alone notification:\n\n", out);
    print_rules(standalone_rules, out);
}
