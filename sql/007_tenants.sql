-- Row-level security: a statement of the server sees and writes rows of one tenant only, the sender
-- that it has named, so that a forgotten WHERE shows nothing of others (security.md 3.2). What the
-- owner and superusers do is not restricted.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'dpvd_background') THEN
        CREATE ROLE dpvd_background NOLOGIN;
    END IF;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE EXCEPTION 'role dpvd_background is missing and this role may not create it'
        USING HINT = 'As a superuser: CREATE ROLE dpvd_background LOGIN';
END
$$;

-- Named by the statements themselves, for the rest of their transaction. A setting that was local
-- to an earlier transaction is empty, not null.
CREATE FUNCTION dpvd.tenant() RETURNS integer LANGUAGE sql STABLE
    RETURN nullif(current_setting('dpvd.tenant', true), '')::integer;
CREATE FUNCTION dpvd.organization() RETURNS text LANGUAGE sql STABLE
    RETURN nullif(current_setting('dpvd.organization', true), '');

-- A bare comparison with the setting would not do: the planner looks at the setting, finds that it is
-- empty yet, expects no rows, and chooses its indexes by that. Inside of coalesce it is looked at
-- row by row and plans are those of the statement's own conditions.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['correspondence', 'reference_claim', 'attachment',
        'attachment_chunk', 'reply_option', 'notification_order', 'notification', 'sdp_order',
        'status_event', 'correspondence_state', 'receipt', 'receipt_reference', 'withdrawal',
        'sdp_state']
    LOOP
        EXECUTE format('ALTER TABLE dpvd.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY tenant ON dpvd.%I TO dpvd_app '
                       'USING (coalesce(sender_id = dpvd.tenant(), false))', name);
    END LOOP;
END
$$;

-- Behind a SELECT it is looked at once a statement: thousands of rows are answered from these.
ALTER POLICY tenant ON dpvd.correspondence_state USING (sender_id = (SELECT dpvd.tenant()))
    WITH CHECK (coalesce(sender_id = dpvd.tenant(), false));
ALTER POLICY tenant ON dpvd.sdp_state USING (sender_id = (SELECT dpvd.tenant()))
    WITH CHECK (coalesce(sender_id = dpvd.tenant(), false));

-- The actual sender may read the receipts of messages that another sender sent for it (domain.md 9),
-- once a statement has named its organisation as well: nothing else of these messages, hence a view.
CREATE VIEW dpvd.sent_on_behalf WITH (security_barrier) AS
    SELECT sender_id, id, receipt_id, actual_number, senders_reference, reportee
      FROM dpvd.correspondence
     WHERE actual_number = (SELECT dpvd.organization()) AND actual_number <> technical_number;
GRANT SELECT ON dpvd.sent_on_behalf TO dpvd_app;

CREATE FUNCTION dpvd.is_actual_sender(sender_id integer, receipt_id integer) RETURNS boolean
    LANGUAGE sql STABLE
    RETURN EXISTS (SELECT FROM dpvd.sent_on_behalf b
        WHERE b.sender_id = is_actual_sender.sender_id
        AND b.receipt_id = is_actual_sender.receipt_id);
CREATE POLICY actual_sender ON dpvd.receipt FOR SELECT TO dpvd_app
    USING (dpvd.is_actual_sender(sender_id, coalesce(parent_id, id)));
CREATE POLICY actual_sender ON dpvd.receipt_reference FOR SELECT TO dpvd_app
    USING (EXISTS (SELECT FROM dpvd.receipt r WHERE r.sender_id = receipt_reference.sender_id
        AND r.id = receipt_reference.receipt_id OFFSET 0));

-- The audit log: the server only adds to it, also for callers that are nobody's.
ALTER TABLE dpvd.audit_log ENABLE ROW LEVEL SECURITY;
CREATE POLICY added ON dpvd.audit_log FOR INSERT TO dpvd_app WITH CHECK (true);
CREATE POLICY everything ON dpvd.audit_log FOR SELECT TO dpvd_auditor, dpvd_background
    USING (true);
REVOKE SELECT ON dpvd.audit_log FROM dpvd_app;

-- What runs in the background of the server for all senders alike: sealing the audit log, counting
-- messages.
REVOKE ALL ON dpvd.audit_seal, dpvd.audit_head FROM dpvd_app;
GRANT USAGE ON SCHEMA dpvd TO dpvd_background;
GRANT SELECT ON dpvd.schema_migration, dpvd.audit_log, dpvd.audit_head, dpvd.sender
    TO dpvd_background;
GRANT SELECT, INSERT ON dpvd.audit_seal TO dpvd_background;
GRANT SELECT, INSERT, UPDATE (messages, unverified) ON dpvd.usage_count TO dpvd_background;
GRANT SELECT, UPDATE (transaction) ON dpvd.usage_mark TO dpvd_background;
GRANT SELECT, INSERT ON dpvd.usage_warning TO dpvd_background;
