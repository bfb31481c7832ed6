/* dpvd: verbs, configuration, start and stop order. No logic. */
#include "admin/admin.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/confine.h"
#include "base/log.h"
#include "base/vault.h"
#include "delivery/notifier.h"
#include "http/server.h"
#include "model/rules_table.h"
#include "rest/health.h"
#include "rest/metrics.h"
#include "service/passwords.h"
#include "service/sealer.h"
#include "service/session.h"
#include "service/usage.h"
#include "soap/dispatch.h"
#include "soap/worker.h"
#include "store/migrate.h"
#include "store/monitor.h"
#include "xml/datetime.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef DPVD_VERSION
#define DPVD_VERSION "0.1"
#endif

enum exit_code { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

/* Everything that lives as long as the process, in the order in which it is started. */
struct dpvd {
    int argc;
    char **argv;
    char **rest; /* of argv: what is no option; the verb is the first one */
    struct config config;
    struct process process;
    struct monitor *monitor;
    struct sealer *sealer; /* NULL: another dpvd seals */
    struct usage *usage;
    struct notifier *notifier; /* NULL: another dpvd sends notifications */
    struct metrics *metrics;
    struct soap_dispatch *dispatch;
    struct http_route *routes;
    struct http_server *server;
};

struct verb {
    const char *name;
    const char *help;
    enum exit_code (*run)(struct dpvd *dpvd, int words);
    const char *option; /* the one that may follow, or NULL */
    bool takes_words;   /* any may follow: it looks at them itself */
};

static enum exit_code failed(const struct err *err)
{
    fprintf(stderr, "dpvd: %s\n", err->msg);
    return EXIT_FAILED;
}

/* Precedence: preset < file (-c) < environment < -o. Options may stand before and behind the verb;
 * what is no option is left in dpvd->rest. */
static bool read_options(struct dpvd *dpvd, struct config *config, int *rest_count, struct err *err)
{
    for (int pass = 0; pass < 2; pass++) {
        *rest_count = 0;
        for (int i = 1; i < dpvd->argc; i++) {
            const bool file = strcmp(dpvd->argv[i], "-c") == 0;

            if (!file && strcmp(dpvd->argv[i], "-o") != 0) {
                dpvd->rest[(*rest_count)++] = dpvd->argv[i];
                continue;
            }
            if (++i == dpvd->argc)
                return err_set(err, ERR_INVALID, "%s needs a value", dpvd->argv[i - 1]);
            if (file && pass == 0 && !config_load(config, dpvd->argv[i], err))
                return false;
            if (!file && pass == 1 && !config_assign(config, dpvd->argv[i], err))
                return false;
        }
        if (pass == 0 && !config_environment(config, err))
            return false;
    }
    return true;
}

/* ------------------------------------------------------------------ serve */

static void *worker_open(void *context, struct err *err)
{
    return soap_worker_open(context, err);
}

static void worker_close(void *context, void **worker)
{
    struct soap_worker *soap_worker = *worker;

    (void)context;
    soap_worker_close(&soap_worker);
    *worker = NULL;
}

static void count_request(void *context, const struct http_exchange *exchange, int64_t microseconds)
{
    metrics_count(context, exchange, microseconds);
}

static bool make_routes(struct dpvd *dpvd, struct err *err)
{
    const size_t endpoints = dpvd->dispatch == NULL ? 0 : soap_dispatch_count(dpvd->dispatch);

    dpvd->routes = calloc(endpoints + 4, sizeof(*dpvd->routes));
    if (dpvd->routes == NULL)
        return err_no_memory(err);
    if (endpoints > 0)
        soap_dispatch_routes(dpvd->dispatch, dpvd->routes);
    dpvd->routes[endpoints] = health_live_route();
    dpvd->routes[endpoints + 1] = health_ready_route(dpvd->monitor);
    dpvd->routes[endpoints + 2] = metrics_route(dpvd->metrics);
    for (size_t i = 0; endpoints == 0 && i < 2; i++)
        dpvd->routes[i].operators_only = true; /* nobody else is listened to */
    return true;
}

/* A database that is away may come back; one with a schema that we do not know will not change by
 * waiting. */
static bool check_schema(const struct config *config, struct err *err)
{
    struct db *db = NULL;
    const bool opened = db_open(config, &db, err);

    db_close(&db);
    return opened || err->kind == ERR_BUSY;
}

static bool start_notifier(struct dpvd *dpvd, struct err *err)
{
    if (!notifier_start(&dpvd->config, &dpvd->notifier, err))
        return false;
    metrics_watch_notifier(dpvd->metrics, notifier_stats(dpvd->notifier));
    return true;
}

/* What runs beside the requests. */
static bool start_background(struct dpvd *dpvd, struct err *err)
{
    if (!check_schema(&dpvd->config, err) || !monitor_start(&dpvd->config, &dpvd->monitor, err))
        return false;
    dpvd->metrics = metrics_new(dpvd->monitor);
    return dpvd->metrics != NULL || err_no_memory(err);
}

static bool listen_now(struct dpvd *dpvd, struct http_workers *workers, struct err *err)
{
    workers->finished = count_request;
    workers->finished_context = dpvd->metrics;
    if (!make_routes(dpvd, err) ||
        !http_server_start(&dpvd->config, dpvd->routes, workers, &dpvd->server, err))
        return false;
    metrics_watch(dpvd->metrics, dpvd->server);
    return true;
}

/* What all workers share. */
static bool make_process(struct dpvd *dpvd, struct err *err)
{
    dpvd->process.config = &dpvd->config;
    dpvd->process.passwords = passwords_new(&dpvd->config);
    dpvd->process.queue = commit_queue_new(&dpvd->config);
    dpvd->dispatch = soap_dispatch_new(&dpvd->config);
    if (dpvd->process.passwords == NULL || dpvd->process.queue == NULL || dpvd->dispatch == NULL)
        return err_no_memory(err);
    if (dpvd->config.secret_key[0] != '\0' &&
        !vault_open(dpvd->config.secret_key, &dpvd->process.vault, err))
        return err_wrap(err, "secret_key");
    return true;
}

static bool start_serving(struct dpvd *dpvd, struct err *err)
{
    struct http_workers workers = {
        .open = worker_open, .close = worker_close, .context = &dpvd->process};

    if (!make_process(dpvd, err) || !start_background(dpvd, err) ||
        !sealer_start(&dpvd->config, &dpvd->sealer, err) ||
        !usage_start(&dpvd->config, &dpvd->usage, err))
        return false;
    metrics_watch_jobs(dpvd->metrics, dpvd->sealer, dpvd->usage);
    return (dpvd->config.notifier == 0 || start_notifier(dpvd, err)) &&
           listen_now(dpvd, &workers, err);
}

static void stop(struct dpvd *dpvd)
{
    if (dpvd->metrics != NULL)
        metrics_watch(dpvd->metrics, NULL);
    http_server_stop(&dpvd->server);
    free(dpvd->routes);
    dpvd->routes = NULL;
    soap_dispatch_free(&dpvd->dispatch);
    metrics_free(&dpvd->metrics);
    notifier_stop(&dpvd->notifier);
    usage_stop(&dpvd->usage);
    sealer_stop(&dpvd->sealer);
    monitor_stop(&dpvd->monitor);
    commit_queue_free(&dpvd->process.queue);
    passwords_free(&dpvd->process.passwords);
    vault_close(&dpvd->process.vault);
}

static void setup_log(const struct config *config)
{
    static const char *const levels[] = {"error", "warn", "info", "debug"};
    enum log_level level = LOG_INFO;

    for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
        if (strcmp(config->log_level, levels[i]) == 0)
            level = (enum log_level)i;
    }
    log_setup(level, strcmp(config->log_format, "json") == 0 ? LOG_JSON : LOG_LOGFMT);
}

static bool reload_settings(struct dpvd *dpvd, struct err *err)
{
    struct config fresh = {0};
    int count = 0;
    const bool ok = config_init(&fresh, err) && read_options(dpvd, &fresh, &count, err);

    if (ok) {
        config_take_reloadable(&dpvd->config, &fresh);
        setup_log(&dpvd->config);
    }
    config_free(&fresh);
    return ok;
}

/* What cannot be read leaves the old in force. */
static void reload(struct dpvd *dpvd)
{
    struct err err = {0};

    if (reload_settings(dpvd, &err) &&
        (dpvd->server == NULL || http_server_reload(dpvd->server, &err)))
        log_event(LOG_INFO, "reloaded", F_STR("what", "settings and certificate"));
    else
        log_event(LOG_ERROR, "reload_failed", F_STR("error", err.msg));
}

/* All threads have these signals blocked: only this loop sees them. */
static void wait_for_end(struct dpvd *dpvd, const sigset_t *signals)
{
    int number = 0;

    while (sigwait(signals, &number) == 0) {
        if (number != SIGHUP)
            break;
        reload(dpvd);
    }
    log_event(LOG_INFO, "stopping", F_INT("signal", number));
}

static void log_confined(const struct dpvd *dpvd, bool confined, const struct err *err)
{
    if (confined)
        log_event(LOG_INFO, "confined", F_STR("by", "seccomp"));
    else
        log_event(LOG_WARN, "not_confined",
                  F_STR("reason", dpvd->config.seccomp == 0 ? "seccomp = off" : err->msg));
}

/* Before anything is read from outside. Without seccomp the server runs on what systemd and the
 * kernel's users keep it from. */
static bool confine(const struct dpvd *dpvd, bool *confined_out, struct err *err)
{
    const bool production = strcmp(dpvd->config.environment, "production") == 0;
    struct err reason = {0};

    if (geteuid() == 0 && dpvd->config.allow_root == 0)
        return err_set(err, ERR_INVALID,
                       "dpvd does not run as root: give it a user of its own, or set allow_root");
    if (!confine_process(!production, err))
        return false;
    *confined_out = dpvd->config.seccomp != 0 && confine_calls(&reason);
    log_confined(dpvd, *confined_out, &reason);
    return true;
}

/* Until a signal says that it is enough. */
static enum exit_code live(struct dpvd *dpvd, bool (*start)(struct dpvd *dpvd, struct err *err))
{
    struct err err = {0};
    sigset_t signals;
    bool confined = false;
    bool started = false;

    if (!config_verify(&dpvd->config, &err))
        return failed(&err);
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    log_event(LOG_INFO, "starting", F_STR("version", DPVD_VERSION));
    started = confine(dpvd, &confined, &err) && start(dpvd, &err) &&
              (!confined || confine_listeners(&err));
    if (started)
        wait_for_end(dpvd, &signals);
    stop(dpvd);
    if (!started)
        return failed(&err);
    log_event(LOG_INFO, "stopped", F_STR("version", DPVD_VERSION));
    return EXIT_OK;
}

static enum exit_code run_serve(struct dpvd *dpvd, int words)
{
    (void)words;
    return live(dpvd, start_serving);
}

/* ------------------------------------------------------------------ work */

/* The operators' requests need nothing of their own. */
static void *idle_open(void *context, struct err *err)
{
    (void)err;
    return context;
}

static void idle_close(void *context, void **worker)
{
    (void)context;
    *worker = NULL;
}

/* Nobody but the operators is listened to. */
static bool start_working(struct dpvd *dpvd, struct err *err)
{
    struct http_workers workers = {.open = idle_open, .close = idle_close, .context = dpvd};

    if (!config_assign(&dpvd->config, "listen=", err) ||
        !config_assign(&dpvd->config, "tls_listen=", err) || !start_background(dpvd, err) ||
        !start_notifier(dpvd, err))
        return false;
    return dpvd->config.admin_listen[0] == '\0' || listen_now(dpvd, &workers, err);
}

static enum exit_code run_work(struct dpvd *dpvd, int words)
{
    (void)words;
    return live(dpvd, start_working);
}

/* ------------------------------------------------------------------ the other verbs */

static enum exit_code run_check(struct dpvd *dpvd, int words)
{
    struct err err = {0};

    (void)words;
    if (!config_verify(&dpvd->config, &err) || !notifier_verify(&dpvd->config, &err))
        return failed(&err);
    puts("the configuration is good");
    return EXIT_OK;
}

static enum exit_code run_config(struct dpvd *dpvd, int words)
{
    if (words > 0)
        config_print_table(stdout);
    else
        config_print(&dpvd->config, stdout);
    return EXIT_OK;
}

static enum exit_code run_migrate(struct dpvd *dpvd, int words)
{
    struct err err = {0};

    (void)words;
    return migrate_run(&dpvd->config, &err) ? EXIT_OK : failed(&err);
}

static enum exit_code run_rules(struct dpvd *dpvd, int words)
{
    (void)dpvd;
    (void)words;
    rules_print_table(stdout);
    return EXIT_OK;
}

static enum exit_code run_admin(struct dpvd *dpvd, int words)
{
    return (enum exit_code)admin_run(&dpvd->config, words, dpvd->rest + 1);
}

static enum exit_code run_version(struct dpvd *dpvd, int words)
{
    (void)dpvd;
    (void)words;
    puts("dpvd " DPVD_VERSION);
    return EXIT_OK;
}

static const struct verb verbs[] = {
    {"serve", "serve requests in the foreground (the default)", run_serve, NULL, false},
    {"work", "send notifications only, in the foreground", run_work, NULL, false},
    {"check", "check the configuration and exit", run_check, NULL, false},
    {"config", "print the effective settings; --table: the README's table", run_config, "--table",
     false},
    {"migrate", "bring the database's schema up to date", run_migrate, NULL, false},
    {"rules", "print the checks of a message in their order, as the README's table", run_rules,
     NULL, false},
    {"admin", "the operator's commands; admin --help lists them", run_admin, NULL, true},
    {"version", "print the version", run_version, NULL, false},
    {0},
};

static void print_usage(FILE *out)
{
    fputs("usage: dpvd [-c FILE] [-o key=value]... [VERB]\n\n", out);
    for (const struct verb *verb = verbs; verb->name != NULL; verb++)
        fprintf(out, "  %-8s %s\n", verb->name, verb->help);
}

static const struct verb *find_verb(const char *name)
{
    for (const struct verb *verb = verbs; verb->name != NULL; verb++) {
        if (strcmp(verb->name, name) == 0)
            return verb;
    }
    return NULL;
}

/* What stands behind the verb is for it. */
static bool takes(const struct verb *verb, int words, char *const *word)
{
    return words == 0 || verb->takes_words ||
           (words == 1 && verb->option != NULL && strcmp(word[0], verb->option) == 0);
}

static enum exit_code usage(void)
{
    print_usage(stderr);
    return EXIT_USAGE;
}

static enum exit_code run(struct dpvd *dpvd)
{
    const struct verb *verb = NULL;
    struct err err = {0};
    int count = 0;

    if (!config_init(&dpvd->config, &err) || !read_options(dpvd, &dpvd->config, &count, &err)) {
        failed(&err);
        return EXIT_USAGE;
    }
    if (count == 1 && (strcmp(dpvd->rest[0], "--help") == 0 || strcmp(dpvd->rest[0], "-h") == 0)) {
        print_usage(stdout);
        return EXIT_OK;
    }
    verb = find_verb(count == 0 ? "serve" : dpvd->rest[0]);
    if (verb == NULL || (count > 0 && !takes(verb, count - 1, dpvd->rest + 1)))
        return usage();
    setup_log(&dpvd->config);
    clock_shift(dpvd->config.clock_offset);
    if (!datetime_setup()) {
        fputs("dpvd: the time zone Europe/Oslo is not installed (package tzdata)\n", stderr);
        return EXIT_FAILED;
    }
    return verb->run(dpvd, count == 0 ? 0 : count - 1);
}

int main(int argc, char **argv)
{
    struct dpvd dpvd = {.argc = argc, .argv = argv};
    enum exit_code code = EXIT_FAILED;

    dpvd.rest = calloc((size_t)argc + 1, sizeof(*dpvd.rest));
    if (dpvd.rest != NULL)
        code = run(&dpvd);
    config_free(&dpvd.config);
    free(dpvd.rest);
    return (int)code;
}
