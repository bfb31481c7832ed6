-- Wrong passwords of the last hour, so that too many of them lock a user name out from the address
-- they came from, at every dpvd and over restarts (domain.md 2.3).

-- One row a pair, known users and others alike, of bounded length: the user name is only there as a
-- digest, and failed is emptied when it is full. Rows that count no longer are removed every minute,
-- and the oldest of too many.
CREATE TABLE dpvd.login_failure (
    user_hash bytea NOT NULL CHECK (octet_length(user_hash) = 32),
    source    inet NOT NULL,
    failed    timestamptz[] NOT NULL CHECK (cardinality(failed) <= 20),
    locked    timestamptz,
    seen      timestamptz NOT NULL,
    PRIMARY KEY (user_hash, source)
);
COMMENT ON COLUMN dpvd.login_failure.user_hash IS 'SHA-256 of the user name in UTF-8';
COMMENT ON COLUMN dpvd.login_failure.source IS 'an IPv4 address, or the /64 network of an IPv6 one';
COMMENT ON COLUMN dpvd.login_failure.failed IS 'when, within the window';
COMMENT ON COLUMN dpvd.login_failure.locked IS 'when the lock began; NULL: not locked';
COMMENT ON COLUMN dpvd.login_failure.seen IS 'when the row was written last';

GRANT SELECT, INSERT, DELETE ON dpvd.login_failure TO dpvd_app;
GRANT UPDATE (failed, locked, seen) ON dpvd.login_failure TO dpvd_app;
