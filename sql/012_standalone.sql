-- Stand-alone notifications (domain.md 6.7): ordered by a call of their own, without a message.
--
-- A call takes one number where messages take theirs, and its StandaloneNotification entries are
-- notification_order rows under it: what is planned, sent, listed and cancelled is the same for
-- both. Its orders say themselves whom they are about; those of messages leave that empty, which
-- makes their rows no larger.

CREATE TABLE dpvd.standalone (
    sender_id      integer NOT NULL,
    id             integer NOT NULL,
    system_user_id integer NOT NULL,
    created        timestamptz NOT NULL,
    digest         bytea,
    PRIMARY KEY (sender_id, id)
);
CREATE UNIQUE INDEX standalone_digest ON dpvd.standalone (sender_id, digest)
    WHERE digest IS NOT NULL;
COMMENT ON COLUMN dpvd.standalone.id IS 'as notification.correspondence_id; no message has it';
COMMENT ON COLUMN dpvd.standalone.digest IS
    'of the request: the same one again is the same call (security.md 5); NULL: not any more';

ALTER TABLE dpvd.notification_order
    ADD COLUMN reportee           text COLLATE "C",
    ADD COLUMN reportee_is_person boolean,
    ADD COLUMN reportee_name      text,
    ADD COLUMN service_code       text COLLATE "C",
    ADD COLUMN service_edition    integer;
COMMENT ON COLUMN dpvd.notification_order.reportee IS
    'of a stand-alone notification, as the columns behind it; NULL: that of the message';

ALTER TABLE dpvd.standalone ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON dpvd.standalone TO dpvd_app
    USING (coalesce(sender_id = dpvd.tenant(), false));
GRANT SELECT, INSERT, UPDATE (digest) ON dpvd.standalone TO dpvd_app;

-- A call that is repeated is answered from what the first one stored.
GRANT SELECT (sender_id, correspondence_id, number, type, reportee, reportee_name,
    endpoint_addresses) ON dpvd.notification_order TO dpvd_app;
GRANT SELECT (sender_id, correspondence_id, number, order_number, transport, recipient)
    ON dpvd.notification TO dpvd_app;
