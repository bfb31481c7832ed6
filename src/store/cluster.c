#include "store/cluster.h"

const char cluster_query[] =
    "SELECT c.cluster = (SELECT system_identifier FROM pg_catalog.pg_control_system()) "
    "FROM dpvd.audit_clock c";

bool cluster_check(const PGresult *answer, struct err *err)
{
    if (PQntuples(answer) == 1 && *PQgetvalue(answer, 0, 0) != 0)
        return true;
    return err_set(err, ERR_INTERNAL,
                   "the database was loaded from a dump of another cluster: run dpvd migrate");
}
