#include "store/monitor.h"

#include "base/log.h"
#include "base/pause.h"
#include "store/exchange.h"
#include "store/login_store.h"
#include "store/row.h"
#include "store/wsse_store.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { PAUSE_MILLISECONDS = 500, PROBES_A_SWEEP = 120 };

struct monitor {
    const struct config *config;
    struct db *db; /* NULL before the first connection */
    pthread_t thread;
    struct pause pause;
    atomic_bool ready;
};

static bool probe(struct monitor *monitor, struct err *err)
{
    const struct params none = {0};

    if (monitor->db == NULL && !db_open(monitor->config, &monitor->db, err))
        return false;
    if (!exchange_one(monitor->db, STMT_PING, &none, false, err))
        return false;
    if (row_bool(&(struct row){.result = exchange_result(monitor->db, 0)})) {
        exchange_drop(monitor->db); /* the next connection finds the primary */
        return err_set(err, ERR_BUSY, "the database is a standby now");
    }
    if (!monitor->db->standby_missing)
        return true;
    exchange_drop(monitor->db); /* the next connection looks again */
    return err_set(err, ERR_BUSY, "the database waits for fewer standbys than required");
}

static void tell_up(const struct db *db)
{
    log_event(LOG_INFO, "database_up", F_STR("durable", db->unsafe ? "no" : "yes"));
    if (db->unsafe)
        log_event(LOG_WARN, "database_unsafe",
                  F_STR("error", "fsync or full_page_writes is off: a crash may lose messages"));
    if (db->unguarded)
        log_event(LOG_WARN, "database_unsafe",
                  F_STR("error", "the server's role is above row-level security, which keeps "
                                 "senders apart"));
}

/* Logs what is new only: a database that stays away is one line, unless the reason changes. */
static void note(struct monitor *monitor, bool up, const struct err *err, struct err *last)
{
    const bool was_up = atomic_exchange(&monitor->ready, up);

    if (up && !was_up)
        tell_up(monitor->db);
    if (!up && (was_up || last->kind != err->kind))
        log_event(LOG_ERROR, "database_down", F_STR("error", err->msg));
    *last = *err;
}

/* What has to be done now and then is done where it makes nobody wait. */
static void clean_up(struct monitor *monitor)
{
    struct err err = {0};

    if (!login_store_sweep(monitor->db, &err) || !wsse_store_sweep(monitor->db, &err))
        log_event(LOG_WARN, "clean_up_failed", F_STR("error", err.msg));
}

static void *watch(void *argument)
{
    struct monitor *monitor = argument;
    struct err last = {0};
    int probes = 0;

    do {
        struct err err = {0};
        const bool up = probe(monitor, &err);

        note(monitor, up, &err, &last);
        if (up && probes++ % PROBES_A_SWEEP == 0)
            clean_up(monitor);
    } while (pause_take(&monitor->pause, PAUSE_MILLISECONDS));
    db_close(&monitor->db);
    return NULL;
}

bool monitor_start(const struct config *config, struct monitor **monitor_out, struct err *err)
{
    struct monitor *monitor = calloc(1, sizeof(*monitor));

    if (monitor == NULL)
        return err_no_memory(err);
    monitor->config = config;
    atomic_init(&monitor->ready, false);
    if (!pause_init(&monitor->pause)) {
        free(monitor);
        return err_set(err, ERR_BUSY, "no lock to watch the database with");
    }
    if (pthread_create(&monitor->thread, NULL, watch, monitor) != 0) {
        pause_destroy(&monitor->pause);
        free(monitor);
        return err_set(err, ERR_BUSY, "no thread to watch the database with");
    }
    *monitor_out = monitor;
    return true;
}

bool monitor_ready(const struct monitor *monitor)
{
    return atomic_load(&monitor->ready);
}

void monitor_stop(struct monitor **monitor)
{
    if (*monitor == NULL)
        return;
    pause_stop(&(*monitor)->pause);
    pthread_join((*monitor)->thread, NULL);
    pause_destroy(&(*monitor)->pause);
    free(*monitor);
    *monitor = NULL;
}
