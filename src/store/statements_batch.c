/* How several messages of one sender are stored together: a statement for each kind of row. */
#include "store/statements_internal.h"

/* What message_params_put gives for message n of a batch, each under its number: an element of an
 * array costs much less than unnest, which scans a function for every array. Where a type is not
 * given it was given before. In the order of MESSAGE_COLUMNS. */
#define MESSAGE_VALUES                                                                             \
    "$1[n], id, receipt_id, ($8::int4[])[n], ($9::bytea[])[n], ($10::timestamptz[])[n], "          \
    "($12::text[])[n], ($13::text[])[n], ($14::text[])[n], ($15::int4[])[n], ($16::text[])[n], "   \
    "($17::bool[])[n], ($18::text[])[n], ($19::text[])[n], ($20::text[])[n], ($21::text[])[n], "   \
    "($22::text[])[n], ($23::text[])[n], ($24::text[])[n], ($25::text[])[n], ($26::text[])[n], "   \
    "($27::text[])[n], ($28::text[])[n], ($29::text[])[n], ($30::text[])[n], "                     \
    "($31::timestamptz[])[n], ($32::timestamptz[])[n], ($33::timestamptz[])[n], "                  \
    "($34::timestamptz[])[n], ($35::text[])[n], ($36::bool[])[n], ($37::bool[])[n], "              \
    "($43::bool[])[n]"
#define MESSAGE_STATE_VALUES                                                                       \
    "$1[n], id, $13[n], $10[n], $16[n], $14[n], $15[n], ($41::int2[])[n], ($11::bytea[])[n], "     \
    "($42::bytea[])[n]"
#define MESSAGE_AUDIT_VALUES                                                                       \
    "'accepted', $13[n], receipt_id, id, $14[n], $15[n], CASE WHEN NOT $17[n] THEN $16[n] END, "   \
    "$21[n], $43[n], $23[n], $31[n], ($38::int4[])[n], ($39::int8[])[n], $9[n]"
#define AUDIT_CALL_VALUES                                                                          \
    "$1[n], ($2::timestamptz[])[n], ($3::int4[])[n], ($4::text[])[n], ($5::text[])[n], "           \
    "($6::text[])[n], ($7::text[])[n], $8[n]"

/* The number that the message of a part got; null: it was there before, with all its parts. */
#define STORED_ID "((SELECT current_setting('dpvd.batch')::int4[]))[w.position]"

const char *const statements_batch[STMT_COUNT] = {
    /* A row for each message in the order of the arrays, which is the order in which they are
     * stored; with nulls for those whose digest the unique index has. As STMT_MESSAGE_PUT, and the
     * numbers are left for the statements of the parts. */
    [STMT_BATCH_MESSAGES] =
        "WITH m AS MATERIALIZED (SELECT n, nextval('dpvd.correspondence_id')::int4 AS id, "
        "nextval('dpvd.receipt_id')::int4 AS receipt_id, "
        "set_config('dpvd.tenant', $1[n]::text, true) "
        "FROM generate_series(1, cardinality($1::int4[])) AS n), "
        "c AS (INSERT INTO dpvd.correspondence (" MESSAGE_COLUMNS ") "
        "SELECT " MESSAGE_VALUES " FROM m "
        "ON CONFLICT (sender_id, digest) WHERE digest IS NOT NULL DO NOTHING RETURNING id), "
        "s AS MATERIALIZED (SELECT n, id, receipt_id, "
        "id = ANY (ARRAY(SELECT id FROM c)) AS is_stored FROM m), "
        "receipt AS (INSERT INTO dpvd.receipt (sender_id, id, correspondence_id, status, created, "
        "last_changed, text, senders_reference) "
        "SELECT $1[n], receipt_id, id, 1, $10[n], $10[n], ($40::text[])[n], $13[n] "
        "FROM s WHERE is_stored), "
        "event AS (INSERT INTO dpvd.status_event (sender_id, correspondence_id, type, happened) "
        "SELECT $1[n], id, 1, $10[n] FROM s WHERE is_stored), "
        "state AS (INSERT INTO dpvd.correspondence_state (" MESSAGE_STATE_COLUMNS ") "
        "SELECT " MESSAGE_STATE_VALUES " FROM s WHERE is_stored), "
        "audit AS (INSERT INTO dpvd.audit_log (" AUDIT_CALL ", " MESSAGE_AUDIT_COLUMNS ") "
        "SELECT " AUDIT_CALL_VALUES ", " MESSAGE_AUDIT_VALUES " FROM s WHERE is_stored), "
        "a AS MATERIALIZED (SELECT set_config('dpvd.batch', "
        "array_agg(CASE WHEN is_stored THEN id END ORDER BY n)::text, true) FROM s) "
        "SELECT CASE WHEN is_stored THEN receipt_id END, CASE WHEN is_stored THEN id END "
        "FROM a, s ORDER BY n",

    [STMT_BATCH_ATTACHMENTS] =
        "INSERT INTO dpvd.attachment (sender_id, correspondence_id, number, destination, function, "
        "encrypted, file_name, name, senders_reference, size, sha256, content) "
        "SELECT ($1::int4[])[n], " STORED_ID ", ($2::int4[])[n], ($3::int2[])[n], ($4::int2[])[n], "
        "($5::bool[])[n], ($6::text[])[n], ($7::text[])[n], ($8::text[])[n], ($9::int8[])[n], "
        "($10::bytea[])[n], ($11::bytea[])[n] "
        "FROM (SELECT n, ($12::int4[])[n] AS position "
        "FROM generate_series(1, cardinality($12::int4[])) AS n) w "
        "WHERE " STORED_ID " IS NOT NULL",

    /* Of the four lists, which are those of all orders behind each other, $8 to $11 tell the first
     * and the last element of each. */
    [STMT_BATCH_ORDERS] =
        "INSERT INTO dpvd.notification_order (sender_id, correspondence_id, number, from_address, "
        "shipment, language_code, type, token_numbers, token_values, endpoint_transports, "
        "endpoint_addresses) "
        "SELECT w.sender_id, " STORED_ID ", w.number, w.from_address, w.shipment, "
        "w.language_code, w.type, "
        "($12::int4[])[w.token:w.token_last], ($13::text[])[w.token:w.token_last], "
        "($14::int4[])[w.endpoint:w.endpoint_last], ($15::text[])[w.endpoint:w.endpoint_last] "
        "FROM unnest($1::int4[], $2::int4[], $3::text[], $4::timestamptz[], $5::text[], "
        "$6::text[], $7::int4[], $8::int4[], $9::int4[], $10::int4[], $11::int4[]) "
        "AS w (sender_id, number, from_address, shipment, language_code, type, position, "
        "token, token_last, endpoint, endpoint_last) WHERE " STORED_ID " IS NOT NULL",

    [STMT_BATCH_NOTIFICATIONS] =
        "INSERT INTO dpvd.notification (sender_id, correspondence_id, number, order_number, "
        "transport, recipient, address, reminder, due) "
        "SELECT w.sender_id, " STORED_ID ", w.number, w.order_number, w.transport, w.recipient, "
        "w.address, w.reminder, w.due "
        "FROM unnest($1::int4[], $2::int4[], $3::int4[], $4::int4[], $5::text[], $6::text[], "
        "$7::bool[], $8::timestamptz[], $9::int4[]) "
        "AS w (sender_id, number, order_number, transport, recipient, address, reminder, due, "
        "position) WHERE " STORED_ID " IS NOT NULL",
};
