-- Instants are milliseconds since 1970-01-01T00:00:00Z. No table has a rowid: every lookup is by a text or a digest, and
-- finds the row in one descent.

CREATE TABLE users (
    id         TEXT    NOT NULL PRIMARY KEY,
    username   TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    -- One JSON object, as compact text, that the operator keeps of the user.
    attributes TEXT    NOT NULL DEFAULT '{}'
) STRICT, WITHOUT ROWID;

CREATE TABLE user_keys (
    id            TEXT    NOT NULL PRIMARY KEY,
    user_id       TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- NULL where another system, such as an identity provider, proves who the user is.
    password_hash TEXT,
    created_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX user_keys_of_user ON user_keys (user_id);

CREATE TABLE sessions (
    token_hash        BLOB    NOT NULL PRIMARY KEY CHECK (length(token_hash) = 32),
    id                TEXT    NOT NULL UNIQUE,
    user_id           TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at        INTEGER NOT NULL,
    active_expires_at INTEGER NOT NULL,
    idle_expires_at   INTEGER NOT NULL,
    -- The client that opened the session, for the list in which users recognise their devices. NULL where it is not known.
    user_agent        TEXT,
    address           TEXT,
    attributes        TEXT    NOT NULL DEFAULT '{}'
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_by_expiry ON sessions (idle_expires_at);
-- Lists a user's sessions, finds the oldest, and tells live ones from expired ones without a look at each row.
CREATE INDEX sessions_of_user_by_age ON sessions (user_id, created_at, id, idle_expires_at);

-- The buckets of the throttle, by the generic cell rate algorithm, and the marks of trusted addresses and devices. key is a
-- SHA-256, so that the store holds no name and no address. tat is the theoretical arrival time: the instant at which the
-- bucket is full again, or until which the mark counts.
CREATE TABLE throttle (
    key      BLOB    NOT NULL PRIMARY KEY CHECK (length(key) = 32),
    tat      INTEGER NOT NULL,
    failures INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX throttle_by_tat ON throttle (tat);

-- Unused recovery codes. code_hash is the SHA-256 of the code and its user.
CREATE TABLE recovery_codes (
    user_id    TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    code_hash  BLOB    NOT NULL CHECK (length(code_hash) = 32),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, code_hash)
) STRICT, WITHOUT ROWID;

-- How sessions were opened, for their user to read when they are gone. Failed attempts are not kept. Of each user the last
-- hundred are kept, for at most 90 days.
CREATE TABLE sign_in_events (
    user_id     TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    happened_at INTEGER NOT NULL,
    session_id  TEXT    NOT NULL,
    kind        TEXT    NOT NULL,
    user_agent  TEXT,
    address     TEXT,
    PRIMARY KEY (user_id, happened_at, session_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX sign_in_events_by_age ON sign_in_events (happened_at);
