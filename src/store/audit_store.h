/* The audit log: one row a call, only ever added to (domain.md 10.1, 10.2). */
#ifndef DPVD_STORE_AUDIT_STORE_H
#define DPVD_STORE_AUDIT_STORE_H

#include "model/call.h"
#include "model/sender.h"
#include "store/db.h"

#include <stdbool.h>

/* What a call came to, for calls that wrote nothing else. Never content. */
struct audit_entry {
    const struct call *call;
    const struct caller *caller; /* NULL: not authenticated */
    const char *user_name;       /* as claimed, when not authenticated */
    const char *reference;       /* NULL if none */
    const char *result;          /* "ok", "fault", ... a constant */
    int32_t error_id;
    const char *error_guid; /* NULL if none */
    int32_t receipt_id;     /* 0 if none */
    int64_t count;          /* messages or receipts answered */
};

/* Sends the row with an exchange that was begun. */
bool audit_store_send(struct db *db, const struct audit_entry *entry, struct err *err);

/* Adds the row and commits; durable: waits for the disk, else the commit is asynchronous. */
bool audit_store_add(struct db *db, const struct audit_entry *entry, bool durable, struct err *err);

#endif
