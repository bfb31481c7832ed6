-- What dpvd remembers. Applied by `dpvd migrate` as dpvd_owner, in one transaction.
--
-- Every row that belongs to a sender begins its keys with sender_id, the tenant: no statement of a
-- message touches two senders, and a table can later be divided between machines by it. Numbers on
-- the wire (CorrespondenceID, ReceiptId) are 32-bit and come from sequences; gaps are normal.
-- Texts that are compared byte by byte are COLLATE "C". Times are set by dpvd, not by now().

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'dpvd_app') THEN
        CREATE ROLE dpvd_app NOLOGIN;
    END IF;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE EXCEPTION 'role dpvd_app is missing and this role may not create it'
        USING HINT = 'As a superuser: CREATE ROLE dpvd_app LOGIN';
END
$$;

CREATE SCHEMA dpvd;
GRANT USAGE ON SCHEMA dpvd TO dpvd_app;

CREATE FUNCTION dpvd.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed or removed', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TABLE dpvd.schema_migration (
    name    text COLLATE "C" PRIMARY KEY,
    sha256  bytea NOT NULL CHECK (octet_length(sha256) = 32),
    applied timestamptz NOT NULL DEFAULT now()
);

-- Registers (domain.md 2.2)

CREATE TABLE dpvd.organization (
    number        text COLLATE "C" PRIMARY KEY CHECK (number ~ '^[0-9]{9}$'),
    name          text NOT NULL,
    form          text,
    parent_number text COLLATE "C" CHECK (parent_number <> number),
    address       text[] NOT NULL DEFAULT '{}' CHECK (cardinality(address) <= 3),
    postal_code   text,
    postal_area   text,
    status        smallint NOT NULL DEFAULT 1 CHECK (status IN (1, 2, 3)),
    deleted       date CHECK (deleted IS NULL OR status = 2),
    last_changed  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN dpvd.organization.status IS '1 active, 2 deleted, 3 bankrupt';
-- A parent may be imported after its sub-units, so parent_number is no foreign key.
CREATE INDEX organization_parent ON dpvd.organization (parent_number)
    WHERE parent_number IS NOT NULL;

CREATE TABLE dpvd.person (
    id           integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number       text COLLATE "C" NOT NULL UNIQUE CHECK (number ~ '^[0-9]{11}$'),
    first_name   text NOT NULL,
    middle_name  text,
    last_name    text NOT NULL,
    address      text[] NOT NULL DEFAULT '{}' CHECK (cardinality(address) <= 3),
    postal_code  text,
    postal_area  text,
    dead         boolean NOT NULL DEFAULT false,
    protection   smallint NOT NULL DEFAULT 0 CHECK (protection IN (0, 1, 2)),
    last_changed timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN dpvd.person.id IS 'what logs name instead of the number';
COMMENT ON COLUMN dpvd.person.protection IS
    'address: 0 open, 1 confidential, 2 strictly confidential';

CREATE TABLE dpvd.notification_address (
    id                  integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organization_number text COLLATE "C" NOT NULL REFERENCES dpvd.organization ON DELETE CASCADE,
    kind                smallint NOT NULL CHECK (kind IN (1, 2)),
    address             text COLLATE "C" NOT NULL CHECK (address <> ''),
    confirmed           timestamptz,
    deleted             boolean NOT NULL DEFAULT false,
    last_changed        timestamptz NOT NULL DEFAULT now(),
    UNIQUE (organization_number, kind, address)
);
COMMENT ON COLUMN dpvd.notification_address.kind IS '1 SMS, 2 e-mail, as in transport_type';

CREATE TABLE dpvd.organization_role (
    organization_number text COLLATE "C" NOT NULL REFERENCES dpvd.organization ON DELETE CASCADE,
    type                text COLLATE "C" NOT NULL,
    holder              text COLLATE "C" NOT NULL CHECK (holder ~ '^([0-9]{9}|[0-9]{11})$'),
    valid_from          date NOT NULL DEFAULT '-infinity',
    valid_to            date,
    PRIMARY KEY (organization_number, type, holder, valid_from),
    CHECK (valid_to >= valid_from)
);
CREATE INDEX organization_role_holder ON dpvd.organization_role (holder);

-- Senders (domain.md 2.3)

CREATE TABLE dpvd.sender (
    id                  integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind                smallint NOT NULL CHECK (kind IN (1, 2)),
    organization_number text COLLATE "C" NOT NULL UNIQUE CHECK (organization_number ~ '^[0-9]{9}$'),
    code                text COLLATE "C" UNIQUE CHECK (code <> ''),
    name                text NOT NULL,
    name_nn             text,
    name_en             text,
    short_name          text CHECK (short_name ~ '^[[:alnum:]]{1,11}$'),
    agreement_version   text,
    agreement_accepted  timestamptz,
    agreement_signatory text,
    status              smallint NOT NULL DEFAULT 1 CHECK (status IN (1, 2, 3)),
    status_reason       text,
    status_changed      timestamptz NOT NULL DEFAULT now(),
    created             timestamptz NOT NULL DEFAULT now(),
    CHECK (status = 1 OR status_reason IS NOT NULL)
);
-- A sender is terminated, never removed: messages, receipts and audit rows name it.
CREATE TRIGGER sender_stays BEFORE DELETE OR TRUNCATE ON dpvd.sender
    FOR EACH STATEMENT EXECUTE FUNCTION dpvd.refuse_change();
COMMENT ON COLUMN dpvd.sender.kind IS '1 service owner, 2 DPV customer';
COMMENT ON COLUMN dpvd.sender.status IS '1 active, 2 suspended, 3 terminated';

-- name is compared exactly: no folding of case, no trimming.
CREATE TABLE dpvd.system_user (
    id                 integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sender_id          integer NOT NULL REFERENCES dpvd.sender,
    name               text COLLATE "C" NOT NULL UNIQUE CHECK (name <> ''),
    code               text COLLATE "C" CHECK (code <> '' AND length(code) <= 50),
    password_hash      text NOT NULL,
    credential_version bigint NOT NULL DEFAULT 1,
    locked_until       timestamptz,
    allowed_addresses  cidr[] NOT NULL DEFAULT '{}',
    created            timestamptz NOT NULL DEFAULT now(),
    last_changed       timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX system_user_sender ON dpvd.system_user (sender_id);
COMMENT ON COLUMN dpvd.system_user.allowed_addresses IS 'empty: from anywhere';

-- dpvd remembers verified passwords for a moment under this version: whoever changes a password, a
-- lock or a sender's status makes it forget at once (security.md 3.3).
CREATE FUNCTION dpvd.system_user_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.credential_version := OLD.credential_version + 1;
    RETURN NEW;
END
$$;
CREATE TRIGGER system_user_changed
    BEFORE UPDATE OF name, sender_id, password_hash, locked_until, allowed_addresses,
        credential_version
    ON dpvd.system_user FOR EACH ROW EXECUTE FUNCTION dpvd.system_user_changed();

CREATE FUNCTION dpvd.sender_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE dpvd.system_user SET credential_version = credential_version + 1
     WHERE sender_id = NEW.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER sender_changed
    AFTER UPDATE OF kind, status, organization_number ON dpvd.sender
    FOR EACH ROW EXECUTE FUNCTION dpvd.sender_changed();

-- Service catalogue (domain.md 3)

CREATE TABLE dpvd.service (
    code         text COLLATE "C" NOT NULL CHECK (length(code) BETWEEN 1 AND 7),
    edition      integer NOT NULL CHECK (edition > 0),
    owner_id     integer REFERENCES dpvd.sender,
    name         text NOT NULL,
    name_nn      text,
    name_en      text,
    type         smallint NOT NULL DEFAULT 1 CHECK (type IN (1, 2)),
    level        smallint NOT NULL DEFAULT 3 CHECK (level BETWEEN 1 AND 4),
    role         text NOT NULL DEFAULT 'Post/Archive',
    common       boolean NOT NULL DEFAULT false,
    confidential boolean NOT NULL DEFAULT false,
    confirmation boolean NOT NULL DEFAULT false,
    active       boolean NOT NULL DEFAULT true,
    PRIMARY KEY (code, edition),
    CHECK (NOT common OR owner_id IS NULL)
);
COMMENT ON COLUMN dpvd.service.owner_id IS 'NULL: the operator';
COMMENT ON COLUMN dpvd.service.type IS '1 correspondence, 2 another kind';
COMMENT ON COLUMN dpvd.service.common IS 'open to every active sender';
COMMENT ON COLUMN dpvd.service.confidential IS 'nobody has the role from the start (domain.md 3.3)';

-- The eleven common services belong to every installation (domain.md 3.1).
INSERT INTO dpvd.service (code, edition, common, name, name_en) VALUES
    ('4255', 1, true, 'Post fra det offentlige innenfor plan, bygg og geodata',
     'Mail from public authorities: planning, building and geodata'),
    ('4255', 2, true, 'Post fra det offentlige innenfor helse, sosial og omsorg',
     'Mail from public authorities: health, social services and care'),
    ('4255', 3, true, 'Post fra det offentlige innenfor oppvekst og utdanning',
     'Mail from public authorities: childhood and education'),
    ('4255', 4, true, 'Post fra det offentlige innenfor kultur, idrett og fritid',
     'Mail from public authorities: culture, sports and leisure'),
    ('4255', 5, true, 'Post fra det offentlige innenfor trafikk, reiser og samferdsel',
     'Mail from public authorities: traffic, travel and transport'),
    ('4255', 6, true, 'Post fra det offentlige innenfor natur og miljø',
     'Mail from public authorities: nature and environment'),
    ('4255', 7, true, 'Post fra det offentlige innenfor næringsutvikling',
     'Mail from public authorities: business development'),
    ('4255', 8, true, 'Post fra det offentlige innenfor skatter og avgifter',
     'Mail from public authorities: taxes and duties'),
    ('4255', 9, true, 'Post fra det offentlige innenfor tekniske tjenester',
     'Mail from public authorities: technical services'),
    ('4255', 10, true, 'Post fra det offentlige innenfor administrasjon',
     'Mail from public authorities: administration (general)');
INSERT INTO dpvd.service (code, edition, common, confidential, role, name, name_en) VALUES
    ('5504', 1, true, true, 'Taushetsbelagt post fra det offentlige',
     'Taushetsbelagt post fra det offentlige', 'Confidential mail from public authorities');

-- Messages (domain.md 4)

CREATE SEQUENCE dpvd.correspondence_id AS integer;
CREATE SEQUENCE dpvd.receipt_id AS integer;
CREATE SEQUENCE dpvd.attachment_id AS integer;

-- correspondence, attachment, receipt, status_event, correspondence_state and audit_log get a row
-- with every message. They have no CHECK and no foreign key: those took a third of the time of an
-- insert when measured, and the statements that write them guarantee the same: all rows of a
-- message come from one statement, or select their message as they insert, and nobody deletes any.
--
-- One row a message, written once. What changes stands in correspondence_state.
CREATE TABLE dpvd.correspondence (
    sender_id           integer NOT NULL,
    id                  integer NOT NULL,
    receipt_id          integer NOT NULL,
    uuid                uuid NOT NULL DEFAULT gen_random_uuid(),
    digest              bytea,
    created             timestamptz NOT NULL,
    system_user_id      integer NOT NULL,
    system_user_code    text,
    senders_reference   text COLLATE "C" NOT NULL,
    service_code        text COLLATE "C" NOT NULL,
    service_edition     integer NOT NULL,
    reportee            text COLLATE "C" NOT NULL,
    reportee_is_person  boolean NOT NULL,
    reportee_name       text NOT NULL,
    technical_number    text NOT NULL,
    technical_name      text NOT NULL,
    actual_number       text NOT NULL,
    actual_name         text NOT NULL,
    display_sender      text NOT NULL,
    message_sender      text,
    on_behalf_of        text,
    language_code       text NOT NULL,
    title               text NOT NULL,
    summary             text,
    body                text NOT NULL,
    custom_data         text,
    visible             timestamptz NOT NULL,
    visible_asked       timestamptz,
    allow_system_delete timestamptz,
    due                 timestamptz,
    archive_reference   text,
    allow_forwarding    boolean NOT NULL,
    is_reservable       boolean NOT NULL,
    PRIMARY KEY (sender_id, id)
);
-- Partial, so that no look-up by id can ever be planned along it: without statistics, in a new
-- database, that read all of a sender's messages for every one that came.
CREATE UNIQUE INDEX correspondence_digest ON dpvd.correspondence (sender_id, digest)
    WHERE digest IS NOT NULL;
COMMENT ON COLUMN dpvd.correspondence.digest IS
    'of the request: the same one again is the same message (security.md 5); NULL: not looked for';
COMMENT ON COLUMN dpvd.correspondence.visible_asked IS 'as given; visible is what holds';
COMMENT ON COLUMN dpvd.correspondence.allow_system_delete IS 'kept, never acted on (domain.md 4.4)';

-- References that may not be used again, kept while the setting duplicate_reference is "refuse".
CREATE TABLE dpvd.reference_claim (
    sender_id         integer NOT NULL REFERENCES dpvd.sender,
    senders_reference text COLLATE "C" NOT NULL,
    PRIMARY KEY (sender_id, senders_reference)
);

-- The first MB of an attachment stands in its row, so that most attachments are one row; the rest
-- stands in attachment_chunk, pieces 1, 2, ... of at most 1 MB, so that nobody ever needs to hold a
-- large value. EXTERNAL: documents are compressed already.
CREATE TABLE dpvd.attachment (
    sender_id         integer NOT NULL,
    correspondence_id integer NOT NULL,
    number            integer NOT NULL,
    id                integer NOT NULL DEFAULT nextval('dpvd.attachment_id'),
    destination       smallint NOT NULL,
    function          smallint NOT NULL,
    encrypted         boolean NOT NULL,
    file_name         text NOT NULL,
    name              text,
    senders_reference text,
    size              bigint NOT NULL,
    sha256            bytea NOT NULL,
    content           bytea NOT NULL,
    PRIMARY KEY (sender_id, correspondence_id, number)
);

CREATE TABLE dpvd.attachment_chunk (
    sender_id         integer NOT NULL,
    correspondence_id integer NOT NULL,
    number            integer NOT NULL,
    chunk             integer NOT NULL CHECK (chunk > 0),
    content           bytea NOT NULL CHECK (octet_length(content) BETWEEN 1 AND 1048576),
    PRIMARY KEY (sender_id, correspondence_id, number, chunk),
    FOREIGN KEY (sender_id, correspondence_id, number) REFERENCES dpvd.attachment
);
ALTER TABLE dpvd.attachment ALTER content SET STORAGE EXTERNAL;
ALTER TABLE dpvd.attachment_chunk ALTER content SET STORAGE EXTERNAL;

CREATE TABLE dpvd.reply_option (
    sender_id         integer NOT NULL,
    correspondence_id integer NOT NULL,
    number            integer NOT NULL CHECK (number > 0),
    service_code      text,
    service_edition   text,
    archive_reference text,
    link_text         text,
    link_url          text,
    PRIMARY KEY (sender_id, correspondence_id, number),
    FOREIGN KEY (sender_id, correspondence_id) REFERENCES dpvd.correspondence
);

-- A Notification of the request as it was given. Item n of each pair of arrays belongs together.
CREATE TABLE dpvd.notification_order (
    sender_id           integer NOT NULL,
    correspondence_id   integer NOT NULL,
    number              integer NOT NULL CHECK (number > 0),
    from_address        text,
    shipment            timestamptz,
    language_code       text,
    type                text,
    token_numbers       integer[] NOT NULL,
    token_values        text[] NOT NULL
        CHECK (cardinality(token_values) = cardinality(token_numbers)),
    endpoint_transports integer[] NOT NULL,
    endpoint_addresses  text[] NOT NULL
        CHECK (cardinality(endpoint_addresses) = cardinality(endpoint_transports)),
    PRIMARY KEY (sender_id, correspondence_id, number),
    FOREIGN KEY (sender_id, correspondence_id) REFERENCES dpvd.correspondence
);

-- One planned sending to one address. The unique key keeps a plan that is made twice from being
-- sent twice.
CREATE TABLE dpvd.notification (
    sender_id         integer NOT NULL,
    correspondence_id integer NOT NULL,
    number            integer NOT NULL CHECK (number > 0),
    order_number      integer NOT NULL,
    transport         smallint NOT NULL CHECK (transport IN (1, 2)),
    recipient         text NOT NULL,
    reminder          boolean NOT NULL,
    due               timestamptz NOT NULL,
    sent              timestamptz,
    cancelled         timestamptz,
    PRIMARY KEY (sender_id, correspondence_id, number),
    UNIQUE (sender_id, correspondence_id, transport, recipient, reminder, due),
    FOREIGN KEY (sender_id, correspondence_id, order_number) REFERENCES dpvd.notification_order,
    CHECK (sent IS NULL OR cancelled IS NULL)
);

-- What was asked for digital mailboxes (domain.md 4.8), as given.
CREATE TABLE dpvd.sdp_order (
    sender_id           integer NOT NULL,
    correspondence_id   integer NOT NULL,
    copy_altinn         boolean NOT NULL,
    backup_altinn       boolean,
    primary_document    text,
    title               text,
    not_sensitive_title text,
    visible             timestamptz,
    email_text          text,
    email_address       text,
    email_days          integer[],
    sms_text            text,
    sms_number          text,
    sms_days            integer[],
    PRIMARY KEY (sender_id, correspondence_id),
    FOREIGN KEY (sender_id, correspondence_id) REFERENCES dpvd.correspondence
);

-- Status (domain.md 5)

-- Evidence, only ever added to. The key says that each status is reached once.
CREATE TABLE dpvd.status_event (
    sender_id         integer NOT NULL,
    correspondence_id integer NOT NULL,
    type              smallint NOT NULL,
    happened          timestamptz NOT NULL,
    PRIMARY KEY (sender_id, correspondence_id, type)
);
CREATE TRIGGER status_event_written_once BEFORE UPDATE OR TRUNCATE ON dpvd.status_event
    FOR EACH STATEMENT EXECUTE FUNCTION dpvd.refuse_change();
COMMENT ON COLUMN dpvd.status_event.type IS '1 Created, 2 Read, 6 Confirmed, 10 Reserved';

-- All that a status answer needs, in one narrow row. history and notifications are packed as
-- src/model/status.h says and grow by ||. What changes is in no index, so that updates stay HOT.
CREATE TABLE dpvd.correspondence_state (
    sender_id         integer NOT NULL,
    id                integer NOT NULL,
    senders_reference text COLLATE "C" NOT NULL,
    created           timestamptz NOT NULL,
    reportee          text COLLATE "C" NOT NULL,
    service_code      text COLLATE "C" NOT NULL,
    service_edition   integer NOT NULL,
    current_status    smallint NOT NULL,
    notified          boolean NOT NULL DEFAULT false,
    history           bytea NOT NULL,
    notifications     bytea NOT NULL DEFAULT '',
    PRIMARY KEY (sender_id, id)
) WITH (fillfactor = 85);
CREATE INDEX correspondence_state_reference
    ON dpvd.correspondence_state (sender_id, senders_reference, id) INCLUDE (created, reportee);
CREATE INDEX correspondence_state_service
    ON dpvd.correspondence_state (sender_id, service_code, service_edition, created, id);
CREATE INDEX correspondence_state_reportee ON dpvd.correspondence_state (sender_id, reportee);

-- Receipts (domain.md 9)

-- Of stored and of refused messages. OwnerPartyReference and PartyReference are those of the
-- message; the one reference that every receipt has is a column, others are receipt_reference rows.
CREATE TABLE dpvd.receipt (
    sender_id         integer NOT NULL,
    id                integer NOT NULL,
    parent_id         integer,
    correspondence_id integer,
    type              smallint NOT NULL DEFAULT 2,
    status            smallint NOT NULL,
    created           timestamptz NOT NULL,
    last_changed      timestamptz NOT NULL,
    text              text NOT NULL,
    history           text NOT NULL DEFAULT '',
    senders_reference text COLLATE "C",
    PRIMARY KEY (sender_id, id)
);
CREATE INDEX receipt_senders_reference ON dpvd.receipt (sender_id, senders_reference, id);
CREATE INDEX receipt_parent ON dpvd.receipt (sender_id, parent_id) WHERE parent_id IS NOT NULL;

CREATE TABLE dpvd.receipt_reference (
    sender_id  integer NOT NULL,
    receipt_id integer NOT NULL,
    type       smallint NOT NULL CHECK (type BETWEEN 1 AND 12),
    value      text COLLATE "C" NOT NULL,
    PRIMARY KEY (sender_id, type, value, receipt_id),
    FOREIGN KEY (sender_id, receipt_id) REFERENCES dpvd.receipt
);

-- Audit log (domain.md 10.1, 10.2)

-- One row a call, in the transaction of the act. Never content, file names, passwords or identity
-- numbers of persons. transaction tells whoever seals rows later which ids can still appear below.
CREATE TABLE dpvd.audit_log (
    id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    transaction       xid8 NOT NULL DEFAULT pg_current_xact_id(),
    received          timestamptz NOT NULL,
    duration          integer NOT NULL,
    endpoint          text NOT NULL,
    operation         text NOT NULL,
    request_id        text,
    client            text,
    sender_id         integer,
    system_user_id    integer,
    user_name         text,
    result            text NOT NULL,
    error_id          integer,
    error_guid        text,
    senders_reference text,
    receipt_id        integer,
    correspondence_id integer,
    service_code      text,
    service_edition   integer,
    organization      text,
    actual_number     text,
    actual_verified   boolean,
    display_sender    text,
    visible           timestamptz,
    attachments       integer,
    attachment_bytes  bigint,
    digest            bytea,
    answered          bigint
);
COMMENT ON COLUMN dpvd.audit_log.duration IS 'microseconds from the request to this row';
COMMENT ON COLUMN dpvd.audit_log.user_name IS 'as claimed, of callers that were not recognised';
COMMENT ON COLUMN dpvd.audit_log.organization IS 'the recipient, unless it is a person';
COMMENT ON COLUMN dpvd.audit_log.answered IS 'how many messages a status answer held';

CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON dpvd.audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION dpvd.refuse_change();

-- What the server may do

GRANT SELECT ON dpvd.schema_migration, dpvd.organization, dpvd.person, dpvd.notification_address,
    dpvd.organization_role, dpvd.sender, dpvd.system_user, dpvd.service TO dpvd_app;
GRANT SELECT, INSERT ON dpvd.correspondence, dpvd.reference_claim, dpvd.attachment,
    dpvd.attachment_chunk, dpvd.reply_option, dpvd.notification_order, dpvd.notification,
    dpvd.sdp_order, dpvd.status_event, dpvd.correspondence_state, dpvd.receipt,
    dpvd.receipt_reference, dpvd.audit_log TO dpvd_app;
GRANT USAGE ON SEQUENCE dpvd.correspondence_id, dpvd.receipt_id, dpvd.attachment_id TO dpvd_app;
