#include "admin/import.h"

#include "base/clock.h"
#include "registers/import.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PROGRESS_MICROSECONDS = 2 * 1000 * 1000, SECOND = 1000 * 1000 };

/* What is told while an import runs. */
struct talk {
    bool json; /* complaints are kept for the summary */
    struct buf complaints;
    bool failed;  /* memory ran out for them */
    int64_t told; /* when progress was, on clock_monotonic */
    int64_t told_entries;
    enum import_step step;
};

static void keep_complaint(struct talk *talk, const struct complaint *complaint)
{
    const char *column = complaint->column == NULL ? "" : complaint->column;

    talk->failed =
        talk->failed ||
        !buf_add_format(&talk->complaints, "%s{\"line\":%" PRId64 ",\"entry\":%" PRId64 ",",
                        talk->complaints.len == 0 ? "" : ",", complaint->line, complaint->number) ||
        !buf_add_text(&talk->complaints, "\"column\":") ||
        !buf_add_json(&talk->complaints, column, strlen(column)) ||
        !buf_add_text(&talk->complaints, ",\"reason\":") ||
        !buf_add_json(&talk->complaints, complaint->what, strlen(complaint->what)) ||
        !buf_add_text(&talk->complaints, "}");
}

static void tell_complaint(void *context, const struct complaint *complaint)
{
    struct talk *talk = context;

    if (talk->json)
        keep_complaint(talk, complaint);
    if (complaint->column == NULL)
        fprintf(stderr, "dpvd: line %" PRId64 " (entry %" PRId64 ") %s\n", complaint->line,
                complaint->number, complaint->what);
    else
        fprintf(stderr, "dpvd: line %" PRId64 " (entry %" PRId64 "): %s is %s\n", complaint->line,
                complaint->number, complaint->column, complaint->what);
}

static void tell_reading(struct talk *talk, const struct import_counts *counts, int percent)
{
    const int64_t now = clock_monotonic();
    const int64_t passed = now - talk->told;

    if (passed < PROGRESS_MICROSECONDS)
        return;
    fputs("dpvd: ", stderr);
    if (percent >= 0)
        fprintf(stderr, "%d %%, ", percent);
    fprintf(stderr, "%" PRId64 " entries read, %" PRId64 " a second\n", counts->entries,
            (counts->entries - talk->told_entries) * SECOND / passed);
    talk->told = now;
    talk->told_entries = counts->entries;
}

static void tell_progress(void *context, enum import_step step, const struct import_counts *counts,
                          int percent)
{
    struct talk *talk = context;

    if (step == IMPORT_READS) {
        tell_reading(talk, counts, percent);
        return;
    }
    if (step == talk->step)
        return;
    talk->step = step;
    if (step == IMPORT_COMPARES)
        fprintf(stderr, "dpvd: comparing %" PRId64 " entries with the register\n", counts->entries);
    else
        fprintf(stderr, "dpvd: writing %" PRId64 " entries\n",
                counts->added + counts->changed + counts->removed);
}

/* ------------------------------------------------------------------ the summary */

static bool tell_json(const struct import_order *order, const struct import_result *result,
                      const struct talk *talk, struct err *err)
{
    const struct import_counts *counts = &result->counts;

    if (talk->failed)
        return err_no_memory(err);
    printf("{\"register\":\"%s\",\"dry_run\":%s,\"full\":%s,\"entries\":%" PRId64
           ",\"added\":%" PRId64 ",\"changed\":%" PRId64 ",\"removed\":%" PRId64
           ",\"unchanged\":%" PRId64 ",\"refused\":%" PRId64 ",\"doubles\":%" PRId64
           ",\"left_out\":%" PRId64 ",\"kept\":%" PRId64 ",\"milliseconds\":%" PRId64
           ",\"refusals\":[%s]}\n",
           order->registry->name, order->dry_run ? "true" : "false", order->full ? "true" : "false",
           counts->entries, counts->added, counts->changed, counts->removed, counts->unchanged,
           counts->refused, counts->doubles, counts->left_out, counts->missing - counts->removed,
           result->microseconds / 1000, talk->complaints.data == NULL ? "" : talk->complaints.data);
    return true;
}

static void tell_exceptions(const struct import_result *result)
{
    const struct import_counts *counts = &result->counts;
    const int64_t kept = counts->missing - counts->removed;

    if (counts->doubles > 0)
        printf("there more than once, so that the last one counts: %" PRId64 "\n", counts->doubles);
    if (counts->left_out > 0)
        printf("left out, without a number of their holder: %" PRId64 "\n", counts->left_out);
    if (kept > 0)
        printf("not in the file, but kept: %" PRId64 "\n", kept);
    if (result->withheld)
        printf("nothing was removed, for refused ones may stand for what is missing (%" PRId64
               "); --force removes it\n",
               counts->nameless);
}

static void tell_summary(const struct import_order *order, const struct import_result *result)
{
    const struct import_counts *counts = &result->counts;

    if (order->dry_run)
        puts("dry run, nothing was changed; it would be:");
    printf("%s: %" PRId64 " added, %" PRId64 " changed, %" PRId64 " removed, %" PRId64
           " unchanged, %" PRId64 " refused\n",
           order->registry->name, counts->added, counts->changed, counts->removed,
           counts->unchanged, counts->refused);
    tell_exceptions(result);
    printf("%" PRId64 " entries in %.1f s\n", counts->entries,
           (double)result->microseconds / SECOND);
}

static bool tell_result(const struct import_order *order, const struct import_result *result,
                        const struct talk *talk, struct err *err)
{
    const int64_t silent = result->counts.refused - IMPORT_COMPLAINTS_MAX;

    if (silent > 0)
        fprintf(stderr, "dpvd: ... and %" PRId64 " more entries refused\n", silent);
    if (result->broken)
        fputs("dpvd: there is no line break behind the last line; is the file whole?\n", stderr);
    if (talk->json)
        return tell_json(order, result, talk, err);
    tell_summary(order, result);
    return true;
}

/* ------------------------------------------------------------------ the command */

static bool read_format(const char *text, enum import_format *format_out, struct err *err)
{
    if (text == NULL)
        return true;
    if (strcmp(text, "csv") != 0 && strcmp(text, "json") != 0)
        return err_set(err, ERR_INVALID, "--format is csv or json");
    *format_out = text[0] == 'c' ? IMPORT_CSV : IMPORT_JSON;
    return true;
}

static bool read_number(const char *text, int64_t *number_out, struct err *err)
{
    char *end = NULL;

    if (text == NULL)
        return true;
    errno = 0;
    *number_out = strtoll(text, &end, 10);
    return (errno == 0 && end != text && *end == '\0' && *number_out >= 0) ||
           err_set(err, ERR_INVALID, "--max-refused \"%s\" is no number", text);
}

static bool run_order(const struct command_call *call, const struct import_order *order,
                      struct talk *talk, struct err *err)
{
    struct import_result result = {0};
    struct desk *desk = NULL;
    bool ok = false;

    if (!desk_open(call->config, call->config->database_owner, &desk, err))
        return false;
    ok = import_run(desk, order, &result, err);
    desk_close(&desk);
    return ok && tell_result(order, &result, talk, err);
}

static bool run_import(const struct command_call *call, struct err *err)
{
    struct talk talk = {.json = command_value(call, "--json") != NULL, .told = clock_monotonic()};
    struct import_order order = {
        .registry = registry_find(call->command->action),
        .path = command_value(call, "--file"),
        .full = command_value(call, "--full") != NULL,
        .force = command_value(call, "--force") != NULL,
        .dry_run = command_value(call, "--dry-run") != NULL,
        .synthetic = call->config->allow_synthetic_persons != 0,
        .max_refused = -1,
        .who = command_value(call, "--operator"),
        .watch = {.context = &talk, .complain = tell_complaint, .progress = tell_progress}};
    bool ok = false;

    assert(order.registry != NULL);
    ok = read_format(command_value(call, "--format"), &order.format, err) &&
         read_number(command_value(call, "--max-refused"), &order.max_refused, err) &&
         run_order(call, &order, &talk, err);
    buf_free(&talk.complaints);
    return ok;
}

static const struct command_option options[] = {
    {"--file", "FILE", true},      {"--format", "csv|json", false}, {"--full", NULL, false},
    {"--force", NULL, false},      {"--dry-run", NULL, false},      {"--json", NULL, false},
    {"--max-refused", "N", false}, {"--operator", "NAME", false},   {0}};

const struct command import_commands[] = {
    {"import", "organizations",
     "main units, from CSV or from Enhetsregisteret's JSON (enheter); --full: what is not in the "
     "file is marked as deleted",
     options, run_import},
    {"import", "sub-units", "the same for sub-units (underenheter)", options, run_import},
    {"import", "roles", "roles in organisations, from CSV or from Enhetsregisteret's JSON", options,
     run_import},
    {"import", "addresses", "official notification addresses, from CSV", options, run_import},
    {"import", "persons", "persons, from CSV; none is ever removed", options, run_import},
    {"import", "contacts", "contact data and reservations of persons, from CSV", options,
     run_import},
    {"import", "personal-contacts", "persons' own addresses for organisations, from CSV", options,
     run_import},
    {0},
};
