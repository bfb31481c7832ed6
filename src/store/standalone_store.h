/* Calls for stand-alone notifications: stored once, whole or not at all (domain.md 6.7). */
#ifndef DPVD_STORE_STANDALONE_STORE_H
#define DPVD_STORE_STANDALONE_STORE_H

#include "base/arena.h"
#include "model/call.h"
#include "model/standalone.h"
#include "store/db.h"

/* Everything of an accepted call; nothing is copied. */
struct standalone_put {
    const struct standalone_call *what;
    const struct standalone_plan *plan;
    const struct caller *caller;
    const struct call *call;
    const uint8_t *digest; /* 32 bytes; NULL: repetitions are not looked for */
    int64_t since;         /* the same call from before that is another one; microseconds */
};

/* Writes orders, planned notifications and audit row in one transaction, which also reads the
 * answer, and returns after its COMMIT. *stored_out is false, and nothing was written, if the same
 * call is there already. ERR_BUSY: nothing was stored; ERR_UNCERTAIN: the connection was lost in
 * COMMIT; written once more, it waits for the lost transaction and tells. */
bool standalone_store_put(struct db *db, struct arena *arena, const struct standalone_put *put,
                          bool *stored_out, struct standalone_answer *answer_out, struct err *err);

/* The answer to the call with this digest, after an audit row "retry" was committed. *found_out is
 * false if there is none. */
bool standalone_store_repeat(struct db *db, struct arena *arena, const struct standalone_put *put,
                             bool *found_out, struct standalone_answer *answer_out,
                             struct err *err);

#endif
