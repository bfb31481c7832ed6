/* What the notifier asks, by the role that sees all senders. */
#include "store/statements_internal.h"

/* Advisory locks that notifiers hold on their numbers have this as their first key. Whose lock can
 * be had is dead; that is asked of a row as it is when it is locked. */
#define IS_FREE                                                                                    \
    "(n.claimed_by IS NULL OR "                                                                    \
    "(n.claimed_by <> $5 AND pg_try_advisory_xact_lock(81017185, n.claimed_by)))"

/* The predicate and the last column of the index notification_waiting. */
#define WAITING "n.sent IS NULL AND n.cancelled IS NULL AND n.failed IS NULL"
#define DUE "coalesce(n.next_try, n.due)"

/* $1 to $3 of every statement about one notification are its key, $4 the notifier, $5 is now. */
#define THIS "n.sender_id = $1 AND n.correspondence_id = $2 AND n.number = $3"
#define MINE THIS " AND n.claimed_by = $4 AND " WAITING

/* An audit row; the notification is named as gateways know it. */
#define AUDIT                                                                                      \
    "audit AS (INSERT INTO dpvd.audit_log (received, duration, endpoint, operation, request_id, "  \
    "sender_id, correspondence_id, result) SELECT $5, 0, 'notifier', 'Notification', "             \
    "concat_ws('.', 'dpvd', $1, $2, $3), $1, $2, "

/* In the language of the notification. */
#define SERVICE_NAME_NN "coalesce(v.name_nn, v.name)"
#define SERVICE_NAME_EN "coalesce(v.name_en, v.name)"

/* Of a stand-alone notification its order says whom it is about, of any other the message. */
#define REPORTEE "coalesce(o.reportee, c.reportee)"
#define IS_PERSON "coalesce(o.reportee_is_person, c.reportee_is_person)"

const char *const statements_notifier[STMT_COUNT] = {
    /* The number is drawn once for each connection. */
    [STMT_NOTIFIER_ENTER] =
        "WITH had AS MATERIALIZED ("
        "SELECT nullif(current_setting('dpvd.notifier', true), '')::int4 AS number), "
        "mine AS MATERIALIZED (SELECT had.number AS old, "
        "coalesce(had.number, nextval('dpvd.notifier_number')::int4) AS number FROM had) "
        "SELECT CASE WHEN old IS NOT NULL OR pg_try_advisory_lock(81017185, number) "
        "THEN set_config('dpvd.notifier', number::text, false)::int4 END FROM mine",

    /* $1 the transport, $2 now, $3 how many of each sender are counted at most, $4 when the last of
     * those that wait for another try is tried. */
    [STMT_NOTIFIER_QUEUE] =
        "SELECT s.id, q.due, q.ready, q.oldest FROM dpvd.sender s CROSS JOIN LATERAL ("
        "SELECT count(*) AS due, count(*) FILTER (WHERE w.next <= $2) AS ready, "
        "min(w.due) AS oldest FROM (SELECT n.due, " DUE " AS next FROM dpvd.notification n "
        "WHERE n.transport = $1 AND n.sender_id = s.id AND " WAITING " AND " DUE " <= $4 "
        "AND n.due <= $2 ORDER BY " DUE " LIMIT $3) w) q WHERE q.due > 0 ORDER BY s.id",

    /* $1 the transport, $2 senders, $3 now, $4 how many of each, $5 the notifier. A connection that
     * is new has lost the lock, and the setting with it. That there are few, NOTIFIER_CLAIM_MAX,
     * the planner must know. */
    [STMT_NOTIFIER_CLAIM] =
        "WITH due AS MATERIALIZED (SELECT k.* FROM unnest($2::int4[]) AS s (id) "
        "CROSS JOIN LATERAL (SELECT n.sender_id, n.correspondence_id, n.number "
        "FROM dpvd.notification n WHERE n.transport = $1 AND n.sender_id = s.id "
        "AND " WAITING " AND " DUE " <= $3 AND " IS_FREE " "
        "ORDER BY " DUE " LIMIT $4 FOR UPDATE SKIP LOCKED) k "
        "WHERE current_setting('dpvd.notifier', true) = $5::int4::text LIMIT 20) "
        "UPDATE dpvd.notification n SET claimed_by = $5 FROM due WHERE n.sender_id = due.sender_id "
        "AND n.correspondence_id = due.correspondence_id AND n.number = due.number "
        "RETURNING n.sender_id, n.correspondence_id, n.number",

    /* What is found here decides: a Read of this moment stops a reminder, also of a sender that
     * has left and has no status any more. $6 the reminder's delay
     * and $7 the wait for a first notification that is still under way, in microseconds, $8 the
     * statuses of a message that was opened, $9 Reserved. */
    [STMT_NOTIFIER_BEGIN] =
        "WITH mine AS MATERIALIZED (SELECT n.* FROM dpvd.notification n WHERE " MINE " "
        "AND current_setting('dpvd.notifier', true) = $4::text FOR UPDATE), "
        "first AS MATERIALIZED (SELECT min(n.sent) AS sent, count(*) FILTER (WHERE " WAITING ") "
        "AS waiting FROM mine JOIN dpvd.notification n ON n.sender_id = mine.sender_id "
        "AND n.correspondence_id = mine.correspondence_id "
        "AND n.order_number = mine.order_number AND NOT n.reminder), "
        "found AS MATERIALIZED (SELECT m.sender_id, m.correspondence_id, m.number, m.started, "
        "CASE WHEN w.sender_id IS NOT NULL THEN 'withdrawn' "
        "WHEN EXISTS (SELECT FROM dpvd.status_event e WHERE e.sender_id = m.sender_id "
        "AND e.correspondence_id = m.correspondence_id AND e.type = $9::int2) THEN 'reserved' "
        "WHEN m.reminder AND EXISTS (SELECT FROM dpvd.status_event e "
        "WHERE e.sender_id = m.sender_id AND e.correspondence_id = m.correspondence_id "
        "AND e.type = ANY ($8::int4[])) THEN 'read' "
        "WHEN m.started IS NOT NULL AND m.repeated THEN 'unknown' END AS stop, "
        "coalesce(greatest(c.visible, CASE WHEN m.reminder AND first.sent IS NOT NULL "
        "THEN first.sent + $6::int8 * interval '1 microsecond' "
        "WHEN m.reminder AND first.waiting > 0 "
        "THEN $5::timestamptz + $7::int8 * interval '1 microsecond' END), '-infinity') "
        "AS not_before "
        "FROM mine m CROSS JOIN first "
        "LEFT JOIN dpvd.correspondence c ON c.sender_id = m.sender_id "
        "AND c.id = m.correspondence_id "
        "LEFT JOIN dpvd.withdrawal w ON w.sender_id = m.sender_id "
        "AND w.correspondence_id = m.correspondence_id), "
        "b AS MATERIALIZED (SELECT found.*, stop IS NULL AND not_before <= $5 AS send FROM found), "
        "changed AS (UPDATE dpvd.notification n SET "
        "cancelled = CASE WHEN b.stop <> 'unknown' THEN $5 END, "
        "failed = CASE WHEN b.stop = 'unknown' THEN $5 END, "
        "reason = coalesce(b.stop, n.reason), "
        "next_try = CASE WHEN b.stop IS NULL AND NOT b.send THEN b.not_before "
        "ELSE n.next_try END, "
        "claimed_by = CASE WHEN b.send THEN $4 END, "
        "repeated = n.repeated OR (b.send AND n.started IS NOT NULL), "
        "started = CASE WHEN b.send THEN $5 WHEN b.stop IS NULL THEN n.started END, "
        "first_tried = CASE WHEN b.send THEN coalesce(n.first_tried, $5) ELSE n.first_tried END "
        "FROM b WHERE " THIS "), " AUDIT
        "CASE b.stop WHEN 'unknown' THEN 'failed' ELSE 'cancelled' END "
        "FROM b WHERE b.stop IS NOT NULL) "
        "SELECT b.send, b.stop, b.started IS NOT NULL FROM b",

    /* What one that was just begun says, and to whom. Of an organisation's addresses the oldest
     * official one; nothing of where a protected person lives. */
    [STMT_NOTIFIER_TASK] =
        "SELECT n.transport, n.address, n.reminder, n.tries, n.repeated, n.first_tried, "
        "" REPORTEE ", " IS_PERSON ", coalesce(o.reportee_name, c.reportee_name), "
        "p.first_name, p.middle_name, p.last_name, (coalesce(r.address, h.address))[1], "
        "(coalesce(r.address, h.address))[2], "
        "(coalesce(r.address, h.address))[3], coalesce(r.postal_code, h.postal_code), "
        "coalesce(r.postal_area, h.postal_area), "
        "coalesce(k.email, (SELECT a.address FROM dpvd.notification_address a "
        "WHERE a.organization_number = r.number AND a.kind = 2 AND NOT a.deleted "
        "ORDER BY a.id LIMIT 1)), "
        "coalesce(k.mobile, (SELECT a.address FROM dpvd.notification_address a "
        "WHERE a.organization_number = r.number AND a.kind = 1 AND NOT a.deleted "
        "ORDER BY a.id LIMIT 1)), "
        "CASE o.language_code WHEN '1033' THEN " SERVICE_NAME_EN " "
        "WHEN '2068' THEN " SERVICE_NAME_NN " ELSE v.name END, o.language_code, "
        "cardinality(o.token_values), array_to_string(o.token_values, e'\\x01', ''), "
        "coalesce(nullif(o.from_address, ''), t.from_address), "
        "t.name IS NOT NULL, t.subject, t.email_text, t.sms_text, t.reminder_prefix, "
        "CASE WHEN o.short_name AND d.kind = 1 THEN d.short_name END "
        "FROM dpvd.notification n "
        "JOIN dpvd.notification_order o ON o.sender_id = n.sender_id "
        "AND o.correspondence_id = n.correspondence_id AND o.number = n.order_number "
        "LEFT JOIN dpvd.correspondence c ON o.reportee IS NULL "
        "AND c.sender_id = n.sender_id AND c.id = n.correspondence_id "
        "JOIN dpvd.sender d ON d.id = n.sender_id "
        "LEFT JOIN dpvd.notification_template t ON t.name = o.type "
        "AND t.language_code = o.language_code "
        "LEFT JOIN dpvd.service v ON v.code = coalesce(o.service_code, c.service_code) "
        "AND v.edition = coalesce(o.service_edition, c.service_edition) "
        "LEFT JOIN dpvd.organization r ON NOT " IS_PERSON " AND r.number = " REPORTEE " "
        "LEFT JOIN dpvd.person p ON " IS_PERSON " AND p.number = " REPORTEE " "
        "LEFT JOIN dpvd.person h ON h.id = p.id AND h.protection = 0 "
        "LEFT JOIN dpvd.person_contact k ON " IS_PERSON " AND k.number = " REPORTEE " "
        "WHERE " MINE " AND n.started = $5",

    /* $4 the gateway's id, $5 now, $6 the same in microseconds since 1970. The time is written over
     * the one in the packed row of status answers: what stands before it there is as long as the
     * rows say, and never changes. What was cancelled, taken over or given up while it was under
     * way was sent all the same. */
    [STMT_NOTIFIER_SENT] =
        "WITH sent AS (UPDATE dpvd.notification n SET sent = $5, gateway_id = $4, "
        "tries = n.tries + 1, claimed_by = NULL, started = NULL, reason = NULL, "
        "cancelled = NULL, failed = NULL WHERE " THIS " AND n.sent IS NULL "
        "RETURNING n.sender_id, n.correspondence_id), "
        "state AS (UPDATE dpvd.correspondence_state s SET notified = true, "
        "notifications = overlay(s.notifications PLACING int8send($6) FROM 1 + ("
        "SELECT coalesce(sum(11 + octet_length(convert_to(p.recipient, 'UTF8'))), 0)::int4 "
        "FROM dpvd.notification p WHERE p.sender_id = $1 AND p.correspondence_id = $2 "
        "AND p.number < $3) FOR 8) FROM sent WHERE s.sender_id = sent.sender_id "
        "AND s.id = sent.correspondence_id), " AUDIT "'sent' FROM sent) "
        "SELECT count(*) FROM sent",

    /* $6 the next try, null: never again, $7 it may have been sent, $8 the reason. */
    [STMT_NOTIFIER_NOT_SENT] =
        "WITH later AS (UPDATE dpvd.notification n SET tries = n.tries + 1, claimed_by = NULL, "
        "started = NULL, next_try = coalesce($6::timestamptz, n.next_try), "
        "failed = CASE WHEN $6 IS NULL THEN $5::timestamptz END, repeated = $7, reason = $8 "
        "WHERE " MINE " RETURNING n.failed), " AUDIT "'failed' FROM later "
        "WHERE later.failed IS NOT NULL) SELECT count(*) FROM later",

    /* What was claimed but not begun. $1 the notifier, $2 to $4 keys. */
    [STMT_NOTIFIER_RELEASE] =
        "UPDATE dpvd.notification n SET claimed_by = NULL "
        "FROM unnest($2::int4[], $3::int4[], $4::int4[]) AS k (sender_id, message, number) "
        "WHERE n.sender_id = k.sender_id AND n.correspondence_id = k.message "
        "AND n.number = k.number AND n.claimed_by = $1 AND n.started IS NULL AND " WAITING,

    [STMT_NOTIFIER_SERVICES] =
        "SELECT v.code, v.edition, CASE $1::text WHEN '1033' THEN " SERVICE_NAME_EN " "
        "WHEN '2068' THEN " SERVICE_NAME_NN " ELSE v.name END FROM dpvd.service v "
        "ORDER BY v.code, v.edition",
};
