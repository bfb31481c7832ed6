#include "store/connect.h"

#include <stdio.h>
#include <string.h>

enum { PAIRS_MAX = 64, OPTIONS_SIZE = 2048, NUMBER_SIZE = 24 };

/* Keywords and values as libpq wants them; of a keyword that comes twice the last one counts. */
struct pairs {
    const char *keywords[PAIRS_MAX];
    const char *values[PAIRS_MAX];
    size_t count;
};

static void add(struct pairs *pairs, const char *keyword, const char *value)
{
    if (pairs->count >= PAIRS_MAX - 1)
        return;
    pairs->keywords[pairs->count] = keyword;
    pairs->values[pairs->count] = value;
    pairs->count++;
}

static const char *find(const struct pairs *pairs, const char *keyword)
{
    for (size_t i = 0; i < pairs->count; i++) {
        if (strcmp(pairs->keywords[i], keyword) == 0)
            return pairs->values[i];
    }
    return NULL;
}

static void add_given(struct pairs *pairs, const PQconninfoOption *given)
{
    for (; given->keyword != NULL; given++) {
        if (given->val != NULL)
            add(pairs, given->keyword, given->val);
    }
}

/* What the operator did not say. A host that went away without a word is noticed after 10 + 3 * 3
 * seconds on an idle connection, and after the deadline on one that waits. */
static void add_presets(struct pairs *pairs, const char *connect_timeout, const char *deadline)
{
    const char *const presets[][2] = {
        {"connect_timeout", connect_timeout},   {"tcp_user_timeout", deadline},
        {"target_session_attrs", "read-write"}, {"keepalives_idle", "10"},
        {"keepalives_interval", "3"},           {"keepalives_count", "3"},
        {"fallback_application_name", "dpvd"},
    };

    for (size_t i = 0; i < sizeof(presets) / sizeof(presets[0]); i++) {
        if (find(pairs, presets[i][0]) == NULL)
            add(pairs, presets[i][0], presets[i][1]);
    }
    add(pairs, "client_encoding", "UTF8");
}

static bool connect_pairs(const struct pairs *pairs, PGconn **conn_out, struct err *err)
{
    PGconn *conn = PQconnectdbParams(pairs->keywords, pairs->values, 0);
    const char *text = conn == NULL ? "out of memory" : PQerrorMessage(conn);

    if (conn == NULL || PQstatus(conn) != CONNECTION_OK) {
        err_set(err, ERR_BUSY, "no connection to the database: %.*s", (int)strcspn(text, "\n"),
                text);
        PQfinish(conn);
        return false;
    }
    PQsetErrorContextVisibility(conn, PQSHOW_CONTEXT_NEVER);
    *conn_out = conn;
    return true;
}

PGconn *connect_open(const struct config *config, const char *conninfo, const char *settings,
                     struct err *err)
{
    PQconninfoOption *given = PQconninfoParse(conninfo, NULL);
    struct pairs pairs = {0};
    char options[OPTIONS_SIZE];
    char connect_timeout[NUMBER_SIZE];
    char deadline[NUMBER_SIZE];
    const char *own = NULL;
    PGconn *conn = NULL;

    if (given == NULL) {
        err_set(err, ERR_INVALID, "the database's connection string is not valid");
        return NULL;
    }
    add_given(&pairs, given);
    /* libpq counts whole seconds, for each host. */
    snprintf(connect_timeout, sizeof(connect_timeout), "%lld",
             (long long)((config->database_connect_timeout + 999) / 1000));
    snprintf(deadline, sizeof(deadline), "%lld", (long long)config->database_deadline);
    add_presets(&pairs, connect_timeout, deadline);
    own = find(&pairs, "options");
    if (snprintf(options, sizeof(options), "%s %s", own == NULL ? "" : own, settings) <
        OPTIONS_SIZE) {
        add(&pairs, "options", options);
        connect_pairs(&pairs, &conn, err);
    } else {
        err_set(err, ERR_INVALID, "options in the database's connection string are too long");
    }
    PQconninfoFree(given);
    return conn;
}
