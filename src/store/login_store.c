#include "store/login_store.h"

#include "base/clock.h"
#include "store/exchange.h"
#include "store/login_params.h"
#include "store/row.h"

enum { ROWS_MAX = 100000 };

/* Times from now back and from now on: what lies further ahead comes from a clock that was wrong.
 */
static void add_span(struct params *params, int64_t now, int64_t milliseconds)
{
    params_time(params, now - milliseconds * 1000);
    params_time(params, now + milliseconds * 1000);
}

static bool send_failure(struct db *db, const struct login *login, struct err *err)
{
    const int64_t now = clock_now();
    struct login_key key;
    struct params params = {0};

    login_key_make(login, &key);
    login_params_pair(&params, &key);
    params_time(&params, now);
    params_int4(&params, (int32_t)db->config->login_failures);
    add_span(&params, now, db->config->login_window);
    add_span(&params, now, db->config->login_lock);
    return exchange_send(db, STMT_LOGIN_FAILED, &params, err);
}

bool login_store_fail(struct db *db, const struct login *login, const struct audit_entry *entry,
                      bool *locked_out, struct err *err)
{
    struct row row = {0};

    if (!exchange_begin(db, true, err) || !send_failure(db, login, err) ||
        !audit_store_send(db, entry, err) || !exchange_finish(db, err))
        return false;
    row.result = exchange_result(db, 0);
    *locked_out = PQntuples(row.result) > 0 && row_bool(&row);
    return true;
}

bool login_store_sweep(struct db *db, struct err *err)
{
    const int64_t window = db->config->login_window;
    const int64_t lock = db->config->login_lock;
    const struct params none = {0};
    struct params params = {0};

    add_span(&params, clock_now(), window > lock ? window : lock);
    params_int8(&params, ROWS_MAX);
    return exchange_begin(db, true, err) &&
           exchange_send(db, STMT_COMMIT_ASYNCHRONOUSLY, &none, err) &&
           exchange_send(db, STMT_LOGIN_SWEEP, &params, err) && exchange_finish(db, err);
}
