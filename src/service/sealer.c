#include "service/sealer.h"

#include "base/clock.h"
#include "base/ident.h"
#include "base/log.h"
#include "base/signer.h"
#include "model/merkle.h"
#include "service/background.h"
#include "store/seal_store.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Rows of one seal: a second's work at most, and little memory. */
enum { ROWS_MAX = 10000 };

struct sealer {
    struct background *background;
    struct signer *signer;   /* NULL: seals are not signed */
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
                       "sealed rows are of transactions that this cluster has not reached: see the "
                       "README on restoring");
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

/* Seal by seal while there is a backlog; what comes meanwhile waits for the next time. */
static bool catch_up(void *context, struct background *background, struct db *db, struct err *err)
{
    struct sealer *sealer = context;
    int64_t rows = 0;

    do {
        int64_t settled = 0;

        if (!sealer_seal(db, sealer->signer, ROWS_MAX, &rows, &settled, err))
            return false;
        atomic_store(&sealer->settled, settled);
    } while (rows == ROWS_MAX && !background_stopping(background));
    return true;
}

static bool start(const struct config *config, struct sealer *sealer, struct err *err)
{
    const struct background_job job = {.failed = "audit_seal_failed",
                                       .interval = config->audit_seal_interval,
                                       .turn = catch_up,
                                       .context = sealer};

    if (config->audit_key[0] != '\0' && !signer_open(config->audit_key, &sealer->signer, err))
        return err_wrap(err, "audit_key");
    return background_start(config, &job, &sealer->background, err);
}

bool sealer_start(const struct config *config, struct sealer **sealer_out, struct err *err)
{
    struct sealer *sealer = NULL;

    if (config->audit_seal_interval == 0)
        return true;
    sealer = calloc(1, sizeof(*sealer));
    if (sealer == NULL)
        return err_no_memory(err);
    atomic_init(&sealer->settled, clock_now());
    if (!start(config, sealer, err)) {
        sealer_stop(&sealer);
        return false;
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
    background_stop(&(*sealer)->background);
    signer_close(&(*sealer)->signer);
    free(*sealer);
    *sealer = NULL;
}
