#include "store/termination_store.h"

/* So many rows that each transaction is short, so few that there are not many. */
enum { ROWS_AT_ONCE = 10000 };

/* Rows of a table under a condition; $1 is the sender, $2 how many at once. */
#define COUNT(table, condition) "SELECT count(*) FROM dpvd." table " t WHERE " condition
#define SOME(table, condition)                                                                     \
    "ctid = ANY (ARRAY(SELECT ctid FROM dpvd." table " t WHERE " condition " LIMIT $2::int8))"
#define REMOVED(table, condition)                                                                  \
    COUNT(table, condition), "DELETE FROM dpvd." table " WHERE " SOME(table, condition)
#define EMPTIED(table, condition, change)                                                          \
    COUNT(table, condition), "UPDATE dpvd." table " SET " change " WHERE " SOME(table, condition)

#define OWN "t.sender_id = $1::int4"

/* A planned sending still needs what was ordered. */
#define DONE_WITH                                                                                  \
    OWN " AND NOT EXISTS (SELECT FROM dpvd.notification n WHERE n.sender_id = t.sender_id "        \
        "AND n.correspondence_id = t.correspondence_id AND n.order_number = t.number "             \
        "AND n.sent IS NULL AND n.cancelled IS NULL)"

/* Audit rows name system users, so that their rows stay; "*" is the hash of no password. */
#define OF_OWN_USER                                                                                \
    "t.system_user_id IN (SELECT id FROM dpvd.system_user WHERE sender_id = $1::int4)"
#define USABLE OWN " AND (t.password_hash <> '*' OR t.allowed_addresses <> '{}')"

struct part {
    const char *name;
    const char *count;
    const char *remove;
};

static const struct part parts[TERMINATION_PARTS] = {
    {"system_user",
     EMPTIED("system_user", USABLE, "password_hash = '*', allowed_addresses = '{}'")},
    {"system_user_secret", REMOVED("system_user_secret", OF_OWN_USER)},
    {"sender_contact", REMOVED("sender_contact", OWN)},
    {"agreement_signatory",
     EMPTIED("sender", "t.id = $1::int4 AND t.agreement_signatory IS NOT NULL",
             "agreement_signatory = NULL")},
    {"correspondence_state", REMOVED("correspondence_state", OWN)},
    {"receipt_reference", REMOVED("receipt_reference", OWN)},
    {"receipt", REMOVED("receipt", OWN)},
    {"sdp_state", REMOVED("sdp_state", OWN)},
    {"sdp_order", REMOVED("sdp_order", OWN)},
    {"notification_order", REMOVED("notification_order", DONE_WITH)},
    {"standalone", REMOVED("standalone", OWN)},
    {"reference_claim", REMOVED("reference_claim", OWN)},
};

const char *termination_store_name(int part)
{
    return parts[part].name;
}

bool termination_store_count(struct desk *desk, int part, int32_t sender_id, int64_t *rows_out,
                             struct err *err)
{
    struct params params = {0};

    params_int4(&params, sender_id);
    return desk_number(desk, parts[part].count, &params, rows_out, err);
}

bool termination_store_remove(struct desk *desk, int part, int32_t sender_id, int64_t *rows_out,
                              struct err *err)
{
    struct params params = {0};

    params_int4(&params, sender_id);
    params_int8(&params, ROWS_AT_ONCE);
    return desk_number(desk, parts[part].remove, &params, rows_out, err);
}
