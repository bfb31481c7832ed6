/* What a use case works with: the process's services and one worker's own things. */
#ifndef DPVD_SERVICE_SESSION_H
#define DPVD_SERVICE_SESSION_H

#include "base/arena.h"
#include "base/config.h"
#include "store/db.h"
#include "store/message_store.h"

struct passwords;
struct vault;

/* Shared by all workers, made by main. */
struct process {
    const struct config *config;
    struct passwords *passwords;
    struct vault *vault; /* NULL: secret_key is not set */
    struct commit_queue *queue;
};

/* One worker's. arena is reset by whoever begins a request. */
struct session {
    const struct process *process;
    struct db *db;
    struct arena *arena;
};

#endif
