#include "store/exchange.h"

#include "base/clock.h"
#include "store/sqlstate.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Up to so many bytes wait for the end of the exchange, so that small statements leave together. */
enum { FLUSH_BYTES = 32 * 1024 };

static void forget_results(struct exchange *x)
{
    for (size_t i = 0; i < x->sent; i++)
        PQclear(x->results[i]);
    x->sent = x->answered = 0;
}

void exchange_drop(struct db *db)
{
    PQfinish(db->conn);
    db->conn = NULL;
}

void exchange_start(struct db *db, bool writes)
{
    struct exchange *x = &db->exchange;

    forget_results(x);
    *x = (struct exchange){.results = x->results, .room = x->room, .writes = writes};
    x->deadline = clock_monotonic() + db->config->database_deadline * 1000;
}

bool exchange_begin(struct db *db, bool writes, struct err *err)
{
    if (!db_ensure(db, err))
        return false;
    exchange_start(db, writes);
    return true;
}

/* The connection is of no use any more. Whether a commit happened is known if none was asked for,
 * or if the server had refused a statement before. */
static bool lost(struct db *db, const char *why, struct err *err)
{
    struct exchange *x = &db->exchange;
    const char *text = PQerrorMessage(db->conn);
    const bool certain = !x->writes || !x->ended || x->failed;

    if (x->failed)
        *err = x->err;
    else
        err_set(err, certain ? ERR_BUSY : ERR_UNCERTAIN, "%s %.*s", why, (int)strcspn(text, "\n"),
                text);
    exchange_drop(db);
    return false;
}

/* A refusal by the server counts, a message of libpq's own does not: that connection is broken, and
 * what became of the transaction is not known. A PANIC may come from the commit itself. */
static void note_failure(struct exchange *x, const PGresult *result)
{
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);

    if (x->failed || sqlstate == NULL || severity == NULL || strcmp(severity, "PANIC") == 0)
        return;
    /* Behind the last statement only an ERROR says that the commit did not happen: a FATAL may
     * follow it. */
    if (x->answered == x->sent && strcmp(severity, "ERROR") != 0)
        return;
    x->failed = true;
    snprintf(x->sqlstate, sizeof(x->sqlstate), "%s", sqlstate);
    sqlstate_err(result, &x->err);
}

/* Sorts one thing that PQgetResult gave; NULL stands behind each statement's result. */
static void take_result(struct exchange *x, PGresult *result)
{
    const ExecStatusType status = PQresultStatus(result);

    if (status == PGRES_PIPELINE_SYNC) {
        x->acknowledged = true;
    } else if (status == PGRES_FATAL_ERROR) {
        note_failure(x, result);
    } else if (x->answered < x->sent && x->results[x->answered] == NULL) {
        x->results[x->answered] = result;
        return;
    }
    PQclear(result);
}

/* Takes what has arrived, without waiting. */
static void collect(struct db *db)
{
    struct exchange *x = &db->exchange;

    while ((x->answered < x->sent || (x->ended && !x->acknowledged)) && !PQisBusy(db->conn)) {
        PGresult *result = PQgetResult(db->conn);

        if (result != NULL)
            take_result(x, result);
        else if (PQstatus(db->conn) == CONNECTION_BAD)
            return;
        else if (x->answered < x->sent)
            x->answered++;
    }
}

/* Reads what is there. false: the connection is broken, but what came before was taken. */
static bool read_some(struct db *db)
{
    const bool alive = PQconsumeInput(db->conn) == 1;

    collect(db);
    return alive && PQstatus(db->conn) == CONNECTION_OK;
}

/* Waits until the socket can be read, or written if asked. false: the deadline passed. */
static bool wait_socket(struct db *db, bool for_writing)
{
    struct pollfd fd = {.fd = PQsocket(db->conn), .events = POLLIN};
    const int64_t left = db->exchange.deadline - clock_monotonic();

    if (for_writing)
        fd.events |= POLLOUT;
    return left > 0 && poll(&fd, 1, (int)(left / 1000 + 1)) != 0;
}

/* Writes all out, reading meanwhile: a server that cannot get rid of its answers reads nothing. */
static bool flush(struct db *db, struct err *err)
{
    for (;;) {
        const int rest = PQflush(db->conn);

        if (rest == 0) {
            db->exchange.unflushed = 0;
            return true;
        }
        if (rest > 0 && !wait_socket(db, true))
            return lost(db, "the database did not take it in time", err);
        if (!read_some(db) || rest < 0)
            return lost(db, "connection to the database lost:", err);
    }
}

static bool end(struct db *db, struct err *err)
{
    struct exchange *x = &db->exchange;

    /* From here on a broken connection may hide a commit. */
    x->ended = true;
    if (!PQpipelineSync(db->conn))
        return lost(db, "connection to the database lost:", err);
    if (!flush(db, err))
        return false;
    for (collect(db); !x->acknowledged;) {
        if (!wait_socket(db, false))
            return lost(db, "the database did not answer in time", err);
        if (!read_some(db) && !x->acknowledged)
            return lost(db, "connection to the database lost:", err);
    }
    return true;
}

/* libpq drops an answer for which it has no memory, and goes on: nothing is not an empty answer. */
static bool has_all_results(const struct exchange *x)
{
    for (size_t i = 0; i < x->sent; i++) {
        if (x->results[i] == NULL)
            return false;
    }
    return true;
}

bool exchange_finish(struct db *db, struct err *err)
{
    struct exchange *x = &db->exchange;

    if (!end(db, err))
        return false;
    if (!x->failed && !has_all_results(x))
        return lost(db, "an answer of the database got lost:", err);
    db->used = clock_monotonic();
    if (x->failed) {
        *err = x->err;
        if (sqlstate_spoils_connection(x->sqlstate))
            exchange_drop(db);
        return false;
    }
    if (x->writes && x->doubtful)
        return err_set(err, ERR_UNCERTAIN, "the wait for the standby was cut off");
    return true;
}

static bool make_room(struct exchange *x)
{
    const size_t room = x->room == 0 ? 32 : 2 * x->room;
    PGresult **results = NULL;

    if (x->sent < x->room)
        return true;
    results = realloc(x->results, room * sizeof(PGresult *));
    if (results == NULL)
        return false;
    x->results = results;
    x->room = room;
    return true;
}

bool exchange_sent(struct db *db, int sent, size_t bytes, struct err *err)
{
    struct exchange *x = &db->exchange;

    if (sent != 1 || !make_room(x))
        return lost(db, "nothing can be sent to the database:", err);
    x->results[x->sent++] = NULL;
    x->unflushed += bytes;
    if (x->unflushed < FLUSH_BYTES)
        return true;
    /* The deadline is for the server to move on, not for the size of a message. */
    x->deadline = clock_monotonic() + db->config->database_deadline * 1000;
    if (!flush(db, err))
        return false;
    collect(db);
    return !x->failed || exchange_finish(db, err);
}

bool exchange_send(struct db *db, enum statement statement, const struct params *params,
                   struct err *err)
{
    static const int binary[PARAMS_MAX] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                                           1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                                           1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                                           1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    char name[8];
    size_t bytes = 0;
    int sent = 0;

    for (int i = 0; i < params->count; i++)
        bytes += (size_t)params->lengths[i];
    snprintf(name, sizeof(name), "%d", (int)statement);
    sent = PQsendQueryPrepared(db->conn, name, params->count, params->values, params->lengths,
                               binary, 1);
    return exchange_sent(db, sent, bytes, err);
}

bool exchange_one(struct db *db, enum statement statement, const struct params *params, bool writes,
                  struct err *err)
{
    return exchange_begin(db, writes, err) && exchange_send(db, statement, params, err) &&
           exchange_finish(db, err);
}

size_t exchange_count(const struct db *db)
{
    return db->exchange.sent - db->exchange.hidden;
}

const PGresult *exchange_result(const struct db *db, size_t index)
{
    return db->exchange.results[db->exchange.hidden + index];
}

PGresult *exchange_take(struct db *db, size_t index)
{
    PGresult **place = &db->exchange.results[db->exchange.hidden + index];
    PGresult *result = *place;

    *place = NULL;
    return result;
}

bool exchange_connected(const struct db *db)
{
    return db->conn != NULL;
}

void exchange_forget_page(struct db *db)
{
    PQclear(db->page);
    db->page = NULL;
}
