#include "admin/report.h"

#include "admin/act.h"
#include "admin/options.h"
#include "store/report_store.h"

#include <string.h>

enum { FIRST_YEAR = 2000, LAST_YEAR = 9999, ALL = 100, NEARLY_ALL = 80 };

static bool take_year(struct act *act, int32_t *year_out, struct err *err)
{
    int64_t year = act_year(act->now);

    if (!options_integer(act->call, "--year", FIRST_YEAR, LAST_YEAR, &year, err))
        return false;
    *year_out = (int32_t)year;
    act->sheet.form = SHEET_LIST;
    return true;
}

/* Only who has no agreement of co-operation has a quota (domain.md 10.6). */
static bool has_quota(const struct usage_line *line)
{
    return line->kind != SENDER_SERVICE_OWNER;
}

/* A share in percent, rounded down: 100 is reached when it says so. */
static int64_t percent_of(int64_t messages, int64_t quota)
{
    return messages * ALL / quota;
}

static void show_percent(struct act *act, const char *name, const struct usage_line *line)
{
    if (has_quota(line))
        sheet_number(&act->sheet, name, percent_of(line->total, act->call->config->quota));
    else
        sheet_text(&act->sheet, name, NULL);
}

static const char *kind_name(const struct usage_line *line)
{
    switch (line->kind) {
    case SENDER_SERVICE_OWNER:
        return "service-owner";
    case SENDER_DPV_CUSTOMER:
        return line->status == SENDER_ACTIVE ? "dpv-customer" : "dpv-customer, not active";
    }
    return "no agreement";
}

/* ------------------------------------------------------------------ usage */

static bool usage(struct act *act, struct err *err)
{
    struct usage_lines lines = {0};
    int32_t year = 0;

    if (!take_year(act, &year, err) ||
        !report_store_usage(act->desk, act->arena, year, &lines, err))
        return false;
    for (size_t i = 0; i < lines.count; i++) {
        const struct usage_line *line = &lines.items[i];

        sheet_row(&act->sheet);
        sheet_number(&act->sheet, "year", year);
        sheet_text(&act->sheet, "actual_sender", line->actual_number);
        sheet_text(&act->sheet, "kind", kind_name(line));
        sheet_text(&act->sheet, "technical_sender", line->technical_number);
        sheet_number(&act->sheet, "messages", line->messages);
        sheet_number(&act->sheet, "unverified", line->unverified);
        sheet_number(&act->sheet, "total", line->total);
        show_percent(act, "percent_of_quota", line);
        sheet_text(&act->sheet, "name", line->actual_name);
        sheet_text(&act->sheet, "technical_name", line->technical_name);
    }
    return true;
}

static bool run_usage(const struct command_call *call, struct err *err)
{
    return act_run(call, usage, err);
}

/* ------------------------------------------------------------------ quota */

static const char *quota_state(const struct usage_line *line, int64_t quota)
{
    const int64_t percent = percent_of(line->total, quota);

    if (!has_quota(line))
        return "none";
    if (percent >= ALL)
        return "used up";
    return percent >= NEARLY_ALL ? "nearly used up" : "good";
}

static bool quota(struct act *act, struct err *err)
{
    const int64_t limit = act->call->config->quota;
    struct usage_lines lines = {0};
    int32_t year = 0;

    if (!take_year(act, &year, err) ||
        !report_store_totals(act->desk, act->arena, year, &lines, err))
        return false;
    for (size_t i = 0; i < lines.count; i++) {
        const struct usage_line *line = &lines.items[i];

        sheet_row(&act->sheet);
        sheet_number(&act->sheet, "year", year);
        sheet_text(&act->sheet, "actual_sender", line->actual_number);
        sheet_text(&act->sheet, "kind", kind_name(line));
        sheet_number(&act->sheet, "messages", line->total);
        if (has_quota(line))
            sheet_number(&act->sheet, "quota", limit);
        else
            sheet_text(&act->sheet, "quota", NULL);
        show_percent(act, "percent", line);
        sheet_text(&act->sheet, "state", quota_state(line, limit));
        sheet_text(&act->sheet, "name", line->actual_name);
    }
    return true;
}

static bool run_quota(const struct command_call *call, struct err *err)
{
    return act_run(call, quota, err);
}

/* ------------------------------------------------------------------ on behalf of */

static bool on_behalf_of(struct act *act, struct err *err)
{
    struct usage_lines lines = {0};
    int64_t from = 0;
    int64_t to = 0;

    if (!options_day(act->call, "--from", false, &from, err) ||
        !options_day(act->call, "--to", true, &to, err))
        return false;
    if (from >= to)
        return err_set(err, ERR_INVALID, "--to lies before --from");
    if (!report_store_on_behalf_of(act->desk, act->arena, from, to, &lines, err))
        return false;
    act->sheet.form = SHEET_LIST;
    for (size_t i = 0; i < lines.count; i++) {
        const struct usage_line *line = &lines.items[i];

        sheet_row(&act->sheet);
        sheet_text(&act->sheet, "technical_sender", line->technical_number);
        sheet_text(&act->sheet, "actual_sender", line->actual_number);
        sheet_number(&act->sheet, "messages", line->messages);
        sheet_number(&act->sheet, "unverified", line->unverified);
        sheet_number(&act->sheet, "not_checked", line->unchecked);
        sheet_time(&act->sheet, "first", line->first);
        sheet_time(&act->sheet, "last", line->last);
        sheet_text(&act->sheet, "now", kind_name(line));
        sheet_text(&act->sheet, "technical_name", line->technical_name);
        sheet_text(&act->sheet, "actual_name", line->actual_name);
    }
    return true;
}

static bool run_on_behalf_of(const struct command_call *call, struct err *err)
{
    return act_run(call, on_behalf_of, err);
}

static const struct command_option year_options[] = {
    {"--year", "YEAR", false}, {"--operator", "NAME", false}, {"--json", NULL, false}, {0}};
static const struct command_option days_options[] = {{"--from", "DATE", true},
                                                     {"--to", "DATE", true},
                                                     {"--operator", "NAME", false},
                                                     {"--json", NULL, false},
                                                     {0}};

const struct command report_commands[] = {
    {"report", "usage", "messages of a calendar year by actual and technical sender", year_options,
     run_usage},
    {"report", "quota", "who has sent how much of the quota", year_options, run_quota},
    {"report", "on-behalf-of",
     "messages of these days, both included, whose actual sender was not verified", days_options,
     run_on_behalf_of},
    {0},
};
