-- A store as version 0.1.0 writes it, dumped, with one user. Never changed: a test opens it with every later version.
PRAGMA foreign_keys = OFF;
BEGIN TRANSACTION;
CREATE TABLE _sqlx_migrations (
    version BIGINT PRIMARY KEY,
    description TEXT NOT NULL,
    installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    success BOOLEAN NOT NULL,
    checksum BLOB NOT NULL,
    execution_time BIGINT NOT NULL
);
INSERT INTO "_sqlx_migrations" VALUES(1,'create schema','2026-11-27 12:59:41',1,X'D76FC59ED74E250EF592F6B3965A41D2360D57A9B1D28A78107B2B57B06DECEF30BC37FD8A0CD460943E5AC433B6AC02',1902687);
CREATE TABLE recovery_codes (
    user_id    TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    code_hash  BLOB    NOT NULL CHECK (length(code_hash) = 32),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, code_hash)
) STRICT, WITHOUT ROWID;
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
INSERT INTO "sessions" VALUES(X'F2468B819F90BEB50DDB908F266E68AFFEA079B7B4E8FA00968966C78EBDA31B','utiw25ne2pegq50qpmcbhfww','5z26ak5aqqb28qn',1795784381369,1795870781369,1797080381369,NULL,NULL,'{}');
CREATE TABLE sign_in_events (
    user_id     TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    happened_at INTEGER NOT NULL,
    session_id  TEXT    NOT NULL,
    kind        TEXT    NOT NULL,
    user_agent  TEXT,
    address     TEXT,
    PRIMARY KEY (user_id, happened_at, session_id)
) STRICT, WITHOUT ROWID;
INSERT INTO "sign_in_events" VALUES('5z26ak5aqqb28qn',1795784381369,'utiw25ne2pegq50qpmcbhfww','vouched',NULL,NULL);
CREATE TABLE throttle (
    key      BLOB    NOT NULL PRIMARY KEY CHECK (length(key) = 32),
    tat      INTEGER NOT NULL,
    failures INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE user_keys (
    id            TEXT    NOT NULL PRIMARY KEY,
    user_id       TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- NULL where another system, such as an identity provider, proves who the user is.
    password_hash TEXT,
    created_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "user_keys" VALUES('github:583231','5z26ak5aqqb28qn',NULL,1795784381391);
INSERT INTO "user_keys" VALUES('username:alice','5z26ak5aqqb28qn','$argon2id$v=19$m=19456,t=2,p=1$Bj+juUYwPYnyoKGOgYwsIQ$XW2l+Ik0BoVr3WuShPp3chCcbfe6gm/MbNAdbOfUT0Q',1795784381345);
CREATE TABLE users (
    id         TEXT    NOT NULL PRIMARY KEY,
    username   TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    -- One JSON object, as compact text, that the operator keeps of the user.
    attributes TEXT    NOT NULL DEFAULT '{}'
) STRICT, WITHOUT ROWID;
INSERT INTO "users" VALUES('5z26ak5aqqb28qn','Alice',1795784381345,'{"role":"teacher"}');
INSERT INTO "recovery_codes" VALUES('5z26ak5aqqb28qn',X'ABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABAB',1795784381369);
CREATE INDEX user_keys_of_user ON user_keys (user_id);
CREATE INDEX sessions_by_expiry ON sessions (idle_expires_at);
CREATE INDEX sessions_of_user_by_age ON sessions (user_id, created_at, id, idle_expires_at);
CREATE INDEX throttle_by_tat ON throttle (tat);
CREATE INDEX sign_in_events_by_age ON sign_in_events (happened_at);
COMMIT;
