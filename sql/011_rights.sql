-- Least rights (security.md 3.2): each role may do what its statements do, and no more. What the roles
-- may do in all is told by tests/integration/test_rights.c.

-- The server stores messages, and never reads again what they say: who took it over could not
-- either.
REVOKE SELECT ON dpvd.correspondence, dpvd.reference_claim, dpvd.attachment, dpvd.attachment_chunk,
    dpvd.reply_option, dpvd.notification_order, dpvd.notification, dpvd.sdp_order,
    dpvd.status_event FROM dpvd_app;
GRANT SELECT (sender_id, id, receipt_id, digest, created, senders_reference, service_code,
    service_edition, reportee) ON dpvd.correspondence TO dpvd_app;

-- Of a person who and not where. Of withdrawals that there is one.
REVOKE SELECT ON dpvd.person, dpvd.withdrawal FROM dpvd_app;
GRANT SELECT (id, number, first_name, middle_name, last_name, dead) ON dpvd.person TO dpvd_app;
GRANT SELECT (sender_id, correspondence_id) ON dpvd.withdrawal TO dpvd_app;

-- A service that a sender makes is an ordinary one of its own.
REVOKE INSERT ON dpvd.service FROM dpvd_app;
GRANT INSERT (code, edition, owner_id, name, name_nn, name_en) ON dpvd.service TO dpvd_app;

-- An audit row's place is given by the database alone.
REVOKE INSERT ON dpvd.audit_log FROM dpvd_app, dpvd_background;
GRANT INSERT (received, duration, endpoint, operation, request_id, client, sender_id,
    system_user_id, user_name, result, error_id, error_guid, senders_reference, receipt_id,
    correspondence_id, service_code, service_edition, organization, actual_number,
    actual_verified, display_sender, visible, attachments, attachment_bytes, digest, answered)
    ON dpvd.audit_log TO dpvd_app;
GRANT INSERT (received, duration, endpoint, operation, request_id, sender_id, correspondence_id,
    result) ON dpvd.audit_log TO dpvd_background;

-- The notifier
REVOKE SELECT ON dpvd.correspondence_state, dpvd.status_event, dpvd.withdrawal, dpvd.person,
    dpvd.person_contact FROM dpvd_background;
GRANT SELECT (sender_id, id, notifications) ON dpvd.correspondence_state TO dpvd_background;
GRANT SELECT (sender_id, correspondence_id, type) ON dpvd.status_event TO dpvd_background;
GRANT SELECT (sender_id, correspondence_id) ON dpvd.withdrawal TO dpvd_background;
GRANT SELECT (id, number, first_name, middle_name, last_name, address, postal_code, postal_area,
    protection) ON dpvd.person TO dpvd_background;
GRANT SELECT (number, email, mobile) ON dpvd.person_contact TO dpvd_background;
