/* A private PostgreSQL for tests: unix socket only, in a temporary folder that goes away with it.
 */
#ifndef DPVD_TESTS_SUPPORT_PG_CLUSTER_H
#define DPVD_TESTS_SUPPORT_PG_CLUSTER_H

#include "base/config.h"

#include <stdbool.h>
#include <sys/types.h>

enum { PG_NAME_SIZE = 32 };

struct pg_cluster;

/* Makes and starts a cluster with a migrated template database and demo data; ends the process with
 * a message if it cannot. To be shared, it is started before check forks. durable: with fsync. It
 * is stopped and removed when the process that started it exits. */
struct pg_cluster *pg_cluster_start(bool durable);
void pg_cluster_stop(struct pg_cluster **cluster);

/* A new database like the template; sets config's connection strings to it, and its time-outs of
 * the database so that a machine that stalls for seconds trips none. */
void pg_cluster_database(struct pg_cluster *cluster, char name_out[PG_NAME_SIZE],
                         struct config *config);

/* For a cluster of one's own: a crash (SIGKILL) or an orderly stop, and starting again. */
void pg_cluster_kill(struct pg_cluster *cluster);
void pg_cluster_halt(struct pg_cluster *cluster);
void pg_cluster_resume(struct pg_cluster *cluster);

/* Appends to the configuration; takes effect by pg_cluster_resume. */
void pg_cluster_configure(struct pg_cluster *cluster, const char *line);

pid_t pg_cluster_pid(const struct pg_cluster *cluster);

/* Where its socket is. */
const char *pg_cluster_folder(const struct pg_cluster *cluster);

#endif
