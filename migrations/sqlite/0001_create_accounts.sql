-- Users, the keys they sign in with, and their sessions.
--
-- Instants are milliseconds since 1970-01-01T00:00:00Z. No table has a rowid: every look-up is by a text or a digest, and
-- so finds the row in one descent.

CREATE TABLE users (
    id         TEXT    NOT NULL PRIMARY KEY,
    username   TEXT    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE user_keys (
    id            TEXT    NOT NULL PRIMARY KEY,
    user_id       TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    password_hash TEXT    NOT NULL,
    created_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX user_keys_of_user ON user_keys (user_id);

CREATE TABLE sessions (
    token_hash        BLOB    NOT NULL PRIMARY KEY CHECK (length(token_hash) = 32),
    id                TEXT    NOT NULL UNIQUE,
    user_id           TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at        INTEGER NOT NULL,
    active_expires_at INTEGER NOT NULL,
    idle_expires_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_of_user ON sessions (user_id);
CREATE INDEX sessions_by_death ON sessions (idle_expires_at);
