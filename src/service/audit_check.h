/* Recomputes what was sealed of the audit log, and says whether it is still the same. */
#ifndef DPVD_SERVICE_AUDIT_CHECK_H
#define DPVD_SERVICE_AUDIT_CHECK_H

#include "base/signer.h"
#include "model/seal.h"
#include "store/db.h"

enum { AUDIT_FINDING_SIZE = 256 };

/* Which seals, and who wants to see what passes by. */
struct audit_check {
    int64_t first; /* 0: the whole log, with the end of the chain and what stands behind it */
    int64_t last;
    const struct signer_keys *keys; /* NULL: any key will do */
    void *context;

    /* Each may be NULL. A record is valid during the call. false ends the check with *err. */
    bool (*on_seal)(void *context, const struct seal *seal, const struct record *record,
                    struct err *err);
    bool (*on_row)(void *context, const struct audit_row *row, const struct record *record,
                   struct err *err);
    void (*on_progress)(void *context, int64_t seals, int64_t rows, int64_t all_seals);
};

struct audit_result {
    int64_t seals;
    int64_t rows;      /* sealed ones */
    int64_t is_signed; /* seals */
    int64_t waiting;   /* rows that have no seal yet */
    struct seal last;  /* number 0: there was none */
    bool wrong;
    char finding[AUDIT_FINDING_SIZE]; /* the first thing that is wrong */
};

/* true: it could be checked, whatever came out. Without on_row it ends at the first finding. */
bool audit_check(struct db *db, const struct audit_check *check, struct audit_result *result_out,
                 struct err *err);

#endif
