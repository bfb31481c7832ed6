/* Parties as the registers know them (domain.md 2). */
#ifndef DPVD_MODEL_SENDER_H
#define DPVD_MODEL_SENDER_H

#include <stdbool.h>
#include <stdint.h>

/* Numbers are stored: never renumber. */
enum sender_kind { SENDER_SERVICE_OWNER = 1, SENDER_DPV_CUSTOMER = 2 };
enum sender_status { SENDER_ACTIVE = 1, SENDER_SUSPENDED = 2, SENDER_TERMINATED = 3 };

/* The authenticated system user and the technical sender that owns it. */
struct caller {
    bool found; /* a system user of that name exists */
    int32_t system_user_id;
    const char *system_user_name;
    const char *system_user_code; /* NULL if it has none */
    const char *password_hash;
    bool locked;                /* by an operator, or by wrong passwords from the same address */
    bool address_allowed;       /* it may call from where this call comes from */
    int64_t credential_version; /* changes with password, lock and status */
    int32_t sender_id;          /* the tenant */
    enum sender_kind kind;
    enum sender_status status;
    const char *organization_number;
    const char *name;
};

enum party_status { PARTY_ACTIVE = 1, PARTY_DELETED = 2, PARTY_BANKRUPT = 3, PARTY_DEAD = 4 };

/* An organisation or a person as reportee or as actual sender. */
struct party {
    bool found;
    const char *name;
    enum party_status status;
};

/* A row of the service catalogue (domain.md 3). */
struct service {
    bool code_known; /* some edition of the code exists */
    bool found;      /* the pair exists, or the newest edition when none was asked for */
    int32_t edition;
    bool active;
    bool correspondence; /* it is a correspondence service */
    bool common;         /* open to every active sender */
    int32_t owner_id;    /* sender that owns it; 0: the operator */
    bool confidential;
    const char *name;
};

#endif
