-- Sending notifications (domain.md 6): what the notifier remembers of each, and what it may do.
--
-- A notification waits until it is sent, cancelled or has failed; next_try, or due before the first
-- try, says from when on. Whoever sends it writes his number into claimed_by, and started just
-- before it goes to the gateway. The number is good for as long as its owner holds an advisory lock
-- on it: what a notifier that died has claimed is free at once, whatever the clocks say, and what it
-- had started may have been sent.

CREATE SEQUENCE dpvd.notifier_number AS integer CYCLE;

ALTER TABLE dpvd.notification
    ADD COLUMN next_try    timestamptz,
    ADD COLUMN tries       integer NOT NULL DEFAULT 0,
    ADD COLUMN first_tried timestamptz,
    ADD COLUMN claimed_by  integer,
    ADD COLUMN started     timestamptz,
    ADD COLUMN repeated    boolean NOT NULL DEFAULT false,
    ADD COLUMN failed      timestamptz,
    ADD COLUMN reason      text,
    ADD COLUMN gateway_id  text;
COMMENT ON COLUMN dpvd.notification.next_try IS 'NULL: not tried yet, due holds';
COMMENT ON COLUMN dpvd.notification.tries IS 'that ended';
COMMENT ON COLUMN dpvd.notification.started IS 'a try that has not ended: it may have been sent';
COMMENT ON COLUMN dpvd.notification.repeated IS 'tried again although it may have been sent';
COMMENT ON COLUMN dpvd.notification.failed IS 'when it was given up';
COMMENT ON COLUMN dpvd.notification.reason IS
    'why it was cancelled, has failed or was not taken the last time';
COMMENT ON COLUMN dpvd.notification.gateway_id IS 'what the gateway calls it';

-- Each is written three times more: most of these stay on their page and touch no index.
ALTER TABLE dpvd.notification SET (fillfactor = 70);
CREATE INDEX notification_waiting
    ON dpvd.notification (transport, sender_id, (coalesce(next_try, due)))
    WHERE sent IS NULL AND cancelled IS NULL AND failed IS NULL;

ALTER TABLE dpvd.notification_order ADD COLUMN short_name boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN dpvd.notification_order.short_name IS
    'UseServiceOwnerShortNameAsSenderOfSms (domain.md 6.3)';

-- What the installation calls itself is a setting.
UPDATE dpvd.notification_template SET subject = replace(subject, 'Altinn.no', '$portalName$')
 WHERE subject LIKE '%Altinn.no%';

-- What the notifier may do: nothing of a message but what a notification says of it.
GRANT SELECT, UPDATE (sent, cancelled, next_try, tries, first_tried, claimed_by, started, repeated,
    failed, reason, gateway_id) ON dpvd.notification TO dpvd_background;
GRANT SELECT ON dpvd.notification_order, dpvd.notification_template, dpvd.withdrawal,
    dpvd.status_event, dpvd.organization, dpvd.person, dpvd.person_contact, dpvd.notification_address, dpvd.service,
    dpvd.sender TO dpvd_background;
GRANT SELECT (sender_id, id, reportee, reportee_is_person, reportee_name, service_code,
    service_edition, visible) ON dpvd.correspondence TO dpvd_background;
GRANT SELECT, UPDATE (notified, notifications) ON dpvd.correspondence_state TO dpvd_background;
GRANT INSERT ON dpvd.audit_log TO dpvd_background;
GRANT USAGE ON SEQUENCE dpvd.notifier_number TO dpvd_background;

CREATE POLICY notifier ON dpvd.notification TO dpvd_background USING (true);
CREATE POLICY notifier ON dpvd.notification_order FOR SELECT TO dpvd_background USING (true);
CREATE POLICY notifier ON dpvd.withdrawal FOR SELECT TO dpvd_background USING (true);
CREATE POLICY notifier ON dpvd.status_event FOR SELECT TO dpvd_background USING (true);
CREATE POLICY notifier ON dpvd.correspondence FOR SELECT TO dpvd_background USING (true);
CREATE POLICY notifier ON dpvd.correspondence_state TO dpvd_background USING (true);
CREATE POLICY notifier ON dpvd.audit_log FOR INSERT TO dpvd_background WITH CHECK (true);
