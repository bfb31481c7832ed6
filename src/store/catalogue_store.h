/* The operator's service catalogue (domain.md 3). */
#ifndef DPVD_STORE_CATALOGUE_STORE_H
#define DPVD_STORE_CATALOGUE_STORE_H

#include "base/arena.h"
#include "store/desk.h"

#include <stddef.h>

/* Numbers are stored: never renumber. */
enum service_type { SERVICE_CORRESPONDENCE = 1, SERVICE_OTHER = 2 };

struct service_record {
    const char *code;
    int32_t edition;
    int32_t owner_id;         /* 0: the operator */
    const char *owner_number; /* only read; NULL: the operator */
    const char *name;
    const char *name_nn; /* NULL: none, as in English */
    const char *name_en;
    enum service_type type;
    int32_t level;
    const char *role;
    bool common; /* open to every active sender */
    bool confidential;
    bool confirmation;
    bool active;
};

/* All, by code and edition. */
bool catalogue_store_list(struct desk *desk, struct arena *arena,
                          const struct service_record **services_out, size_t *count_out,
                          struct err *err);

/* ERR_CONFLICT: the edition is there already. */
bool catalogue_store_add(struct desk *desk, const struct service_record *service, struct err *err);

/* Opens or closes a service, and reads it. ERR_NOT_FOUND. */
bool catalogue_store_set_active(struct desk *desk, struct arena *arena, const char *code,
                                int32_t edition, bool active, struct service_record *service_out,
                                struct err *err);

#endif
