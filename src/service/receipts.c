#include "service/receipts.h"

#include "base/clock.h"
#include "base/log.h"
#include "model/identifier.h"
#include "service/caller.h"
#include "store/audit_store.h"
#include "xml/datetime.h"

#include <stdlib.h>
#include <string.h>

enum { ERROR_NO_RECEIPT = 30008, ERROR_NO_TYPE = 30101, ERROR_FROM_AFTER_TO = 30102 };

/* How often an update starts over because another one was faster. */
enum { UPDATE_TRIES = 5 };

/* One call and who made it. */
struct request {
    const struct session *session;
    const struct call *call;
    const struct credentials *credentials;
    struct caller caller;
};

/* The audit row of a refusal; what was no refusal has none. */
static bool refused(const struct request *request, const char *reference, struct err *err)
{
    if (err->kind == ERR_INVALID || err->kind == ERR_DENIED || err->kind == ERR_NOT_FOUND)
        caller_audit_fault(request->session, request->call, request->credentials, &request->caller,
                           reference, err);
    return false;
}

/* Reading changes nothing: its audit rows commit asynchronously. */
static bool audit_answer(const struct request *request, const struct receipt *receipt, size_t count,
                         struct err *err)
{
    const struct audit_entry entry = {
        .call = request->call,
        .caller = &request->caller,
        .reference = receipt == NULL ? NULL : receipt->reference,
        .result = "ok",
        .receipt_id = receipt == NULL ? 0 : receipt->id,
        .count = (int64_t)count,
    };

    return audit_store_add(request->session->db, &entry, false, err);
}

static bool begin(struct request *request, const struct session *session, const struct call *call,
                  const struct credentials *credentials, struct err *err)
{
    *request = (struct request){session, call, credentials, {0}};
    return caller_authenticate(session, call, credentials, &request->caller, err);
}

/* ERR_NOT_FOUND for what is not there and for what belongs to others alike. */
static bool find(const struct request *request, const struct receipt_search *search,
                 struct receipt *receipt_out, struct err *err)
{
    const struct session *session = request->session;
    bool found = false;

    if ((search->id != 0 || search->value != NULL) &&
        !receipt_store_find(session->db, session->arena, &request->caller, search, &found,
                            receipt_out, err))
        return false;
    return found || err_set_code(err, ERR_NOT_FOUND, ERROR_NO_RECEIPT, "The receipt was not found");
}

bool receipts_get(const struct session *session, const struct call *call,
                  const struct credentials *credentials, const struct receipt_search *search,
                  struct receipt *receipt_out, struct err *err)
{
    struct request request = {0};
    struct receipt receipt = {0};

    if (!begin(&request, session, call, credentials, err))
        return false;
    if (!find(&request, search, &receipt, err))
        return refused(&request, search->value, err);
    if (!audit_answer(&request, &receipt, 1, err))
        return false;
    *receipt_out = receipt;
    return true;
}

static bool check_span(const struct receipt_span *span, struct err *err)
{
    if (span->type == RECEIPT_TYPE_NOT_SET)
        return err_set_code(err, ERR_INVALID, ERROR_NO_TYPE, "The type of the receipts is not set");
    if (span->from.given && span->to.given && span->from.when > span->to.when)
        return err_set_code(err, ERR_INVALID, ERROR_FROM_AFTER_TO, "dateFrom is later than dateTo");
    return true;
}

bool receipts_list(const struct session *session, const struct call *call,
                   const struct credentials *credentials, const struct receipt_span *span,
                   struct receipt_page *page_out, struct err *err)
{
    const size_t limit = (size_t)session->process->config->receipts_answered;
    struct receipt_span whole = *span;
    struct request request = {0};
    struct receipt_page page = {0};

    if (!begin(&request, session, call, credentials, err))
        return false;
    if (!check_span(span, err))
        return refused(&request, NULL, err);
    whole.to.when += 999; /* times are answered in milliseconds: dateTo is all of its own */
    if (!receipt_store_list(session->db, session->arena, request.caller.sender_id, &whole, limit,
                            &page, err) ||
        !audit_answer(&request, NULL, page.count, err))
        return false;
    *page_out = page;
    return true;
}

/* ------------------------------------------------------------------ writing */

static int compare_references(const void *a, const void *b)
{
    const struct receipt_reference *x = a;
    const struct receipt_reference *y = b;

    return x->type != y->type ? (int)x->type - (int)y->type : strcmp(x->value, y->value);
}

/* The references of an edit as they will be stored and answered: in order, each once, and of a
 * party that is a person no more than even the owner needs. */
static bool stored_references(struct arena *arena, const struct receipt_edit *edit,
                              const struct receipt_reference **references_out, size_t *count_out)
{
    struct receipt_reference *list = arena_array(arena, edit->reference_count, sizeof(*list));
    size_t kept = 0;

    if (list == NULL)
        return false;
    for (size_t i = 0; i < edit->reference_count; i++) {
        char *value = arena_strdup(arena, edit->references[i].value);

        if (value == NULL)
            return false;
        if (edit->references[i].type == REFERENCE_PARTY)
            receipt_mask(value);
        list[i] = (struct receipt_reference){edit->references[i].type, value};
    }
    qsort(list, edit->reference_count, sizeof(*list), compare_references);
    for (size_t i = 0; i < edit->reference_count; i++) {
        if (kept == 0 || compare_references(&list[kept - 1], &list[i]) != 0)
            list[kept++] = list[i];
    }
    *references_out = list;
    *count_out = kept;
    return true;
}

/* Who updated: never the user name, which is a half of the credentials. */
static const char *system_of(const struct caller *caller)
{
    return caller->system_user_code != NULL ? caller->system_user_code
                                            : caller->organization_number;
}

static bool plan_change(const struct request *request, const struct receipt *old,
                        const struct receipt_edit *edit, struct receipt_change *change_out)
{
    struct arena *arena = request->session->arena;
    struct receipt_change change = {
        .id = old->id, .seen = old->last_changed, .status = edit->status};
    char changed[DATETIME_TEXT_SIZE];

    datetime_format_history(old->last_changed, changed);
    change.text = receipt_updated_text(arena, edit->text, system_of(&request->caller));
    change.history = receipt_grown_history(arena, old, changed);
    if (change.text == NULL || change.history == NULL ||
        !stored_references(arena, edit, &change.references, &change.reference_count))
        return false;
    *change_out = change;
    return true;
}

static const struct receipt *sub_receipt(const struct receipt *receipt, int32_t id)
{
    for (size_t i = 0; i < receipt->sub_receipt_count; i++) {
        if (receipt->sub_receipts[i].id == id)
            return &receipt->sub_receipts[i];
    }
    return NULL;
}

/* The receipt first, then the sub-receipts of it that the edit names. */
static bool plan(const struct request *request, const struct receipt *receipt,
                 const struct receipt_edit *edit, struct receipt_update *update_out,
                 struct err *err)
{
    struct receipt_change *changes =
        arena_array(request->session->arena, edit->sub_edit_count + 1, sizeof(*changes));
    int64_t now = clock_now();

    if (changes == NULL || !plan_change(request, receipt, edit, &changes[0]))
        return err_no_memory(err);
    for (size_t i = 0; i < edit->sub_edit_count; i++) {
        const struct receipt *sub = sub_receipt(receipt, edit->sub_edits[i].id);

        if (sub == NULL)
            return err_set_code(err, ERR_NOT_FOUND, ERROR_NO_RECEIPT,
                                "The receipt has no such sub-receipt");
        if (!plan_change(request, sub, &edit->sub_edits[i], &changes[i + 1]))
            return err_no_memory(err);
    }
    /* Every change has a time of its own: that is how the next one knows what it saw. */
    for (size_t i = 0; i <= edit->sub_edit_count; i++)
        now = now > changes[i].seen ? now : changes[i].seen + 1;
    *update_out = (struct receipt_update){.changes = changes,
                                          .count = edit->sub_edit_count + 1,
                                          .now = now,
                                          .reference = receipt->reference};
    return true;
}

static bool check_edit(const struct request *request, const struct receipt_edit *edit,
                       struct err *err)
{
    const struct config *config = request->session->process->config;
    const char *problem = receipt_edit_problem(edit, (size_t)config->max_reference_length);

    if (request->caller.status != SENDER_ACTIVE)
        return err_set_code(err, ERR_DENIED, 5, "The sender's agreement is suspended");
    return problem == NULL || err_set(err, ERR_INVALID, "%s", problem);
}

/* The receipt as it is now and what becomes of it. The actual sender sees the receipt too, but the
 * text is the owner's. */
static bool prepare(const struct request *request, const struct receipt_edit *edit,
                    struct receipt_update *update_out, struct err *err)
{
    const struct receipt_search search = {
        .id = edit->id,
        .type = REFERENCE_ARCHIVE,
        .value = identifier_is_blank(edit->archive_reference) ? NULL : edit->archive_reference};
    struct receipt receipt = {0};

    if (!find(request, &search, &receipt, err))
        return false;
    if (receipt.owner_number == NULL ||
        strcmp(receipt.owner_number, request->caller.organization_number) != 0)
        return err_set(err, ERR_DENIED, "The receipt may be updated by its owner only");
    return plan(request, &receipt, edit, update_out, err);
}

static bool update_receipt(const struct request *request, const struct receipt_edit *edit,
                           struct receipt *receipt_out, struct err *err)
{
    const struct session *session = request->session;

    for (int i = 0; i < UPDATE_TRIES; i++) {
        struct receipt_update update = {0};
        bool stored = false;

        if (!prepare(request, edit, &update, err))
            return refused(request, edit->archive_reference, err);
        if (!receipt_store_update(session->db, session->arena, &request->caller, request->call,
                                  &update, &stored, receipt_out, err))
            return false;
        if (!stored)
            continue;
        log_event(LOG_INFO, "receipt_updated", F_INT("sender", request->caller.sender_id),
                  F_INT("receipt", receipt_out->id));
        return true;
    }
    return err_set(err, ERR_BUSY, "the receipt changes all the time");
}

static bool create_receipt(const struct request *request, const struct receipt_edit *edit,
                           struct receipt *receipt_out, struct err *err)
{
    const struct session *session = request->session;
    struct receipt receipt = {.last_changed = clock_now(),
                              .status = edit->status,
                              .type = RECEIPT_TYPE_OUTBOUND,
                              .history = "",
                              .owner_number = request->caller.organization_number};
    char *text = arena_strdup(session->arena, edit->text);

    if (text == NULL ||
        !stored_references(session->arena, edit, &receipt.references, &receipt.reference_count))
        return err_no_memory(err);
    receipt_mask(text);
    receipt.text = text;
    if (!receipt_store_create(session->db, session->arena, &request->caller, request->call,
                              &receipt, err))
        return false;
    log_event(LOG_INFO, "receipt_created", F_INT("sender", request->caller.sender_id),
              F_INT("receipt", receipt.id));
    *receipt_out = receipt;
    return true;
}

bool receipts_update(const struct session *session, const struct call *call,
                     const struct credentials *credentials, const struct receipt_edit *edit,
                     struct receipt *receipt_out, struct err *err)
{
    struct request request = {0};

    if (!begin(&request, session, call, credentials, err))
        return false;
    if (!check_edit(&request, edit, err))
        return refused(&request, edit->archive_reference, err);
    return update_receipt(&request, edit, receipt_out, err);
}

bool receipts_save(const struct session *session, const struct call *call,
                   const struct credentials *credentials, const struct receipt_edit *edit,
                   struct receipt *receipt_out, struct err *err)
{
    const bool names_one = edit->id != 0 || !identifier_is_blank(edit->archive_reference);
    struct request request = {0};

    if (!begin(&request, session, call, credentials, err))
        return false;
    if (!check_edit(&request, edit, err))
        return refused(&request, edit->archive_reference, err);
    return names_one ? update_receipt(&request, edit, receipt_out, err)
                     : create_receipt(&request, edit, receipt_out, err);
}
