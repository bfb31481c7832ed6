#include "service/caller.h"

#include "base/clock.h"
#include "base/ident.h"
#include "base/log.h"
#include "model/receipt.h"
#include "service/passwords.h"
#include "service/wsse.h"
#include "store/audit_store.h"
#include "store/facts_store.h"
#include "store/login_store.h"

enum { ERROR_NOT_AUTHORIZED = 5, ERROR_EXTERNAL_SYSTEM = 989 };

static void give_guid(struct err *err)
{
    uint8_t uuid[16];

    if (err->guid[0] == '\0' && ident_uuid(uuid))
        ident_uuid_text(uuid, err->guid);
}

/* A user name as somebody claimed it: identity numbers do not belong into the audit log. */
static const char *claimed_name(const struct session *session, const char *user_name)
{
    char *name = user_name == NULL ? NULL : arena_strdup(session->arena, user_name);

    if (name != NULL)
        receipt_mask(name);
    return name;
}

/* The audit row of a call that err ended; a caller that is not authenticated is NULL. */
static struct audit_entry entry_of(const struct session *session, const struct call *call,
                                   const struct credentials *credentials,
                                   const struct caller *caller, const char *result, struct err *err)
{
    give_guid(err);
    return (struct audit_entry){
        .call = call,
        .caller = caller,
        .user_name = claimed_name(session, credentials->user_name),
        .result = result,
        .error_id = err->code,
        .error_guid = err->guid,
    };
}

/* Whether it could be written or not, the call is refused. */
static void tell_failure(const struct err *failure, const struct err *err)
{
    log_event(LOG_ERROR, "audit_failed", F_STR("error", failure->msg), F_STR("guid", err->guid));
}

static void audit(const struct session *session, const struct audit_entry *entry,
                  const struct err *err)
{
    struct err failure = {0};

    if (!audit_store_add(session->db, entry, true, &failure))
        tell_failure(&failure, err);
}

void caller_audit_fault(const struct session *session, const struct call *call,
                        const struct credentials *credentials, const struct caller *caller,
                        const char *reference, struct err *err)
{
    struct audit_entry entry = entry_of(session, call, credentials, caller,
                                        err->kind == ERR_CONFLICT ? "conflict" : "fault", err);

    entry.reference = reference;
    audit(session, &entry, err);
}

/* system_user is 0 for a name that nobody has. */
static void log_refusal(const struct call *call, const struct caller *caller, const char *reason)
{
    log_event(LOG_WARN, "login_refused", F_STR("reason", reason), F_STR("client", call->client),
              F_INT("system_user", caller->system_user_id));
}

/* What could be a guess counts towards a lock, for user names that nobody has as for others. */
static void count_failure(const struct session *session, const struct call *call,
                          const struct credentials *credentials, const struct caller *caller,
                          const struct audit_entry *entry, const struct err *err)
{
    const struct login login = {credentials->user_name, call->client};
    struct err failure = {0};
    bool locked_out = false;

    if (!login_store_fail(session->db, &login, entry, &locked_out, &failure))
        tell_failure(&failure, err);
    else if (locked_out)
        log_event(LOG_WARN, "login_locked", F_STR("client", call->client),
                  F_INT("system_user", caller->system_user_id));
}

static bool refuse_password(const struct session *session, const struct call *call,
                            const struct credentials *credentials, const struct caller *caller,
                            struct err *err)
{
    struct audit_entry entry;

    err_set_code(err, ERR_DENIED, ERROR_EXTERNAL_SYSTEM,
                 "Incorrect username/password/pin given for user");
    entry = entry_of(session, call, credentials, NULL, "fault", err);
    log_refusal(call, caller, caller->locked ? "wrong password while locked" : "wrong password");
    if (session->process->config->login_failures > 0 && credentials->user_name != NULL &&
        passwords_is_possible(credentials->password)) /* a digest is short enough */
        count_failure(session, call, credentials, caller, &entry, err);
    else
        audit(session, &entry, err);
    return false;
}

/* Who knows the password may know why it does not help. */
static bool refuse_known(const struct session *session, const struct call *call,
                         const struct credentials *credentials, const struct caller *caller,
                         const char *result, struct err *err)
{
    const struct audit_entry entry = entry_of(session, call, credentials, caller, result, err);

    log_refusal(call, caller, result);
    audit(session, &entry, err);
    return false;
}

/* What came with the password is out of date, or was not understood: nothing is said of the
 * password, and nothing is counted. known is the caller, if it has proved itself. */
static bool refuse_token(const struct session *session, const struct call *call,
                         const struct credentials *credentials, const struct caller *caller,
                         const struct caller *known, const char *flaw, struct err *err)
{
    err_set_code(err, ERR_DENIED, ERROR_EXTERNAL_SYSTEM, "The security token is not valid: %s",
                 flaw);
    log_refusal(call, caller, flaw);
    caller_audit_fault(session, call, credentials, known, NULL, err);
    return false;
}

static const char *flaw_of(const struct session *session, const struct credentials *credentials)
{
    if (credentials->token == NULL)
        return NULL;
    return token_flaw(session->process->config, credentials->token, clock_now());
}

static bool verify_secret(const struct session *session, const struct credentials *credentials,
                          const struct caller *caller, bool *good_out, struct err *err)
{
    if (credentials->token != NULL && credentials->token->digest)
        return wsse_verify_digest(session, caller, credentials, good_out, err);
    return passwords_verify(session->process->passwords, caller, credentials, good_out, err);
}

/* A token whose nonce counts is taken once. */
static bool use_nonce(const struct session *session, const struct call *call,
                      const struct credentials *credentials, const struct caller *caller,
                      struct err *err)
{
    bool fresh = false;

    if (credentials->token == NULL ||
        !token_needs_nonce(session->process->config, credentials->token))
        return true;
    if (!wsse_use_nonce(session, caller, credentials->token, &fresh, err))
        return false;
    return fresh || refuse_token(session, call, credentials, caller, caller, "repeated nonce", err);
}

static bool refuse_terminated(struct err *err)
{
    return err_set_code(err, ERR_DENIED, ERROR_NOT_AUTHORIZED,
                        "The sender's agreement is terminated");
}

/* With the agreement the password has gone (domain.md 10.4): nothing can be verified, and nothing
 * is left to guess, so that the caller may know why. */
static bool refuse_without_password(const struct session *session, const struct call *call,
                                    const struct credentials *credentials,
                                    const struct caller *caller, struct err *err)
{
    struct audit_entry entry;

    refuse_terminated(err);
    entry = entry_of(session, call, credentials, NULL, "fault", err);
    log_refusal(call, caller, "terminated");
    audit(session, &entry, err);
    return false;
}

bool caller_verify(const struct session *session, const struct call *call,
                   const struct credentials *credentials, const struct caller *caller,
                   struct err *err)
{
    const char *flaw = flaw_of(session, credentials);
    bool good = false;

    if (flaw != NULL)
        return refuse_token(session, call, credentials, caller, NULL, flaw, err);
    if (caller->status == SENDER_TERMINATED && caller->password_hash[0] == '*')
        return refuse_without_password(session, call, credentials, caller, err);
    if (!verify_secret(session, credentials, caller, &good, err))
        return false;
    if (!good)
        return refuse_password(session, call, credentials, caller, err);
    if (caller->locked) {
        err_set_code(err, ERR_DENIED, ERROR_EXTERNAL_SYSTEM,
                     "The EndUserSystem System with ID: %s is locked out.",
                     caller->system_user_name);
        return refuse_known(session, call, credentials, caller, "locked", err);
    }
    if (!caller->address_allowed) {
        err_set_code(err, ERR_DENIED, ERROR_NOT_AUTHORIZED,
                     "AgencySystem %s is not authorized to call service from ip %s",
                     caller->system_user_name, call->client);
        return refuse_known(session, call, credentials, caller, "wrong_address", err);
    }
    return use_nonce(session, call, credentials, caller, err);
}

bool caller_authenticate(const struct session *session, const struct call *call,
                         const struct credentials *credentials, struct caller *caller_out,
                         struct err *err)
{
    const struct login login = {credentials->user_name, call->client};
    struct caller caller = {0};

    if (!facts_load_caller(session->db, session->arena, &login, &caller, err) ||
        !caller_verify(session, call, credentials, &caller, err))
        return false;
    /* A suspended sender may still ask; one that has left may not (domain.md 10.6). */
    if (caller.status == SENDER_TERMINATED) {
        refuse_terminated(err);
        caller_audit_fault(session, call, credentials, &caller, NULL, err);
        return false;
    }
    *caller_out = caller;
    return true;
}
