#include "service/caller.h"

#include "base/ident.h"
#include "base/log.h"
#include "service/passwords.h"
#include "store/audit_store.h"
#include "store/facts_store.h"

enum { ERROR_EXTERNAL_SYSTEM = 989 };

static void give_guid(struct err *err)
{
    uint8_t uuid[16];

    if (err->guid[0] == '\0' && ident_uuid(uuid))
        ident_uuid_text(uuid, err->guid);
}

void caller_audit_fault(const struct session *session, const struct call *call,
                        const struct credentials *credentials, const struct caller *caller,
                        const char *reference, struct err *err)
{
    struct audit_entry entry = {
        .call = call,
        .caller = caller,
        .user_name = credentials->user_name,
        .reference = reference,
        .result = err->kind == ERR_CONFLICT ? "conflict" : "fault",
        .error_id = err->code,
    };
    struct err failure = {0};

    give_guid(err);
    entry.error_guid = err->guid;
    if (!audit_store_add(session->db, &entry, true, &failure))
        log_event(LOG_ERROR, "audit_failed", F_STR("error", failure.msg), F_STR("guid", err->guid));
}

bool caller_verify(const struct session *session, const struct call *call,
                   const struct credentials *credentials, const struct caller *caller,
                   struct err *err)
{
    bool good = false;

    if (!passwords_verify(session->process->passwords, caller, credentials, &good, err))
        return false;
    if (good)
        return true;
    err_set_code(err, ERR_DENIED, ERROR_EXTERNAL_SYSTEM,
                 "Incorrect username/password/pin given for user");
    caller_audit_fault(session, call, credentials, NULL, NULL, err);
    return false;
}

bool caller_authenticate(const struct session *session, const struct call *call,
                         const struct credentials *credentials, struct caller *caller_out,
                         struct err *err)
{
    struct caller caller = {0};

    if (!facts_load_caller(session->db, session->arena, credentials->user_name, &caller, err) ||
        !caller_verify(session, call, credentials, &caller, err))
        return false;
    /* A suspended sender may still ask; one that has left may not (domain.md 10.6). */
    if (caller.status == SENDER_TERMINATED) {
        err_set_code(err, ERR_DENIED, 5, "The sender's agreement is terminated");
        caller_audit_fault(session, call, credentials, &caller, NULL, err);
        return false;
    }
    *caller_out = caller;
    return true;
}
