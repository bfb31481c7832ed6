#include "service/standalone.h"

#include "base/clock.h"
#include "base/log.h"
#include "service/caller.h"
#include "store/facts_store.h"

/* One call and who made it. */
struct request {
    const struct session *session;
    const struct credentials *credentials;
    struct caller caller;
    uint8_t digest[32];
    struct standalone_plan plan;
    struct standalone_put put;
};

static bool refuse(const struct request *request, const struct verdict *verdict, bool personal,
                   struct err *err)
{
    err_set_code(err, verdict->error_id == 5 ? ERR_DENIED : ERR_INVALID, verdict->error_id, "%s",
                 verdict->text);
    err->personal = personal;
    log_event(LOG_INFO, "refused", F_STR("rule", verdict->rule),
              F_INT("sender", request->caller.sender_id));
    caller_audit_fault(request->session, request->put.call, request->credentials, &request->caller,
                       NULL, err);
    return false;
}

/* The first answer again, but only after this call's own audit row is on disk (security.md 5). */
static bool repeat(const struct request *request, bool *found_out,
                   struct standalone_answer *answer_out, struct err *err)
{
    if (!standalone_store_repeat(request->session->db, request->session->arena, &request->put,
                                 found_out, answer_out, err))
        return false;
    if (*found_out)
        log_event(LOG_INFO, "replay", F_INT("sender", request->caller.sender_id));
    return true;
}

static bool write_once(const struct request *request, bool *stored_out,
                       struct standalone_answer *answer_out, struct err *err)
{
    return standalone_store_put(request->session->db, request->session->arena, &request->put,
                                stored_out, answer_out, err);
}

/* The connection was lost in COMMIT: writing once more on a new one waits for the lost transaction
 * on the unique index, and then finds the call or stores it. */
static bool settle(const struct request *request, bool *stored_out,
                   struct standalone_answer *answer_out, struct err *err)
{
    log_event(LOG_WARN, "commit_uncertain", F_STR("error", err->msg));
    if (request->put.digest == NULL)
        return err_set(err, ERR_BUSY, "the outcome of the commit is unknown");
    return write_once(request, stored_out, answer_out, err) ||
           err_wrap(err, "settling the outcome of a commit");
}

static bool store(const struct request *request, struct standalone_answer *answer_out,
                  struct err *err)
{
    bool stored = false;
    bool found = false;

    if (!write_once(request, &stored, answer_out, err) &&
        (err->kind != ERR_UNCERTAIN || !settle(request, &stored, answer_out, err)))
        return false;
    if (!stored && !repeat(request, &found, answer_out, err))
        return false;
    if (!stored && !found)
        return err_set(err, ERR_BUSY, "the call that was in the way is gone");
    if (stored)
        log_event(LOG_DEBUG, "notifications_ordered", F_INT("sender", request->caller.sender_id),
                  F_INT("orders", request->put.what->count),
                  F_INT("notifications", request->put.plan->plan.count));
    return true;
}

static struct rule_limits limits_of(const struct config *config)
{
    return (struct rule_limits){
        .notifications = 1,
        .end_points = (size_t)config->max_endpoints,
        .synthetic_persons = config->allow_synthetic_persons != 0,
    };
}

/* Reads, decides without I/O, writes once. */
static bool take(struct request *request, const struct rule_limits *limits,
                 struct standalone_answer *answer_out, struct err *err)
{
    const struct session *session = request->session;
    struct standalone_put *put = &request->put;
    struct standalone_facts facts = {0};
    struct verdict verdict = {0};
    bool personal = false;
    bool found = false;

    if (!facts_load_standalone(session->db, session->arena, put->caller, put->what, put->digest,
                               put->since, &facts, err))
        return false;
    if (facts.repeated && (!repeat(request, &found, answer_out, err) || found))
        return found;
    if (!standalone_judge(session->arena, put->what, &facts, limits, clock_now(), &verdict,
                          &personal, &request->plan))
        return err_no_memory(err);
    if (verdict.outcome != OUTCOME_ACCEPT)
        return refuse(request, &verdict, personal, err);
    put->plan = &request->plan;
    return store(request, answer_out, err);
}

bool standalone_send(const struct session *session, const struct call *call,
                     const struct credentials *credentials, const struct standalone_call *what,
                     struct standalone_answer *answer_out, struct err *err)
{
    const struct config *config = session->process->config;
    const struct rule_limits limits = limits_of(config);
    const int64_t now = clock_now();
    struct request request = {.session = session, .credentials = credentials};
    struct verdict verdict = {0};

    if (!caller_authenticate(session, call, credentials, &request.caller, err))
        return false;
    request.put = (struct standalone_put){
        .what = what,
        .caller = &request.caller,
        .call = call,
        .digest = config->standalone_repeat > 0 ? request.digest : NULL,
        .since = now - config->standalone_repeat * 1000,
    };
    standalone_judge_call(what, &request.caller, &limits, (size_t)config->max_standalone, &verdict);
    if (verdict.outcome != OUTCOME_ACCEPT)
        return refuse(&request, &verdict, false, err);
    if (!standalone_digest(what, now, request.digest))
        return err_no_memory(err);
    return take(&request, &limits, answer_out, err);
}
