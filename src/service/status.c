#include "service/status.h"

#include "base/log.h"
#include "model/identifier.h"
#include "service/caller.h"
#include "store/audit_store.h"
#include "store/facts_store.h"

#include <stdlib.h>
#include <string.h>

/* Status calls are frequent and change nothing: their audit rows commit asynchronously. */
static bool audit_answer(const struct session *session, const struct call *call,
                         const struct caller *caller, const char *reference,
                         const struct status_page *page, struct err *err)
{
    const struct audit_entry entry = {
        .call = call,
        .caller = caller,
        .user_name = caller->system_user_name,
        .reference = reference,
        .result = "ok",
        .count = (int64_t)page->count,
    };

    return audit_store_add(session->db, &entry, false, err);
}

static int compare_text(const void *a, const void *b)
{
    return strcmp(**(const char *const *const *)a, **(const char *const *const *)b);
}

static int compare_place(const void *a, const void *b)
{
    const char *const *x = *(const char *const *const *)a;
    const char *const *y = *(const char *const *const *)b;

    return x < y ? -1 : x > y;
}

/* Distinct, non-empty references in their first order: sorted by text to find repeats, then back by
 * place. */
static bool distinct(struct arena *arena, const char *const *references, size_t count,
                     const char ***distinct_out, size_t *count_out)
{
    const char *const **places = arena_array(arena, count + 1, sizeof(*places));
    const char **result = arena_array(arena, count + 1, sizeof(*result));
    size_t given = 0;
    size_t kept = 0;

    if (places == NULL || result == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (references[i] != NULL && references[i][0] != '\0')
            places[given++] = &references[i];
    }
    /* Repeats may stand in any order after sorting, so the first place is carried along. */
    qsort(places, given, sizeof(*places), compare_text);
    for (size_t i = 0; i < given; i++) {
        if (kept == 0 || strcmp(*places[kept - 1], *places[i]) != 0)
            places[kept++] = places[i];
        else if (places[i] < places[kept - 1])
            places[kept - 1] = places[i];
    }
    qsort(places, kept, sizeof(*places), compare_place);
    for (size_t i = 0; i < kept; i++)
        result[i] = *places[i];
    *distinct_out = result;
    *count_out = kept;
    return true;
}

bool status_history(const struct session *session, const struct call *call,
                    const struct credentials *credentials, const char *const *references,
                    size_t count, struct status_page *page_out, struct err *err)
{
    const size_t limit = (size_t)session->process->config->references_answered;
    struct caller caller = {0};
    const char **wanted = NULL;
    size_t wanted_count = 0;
    struct status_page page = {0};

    if (!caller_authenticate(session, call, credentials, &caller, err))
        return false;
    if (!distinct(session->arena, references, count, &wanted, &wanted_count))
        return err_no_memory(err);
    if (!status_store_by_references(session->db, session->arena, caller.sender_id, wanted,
                                    wanted_count < limit ? wanted_count : limit, limit, &page, err))
        return false;
    page.limit_reached = page.limit_reached || wanted_count > limit;
    if (!audit_answer(session, call, &caller, NULL, &page, err))
        return false;
    *page_out = page;
    return true;
}

static bool check_filter(const struct session *session, const struct caller *caller,
                         const struct status_filter *filter, struct err *err)
{
    struct service service = {0};

    if (identifier_is_blank(filter->service_code))
        return err_set_code(err, ERR_INVALID, 40006,
                            "SBL External error - External service code cannot be null");
    if (!facts_load_service(session->db, session->arena, filter->service_code,
                            filter->service_edition, &service, err))
        return false;
    if (!service.found)
        return err_set_code(err, ERR_INVALID, 40013,
                            "SBL External error - Service code and service edition are not a "
                            "valid service");
    if (!service.common && service.owner_id != caller->sender_id)
        return err_set_code(err, ERR_DENIED, 5, "The sender is not authorized to use the service");
    return true;
}

bool status_details(const struct session *session, const struct call *call,
                    const struct credentials *credentials, const struct status_filter *filter,
                    struct status_page *page_out, struct err *err)
{
    const size_t limit = (size_t)session->process->config->references_answered;
    struct caller caller = {0};
    struct status_page page = {0};

    if (!caller_authenticate(session, call, credentials, &caller, err))
        return false;
    if (!check_filter(session, &caller, filter, err)) {
        if (err->kind == ERR_INVALID || err->kind == ERR_DENIED)
            caller_audit_fault(session, call, credentials, &caller, filter->reference, err);
        return false;
    }
    if (!status_store_by_filter(session->db, session->arena, caller.sender_id, filter, limit, &page,
                                err))
        return false;
    if (!audit_answer(session, call, &caller, filter->reference, &page, err))
        return false;
    *page_out = page;
    return true;
}
