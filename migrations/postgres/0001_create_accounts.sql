-- Users, the keys they sign in with, and their sessions.
--
-- Identifiers compare byte by byte (COLLATE "C"): they have no order that a person sees, and an index in a language's
-- order is silently wrong after an upgrade of the system's locales.

CREATE TABLE users (
    id         text COLLATE "C" PRIMARY KEY,
    username   text             NOT NULL,
    created_at timestamptz      NOT NULL
);

CREATE TABLE user_keys (
    id            text COLLATE "C" PRIMARY KEY,
    user_id       text COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    password_hash text             NOT NULL,
    created_at    timestamptz      NOT NULL
);

CREATE INDEX user_keys_of_user ON user_keys (user_id);

CREATE TABLE sessions (
    token_hash        bytea            PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    id                text COLLATE "C" NOT NULL UNIQUE,
    user_id           text COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at        timestamptz      NOT NULL,
    active_expires_at timestamptz      NOT NULL,
    idle_expires_at   timestamptz      NOT NULL
);

CREATE INDEX sessions_of_user ON sessions (user_id);
CREATE INDEX sessions_by_death ON sessions (idle_expires_at);
