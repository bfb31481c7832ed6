#include "store/catalogue_store.h"

#include "store/row.h"

#define SERVICES                                                                                   \
    "SELECT v.code, v.edition, v.owner_id, s.organization_number, v.name, v.name_nn, v.name_en, "  \
    "v.type, v.level, v.role, v.common, v.confidential, v.confirmation, v.active "                 \
    "FROM dpvd.service v LEFT JOIN dpvd.sender s ON s.id = v.owner_id "

/* Codes that are numbers by their number. */
static const char list_text[] = SERVICES "ORDER BY length(v.code), v.code, v.edition";

static const char find_text[] = SERVICES "WHERE v.code = $1::text AND v.edition = $2::int4";

static const char add_text[] =
    "INSERT INTO dpvd.service (code, edition, owner_id, name, name_nn, name_en, type, level, role, "
    "common, confidential, confirmation) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";

static const char active_text[] =
    "UPDATE dpvd.service SET active = $3 WHERE code = $1::text AND edition = $2::int4";

static void read_service(struct row *row, struct service_record *service)
{
    service->code = row_text(row);
    service->edition = row_int4(row);
    service->owner_id = row_int4(row);
    service->owner_number = row_text(row);
    service->name = row_text(row);
    service->name_nn = row_text(row);
    service->name_en = row_text(row);
    service->type = (enum service_type)row_int2(row);
    service->level = row_int2(row);
    service->role = row_text(row);
    service->common = row_bool(row);
    service->confidential = row_bool(row);
    service->confirmation = row_bool(row);
    service->active = row_bool(row);
}

static bool read_services(PGresult *result, struct arena *arena,
                          const struct service_record **services_out, size_t *count_out,
                          struct err *err)
{
    struct row row = {.arena = arena};
    struct service_record *services = NULL;

    *count_out = (size_t)PQntuples(result);
    services = arena_array(arena, *count_out, sizeof(*services));
    for (size_t i = 0; services != NULL && i < *count_out; i++) {
        row = (struct row){arena, result, (int)i, 0, row.failed};
        read_service(&row, &services[i]);
    }
    *services_out = services;
    return (services != NULL && !row.failed) || err_no_memory(err);
}

bool catalogue_store_list(struct desk *desk, struct arena *arena,
                          const struct service_record **services_out, size_t *count_out,
                          struct err *err)
{
    PGresult *result = NULL;
    bool ok = false;

    if (!desk_query(desk, list_text, NULL, &result, err))
        return false;
    ok = read_services(result, arena, services_out, count_out, err);
    PQclear(result);
    return ok;
}

bool catalogue_store_add(struct desk *desk, const struct service_record *service, struct err *err)
{
    struct params params = {0};

    params_text(&params, service->code);
    params_int4(&params, service->edition);
    if (service->owner_id == 0)
        params_null(&params);
    else
        params_int4(&params, service->owner_id);
    params_text(&params, service->name);
    params_text(&params, service->name_nn);
    params_text(&params, service->name_en);
    params_int2(&params, (int)service->type);
    params_int2(&params, service->level);
    params_text(&params, service->role);
    params_bool(&params, service->common);
    params_bool(&params, service->confidential);
    params_bool(&params, service->confirmation);
    if (desk_query(desk, add_text, &params, NULL, err))
        return true;
    if (err->kind == ERR_CONFLICT)
        err_set(err, ERR_CONFLICT, "there is a service %s/%d already", service->code,
                (int)service->edition);
    return false;
}

static bool find_service(struct desk *desk, struct arena *arena, const char *code, int32_t edition,
                         struct service_record *service_out, struct err *err)
{
    struct params params = {0};
    PGresult *result = NULL;
    const struct service_record *services = NULL;
    size_t count = 0;
    bool ok = false;

    params_text(&params, code);
    params_int4(&params, edition);
    if (!desk_query(desk, find_text, &params, &result, err))
        return false;
    ok = read_services(result, arena, &services, &count, err);
    PQclear(result);
    if (ok && count == 1)
        *service_out = services[0];
    return ok;
}

bool catalogue_store_set_active(struct desk *desk, struct arena *arena, const char *code,
                                int32_t edition, bool active, struct service_record *service_out,
                                struct err *err)
{
    struct params params = {0};
    int64_t changed = 0;

    params_text(&params, code);
    params_int4(&params, edition);
    params_bool(&params, active);
    if (!desk_number(desk, active_text, &params, &changed, err))
        return false;
    if (changed == 0)
        return err_set(err, ERR_NOT_FOUND, "there is no service %s/%d", code, (int)edition);
    return find_service(desk, arena, code, edition, service_out, err);
}
