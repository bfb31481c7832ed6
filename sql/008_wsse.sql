-- What WS-Security needs: secrets that PasswordDigest is made of, and the nonces that were used.

-- Made by dpvd, never a password that somebody chose: it must be known in clear text. It is sealed
-- with a key that is not in the database (setting secret_key).
CREATE TABLE dpvd.system_user_secret (
    system_user_id integer PRIMARY KEY REFERENCES dpvd.system_user ON DELETE CASCADE,
    sealed         bytea NOT NULL,
    created        timestamptz NOT NULL
);

-- A nonce is remembered for as long as its token could be sent again; rows that count no longer are
-- removed every minute. No foreign key: what was used stays used.
CREATE TABLE dpvd.wsse_nonce (
    system_user_id integer NOT NULL,
    nonce_hash     bytea NOT NULL CHECK (octet_length(nonce_hash) = 32),
    expires        timestamptz NOT NULL,
    PRIMARY KEY (system_user_id, nonce_hash)
);
CREATE INDEX wsse_nonce_expires ON dpvd.wsse_nonce (expires);
COMMENT ON COLUMN dpvd.wsse_nonce.nonce_hash IS 'SHA-256 of the nonce';

GRANT SELECT ON dpvd.system_user_secret TO dpvd_app;
GRANT SELECT, INSERT, DELETE ON dpvd.wsse_nonce TO dpvd_app;
