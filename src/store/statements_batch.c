/* How several messages of one sender are stored together: a statement for each kind of row. */
#include "store/statements_internal.h"

/* The columns that message_params_put gives of a message, and where it stands in the batch. */
#define MESSAGES                                                                                   \
    "unnest($1::int4[], $2::timestamptz[], $3::int4[], $4::text[], $5::text[], $6::text[], "       \
    "$7::text[], $8::int4[], $9::bytea[], $10::timestamptz[], $11::bytea[], $12::text[], "         \
    "$13::text[], $14::text[], $15::int4[], $16::text[], $17::bool[], $18::text[], $19::text[], "  \
    "$20::text[], $21::text[], $22::text[], $23::text[], $24::text[], $25::text[], $26::text[], "  \
    "$27::text[], $28::text[], $29::text[], $30::text[], $31::timestamptz[], "                     \
    "$32::timestamptz[], $33::timestamptz[], $34::timestamptz[], $35::text[], $36::bool[], "       \
    "$37::bool[], $38::int4[], $39::int8[], $40::text[], $41::int2[], $42::bytea[], "              \
    "$43::bool[]) WITH ORDINALITY AS w (sender_id, received, duration, endpoint, operation, "      \
    "request_id, client, system_user_id, digest, created, history, system_user_code, "             \
    "senders_reference, service_code, service_edition, reportee, reportee_is_person, "             \
    "reportee_name, technical_number, technical_name, actual_number, actual_name, "                \
    "display_sender, message_sender, on_behalf_of, language_code, title, summary, body, "          \
    "custom_data, visible, visible_asked, allow_system_delete, due, archive_reference, "           \
    "allow_forwarding, is_reservable, attachments, attachment_bytes, receipt_text, "               \
    "current_status, notifications, actual_verified, position)"

/* The number that the message of a part got; null: it was there before, with all its parts. */
#define STORED_ID "((SELECT current_setting('dpvd.batch')::int4[]))[w.position]"

const char *const statements_batch[STMT_COUNT] = {
    /* A row for each message in the order of the arrays, which is the order in which they are
     * stored; with nulls for those whose digest the unique index has. As STMT_MESSAGE_PUT, and the
     * numbers are left for the statements of the parts. */
    [STMT_BATCH_MESSAGES] =
        "WITH m AS MATERIALIZED (SELECT w.*, nextval('dpvd.correspondence_id')::int4 AS id, "
        "nextval('dpvd.receipt_id')::int4 AS receipt_id, "
        "set_config('dpvd.tenant', w.sender_id::text, true) FROM " MESSAGES "), "
        "c AS (INSERT INTO dpvd.correspondence (" MESSAGE_COLUMNS ") "
        "SELECT " MESSAGE_COLUMNS " FROM m "
        "ON CONFLICT (sender_id, digest) WHERE digest IS NOT NULL DO NOTHING RETURNING id), "
        "s AS MATERIALIZED (SELECT m.* FROM m JOIN c ON c.id = m.id), "
        "receipt AS (INSERT INTO dpvd.receipt (sender_id, id, correspondence_id, status, created, "
        "last_changed, text, senders_reference) "
        "SELECT sender_id, receipt_id, id, 1, created, created, receipt_text, senders_reference "
        "FROM s), "
        "event AS (INSERT INTO dpvd.status_event (sender_id, correspondence_id, type, happened) "
        "SELECT sender_id, id, 1, created FROM s), "
        "state AS (INSERT INTO dpvd.correspondence_state (" MESSAGE_STATE_COLUMNS ") "
        "SELECT " MESSAGE_STATE_COLUMNS " FROM s), "
        "audit AS (INSERT INTO dpvd.audit_log (" AUDIT_CALL ", " MESSAGE_AUDIT_COLUMNS ") "
        "SELECT " AUDIT_CALL ", 'accepted', senders_reference, receipt_id, id, service_code, "
        "service_edition, CASE WHEN NOT reportee_is_person THEN reportee END, actual_number, "
        "actual_verified, display_sender, visible, attachments, attachment_bytes, digest FROM s), "
        "a AS MATERIALIZED (SELECT set_config('dpvd.batch', "
        "array_agg(s.id ORDER BY m.position)::text, true) "
        "FROM m LEFT JOIN s ON s.position = m.position) "
        "SELECT s.receipt_id, s.id FROM a, m LEFT JOIN s ON s.position = m.position "
        "ORDER BY m.position",

    [STMT_BATCH_ATTACHMENTS] =
        "INSERT INTO dpvd.attachment (sender_id, correspondence_id, number, destination, function, "
        "encrypted, file_name, name, senders_reference, size, sha256, content) "
        "SELECT w.sender_id, " STORED_ID ", w.number, w.destination, w.function, w.encrypted, "
        "w.file_name, w.name, w.senders_reference, w.size, w.sha256, w.content "
        "FROM unnest($1::int4[], $2::int4[], $3::int2[], $4::int2[], $5::bool[], $6::text[], "
        "$7::text[], $8::text[], $9::int8[], $10::bytea[], $11::bytea[], $12::int4[]) "
        "AS w (sender_id, number, destination, function, encrypted, file_name, name, "
        "senders_reference, size, sha256, content, position) "
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
