/* Statements that see what belongs to one sender: row-level security (sql/007_tenants.sql). */
#ifndef DPVD_STORE_TENANT_H
#define DPVD_STORE_TENANT_H

#include "store/exchange.h"

/* Whose rows are seen and written. organization: receipts of messages that others sent for it are
 * seen as well (domain.md 9); NULL: no others. */
struct tenant {
    int32_t sender_id;
    const char *organization;
};

/* exchange_begin for statements of a tenant. Without one a statement finds no row and writes none,
 * unless it names the tenant itself, as STMT_FACTS and STMT_MESSAGE_PUT do. */
bool tenant_begin(struct db *db, const struct tenant *tenant, bool writes, struct err *err);

/* exchange_one for a tenant. */
bool tenant_one(struct db *db, const struct tenant *tenant, enum statement statement,
                const struct params *params, bool writes, struct err *err);

#endif
