#include "service/receive.h"

#include "base/clock.h"
#include "base/log.h"
#include "service/caller.h"
#include "store/facts_store.h"

#include <string.h>

static enum on_behalf_of_check check_of(const char *word)
{
    if (strcmp(word, "off") == 0)
        return CHECK_OFF;
    return strcmp(word, "enforce") == 0 ? CHECK_ENFORCE : CHECK_WARN;
}

static struct rule_limits limits_of(const struct config *config)
{
    return (struct rule_limits){
        .reference_length = (size_t)config->max_reference_length,
        .title_length = (size_t)config->max_title_length,
        .summary_length = (size_t)config->max_summary_length,
        .body_length = (size_t)config->max_body_length,
        .sender_length = (size_t)config->max_sender_length,
        .reply_options = (size_t)config->max_reply_options,
        .notifications = (size_t)config->max_notifications,
        .end_points = (size_t)config->max_endpoints,
        .synthetic_persons = config->allow_synthetic_persons != 0,
        .refuse_used_reference = strcmp(config->duplicate_reference, "refuse") == 0,
        .on_behalf_of_check = check_of(config->on_behalf_of_check),
        .quota = config->quota_block != 0 ? config->quota : 0,
        .reminder_delay = config->reminder_delay * 1000,
    };
}

/* The first receipt again, but only after this call's own audit row is on disk: with a standby, WAL
 * order then proves that the message is there too (security.md 1.1, rule 2). *found_out is false if
 * the message was withdrawn since. */
static bool repeat(const struct session *session, const struct message_put *put, bool *found_out,
                   struct receipt *receipt_out, struct err *err)
{
    if (!message_store_find(session->db, session->arena, put, found_out, receipt_out, err))
        return false;
    if (*found_out)
        log_event(LOG_INFO, "replay", F_INT("receipt", receipt_out->id));
    return true;
}

static enum err_kind kind_of(const struct verdict *verdict)
{
    if (strcmp(verdict->rule, "reference_used") == 0)
        return ERR_CONFLICT;
    return verdict->error_id == 5 ? ERR_DENIED : ERR_INVALID;
}

/* R1 and R2 of domain.md 4.2: a documented ErrorID is a fault, all else a stored receipt. */
static bool refuse(const struct session *session, const struct message_put *put,
                   const struct credentials *credentials, const struct verdict *verdict,
                   struct receipt *receipt_out, struct err *err)
{
    if (verdict->outcome != OUTCOME_FAULT) {
        log_event(LOG_INFO, "refused", F_STR("rule", verdict->rule),
                  F_INT("sender", put->facts->caller.sender_id));
        return message_store_refuse(session->db, session->arena, put, verdict,
                                    strcmp(verdict->rule, "sdp_without_backup") == 0, receipt_out,
                                    err);
    }
    err_set_code(err, kind_of(verdict), verdict->error_id, "%s", verdict->text);
    caller_audit_fault(session, put->call, credentials, &put->facts->caller,
                       put->message->reference, err);
    return false;
}

/* The connection was lost in COMMIT: only the database knows. Writing the message once more on a
 * new connection to the primary tells, since it waits for the lost transaction on the unique index:
 * the digest is there and its receipt is given again, after an audit row that waits for the same
 * standby (security.md 1.1, 5), or it is not and the message is stored now. */
static bool settle(const struct session *session, struct message_put *put,
                   struct receipt *receipt_out, struct err *err)
{
    log_event(LOG_WARN, "commit_uncertain", F_STR("error", err->msg));
    if (put->digest == NULL)
        return err_set(err, ERR_BUSY, "the outcome of the commit is unknown");
    if (!message_store_put(NULL, session->db, session->arena, put, err))
        return err_wrap(err, "settling the outcome of a commit");
    *receipt_out = put->receipt;
    return true;
}

/* Another message with the reference was faster (security.md 5). */
static bool conflict(const struct session *session, const struct message_put *put,
                     const struct credentials *credentials, struct err *err)
{
    err_set(err, ERR_CONFLICT, "ExternalShipmentReference: reference already used");
    caller_audit_fault(session, put->call, credentials, &put->facts->caller,
                       put->message->reference, err);
    return false;
}

static bool put_message(const struct session *session, struct message_put *put,
                        const struct credentials *credentials, struct receipt *receipt_out,
                        struct err *err)
{
    if (!message_store_put(session->process->queue, session->db, session->arena, put, err)) {
        if (err->kind == ERR_CONFLICT)
            return conflict(session, put, credentials, err);
        return err->kind == ERR_UNCERTAIN && settle(session, put, receipt_out, err);
    }
    *receipt_out = put->receipt;
    log_event(put->repeated ? LOG_INFO : LOG_DEBUG, put->repeated ? "replay" : "message_received",
              F_INT("sender", put->facts->caller.sender_id), F_INT("receipt", put->receipt.id),
              F_INT("correspondence", put->receipt.correspondence_id),
              F_INT("attachments", put->message->attachment_count));
    return true;
}

bool receive_message(const struct session *session, const struct call *call,
                     const struct credentials *credentials, const struct message *message,
                     struct receipt *receipt_out, struct err *err)
{
    const struct config *config = session->process->config;
    const struct rule_limits limits = limits_of(config);
    uint8_t digest[32];
    const struct login login = {credentials->user_name, call->client};
    struct facts facts = {0};       /* one read */
    struct verdict verdict = {0};   /* one pure decision */
    struct decision decision = {0}; /* one write */
    bool found = false;
    struct message_put put = {.message = message,
                              .facts = &facts,
                              .decision = &decision,
                              .call = call,
                              .digest = config->duplicate_detection != 0 ? digest : NULL,
                              .claim_reference = limits.refuse_used_reference};

    if (!message_digest(message, digest))
        return err_no_memory(err);
    if (!facts_load(session->db, session->arena, &login, message, digest, &facts, err))
        return false;
    if (!caller_verify(session, call, credentials, &facts.caller, err))
        return false;
    if (facts.repeated && put.digest != NULL && facts.caller.status == SENDER_ACTIVE &&
        (!repeat(session, &put, &found, receipt_out, err) || found))
        return found;
    message_judge(message, &facts, &limits, &verdict);
    if (verdict.outcome != OUTCOME_ACCEPT)
        return refuse(session, &put, credentials, &verdict, receipt_out, err);
    if (!message_decide(session->arena, message, &facts, &limits, clock_now(), &decision))
        return err_no_memory(err);
    return put_message(session, &put, credentials, receipt_out, err);
}
