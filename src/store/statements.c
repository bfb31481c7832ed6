#include "store/statements.h"

#include "store/statements_internal.h"

#include <stddef.h>

/* $1 to $8 of every statement that leaves an audit row. */
#define CALL_PARAMS "$1, $2, $3, $4, $5, $6, $7, $8"

/* The caller; whether it may call from this address, whether an operator has locked it, and since
 * when wrong passwords have. One row, also of a name that nobody has. $1 is the name, $2 and $3 the
 * pair of login_failure, $4 the address, $5 now. */
#define CALLER                                                                                     \
    "u.id, u.name, u.code, u.password_hash, u.credential_version, s.id, s.kind, s.status, "        \
    "s.organization_number, s.name, cardinality(u.allowed_addresses) = 0 "                         \
    "OR $4::inet <<= ANY (u.allowed_addresses), u.locked_until > $5, "                             \
    "(SELECT f.locked FROM dpvd.login_failure f WHERE f.user_hash = $2 AND f.source = $3)"
#define FROM_CALLER                                                                                \
    "FROM (SELECT 1) AS one LEFT JOIN (dpvd.system_user u "                                        \
    "JOIN dpvd.sender s ON s.id = u.sender_id) ON u.name = $1"

/* The day in Norway of a time that is a parameter. */
#define DAY(now) "(" now "::timestamptz AT TIME ZONE 'Europe/Oslo')::date"

/* What is known of templates by their names; behind rows of contacts, which have other columns. */
#define REACH_TEMPLATES                                                                            \
    "SELECT 4::int2, false, 0, NULL::int2, t.name, t.language_code, NULL::text, "                  \
    "t.email_text IS NOT NULL, t.sms_text IS NOT NULL, t.reminder_prefix IS NOT NULL "             \
    "FROM dpvd.notification_template t WHERE t.name = ANY ($2::text[])"

#define RECEIPT_COLUMNS                                                                            \
    "r.id, r.parent_id, r.last_changed, r.status, r.type, r.text, r.history, "                     \
    "r.senders_reference, r.correspondence_id"

/* The message of this transaction: message_put drew its number from the sequence just before, but
 * stored a row under it only if there was none with the same digest. */
#define OWN_MESSAGE                                                                                \
    "FROM dpvd.correspondence c WHERE c.sender_id = $1 "                                           \
    "AND c.id = (SELECT currval('dpvd.correspondence_id')::int4)"

/* The same of a call for stand-alone notifications, whose number is from the same sequence. */
#define OWN_STANDALONE                                                                             \
    "FROM dpvd.standalone c WHERE c.sender_id = $1 "                                               \
    "AND c.id = (SELECT currval('dpvd.correspondence_id')::int4)"

/* All planned sendings of one of these. */
#define NOTIFICATION_ROWS(own)                                                                     \
    "INSERT INTO dpvd.notification (sender_id, correspondence_id, number, order_number, "          \
    "transport, recipient, address, reminder, due) "                                               \
    "SELECT m.sender_id, m.id, n.number, n.order_number, n.transport, n.recipient, n.address, "    \
    "n.reminder <> 0, n.due FROM (SELECT c.sender_id, c.id " own ") m, "                           \
    "unnest($2::int4[], $3::int4[], $4::text[], $5::text[], $6::int4[], $7::timestamptz[]) "       \
    "WITH ORDINALITY AS n (order_number, transport, recipient, address, reminder, due, number)"

#define STATE_COLUMNS "id, created, reportee, senders_reference, history, notifications"

#define SDP_COLUMNS                                                                                \
    "s.id, s.correspondence_id, s.created, s.last_changed, s.senders_reference, s.reportee, "      \
    "s.history"
#define SDP_FILTER                                                                                 \
    "SELECT " SDP_COLUMNS " FROM dpvd.sdp_state s WHERE s.sender_id = $1 AND s.service_code = $2 " \
    "AND s.service_edition = $3 AND s.created >= $4 AND s.created < $5 "                           \
    "AND ($7::text IS NULL OR s.reportee = $7) "
#define SDP_ORDER "ORDER BY s.created DESC, s.id DESC LIMIT $6"

/* Newest first along the index; what is not given is null or not bound. */
#define STATE_FILTER                                                                               \
    "SELECT " STATE_COLUMNS " FROM dpvd.correspondence_state "                                     \
    "WHERE sender_id = $1 AND service_code = $2 AND service_edition = $3 "                         \
    "AND created >= $4 AND created < $5 "                                                          \
    "AND ($6::int2 = 0 OR current_status = $6) AND ($7::bool IS NULL OR notified = $7) "
#define STATE_ORDER "ORDER BY created DESC, id DESC LIMIT $8"

/* Receipts of "main" with their sub-receipts, newest first, a row for each reference that was added
 * to one; OFFSET 0 keeps each look-up one by key, however many receipts are expected. */
#define RECEIPT_TREE                                                                               \
    "SELECT " RECEIPT_COLUMNS ", o.organization_number, t.reportee, f.type, f.value "              \
    "FROM (SELECT m.*, m.last_changed AS main_changed, m.id AS main_id FROM main m UNION ALL "     \
    "SELECT k.*, m.last_changed, m.id FROM main m CROSS JOIN LATERAL ("                            \
    "SELECT * FROM dpvd.receipt sub WHERE sub.sender_id = m.sender_id AND sub.parent_id = m.id "   \
    "OFFSET 0) k) r "                                                                              \
    "JOIN dpvd.sender o ON o.id = r.sender_id "                                                    \
    "LEFT JOIN LATERAL (SELECT reportee FROM dpvd.correspondence_state c "                         \
    "WHERE c.sender_id = r.sender_id AND c.id = r.correspondence_id UNION ALL "                    \
    "SELECT reportee FROM dpvd.sent_on_behalf b "                                                  \
    "WHERE b.sender_id = r.sender_id AND b.id = r.correspondence_id LIMIT 1) t ON true "           \
    "LEFT JOIN LATERAL (SELECT type, value FROM dpvd.receipt_reference n "                         \
    "WHERE n.sender_id = r.sender_id AND n.receipt_id = r.id OFFSET 0) f ON true "                 \
    "ORDER BY r.main_changed DESC, r.main_id DESC, r.id <> r.main_id, r.id, f.type, f.value"

/* Messages that the caller $1 handed to another sender; $2 is the caller's organisation number. */
#define ACTUAL_SENDER "dpvd.sent_on_behalf c WHERE c.actual_number = $2 AND c.sender_id <> $1 "

static const char *const texts[STMT_COUNT] = {
    [STMT_PING] = "SELECT pg_is_in_recovery()",

    /* These hold until the end of the transaction only. */
    [STMT_TENANT] = "SELECT set_config('dpvd.tenant', $1::int4::text, true), "
                    "set_config('dpvd.organization', coalesce($2, ''), true)",
    [STMT_COMMIT_ASYNCHRONOUSLY] = "SELECT set_config('synchronous_commit', 'off', true)",

    [STMT_AUDIT_ADD] =
        "INSERT INTO dpvd.audit_log (" AUDIT_CALL ", user_name, result, error_id, error_guid, "
        "senders_reference, receipt_id, correspondence_id, answered) "
        "VALUES (" CALL_PARAMS ", $9, $10, $11, $12, $13, $14, $15, $16)",

    /* $3 now, $4 the limit, $5 to $6 and $7 to $8 the times in which failures and a lock count. No
     * row comes back from a pair that is locked already. */
    [STMT_LOGIN_FAILED] =
        "INSERT INTO dpvd.login_failure AS f (user_hash, source, failed, locked, seen) "
        "VALUES ($1, $2, CASE WHEN $4 > 1 THEN ARRAY[$3::timestamptz] ELSE '{}' END, "
        "CASE WHEN $4 <= 1 THEN $3 END, $3) "
        "ON CONFLICT (user_hash, source) DO UPDATE SET seen = $3, (failed, locked) = ("
        "SELECT CASE WHEN count(*) + 1 < $4::int4 "
        "THEN array_append(array_agg(t ORDER BY t), $3) ELSE '{}' END, "
        "CASE WHEN count(*) + 1 >= $4 THEN $3 END "
        "FROM unnest(f.failed) t WHERE t > $5::timestamptz AND t < $6::timestamptz) "
        "WHERE f.locked IS NULL OR f.locked <= $7::timestamptz OR f.locked >= $8::timestamptz "
        "RETURNING f.locked IS NOT NULL",

    [STMT_LOGIN_SWEEP] =
        "DELETE FROM dpvd.login_failure f WHERE seen < $1 OR seen > $2 OR ctid = ANY (ARRAY("
        "SELECT ctid FROM dpvd.login_failure ORDER BY seen DESC OFFSET $3))",

    [STMT_SECRET] = "SELECT sealed FROM dpvd.system_user_secret WHERE system_user_id = $1",

    /* No row comes back for a nonce that was used. */
    [STMT_NONCE_USE] = "INSERT INTO dpvd.wsse_nonce (system_user_id, nonce_hash, expires) "
                       "VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING true",

    [STMT_NONCE_SWEEP] = "DELETE FROM dpvd.wsse_nonce WHERE expires < $1",

    /* Who calls, and what only the caller can have stored: whether code $9, of which $10 are the
     * letters, is that of another sender; if $8, whether reference $7 is used; whether a message
     * has digest $6. What few messages need is asked by functions, which cost nothing as long as
     * they are not called. The tenant is named once the caller is found, and before what belongs to
     * it is looked at. That services and organisations have statements of their own is cheaper than
     * to carry all columns through all joins of one. */
    [STMT_FACTS] = "SELECT " CALLER ", CASE WHEN $9::text = u.code OR $9 = s.code THEN false "
                   "ELSE dpvd.is_code_of_another(s.id, ARRAY[$9, $10]) END, "
                   "CASE WHEN $8::bool AND s.id IS NOT NULL THEN "
                   "dpvd.is_reference_used(set_config('dpvd.tenant', s.id::text, true)::int4, $7) "
                   "ELSE false END, "
                   "CASE WHEN s.id IS NULL THEN false "
                   "WHEN set_config('dpvd.tenant', s.id::text, true) IS NULL THEN false "
                   "ELSE EXISTS (SELECT FROM dpvd.correspondence c "
                   "WHERE c.sender_id = s.id AND c.digest = $6) END " FROM_CALLER,

    /* All editions. */
    [STMT_SERVICE] = "SELECT edition, active, type, common, owner_id, confidential, name "
                     "FROM dpvd.service WHERE code = $1",

    [STMT_ORGANIZATION] = "SELECT status, name FROM dpvd.organization WHERE number = $1",

    [STMT_PERSON] = "SELECT CASE WHEN p.dead THEN 4::int2 WHEN p.id IS NOT NULL THEN 1::int2 END, "
                    "concat_ws(' ', p.first_name, p.middle_name, p.last_name), k.reserved "
                    "FROM (SELECT 1) AS one LEFT JOIN dpvd.person p ON p.number = $1 "
                    "LEFT JOIN dpvd.person_contact k ON k.number = $1",

    /* Whether somebody has, at $2, the key role of domain.md 3.3 for organisation $1 or its main
     * unit. */
    [STMT_KEY_ROLE] = "SELECT dpvd.has_key_role(ARRAY[number, parent_number], " DAY(
        "$2") ") "
              "FROM dpvd.organization WHERE number = $1",

    /* What few messages ask for: what organisation $1 is as a sender, and if $2, what it (or
     * without it the owner of system user $3) has sent in the year of $4. */
    [STMT_FACTS_RARE] =
        "SELECT a.status, a.kind, CASE WHEN $2::bool THEN (SELECT sum(n.messages)::int8 "
        "FROM dpvd.usage_count n WHERE n.actual_number = coalesce($1, s.organization_number) "
        "AND n.year = extract(year FROM $4::timestamptz AT TIME ZONE 'Europe/Oslo')::int4) END "
        "FROM (SELECT 1) AS one LEFT JOIN dpvd.sender a ON a.organization_number = $1 "
        "LEFT JOIN dpvd.system_user u ON u.name = $3 "
        "LEFT JOIN dpvd.sender s ON s.id = u.sender_id",

    /* Addresses of organisation $1 and of its main unit, and personal contacts there of those who
     * hold a role that lets them read ordinary mail; $3 is the time. */
    [STMT_REACH_ORGANIZATION] =
        "SELECT 1::int2, n.organization_number <> $1, n.id, n.kind, n.address, "
        "NULL::text COLLATE \"C\", NULL::text, NULL::bool, NULL::bool, NULL::bool "
        "FROM dpvd.organization o JOIN dpvd.notification_address n "
        "ON n.organization_number = ANY (ARRAY[o.number, o.parent_number]) "
        "WHERE o.number = $1 AND NOT n.deleted UNION ALL "
        "SELECT 2::int2, c.organization_number <> $1, 0, NULL, c.email, c.mobile, "
        "array_to_string(c.services, ' '), NULL, NULL, NULL "
        "FROM dpvd.organization o JOIN dpvd.personal_contact c "
        "ON c.organization_number = ANY (ARRAY[o.number, o.parent_number]) "
        "WHERE o.number = $1 AND dpvd.reads_mail(c.person_number, "
        "ARRAY[o.number, o.parent_number], " DAY("$3") ") "
                                                       "UNION ALL " REACH_TEMPLATES
                                                       " ORDER BY 1, 2, 3, 5, 6",

    /* The same for a person; only what was verified since $3 is used. */
    [STMT_REACH_PERSON] =
        "SELECT 3::int2, false, 0, NULL::int2, k.email, k.mobile, NULL::text, NULL::bool, "
        "NULL::bool, NULL::bool FROM dpvd.person_contact k "
        "WHERE k.number = $1 AND k.verified >= $3 UNION ALL " REACH_TEMPLATES,

    [STMT_CALLER] = "SELECT " CALLER " " FROM_CALLER,

    /* Of the template only names and kind are taken: role and level are those of ordinary mail. */
    [STMT_SERVICE_CREATE] =
        "WITH v AS (INSERT INTO dpvd.service (code, edition, owner_id, name, name_nn, name_en) "
        "SELECT nextval('dpvd.service_code')::text, 1, $1, t.name, t.name_nn, t.name_en "
        "FROM dpvd.service t WHERE t.code = $9 AND t.edition = $10 RETURNING code, edition), "
        "audit AS (INSERT INTO dpvd.audit_log (" AUDIT_CALL ", result, service_code, "
        "service_edition) SELECT " CALL_PARAMS ", 'ok', v.code, v.edition FROM v) "
        "SELECT code FROM v",

    /* All rows of a message that there is one of; no row comes back when the unique index has its
     * digest. An identical call that is still running is waited for there. */
    [STMT_MESSAGE_PUT] =
        "WITH ids AS MATERIALIZED ("
        "SELECT nextval('dpvd.correspondence_id')::int4 AS id, "
        "nextval('dpvd.receipt_id')::int4 AS receipt_id, "
        "set_config('dpvd.tenant', $1::int4::text, true)), "
        "c AS (INSERT INTO dpvd.correspondence (" MESSAGE_COLUMNS ") "
        "SELECT $1, ids.id, ids.receipt_id, $8, $9, $10, $12, $13, $14, $15, $16, $17, $18, $19, "
        "$20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, "
        "$37, $43 FROM ids ON CONFLICT (sender_id, digest) WHERE digest IS NOT NULL DO NOTHING "
        "RETURNING id, receipt_id), "
        "receipt AS (INSERT INTO dpvd.receipt (sender_id, id, correspondence_id, status, created, "
        "last_changed, text, senders_reference) "
        "SELECT $1, c.receipt_id, c.id, 1, $10, $10, $40, $13 FROM c), "
        "event AS (INSERT INTO dpvd.status_event (sender_id, correspondence_id, type, happened) "
        "SELECT $1, c.id, 1, $10 FROM c), "
        "state AS (INSERT INTO dpvd.correspondence_state (" MESSAGE_STATE_COLUMNS ") "
        "SELECT $1, c.id, $13, $10, $16, $14, $15, $41, $11, $42 FROM c), "
        "audit AS (INSERT INTO dpvd.audit_log (" AUDIT_CALL ", " MESSAGE_AUDIT_COLUMNS ") "
        "SELECT " CALL_PARAMS ", 'accepted', $13, c.receipt_id, c.id, $14, $15, "
        "CASE WHEN NOT $17 THEN $16 END, $21, $43, $23, $31, $38, $39, $9 FROM c) "
        "SELECT receipt_id, id FROM c",

    [STMT_MESSAGE_REPEAT] =
        "WITH r AS MATERIALIZED (SELECT found.* FROM dpvd.correspondence c "
        "JOIN dpvd.receipt found ON found.sender_id = c.sender_id AND found.id = c.receipt_id "
        "WHERE c.sender_id = $1 AND c.digest = $9), "
        "audit AS (INSERT INTO dpvd.audit_log (" AUDIT_CALL ", result, senders_reference, "
        "receipt_id, correspondence_id, digest) "
        "SELECT " CALL_PARAMS ", 'retry', r.senders_reference, r.id, r.correspondence_id, $9 "
        "FROM r) SELECT " RECEIPT_COLUMNS " FROM r",

    [STMT_MESSAGE_REFUSE] =
        "WITH r AS (INSERT INTO dpvd.receipt (sender_id, id, status, created, last_changed, text, "
        "senders_reference) "
        "VALUES ($1, nextval('dpvd.receipt_id'), $9, $10, $10, $11, $12) RETURNING id), "
        "audit AS (INSERT INTO dpvd.audit_log (" AUDIT_CALL ", result, senders_reference, "
        "receipt_id) SELECT " CALL_PARAMS ", $13, $12, r.id FROM r) SELECT id FROM r",

    [STMT_SUB_RECEIPTS] =
        "SELECT " RECEIPT_COLUMNS " FROM dpvd.correspondence c "
        "JOIN dpvd.receipt r ON r.sender_id = c.sender_id AND r.parent_id = c.receipt_id "
        "WHERE c.sender_id = $1 AND c.digest = $2 ORDER BY r.id",

    /* Two messages with one reference that arrive at the same time meet on the primary key. */
    [STMT_REFERENCE_CLAIM] = "INSERT INTO dpvd.reference_claim (sender_id, senders_reference) "
                             "SELECT c.sender_id, c.senders_reference " OWN_MESSAGE,

    [STMT_ATTACHMENT_PUT] =
        "INSERT INTO dpvd.attachment (sender_id, correspondence_id, number, destination, function, "
        "encrypted, file_name, name, senders_reference, size, sha256, content) "
        "SELECT c.sender_id, c.id, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11 " OWN_MESSAGE,

    [STMT_CHUNK_PUT] =
        "INSERT INTO dpvd.attachment_chunk (sender_id, correspondence_id, number, chunk, content) "
        "SELECT c.sender_id, c.id, $2, $3, $4 " OWN_MESSAGE,

    [STMT_REPLY_OPTION_PUT] =
        "INSERT INTO dpvd.reply_option (sender_id, correspondence_id, number, service_code, "
        "service_edition, archive_reference, link_text, link_url) "
        "SELECT c.sender_id, c.id, $2, $3, $4, $5, $6, $7 " OWN_MESSAGE,

    [STMT_NOTIFICATION_ORDER_PUT] =
        "INSERT INTO dpvd.notification_order (sender_id, correspondence_id, number, from_address, "
        "shipment, language_code, type, token_numbers, token_values, endpoint_transports, "
        "endpoint_addresses) "
        "SELECT c.sender_id, c.id, $2, $3, $4, $5, $6, $7, $8, $9, $10 " OWN_MESSAGE,

    [STMT_NOTIFICATION_PUT] = NOTIFICATION_ROWS(OWN_MESSAGE),

    /* Numbers are drawn in the order of the problems, and come back in it. */
    [STMT_SUB_RECEIPT_PUT] =
        "INSERT INTO dpvd.receipt (sender_id, id, parent_id, correspondence_id, status, created, "
        "last_changed, text, senders_reference) "
        "SELECT m.sender_id, nextval('dpvd.receipt_id'), m.receipt_id, m.id, p.status, m.created, "
        "m.created, p.text, m.senders_reference FROM (SELECT c.sender_id, c.id, c.receipt_id, "
        "c.created, c.senders_reference " OWN_MESSAGE ") m, "
        "unnest($2::int4[], $3::text[]) WITH ORDINALITY AS p (status, text, number) "
        "ORDER BY p.number RETURNING id",

    /* Created was written with the message. */
    [STMT_RESERVED_PUT] =
        "INSERT INTO dpvd.status_event (sender_id, correspondence_id, type, happened) "
        "SELECT c.sender_id, c.id, 10, c.created " OWN_MESSAGE,

    [STMT_SDP_ORDER_PUT] =
        "INSERT INTO dpvd.sdp_order (sender_id, correspondence_id, copy_altinn, backup_altinn, "
        "primary_document, title, not_sensitive_title, visible, email_text, email_address, "
        "email_days, sms_text, sms_number, sms_days) "
        "SELECT c.sender_id, c.id, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13 " OWN_MESSAGE,

    [STMT_SDP_STATE_PUT] =
        "INSERT INTO dpvd.sdp_state (sender_id, id, correspondence_id, senders_reference, "
        "reportee, service_code, service_edition, created, last_changed, history) "
        "SELECT c.sender_id, nextval('dpvd.sdp_id'), c.id, c.senders_reference, c.reportee, "
        "c.service_code, c.service_edition, c.created, c.created, $2 " OWN_MESSAGE,

    [STMT_SDP_STATE_REFUSE] =
        "INSERT INTO dpvd.sdp_state (sender_id, id, senders_reference, reportee, service_code, "
        "service_edition, created, last_changed, history) "
        "VALUES ($1, nextval('dpvd.sdp_id'), $2, $3, $4, $5, $6, $6, $7)",

    [STMT_STATUS_BY_REFERENCES] =
        "SELECT " STATE_COLUMNS " FROM dpvd.correspondence_state "
        "WHERE sender_id = $1 AND senders_reference = ANY ($2::text[]) LIMIT $3",

    [STMT_STATUS_BY_REFERENCES_ORDERED] =
        "SELECT " STATE_COLUMNS
        " FROM unnest($2::text[]) WITH ORDINALITY AS w (reference, position) "
        "CROSS JOIN LATERAL (SELECT * FROM dpvd.correspondence_state s "
        "WHERE s.sender_id = $1 AND s.senders_reference = w.reference ORDER BY s.id LIMIT $3) s "
        "ORDER BY w.position, s.id LIMIT $3",

    [STMT_STATUS_BY_SERVICE] = STATE_FILTER STATE_ORDER,
    [STMT_STATUS_BY_REPORTEE] = STATE_FILTER "AND reportee = $9 " STATE_ORDER,
    [STMT_STATUS_BY_REFERENCE] = STATE_FILTER
    "AND senders_reference = $9 AND ($10::text IS NULL OR reportee = $10) " STATE_ORDER,

    [STMT_SDP_ANY] = "SELECT min(id) IS NOT NULL FROM dpvd.sdp_state WHERE sender_id = $1",

    [STMT_SDP_BY_REFERENCES] =
        "SELECT " SDP_COLUMNS " FROM unnest($2::text[]) WITH ORDINALITY AS w (reference, position) "
        "CROSS JOIN LATERAL (SELECT * FROM dpvd.sdp_state k "
        "WHERE k.sender_id = $1 AND k.senders_reference = w.reference ORDER BY k.id LIMIT $3) s "
        "ORDER BY w.position, s.id LIMIT $3",

    [STMT_SDP_BY_SERVICE] = SDP_FILTER SDP_ORDER,
    [STMT_SDP_BY_REFERENCE] = SDP_FILTER "AND s.senders_reference = $8 " SDP_ORDER,

    [STMT_RECEIPT_BY_ID] =
        "WITH main AS MATERIALIZED ("
        "SELECT r.* FROM dpvd.receipt r WHERE r.sender_id = $1 AND r.id = $3 UNION ALL "
        "SELECT r.* FROM (SELECT * FROM " ACTUAL_SENDER "AND c.receipt_id = $3) c "
        "JOIN dpvd.receipt r ON r.sender_id = c.sender_id AND r.id = c.receipt_id "
        "LIMIT 1) " RECEIPT_TREE,

    /* $3 the type of the reference, $4 its value. */
    [STMT_RECEIPT_BY_REFERENCE] =
        "WITH main AS MATERIALIZED (SELECT r.* FROM ("
        "(SELECT sender_id, id FROM dpvd.receipt WHERE sender_id = $1 AND senders_reference = $4 "
        "AND $3::int2 = 1 AND parent_id IS NULL ORDER BY id DESC LIMIT 1) UNION ALL "
        "(SELECT sender_id, receipt_id FROM dpvd.receipt_reference "
        "WHERE sender_id = $1 AND type = $3 AND value = $4 ORDER BY receipt_id DESC LIMIT 1) "
        "UNION ALL (SELECT c.sender_id, c.receipt_id FROM " ACTUAL_SENDER
        "AND c.senders_reference = $4 AND $3 = 1 "
        "ORDER BY c.receipt_id DESC LIMIT 1)) k "
        "JOIN dpvd.receipt r ON r.sender_id = k.sender_id AND r.id = k.id "
        "ORDER BY r.id DESC LIMIT 1) " RECEIPT_TREE,

    [STMT_RECEIPT_LIST] =
        "WITH main AS MATERIALIZED (SELECT * FROM dpvd.receipt WHERE sender_id = $1 AND type = $2 "
        "AND parent_id IS NULL AND last_changed >= $3 AND last_changed <= $4 "
        "ORDER BY last_changed DESC, id DESC LIMIT $5) " RECEIPT_TREE,

    /* All or nothing: every receipt is as it was when the change was made up ($11). $10 are the
     * receipts, the audited one first, $16 to $18 references to add. */
    [STMT_RECEIPT_UPDATE] =
        "WITH wanted AS MATERIALIZED (SELECT * FROM unnest($10::int4[], $11::timestamptz[], "
        "$12::int4[], $13::text[], $14::text[]) AS w (id, was, status, text, history)), "
        "locked AS MATERIALIZED (SELECT r.id FROM wanted w "
        "JOIN dpvd.receipt r ON r.sender_id = $1 AND r.id = w.id "
        "WHERE r.last_changed = w.was ORDER BY r.id FOR UPDATE OF r), "
        "good AS MATERIALIZED (SELECT 1 FROM locked HAVING count(*) = cardinality($10::int4[])), "
        "changed AS (UPDATE dpvd.receipt r SET status = w.status, text = w.text, "
        "history = w.history, last_changed = $9 FROM wanted w, good "
        "WHERE r.sender_id = $1 AND r.id = w.id), "
        "added AS (INSERT INTO dpvd.receipt_reference (sender_id, receipt_id, type, value) "
        "SELECT $1, f.receipt_id, f.type, f.value FROM good, "
        "unnest($16::int4[], $17::int4[], $18::text[]) AS f (receipt_id, type, value) "
        "ON CONFLICT DO NOTHING), "
        "audit AS (INSERT INTO dpvd.audit_log (" AUDIT_CALL ", result, senders_reference, "
        "receipt_id) SELECT " CALL_PARAMS ", 'updated', $15, ($10::int4[])[1] FROM good) "
        "SELECT count(*) FROM good",

    [STMT_RECEIPT_CREATE] =
        "WITH r AS (INSERT INTO dpvd.receipt (sender_id, id, type, status, created, last_changed, "
        "text) VALUES ($1, nextval('dpvd.receipt_id'), $9, $10, $11, $11, $12) RETURNING id), "
        "added AS (INSERT INTO dpvd.receipt_reference (sender_id, receipt_id, type, value) "
        "SELECT $1, r.id, f.type, f.value FROM r, unnest($13::int4[], $14::text[]) "
        "AS f (type, value) ON CONFLICT DO NOTHING), "
        "audit AS (INSERT INTO dpvd.audit_log (" AUDIT_CALL ", result, receipt_id) "
        "SELECT " CALL_PARAMS ", 'created', r.id FROM r) SELECT id FROM r",

    /* $2 the digest, $3 since when the same call is a repeated one, as in the next ones. */
    [STMT_STANDALONE_FIND] = "SELECT id FROM dpvd.standalone WHERE sender_id = $1 AND digest = $2 "
                             "AND created >= $3",

    [STMT_STANDALONE_FORGET] = "UPDATE dpvd.standalone SET digest = NULL "
                               "WHERE sender_id = $1 AND digest = $2 AND created < $3",

    /* No row comes back for a call that was there; one that is still running is waited for. */
    [STMT_STANDALONE_PUT] =
        "WITH next AS MATERIALIZED (SELECT nextval('dpvd.correspondence_id')::int4 AS id), "
        "s AS (INSERT INTO dpvd.standalone (sender_id, id, system_user_id, created, digest) "
        "SELECT $1, next.id, $8, $9, $10 FROM next "
        "ON CONFLICT (sender_id, digest) WHERE digest IS NOT NULL DO NOTHING RETURNING id), "
        "audit AS (INSERT INTO dpvd.audit_log (" AUDIT_CALL ", result, correspondence_id, digest, "
        "organization, service_code, service_edition) "
        "SELECT " CALL_PARAMS ", 'ordered', s.id, $10, $11, $12, $13 FROM s) SELECT id FROM s",

    [STMT_STANDALONE_ORDER_PUT] =
        "INSERT INTO dpvd.notification_order (sender_id, correspondence_id, number, from_address, "
        "shipment, language_code, type, token_numbers, token_values, endpoint_transports, "
        "endpoint_addresses, short_name, reportee, reportee_is_person, reportee_name, "
        "service_code, service_edition) SELECT c.sender_id, c.id, $2, $3, $4, $5, $6, $7, $8, $9, "
        "$10, $11, $12, $13, $14, $15, $16 " OWN_STANDALONE,

    [STMT_STANDALONE_PLAN_PUT] = NOTIFICATION_ROWS(OWN_STANDALONE),

    [STMT_STANDALONE_REPEAT] =
        "WITH s AS MATERIALIZED (SELECT id FROM dpvd.standalone WHERE sender_id = $1 "
        "AND digest = $9), "
        "audit AS (INSERT INTO dpvd.audit_log (" AUDIT_CALL ", result, correspondence_id, digest) "
        "SELECT " CALL_PARAMS ", 'retry', s.id, $9 FROM s) SELECT id FROM s",

    /* What became of a call: that with the digest, or, without one, that of this transaction. Whose
     * address an order does not give is from a register. */
    [STMT_STANDALONE_ANSWER] =
        "SELECT o.number, o.type, o.reportee, o.reportee_name, n.transport, n.recipient, "
        "NOT EXISTS (SELECT FROM unnest(o.endpoint_addresses) AS given "
        "WHERE btrim(given, e' \\t\\r\\n') = n.recipient) "
        "FROM dpvd.notification_order o LEFT JOIN dpvd.notification n "
        "ON n.sender_id = o.sender_id AND n.correspondence_id = o.correspondence_id "
        "AND n.order_number = o.number WHERE o.sender_id = $1 AND o.correspondence_id = "
        "CASE WHEN $2::bytea IS NULL THEN (SELECT currval('dpvd.correspondence_id')::int4) "
        "ELSE (SELECT s.id FROM dpvd.standalone s WHERE s.sender_id = $1 AND s.digest = $2) END "
        "ORDER BY o.number, n.number",
};

const char *statement_text(enum statement statement)
{
    static const char *const *const tables[] = {texts, statements_batch, statements_background,
                                                statements_notifier};
    const char *text = NULL;

    for (size_t i = 0; text == NULL && i < sizeof(tables) / sizeof(tables[0]); i++)
        text = tables[i][statement];
    return text;
}
