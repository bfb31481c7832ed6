#include "store/sqlstate.h"

#include <stddef.h>
#include <string.h>

/* What passes by itself (PostgreSQL, Appendix A): connection, transaction rollback, resources, in
 * use, locked, operator intervention, input/output, a standby, a statement or plan gone stale. */
static const char *const passing[] = {"08", "40",    "53",    "55006", "55P03", "57",
                                      "58", "25006", "26000", "0A000", NULL};

static const char *const spoiling[] = {"08", "25006", "26000", "0A000", "57P", NULL};

static bool matches(const char *sqlstate, const char *const *prefixes)
{
    for (; *prefixes != NULL; prefixes++) {
        if (strncmp(sqlstate, *prefixes, strlen(*prefixes)) == 0)
            return true;
    }
    return false;
}

enum err_kind sqlstate_kind(const char *sqlstate)
{
    if (sqlstate == NULL || matches(sqlstate, passing))
        return ERR_BUSY;
    if (strcmp(sqlstate, "23505") == 0)
        return ERR_CONFLICT; /* the only key that a caller can meet is reference_claim's */
    return ERR_INTERNAL;
}

bool sqlstate_spoils_connection(const char *sqlstate)
{
    return sqlstate == NULL || matches(sqlstate, spoiling);
}

/* Class 22 quotes the value that did not fit, so its text stays here. */
bool sqlstate_err(const PGresult *result, struct err *err)
{
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

    if (sqlstate == NULL)
        return err_set(err, ERR_BUSY, "connection to the database lost");
    if (text == NULL || strncmp(sqlstate, "22", 2) == 0)
        text = "data error";
    return err_set(err, sqlstate_kind(sqlstate), "database: %s (SQLSTATE %s)", text, sqlstate);
}
