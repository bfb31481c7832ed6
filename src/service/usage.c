#include "service/usage.h"

#include "base/clock.h"
#include "base/log.h"
#include "service/background.h"
#include "store/usage_store.h"

#include <stdatomic.h>
#include <stdlib.h>

/* Rows of one step, which is one transaction; what has piled up is told of every few seconds. */
enum { ROWS_MAX = 10000, TELL_MICROSECONDS = 5000000 };

struct usage {
    const struct config *config;
    struct background *background;
    struct arena *arena;
    _Atomic int64_t warnings;
};

/* A crash between the commit and this line leaves the warning to the reports. */
static void warn(struct usage *usage, const struct usage_step *step)
{
    for (size_t i = 0; i < step->warning_count; i++) {
        const struct usage_warning *warning = &step->warnings[i];

        log_event(LOG_WARN, "quota_warning", F_STR("actual", warning->actual_number),
                  F_INT("year", warning->year), F_INT("percent", warning->percent),
                  F_INT("messages", warning->messages), F_INT("quota", usage->config->quota));
        atomic_fetch_add(&usage->warnings, 1);
    }
}

/* Step by step while rows have piled up; what comes meanwhile waits for the next time. */
static bool catch_up(void *context, struct background *background, struct db *db, struct err *err)
{
    struct usage *usage = context;
    int64_t told = clock_monotonic();
    int64_t total = 0;
    struct usage_step step = {0};

    do {
        arena_reset(usage->arena);
        if (!usage_store_count(db, usage->arena, ROWS_MAX, usage->config->quota, &step, err))
            return false;
        warn(usage, &step);
        if (step.ahead)
            return err_set(err, ERR_INTERNAL,
                           "audit rows are of transactions that this cluster has not reached: see "
                           "the README on restoring");
        total += step.rows;
        if (clock_monotonic() - told >= TELL_MICROSECONDS) {
            told = clock_monotonic();
            log_event(LOG_INFO, "usage_catching_up", F_INT("rows", total));
        }
    } while (step.rows >= ROWS_MAX && !background_stopping(background));
    if (total > 0)
        log_event(LOG_DEBUG, "usage_counted", F_INT("rows", total));
    return true;
}

bool usage_start(const struct config *config, struct usage **usage_out, struct err *err)
{
    struct usage *usage = calloc(1, sizeof(*usage));
    const struct background_job job = {.failed = "usage_failed",
                                       .interval = config->usage_interval,
                                       .turn = catch_up,
                                       .context = usage};

    if (usage == NULL)
        return err_no_memory(err);
    usage->config = config;
    atomic_init(&usage->warnings, 0);
    usage->arena = arena_new();
    if (usage->arena == NULL) {
        usage_stop(&usage);
        return err_no_memory(err);
    }
    if (!background_start(config, &job, &usage->background, err)) {
        usage_stop(&usage);
        return false;
    }
    *usage_out = usage;
    return true;
}

int64_t usage_warnings(const struct usage *usage)
{
    return atomic_load(&usage->warnings);
}

void usage_stop(struct usage **usage)
{
    if (*usage == NULL)
        return;
    background_stop(&(*usage)->background);
    arena_free(&(*usage)->arena);
    free(*usage);
    *usage = NULL;
}
