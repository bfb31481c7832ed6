-- The rest of the registers (domain.md 2.2), planned notifications, digital mailboxes, yearly counts.

-- Senders (domain.md 2.2, 10.6)

CREATE TABLE dpvd.sender_contact (
    sender_id integer NOT NULL REFERENCES dpvd.sender,
    kind      smallint NOT NULL CHECK (kind IN (1, 2, 3)),
    name      text,
    email     text,
    phone     text,
    PRIMARY KEY (sender_id, kind),
    CHECK (coalesce(name, email, phone) IS NOT NULL)
);
COMMENT ON COLUMN dpvd.sender_contact.kind IS '1 service manager, 2 deputy, 3 shared mailbox';

-- Register roles and what they give (domain.md 3.3 point 7, 7.1)

CREATE TABLE dpvd.register_role (
    type         text COLLATE "C" PRIMARY KEY,
    name         text NOT NULL,
    post_archive boolean NOT NULL,
    confidential boolean NOT NULL,
    person_only  boolean NOT NULL
);
COMMENT ON COLUMN dpvd.register_role.post_archive IS 'its holder may read ordinary mail';
COMMENT ON COLUMN dpvd.register_role.confidential IS
    'an organisation without any such role can never open confidential mail';
COMMENT ON COLUMN dpvd.register_role.person_only IS 'only when its holder is a person';

INSERT INTO dpvd.register_role (type, name, post_archive, confidential, person_only) VALUES
    ('DAGL', 'Daglig leder / administrerende direktør', true, true, false),
    ('LEDE', 'Styrets leder', true, true, false),
    ('INNH', 'Innehaver', true, true, false),
    ('BEST', 'Bestyrende reder', true, true, false),
    ('DTSO', 'Deltaker med fullt ansvar', true, true, true),
    ('DTPR', 'Deltaker med proratarisk ansvar', true, true, true),
    ('KOMP', 'Komplementar', true, true, true),
    ('REPR', 'Norsk representant for utenlandsk enhet', true, false, false),
    ('BOBE', 'Bostyrer', true, false, false),
    ('KONT', 'Kontaktperson i kommune', true, false, false),
    ('ADOS', 'Kontaktperson, administrativ enhet i offentlig sektor', true, false, false),
    ('SAM', 'Sameier', true, false, false);

-- Whether any role that can give access to confidential mail is registered for one of the units. A
-- function, so that it costs nothing in a statement that has no need of it most of the time.
CREATE FUNCTION dpvd.has_key_role(units text[], today date) RETURNS boolean
    LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM dpvd.organization_role h JOIN dpvd.register_role r ON r.type = h.type
         WHERE h.organization_number = ANY (units) AND r.confidential
           AND (NOT r.person_only OR length(h.holder) = 11)
           AND h.valid_from <= today AND (h.valid_to IS NULL OR h.valid_to >= today));
END
$$;

-- Whether a person holds a role in one of the units that lets its holder read ordinary mail.
CREATE FUNCTION dpvd.reads_mail(person text, units text[], today date) RETURNS boolean
    LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM dpvd.organization_role h JOIN dpvd.register_role r ON r.type = h.type
         WHERE h.holder = person AND h.organization_number = ANY (units) AND r.post_archive
           AND h.valid_from <= today AND (h.valid_to IS NULL OR h.valid_to >= today));
END
$$;

-- Whether one of the codes is that of another sender.
CREATE FUNCTION dpvd.is_code_of_another(sender integer, codes text[]) RETURNS boolean
    LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM dpvd.sender s WHERE s.code = ANY (codes) AND s.id <> sender);
END
$$;

-- Contact data of persons

CREATE TABLE dpvd.person_contact (
    number       text COLLATE "C" PRIMARY KEY CHECK (number ~ '^[0-9]{11}$'),
    email        text,
    mobile       text,
    language     text,
    reserved     boolean NOT NULL DEFAULT false,
    verified     timestamptz,
    last_changed timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE dpvd.person_contact IS 'contact and reservation register (KRR)';
COMMENT ON COLUMN dpvd.person_contact.verified IS
    'when the addresses were updated or verified last; NULL: never';

CREATE TABLE dpvd.personal_contact (
    organization_number text COLLATE "C" NOT NULL REFERENCES dpvd.organization ON DELETE CASCADE,
    person_number       text COLLATE "C" NOT NULL CHECK (person_number ~ '^[0-9]{11}$'),
    email               text,
    mobile              text,
    services            text[] NOT NULL DEFAULT '{}',
    last_changed        timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_number, person_number)
);
COMMENT ON TABLE dpvd.personal_contact IS
    'a person''s own addresses for an organisation that he or she can act for';
COMMENT ON COLUMN dpvd.personal_contact.services IS
    '"code/edition" of the only services to be told about; empty: all';

-- Notification templates (domain.md 6.2). {0}, {1} ... are the sender's text tokens.

CREATE TABLE dpvd.notification_template (
    name            text COLLATE "C" NOT NULL CHECK (name <> ''),
    language_code   text COLLATE "C" NOT NULL CHECK (language_code IN ('1033', '1044', '2068')),
    subject         text,
    email_text      text,
    sms_text        text,
    reminder_prefix text,
    from_address    text,
    last_changed    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (name, language_code)
);
COMMENT ON COLUMN dpvd.notification_template.email_text IS 'NULL: no e-mail is sent';
COMMENT ON COLUMN dpvd.notification_template.sms_text IS 'NULL: no SMS is sent';
COMMENT ON COLUMN dpvd.notification_template.reminder_prefix IS
    'stands before the text of the reminder; NULL: there is no reminder';

INSERT INTO dpvd.notification_template
    (name, language_code, subject, email_text, sms_text, reminder_prefix)
SELECT t.name, l.language_code,
       CASE WHEN t.name = 'TokenTextOnly' THEN '{0}' ELSE l.subject END,
       CASE t.name WHEN 'TokenTextOnly' THEN '{1}'
                   WHEN 'Correspondence' THEN l.standard
                   WHEN 'General' THEN l.standard ELSE '{0}' END,
       CASE t.name WHEN 'TokenTextOnly' THEN '{0}{1}'
                   WHEN 'Correspondence' THEN l.standard
                   WHEN 'General' THEN l.standard ELSE '{0}' END,
       CASE WHEN t.name = 'VarselDPVMedRevarsel' THEN l.prefix END
  FROM (VALUES
      ('1044', 'Ny melding tilgjengelig i Altinn.no for $reporteeName$', 'Påminnelse: ',
       '$reporteeName$ har fått en ny melding fra det offentlige. Logg inn for å lese den.'),
      ('2068', 'Ny melding tilgjengeleg i Altinn.no for $reporteeName$', 'Påminning: ',
       '$reporteeName$ har fått ei ny melding frå det offentlege. Logg inn for å lese henne.'),
      ('1033', 'New message available at Altinn.no for $reporteeName$', 'Reminder: ',
       '$reporteeName$ has received a new message from a public authority. Log in to read it.')
  ) AS l (language_code, subject, prefix, standard)
  CROSS JOIN (VALUES ('VarselDPVUtenRevarsel'), ('VarselDPVMedRevarsel'), ('TokenTextOnly'),
                     ('Correspondence'), ('General')) AS t (name);

-- Notifications come with nearly every message: like its other tables this one goes without.
ALTER TABLE dpvd.notification_order
    DROP CONSTRAINT notification_order_sender_id_correspondence_id_fkey,
    DROP CONSTRAINT notification_order_number_check,
    DROP CONSTRAINT notification_order_check,
    DROP CONSTRAINT notification_order_check1;

-- One planned sending to one address (domain.md 5.5, 6.4): number is its place in status answers.
-- Like the other tables of a message it has neither CHECK nor foreign key; its key keeps a plan
-- from being stored twice. No earlier version wrote into it.
DROP TABLE dpvd.notification;
CREATE TABLE dpvd.notification (
    sender_id         integer NOT NULL,
    correspondence_id integer NOT NULL,
    number            integer NOT NULL,
    order_number      integer NOT NULL,
    transport         smallint NOT NULL,
    recipient         text NOT NULL,
    address           text NOT NULL,
    reminder          boolean NOT NULL,
    due               timestamptz NOT NULL,
    sent              timestamptz,
    cancelled         timestamptz,
    PRIMARY KEY (sender_id, correspondence_id, number)
);
COMMENT ON COLUMN dpvd.notification.transport IS '1 SMS, 2 e-mail';
COMMENT ON COLUMN dpvd.notification.recipient IS 'as the sender or the register gave it';
COMMENT ON COLUMN dpvd.notification.address IS 'where it goes: E.164 or an e-mail address';

-- Messages

-- Status details of one recipient in the order in which they are answered.
DROP INDEX dpvd.correspondence_state_reportee;
CREATE INDEX correspondence_state_reportee ON dpvd.correspondence_state
    (sender_id, reportee, service_code, service_edition, created, id);

ALTER TABLE dpvd.correspondence ADD COLUMN actual_verified boolean;
COMMENT ON COLUMN dpvd.correspondence.actual_verified IS
    'the actual sender is an active sender here; NULL: not checked (on_behalf_of_check)';

-- Mis-sent messages whose content was taken away (domain.md 10.4).
CREATE TABLE dpvd.withdrawal (
    sender_id         integer NOT NULL,
    correspondence_id integer NOT NULL,
    withdrawn         timestamptz NOT NULL,
    reason            text NOT NULL CHECK (reason <> ''),
    PRIMARY KEY (sender_id, correspondence_id)
);

-- Whether a message of the sender, not withdrawn, has the reference.
CREATE FUNCTION dpvd.is_reference_used(sender integer, reference text) RETURNS boolean
    LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM dpvd.correspondence_state e
         WHERE e.sender_id = sender AND e.senders_reference = reference
           AND NOT EXISTS (SELECT FROM dpvd.withdrawal w WHERE w.sender_id = e.sender_id
                              AND w.correspondence_id = e.id));
END
$$;

-- What became of forwarding to digital mailboxes (domain.md 4.8, 5.4). history is packed like that
-- of correspondence_state, with the numbers of src/model/sdp.h.
CREATE SEQUENCE dpvd.sdp_id AS integer;
CREATE TABLE dpvd.sdp_state (
    sender_id         integer NOT NULL,
    id                integer NOT NULL,
    correspondence_id integer,
    senders_reference text COLLATE "C" NOT NULL,
    reportee          text COLLATE "C" NOT NULL,
    service_code      text COLLATE "C" NOT NULL,
    service_edition   integer NOT NULL,
    created           timestamptz NOT NULL,
    last_changed      timestamptz NOT NULL,
    history           bytea NOT NULL,
    PRIMARY KEY (sender_id, id)
);
CREATE INDEX sdp_state_reference ON dpvd.sdp_state (sender_id, senders_reference, id);
CREATE INDEX sdp_state_service
    ON dpvd.sdp_state (sender_id, service_code, service_edition, created, id);
COMMENT ON COLUMN dpvd.sdp_state.correspondence_id IS 'NULL: no message was stored';

-- Yearly counts (domain.md 10.6), made in the background from the audit log: accepted messages by
-- calendar year in Norway, actual sender and technical sender. usage_mark says up to which
-- transaction rows are counted.
CREATE TABLE dpvd.usage_count (
    year          integer NOT NULL,
    actual_number text COLLATE "C" NOT NULL,
    sender_id     integer NOT NULL,
    messages      bigint NOT NULL,
    unverified    bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (actual_number, year, sender_id)
) WITH (fillfactor = 50);
COMMENT ON COLUMN dpvd.usage_count.unverified IS
    'of these, sent for an organisation that is no active sender here';
CREATE TABLE dpvd.usage_mark (
    one         boolean PRIMARY KEY DEFAULT true CHECK (one),
    transaction xid8 NOT NULL
) WITH (fillfactor = 50);
INSERT INTO dpvd.usage_mark (transaction) VALUES ('0');
CREATE TABLE dpvd.usage_warning (
    actual_number text COLLATE "C" NOT NULL,
    year          integer NOT NULL,
    percent       integer NOT NULL,
    warned        timestamptz NOT NULL,
    PRIMARY KEY (actual_number, year, percent)
);

-- What the server may do

GRANT SELECT ON dpvd.register_role, dpvd.person_contact, dpvd.personal_contact,
    dpvd.notification_template, dpvd.usage_count, dpvd.withdrawal TO dpvd_app;
GRANT SELECT, INSERT ON dpvd.notification, dpvd.sdp_state TO dpvd_app;
GRANT USAGE ON SEQUENCE dpvd.sdp_id TO dpvd_app;
