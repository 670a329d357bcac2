-- Identifiers compare byte by byte (COLLATE "C"): their order has no meaning for people, and an index in a language's order
-- is silently wrong after an upgrade of the system's locales.

CREATE TABLE users (
    id         text COLLATE "C" PRIMARY KEY,
    username   text             NOT NULL,
    created_at timestamptz      NOT NULL,
    -- One JSON object, as compact text, that the operator keeps of the user. Not jsonb: it must come back byte for byte,
    -- and jsonb refuses the JSON text "\u0000". To query it, write attributes::jsonb.
    attributes text             NOT NULL DEFAULT '{}'
);

CREATE TABLE user_keys (
    id            text COLLATE "C" PRIMARY KEY,
    user_id       text COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- NULL where another system, such as an identity provider, proves who the user is.
    password_hash text,
    created_at    timestamptz      NOT NULL
);

CREATE INDEX user_keys_of_user ON user_keys (user_id);

CREATE TABLE sessions (
    token_hash        bytea            PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    id                text COLLATE "C" NOT NULL UNIQUE,
    user_id           text COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at        timestamptz      NOT NULL,
    active_expires_at timestamptz      NOT NULL,
    idle_expires_at   timestamptz      NOT NULL,
    -- The client that opened the session, for the list in which users recognise their devices. NULL where it is not known.
    -- The address is a text, since it is never compared.
    user_agent        text,
    address           text,
    attributes        text             NOT NULL DEFAULT '{}'
);

CREATE INDEX sessions_by_expiry ON sessions (idle_expires_at);
-- Lists a user's sessions, finds the oldest, and tells live ones from expired ones without a look at each row.
CREATE INDEX sessions_of_user_by_age ON sessions (user_id, created_at, id, idle_expires_at);

-- The buckets of the throttle, by the generic cell rate algorithm, and the marks of trusted addresses and devices. key is a
-- SHA-256, so that the store holds no name and no address. tat is the theoretical arrival time in milliseconds since
-- 1970-01-01T00:00:00Z: the instant at which the bucket is full again, or until which the mark counts. It is a number,
-- since the statement that takes a token calculates with it and is the same for both kinds of store.
CREATE TABLE throttle (
    key      bytea  PRIMARY KEY CHECK (octet_length(key) = 32),
    tat      bigint NOT NULL,
    failures bigint NOT NULL
);

CREATE INDEX throttle_by_tat ON throttle (tat);

-- Unused recovery codes. code_hash is the SHA-256 of the code and its user.
CREATE TABLE recovery_codes (
    user_id    text COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    code_hash  bytea            NOT NULL CHECK (octet_length(code_hash) = 32),
    created_at timestamptz      NOT NULL,
    PRIMARY KEY (user_id, code_hash)
);

-- How sessions were opened, for their user to read when they are gone. Failed attempts are not kept. Of each user the last
-- hundred are kept, for at most 90 days.
CREATE TABLE sign_in_events (
    user_id     text COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    happened_at timestamptz      NOT NULL,
    session_id  text COLLATE "C" NOT NULL,
    kind        text             NOT NULL,
    user_agent  text,
    address     text,
    PRIMARY KEY (user_id, happened_at, session_id)
);

CREATE INDEX sign_in_events_by_age ON sign_in_events (happened_at);
