#include "service/catalogue.h"

#include "service/caller.h"
#include "store/facts_store.h"
#include "store/service_store.h"

static bool check_template(const struct session *session, const struct caller *caller,
                           const char *code, int32_t edition, struct err *err)
{
    struct service template = {0};

    if (caller->status != SENDER_ACTIVE || caller->kind != SENDER_SERVICE_OWNER)
        return err_set_code(err, ERR_DENIED, 5, "The sender is not authorized to create services");
    if (code != NULL &&
        !facts_load_service(session->db, session->arena, code, edition, &template, err))
        return false;
    if (!template.found || !template.active || template.owner_id != 0)
        return err_set_code(err, ERR_INVALID, 40013,
                            "SBL External error - The template is not a valid service");
    if (!template.correspondence)
        return err_set_code(err, ERR_INVALID, 40019,
                            "SBL External error - The template is not a correspondence service");
    return true;
}

bool catalogue_create_simple(const struct session *session, const struct call *call,
                             const struct credentials *credentials, const char *template_code,
                             int32_t template_edition, const char **code_out, struct err *err)
{
    struct caller caller = {0};

    if (!caller_authenticate(session, call, credentials, &caller, err))
        return false;
    if (check_template(session, &caller, template_code, template_edition, err))
        return service_store_create(session->db, session->arena, &caller, call, template_code,
                                    template_edition, code_out, err);
    if (err->code != 0)
        caller_audit_fault(session, call, credentials, &caller, NULL, err);
    return false;
}
