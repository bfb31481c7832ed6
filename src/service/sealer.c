#include "service/sealer.h"

#include "base/clock.h"
#include "base/ident.h"
#include "base/log.h"
#include "base/signer.h"
#include "model/merkle.h"
#include "store/seal_store.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Rows of one seal: a second's work at most, and little memory. */
enum { ROWS_MAX = 10000 };

struct sealer {
    const struct config *config;
    struct signer *signer; /* NULL: seals are not signed */
    struct db *db;         /* NULL before the first connection */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t woken;
    bool stopping;
    _Atomic int64_t settled; /* on clock_now */
};

/* ------------------------------------------------------------------ one seal */

static void cover(struct seal *seal, const struct audit_row *row)
{
    if (seal->rows == 0) {
        seal->first = row->place;
        seal->earliest = seal->latest = row->received;
    }
    if (row->received < seal->earliest)
        seal->earliest = row->received;
    if (row->received > seal->latest)
        seal->latest = row->received;
    seal->last = row->place;
    seal->rows++;
}

static bool cover_all(const struct pg_result *rows, struct seal *seal, struct err *err)
{
    struct merkle merkle = {0};
    struct record record = {0};
    bool ok = true;

    for (int i = 0; ok && i < seal_store_count(rows); i++) {
        struct audit_row row = {0};

        ok = seal_store_row(rows, i, &record, &row, err);
        if (!ok)
            break;
        cover(seal, &row);
        merkle_add(&merkle, row.hash);
    }
    record_free(&record);
    if (ok)
        merkle_root(&merkle, seal->root);
    return ok;
}

static bool finish(struct seal *seal, const struct signer *signer, struct err *err)
{
    struct record record = {0};
    bool ok = true;

    if (signer != NULL) {
        seal->is_signed = true;
        memcpy(seal->signer, signer_public(signer), sizeof(seal->signer));
    }
    seal_record(seal, &record);
    record_hash(&record, seal->hash);
    ok = !record.failed || err_no_memory(err);
    record_free(&record);
    if (!ok || signer == NULL)
        return ok;
    return signer_sign(signer, seal->hash, sizeof(seal->hash), seal->signature, err);
}

static void tell(const struct seal *seal)
{
    char hash[2 * RECORD_HASH_SIZE + 1];

    ident_hex(seal->hash, sizeof(seal->hash), hash);
    log_event(LOG_DEBUG, "audit_sealed", F_INT("seal", seal->number), F_INT("rows", seal->rows),
              F_STR("hash", hash));
}

/* Rows behind the head are read, and then added as one seal if the head is still the same: nothing
 * is locked while it is computed, and a crash on the way leaves the rows for the next seal. */
static bool seal_behind(struct db *db, const struct seal_head *head, const struct signer *signer,
                        int32_t limit, int64_t *rows_out, struct err *err)
{
    struct seal seal = {.number = head->number + 1, .sealed = clock_now()};
    struct pg_result *rows = NULL;
    bool added = false;
    bool ok = seal_store_rows(db, head->last, limit, &rows, err);

    if (!ok || seal_store_count(rows) == 0)
        goto out;
    memcpy(seal.previous, head->hash, sizeof(seal.previous));
    ok = cover_all(rows, &seal, err) && finish(&seal, signer, err) &&
         seal_store_add(db, &seal, &added, err);
    if (added) {
        tell(&seal);
        *rows_out = seal.rows;
    }
out:
    seal_store_free(&rows);
    return ok;
}

/* A seal upon a chain that is broken would only hide where. */
static bool check_head(const struct seal_head *head, struct err *err)
{
    if (!head->found || head->newest != head->number)
        return err_set(err, ERR_INTERNAL,
                       "the chain of seals does not end as it should: see dpvd admin audit verify");
    if (head->last.transaction >= head->next)
        return err_set(err, ERR_INTERNAL,
                       "sealed rows are of transactions that this cluster has not reached: a dump "
                       "was loaded, see the README on pg_resetwal");
    return true;
}

bool sealer_seal(struct db *db, const struct signer *signer, int32_t limit, int64_t *rows_out,
                 int64_t *settled_out, struct err *err)
{
    const int64_t now = clock_now();
    struct seal_head head = {0};
    bool held = false;

    *rows_out = 0;
    if (!seal_store_head(db, &head, err) || !check_head(&head, err))
        return false;
    *settled_out = head.has_waiting ? head.waiting_since : now;
    if (!head.has_waiting || !seal_store_lease(db, &held, err) || !held)
        return !head.has_waiting || err->kind == ERR_NONE;
    return seal_behind(db, &head, signer, limit, rows_out, err);
}

/* ------------------------------------------------------------------ the thread */

static bool is_stopping(struct sealer *sealer)
{
    bool stopping = false;

    pthread_mutex_lock(&sealer->lock);
    stopping = sealer->stopping;
    pthread_mutex_unlock(&sealer->lock);
    return stopping;
}

/* Seal by seal while there is a backlog; what comes meanwhile waits for the next time. */
static bool catch_up(struct sealer *sealer, struct err *err)
{
    int64_t rows = 0;

    if (sealer->db == NULL && !db_open(sealer->config, &sealer->db, err))
        return false;
    do {
        int64_t settled = 0;

        if (!sealer_seal(sealer->db, sealer->signer, ROWS_MAX, &rows, &settled, err))
            return false;
        atomic_store(&sealer->settled, settled);
    } while (rows == ROWS_MAX && !is_stopping(sealer));
    return true;
}

/* false: it is time to stop. */
static bool pause_between(struct sealer *sealer)
{
    const int64_t interval = sealer->config->audit_seal_interval;
    struct timespec until = {0};
    bool stopping = false;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += interval % 1000 * 1000000;
    until.tv_sec += interval / 1000 + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&sealer->lock);
    while (!sealer->stopping && pthread_cond_timedwait(&sealer->woken, &sealer->lock, &until) == 0)
        ;
    stopping = sealer->stopping;
    pthread_mutex_unlock(&sealer->lock);
    return !stopping;
}

/* What goes on failing for the same reason is one line. */
static void *work(void *argument)
{
    struct sealer *sealer = argument;
    struct err last = {0};

    do {
        struct err err = {0};

        if (!catch_up(sealer, &err) && strcmp(err.msg, last.msg) != 0)
            log_event(LOG_ERROR, "audit_seal_failed", F_STR("error", err.msg));
        last = err;
    } while (pause_between(sealer));
    db_close(&sealer->db);
    return NULL;
}

/* A clock that is set must not stretch the pause. */
static bool make_condition(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;
    bool ok = false;

    if (pthread_condattr_init(&attributes) != 0)
        return false;
    ok = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
         pthread_cond_init(condition, &attributes) == 0;
    pthread_condattr_destroy(&attributes);
    return ok;
}

bool sealer_start(const struct config *config, struct sealer **sealer_out, struct err *err)
{
    struct sealer *sealer = NULL;

    if (config->audit_seal_interval == 0)
        return true;
    sealer = calloc(1, sizeof(*sealer));
    if (sealer == NULL)
        return err_no_memory(err);
    sealer->config = config;
    atomic_init(&sealer->settled, clock_now());
    if (config->audit_key[0] != '\0' && !signer_open(config->audit_key, &sealer->signer, err)) {
        free(sealer);
        return err_wrap(err, "audit_key");
    }
    if (pthread_mutex_init(&sealer->lock, NULL) != 0 || !make_condition(&sealer->woken) ||
        pthread_create(&sealer->thread, NULL, work, sealer) != 0) {
        signer_close(&sealer->signer);
        free(sealer);
        return err_set(err, ERR_BUSY, "no thread to seal the audit log with");
    }
    *sealer_out = sealer;
    return true;
}

int64_t sealer_lag(const struct sealer *sealer)
{
    const int64_t lag = clock_now() - atomic_load(&sealer->settled);

    return lag < 0 ? 0 : lag / 1000000;
}

void sealer_stop(struct sealer **sealer)
{
    if (*sealer == NULL)
        return;
    pthread_mutex_lock(&(*sealer)->lock);
    (*sealer)->stopping = true;
    pthread_cond_signal(&(*sealer)->woken);
    pthread_mutex_unlock(&(*sealer)->lock);
    pthread_join((*sealer)->thread, NULL);
    pthread_cond_destroy(&(*sealer)->woken);
    pthread_mutex_destroy(&(*sealer)->lock);
    signer_close(&(*sealer)->signer);
    free(*sealer);
    *sealer = NULL;
}
