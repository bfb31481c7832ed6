-- The order of the audit log goes on when a dump is loaded into another cluster.
--
-- Rows are ordered, sealed and counted by their transaction, and numbers of transactions are the
-- cluster's: in another one they begin anew. From then on base is added to them, so that what is
-- written there stands behind what the dump brought along. Nobody writes to a database whose
-- cluster is another one than audit_clock says until dpvd migrate has called follow_cluster().

CREATE TABLE dpvd.audit_clock (
    one     boolean PRIMARY KEY DEFAULT true CHECK (one),
    cluster bigint NOT NULL,
    base    bigint NOT NULL DEFAULT 0 CHECK (base >= 0)
);
COMMENT ON COLUMN dpvd.audit_clock.cluster IS 'system_identifier of pg_control_system()';
COMMENT ON COLUMN dpvd.audit_clock.base IS
    'what is added to numbers of transactions; also in the default of audit_log.transaction';

-- In the order of audit_log.transaction: where a transaction of this cluster stands.
CREATE FUNCTION dpvd.audit_position(transaction xid8) RETURNS xid8 LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT (transaction::text::int8 + c.base)::text::xid8 FROM dpvd.audit_clock c
$$;

-- The greatest position that anything has, 0 if nothing has one.
CREATE FUNCTION dpvd.audit_last_position() RETURNS bigint LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT greatest((SELECT l.transaction FROM dpvd.audit_log l
                      ORDER BY l.transaction DESC, l.id DESC LIMIT 1)::text::int8,
                    (SELECT s.last_transaction FROM dpvd.audit_seal s
                      ORDER BY s.number DESC LIMIT 1)::text::int8,
                    (SELECT m.transaction FROM dpvd.usage_mark m)::text::int8, 0)
$$;

-- In the default stands the number itself: a look at the table would cost every call. What still
-- runs may write with a lower number than ours, hence the oldest one.
CREATE FUNCTION dpvd.follow_cluster() RETURNS boolean LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    here  CONSTANT bigint := (SELECT system_identifier FROM pg_control_system());
    clock dpvd.audit_clock;
BEGIN
    SELECT * INTO STRICT clock FROM dpvd.audit_clock FOR UPDATE;
    IF clock.cluster = here THEN
        RETURN false;
    END IF;
    LOCK TABLE dpvd.audit_log IN ACCESS EXCLUSIVE MODE;
    clock.base := greatest(clock.base, dpvd.audit_last_position() + 1
        - pg_snapshot_xmin(pg_current_snapshot())::text::int8);
    UPDATE dpvd.audit_clock SET cluster = here, base = clock.base;
    EXECUTE format('ALTER TABLE dpvd.audit_log ALTER COLUMN transaction SET DEFAULT '
        '(pg_current_xact_id()::text::int8 + %s)::text::xid8', clock.base);
    INSERT INTO dpvd.audit_log (received, duration, endpoint, operation, user_name, result)
    VALUES (clock_timestamp(), 0, 'admin', 'migrate', session_user, 'restored');
    RETURN true;
END
$$;
REVOKE EXECUTE ON FUNCTION dpvd.audit_last_position(), dpvd.follow_cluster() FROM PUBLIC;

-- This migration may be the first to see a dump of a schema without it: 0 is no cluster.
INSERT INTO dpvd.audit_clock (cluster)
SELECT CASE WHEN dpvd.audit_last_position() <= pg_current_xact_id()::text::int8
            THEN c.system_identifier ELSE 0 END FROM pg_control_system() c;

GRANT SELECT ON dpvd.audit_clock TO dpvd_app, dpvd_background, dpvd_auditor;
