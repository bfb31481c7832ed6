-- Seals over the audit log (security.md 3.4), and the role that reads it for auditors.
--
-- A seal covers the rows of audit_log behind the last row of the seal before it, up to its own last
-- row, in the order (transaction, id). Rows are sealed when no transaction below them can still
-- commit, so that nothing honest ever appears inside of a seal; no row is changed for it, and none
-- costs room beyond the index. What root and hash are made of stands in src/model/seal.h.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'dpvd_auditor') THEN
        CREATE ROLE dpvd_auditor NOLOGIN;
    END IF;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE EXCEPTION 'role dpvd_auditor is missing and this role may not create it'
        USING HINT = 'As a superuser: CREATE ROLE dpvd_auditor LOGIN';
END
$$;

CREATE INDEX audit_log_order ON dpvd.audit_log (transaction, id);

CREATE TABLE dpvd.audit_seal (
    number            bigint PRIMARY KEY CHECK (number > 0),
    previous          bytea NOT NULL CHECK (octet_length(previous) = 32),
    root              bytea NOT NULL CHECK (octet_length(root) = 32),
    rows              bigint NOT NULL CHECK (rows > 0),
    first_transaction xid8 NOT NULL,
    first_id          bigint NOT NULL,
    last_transaction  xid8 NOT NULL,
    last_id           bigint NOT NULL,
    earliest          timestamptz NOT NULL,
    latest            timestamptz NOT NULL,
    sealed            timestamptz NOT NULL,
    hash              bytea NOT NULL CHECK (octet_length(hash) = 32),
    signer            bytea CHECK (octet_length(signer) = 32),
    signature         bytea CHECK (octet_length(signature) = 64),
    CHECK ((signer IS NULL) = (signature IS NULL))
);
CREATE INDEX audit_seal_latest ON dpvd.audit_seal (latest);
COMMENT ON COLUMN dpvd.audit_seal.previous IS 'hash of the seal before it, zeros for the first one';
COMMENT ON COLUMN dpvd.audit_seal.earliest IS 'least and greatest received of its rows';
COMMENT ON COLUMN dpvd.audit_seal.signer IS 'Ed25519 public key; NULL: not signed';

-- One row: the last seal. A chain that lost its end shows.
CREATE TABLE dpvd.audit_head (
    one    boolean PRIMARY KEY DEFAULT true CHECK (one),
    number bigint NOT NULL,
    hash   bytea NOT NULL CHECK (octet_length(hash) = 32)
) WITH (fillfactor = 50);
INSERT INTO dpvd.audit_head (number, hash) VALUES (0, decode(repeat('00', 32), 'hex'));

-- A seal that does not follow the last one is left out: of two sealers the slower one adds nothing.
-- It runs as the owner, so that the server's role needs no right to change a row.
CREATE FUNCTION dpvd.audit_seal_follows() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE dpvd.audit_head SET number = NEW.number, hash = NEW.hash
     WHERE number = NEW.number - 1 AND hash = NEW.previous;
    RETURN CASE WHEN FOUND THEN NEW END;
END
$$;
CREATE TRIGGER audit_seal_follows BEFORE INSERT ON dpvd.audit_seal
    FOR EACH ROW EXECUTE FUNCTION dpvd.audit_seal_follows();
CREATE TRIGGER audit_seal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON dpvd.audit_seal
    FOR EACH STATEMENT EXECUTE FUNCTION dpvd.refuse_change();

CREATE TRIGGER audit_head_stays BEFORE DELETE OR TRUNCATE ON dpvd.audit_head
    FOR EACH STATEMENT EXECUTE FUNCTION dpvd.refuse_change();
CREATE TRIGGER audit_head_moves_on BEFORE UPDATE ON dpvd.audit_head
    FOR EACH ROW WHEN (NEW.number <> OLD.number + 1)
    EXECUTE FUNCTION dpvd.refuse_change();

GRANT SELECT, INSERT ON dpvd.audit_seal TO dpvd_app;
GRANT SELECT ON dpvd.audit_head TO dpvd_app;
GRANT USAGE ON SCHEMA dpvd TO dpvd_auditor;
GRANT SELECT ON dpvd.schema_migration, dpvd.audit_log, dpvd.audit_seal, dpvd.audit_head
    TO dpvd_auditor;
