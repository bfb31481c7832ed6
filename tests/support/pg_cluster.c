#include "support/pg_cluster.h"

#include "base/buf.h"
#include "store/migrate.h"
#include "support/pg_process.h"
#include "support/pg_query.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SQL_SIZE = 512, START_TRIES = 12000, PAUSE_MICROSECONDS = 10000 };

struct pg_cluster {
    char folder[PG_PATH_SIZE]; /* data, socket, log */
    pid_t pid;                 /* 0: not running */
    pid_t owner;               /* the process that started it */
    bool durable;
    struct pg_cluster *next;
};

/* What this process started, for the end of it. */
static struct pg_cluster *clusters;

/* Clusters of forked tests stand inside the runner's, so that the runner removes them even if the
 * test was killed. */
static char common_folder[PG_PATH_SIZE];

static void init_data(const struct pg_cluster *cluster)
{
    static const char *const arguments[] = {"initdb",
                                            "--pgdata=data",
                                            "--username=postgres",
                                            "--auth=trust",
                                            "--encoding=UTF8",
                                            "--locale=C.UTF-8",
                                            "--no-instructions",
                                            "--no-sync",
                                            NULL};
    const pid_t pid = pg_launch(cluster->folder, arguments, "initdb.log");
    int status = 0;

    if (waitpid(pid, &status, 0) != pid || status != 0) {
        pg_show_log(cluster->folder, "initdb.log");
        pg_die("initdb failed");
    }
}

void pg_cluster_configure(struct pg_cluster *cluster, const char *line)
{
    char path[2 * PG_PATH_SIZE];
    FILE *file = NULL;

    snprintf(path, sizeof(path), "%s/data/postgresql.conf", cluster->folder);
    file = fopen(path, "a");
    if (file == NULL || fprintf(file, "%s\n", line) < 0 || fclose(file) != 0)
        pg_die("%s: %s", path, strerror(errno));
}

static void configure(struct pg_cluster *cluster)
{
    char line[2 * PG_PATH_SIZE];

    snprintf(line, sizeof(line), "unix_socket_directories = '%s'", cluster->folder);
    pg_cluster_configure(cluster, line);
    pg_cluster_configure(cluster, "listen_addresses = ''");
    pg_cluster_configure(cluster, "shared_buffers = 64MB");
    pg_cluster_configure(cluster, "log_line_prefix = '%m [%p] %d '");
    /* Nobody but the test takes transactions and locks, or changes what plans are made from. */
    pg_cluster_configure(cluster, "autovacuum = off");
    if (!cluster->durable) {
        pg_cluster_configure(cluster, "fsync = off");
        pg_cluster_configure(cluster, "full_page_writes = off");
    }
}

/* After a crash a new server refuses to start as long as children of the old one are there. */
void pg_cluster_resume(struct pg_cluster *cluster)
{
    static const char *const arguments[] = {"postgres", "-D", "data", NULL};

    cluster->pid = pg_launch(cluster->folder, arguments, "server.log");
    for (int tries = 0; !pg_answers(cluster); tries++) {
        if (tries >= START_TRIES) {
            pg_show_log(cluster->folder, "server.log");
            pg_die("the server does not start");
        }
        usleep(PAUSE_MICROSECONDS);
        if (waitpid(cluster->pid, NULL, WNOHANG) == cluster->pid)
            cluster->pid = pg_launch(cluster->folder, arguments, "server.log");
    }
}

static void end_server(struct pg_cluster *cluster, int signal)
{
    if (cluster->pid > 0) {
        kill(cluster->pid, signal);
        waitpid(cluster->pid, NULL, 0);
    }
    cluster->pid = 0;
}

void pg_cluster_halt(struct pg_cluster *cluster)
{
    end_server(cluster, SIGINT);
}

void pg_cluster_kill(struct pg_cluster *cluster)
{
    end_server(cluster, SIGKILL);
}

const char *pg_cluster_folder(const struct pg_cluster *cluster)
{
    return cluster->folder;
}

pid_t pg_cluster_pid(const struct pg_cluster *cluster)
{
    return cluster->pid;
}

static char *read_file(const char *path)
{
    struct buf text = {0};
    FILE *file = fopen(path, "r");
    char part[4096];
    size_t n = 0;

    while (file != NULL && (n = fread(part, 1, sizeof(part), file)) > 0)
        buf_add(&text, part, n);
    if (text.data == NULL)
        pg_die("%s: %s (tests are started in the top folder)", path, strerror(errno));
    if (file != NULL)
        fclose(file);
    return text.data;
}

static void assign(struct config *config, const char *assignment)
{
    struct err err = {0};

    if (!config_assign(config, assignment, &err))
        pg_die("%s", err.msg);
}

/* The patience is for machines that stall: what is about a time that is over sets its own. */
static void set_strings(const struct pg_cluster *cluster, const char *name, struct config *config)
{
    static const char *const strings[][2] = {{"database", "dpvd_app"},
                                             {"database_owner", "dpvd_owner"},
                                             {"database_background", "dpvd_background"},
                                             {"database_auditor", "dpvd_auditor"}};
    char text[2 * PG_PATH_SIZE];

    for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
        snprintf(text, sizeof(text), "%s=host=%s dbname=%s user=%s", strings[i][0], cluster->folder,
                 name, strings[i][1]);
        assign(config, text);
    }
    assign(config, "database_connect_timeout=60s");
    assign(config, "database_lock_timeout=60s");
    assign(config, "database_deadline=120s");
}

static void make_template(const struct pg_cluster *cluster)
{
    struct config config = {0};
    struct err err = {0};
    char *demo = read_file("sql/demo.sql");

    pg_run(cluster, "postgres", "postgres", "CREATE ROLE dpvd_owner LOGIN");
    pg_run(cluster, "postgres", "postgres", "CREATE ROLE dpvd_app LOGIN");
    pg_run(cluster, "postgres", "postgres", "CREATE ROLE dpvd_background LOGIN");
    pg_run(cluster, "postgres", "postgres", "CREATE ROLE dpvd_auditor LOGIN");
    pg_run(cluster, "postgres", "postgres", "CREATE DATABASE dpvd_template OWNER dpvd_owner");
    if (!config_init(&config, &err))
        pg_die("%s", err.msg);
    set_strings(cluster, "dpvd_template", &config);
    if (!migrate_run(&config, &err))
        pg_die("%s", err.msg);
    pg_run(cluster, "dpvd_template", "dpvd_owner", demo);
    config_free(&config);
    free(demo);
}

/* A forked test inherits this too, but ends only what it started itself. */
static void stop_all(void)
{
    while (clusters != NULL && clusters->owner == getpid()) {
        struct pg_cluster *cluster = clusters;

        pg_cluster_stop(&cluster);
    }
}

struct pg_cluster *pg_cluster_start(bool durable)
{
    struct pg_cluster *cluster = calloc(1, sizeof(*cluster));

    if (cluster == NULL)
        pg_die("out of memory");
    cluster->durable = durable;
    cluster->owner = getpid();
    cluster->next = clusters;
    clusters = cluster;
    atexit(stop_all);
    pg_folder_make(common_folder[0] != '\0' ? common_folder : NULL, cluster->folder);
    if (common_folder[0] == '\0')
        memcpy(common_folder, cluster->folder, sizeof(common_folder));
    init_data(cluster);
    configure(cluster);
    pg_cluster_resume(cluster);
    make_template(cluster);
    return cluster;
}

void pg_cluster_stop(struct pg_cluster **cluster)
{
    struct pg_cluster *gone = *cluster;

    if (gone == NULL)
        return;
    for (struct pg_cluster **p = &clusters; *p != NULL; p = &(*p)->next) {
        if (*p == gone) {
            *p = gone->next;
            break;
        }
    }
    end_server(gone, SIGQUIT); /* nobody needs the data */
    if (strcmp(common_folder, gone->folder) == 0)
        common_folder[0] = '\0';
    pg_folder_remove(gone->folder);
    free(gone);
    *cluster = NULL;
}

void pg_cluster_database(struct pg_cluster *cluster, char name_out[PG_NAME_SIZE],
                         struct config *config)
{
    static unsigned count;
    char sql[SQL_SIZE];

    snprintf(name_out, PG_NAME_SIZE, "test_%d_%u", (int)getpid(), count++);
    snprintf(sql, sizeof(sql), "CREATE DATABASE %s TEMPLATE dpvd_template OWNER dpvd_owner",
             name_out);
    pg_run(cluster, "postgres", "postgres", sql);
    set_strings(cluster, name_out, config);
}
