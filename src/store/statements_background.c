/* What background jobs ask, of all senders alike, by the role that sees them all. */
#include "store/statements_internal.h"

#define NORWAY "AT TIME ZONE 'Europe/Oslo'"

/* In the order of audit_log.transaction: all in front of it is over; nothing is there yet. */
#define OLDEST "dpvd.audit_position(pg_snapshot_xmin(pg_current_snapshot()))"
#define NEXT "dpvd.audit_position(pg_snapshot_xmax(pg_current_snapshot()))"

#define SEAL_COLUMNS                                                                               \
    "number, previous, root, rows, first_transaction, first_id, last_transaction, last_id, "       \
    "earliest, latest, sealed, hash, signer, signature"

const char *const statements_background[STMT_COUNT] = {
    /* All that can still appear in front of the last one is over, and what is over is seen: the
     * snapshot that sees the rows is the one that is asked. */
    [STMT_AUDIT_ROWS] =
        "SELECT id, transaction, received, duration, endpoint, operation, request_id, client, "
        "sender_id, system_user_id, user_name, result, error_id, error_guid, senders_reference, "
        "receipt_id, correspondence_id, service_code, service_edition, organization, "
        "actual_number, actual_verified, display_sender, visible, attachments, attachment_bytes, "
        "digest, answered FROM dpvd.audit_log WHERE (transaction, id) > ($1, $2) "
        "AND transaction < " OLDEST " "
        "ORDER BY transaction, id LIMIT $3",

    [STMT_AUDIT_BEHIND] = "SELECT count(*), "
                          "count(*) FILTER (WHERE transaction >= " NEXT ") "
                          "FROM dpvd.audit_log WHERE (transaction, id) > ($1, $2)",

    [STMT_SEAL_HEAD] =
        "SELECT h.number, h.hash, coalesce((SELECT max(number) FROM dpvd.audit_seal), 0), "
        "h.number = 0 OR s.hash IS NOT DISTINCT FROM h.hash, behind.transaction, behind.id, "
        "" NEXT ", "
        "(SELECT l.received FROM dpvd.audit_log l "
        "WHERE (l.transaction, l.id) > (behind.transaction, behind.id) "
        "ORDER BY l.transaction, l.id LIMIT 1) "
        "FROM dpvd.audit_head h LEFT JOIN dpvd.audit_seal s ON s.number = h.number "
        "CROSS JOIN LATERAL (SELECT coalesce(s.last_transaction, '0') AS transaction, "
        "coalesce(s.last_id, -9223372036854775808) AS id) behind",

    /* Held until the connection ends; asked for again it only counts. */
    [STMT_SEAL_LEASE] = "SELECT pg_try_advisory_lock(8101718523410)",

    [STMT_SEALS] =
        "SELECT " SEAL_COLUMNS " FROM dpvd.audit_seal WHERE number > $1 ORDER BY number LIMIT $2",

    [STMT_SEAL_RANGE] = "SELECT coalesce(min(number), 0), coalesce(max(number), 0) "
                        "FROM dpvd.audit_seal WHERE latest >= $1 AND earliest < $2",

    /* Nothing comes back when the trigger finds that another one follows the last seal already. */
    [STMT_SEAL_ADD] = "INSERT INTO dpvd.audit_seal (" SEAL_COLUMNS ") "
                      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) "
                      "RETURNING number",

    [STMT_USAGE_AHEAD] =
        "SELECT greatest(m.transaction, (SELECT l.transaction FROM dpvd.audit_log l "
        "ORDER BY l.transaction DESC, l.id DESC LIMIT 1)) "
        ">= " NEXT " FROM dpvd.usage_mark m",

    /* The next $1 rows and the rest of the last one's transaction. Rows before the mark are
     * counted, and none can appear there any more; the mark and what was counted are committed
     * together, and whoever holds the mark is the only one who counts. Warnings are for those who
     * were counted; $2 is now, $3 the quota, and what is counted late may be of the year before. */
    [STMT_USAGE_COUNT] =
        "WITH mark AS MATERIALIZED (SELECT transaction FROM dpvd.usage_mark "
        "FOR UPDATE SKIP LOCKED), "
        "next AS MATERIALIZED (SELECT l.transaction FROM mark CROSS JOIN LATERAL ("
        "SELECT * FROM dpvd.audit_log k WHERE k.transaction > mark.transaction "
        "AND k.transaction < " OLDEST " "
        "ORDER BY k.transaction, k.id LIMIT $1) l), "
        "edge AS MATERIALIZED (SELECT transaction, (SELECT count(*) FROM next) AS rows "
        "FROM next ORDER BY transaction DESC LIMIT 1), "
        "counted AS (INSERT INTO dpvd.usage_count AS u (year, actual_number, sender_id, messages, "
        "unverified) SELECT extract(year FROM l.received " NORWAY ")::int4, l.actual_number, "
        "l.sender_id, count(*), count(*) FILTER (WHERE l.actual_verified IS false) "
        "FROM mark CROSS JOIN edge CROSS JOIN LATERAL (SELECT * FROM dpvd.audit_log k "
        "WHERE k.transaction > mark.transaction AND k.transaction <= edge.transaction "
        "ORDER BY k.transaction, k.id) l "
        "WHERE l.result = 'accepted' AND l.actual_number IS NOT NULL AND l.sender_id IS NOT NULL "
        "GROUP BY 1, 2, 3 ON CONFLICT (actual_number, year, sender_id) DO UPDATE "
        "SET messages = u.messages + EXCLUDED.messages, "
        "unverified = u.unverified + EXCLUDED.unverified "
        "RETURNING actual_number, year, sender_id, messages), "
        "moved AS (UPDATE dpvd.usage_mark SET transaction = edge.transaction FROM edge), "
        "touched AS (SELECT c.actual_number, c.year, sum(c.messages) AS messages, "
        "array_agg(c.sender_id) AS senders FROM counted c "
        "WHERE c.year >= extract(year FROM $2::timestamptz " NORWAY ")::int4 - 1 AND NOT EXISTS ("
        "SELECT FROM dpvd.sender s WHERE s.organization_number = c.actual_number AND s.kind = 1) "
        "GROUP BY c.actual_number, c.year), "
        "sent AS MATERIALIZED (SELECT t.actual_number, t.year, (t.messages + coalesce(("
        "SELECT sum(o.messages) FROM dpvd.usage_count o WHERE o.actual_number = t.actual_number "
        "AND o.year = t.year AND o.sender_id <> ALL (t.senders)), 0))::int8 AS messages "
        "FROM touched t), "
        "warned AS (INSERT INTO dpvd.usage_warning (actual_number, year, percent, warned) "
        "SELECT t.actual_number, t.year, p.percent, $2 FROM sent t "
        "JOIN (VALUES (80), (100)) AS p (percent) ON t.messages * 100 >= $3::int8 * p.percent "
        "ON CONFLICT DO NOTHING RETURNING actual_number, year, percent) "
        "SELECT e.rows, w.actual_number, w.year, w.percent, t.messages FROM edge e "
        "LEFT JOIN (warned w JOIN sent t USING (actual_number, year)) ON true ORDER BY 3, 2, 4",
};
