-- A store as version 0.1.0 writes it, dumped, with one user. Never changed: a test opens it with every later version.
CREATE TABLE _sqlx_migrations (
    version BIGINT PRIMARY KEY,
    description TEXT NOT NULL,
    installed_on TIMESTAMPTZ NOT NULL DEFAULT now(),
    success BOOLEAN NOT NULL,
    checksum BYTEA NOT NULL,
    execution_time BIGINT NOT NULL
);
INSERT INTO _sqlx_migrations VALUES (1, 'create schema', '2026-11-27 12:59:41+00', true, '\x12efbcbbc5261b1151e7d74354593c9cc2a38d26c4fe29abcbba57791c409bb3151b15209c90e6b37d3851faabb7b824', 1902687);
CREATE TABLE users (
    id         text COLLATE "C" PRIMARY KEY,
    username   text             NOT NULL,
    created_at timestamptz      NOT NULL,
    attributes text             NOT NULL DEFAULT '{}'
);

CREATE TABLE user_keys (
    id            text COLLATE "C" PRIMARY KEY,
    user_id       text COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
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
    user_agent        text,
    address           text,
    attributes        text             NOT NULL DEFAULT '{}'
);

CREATE INDEX sessions_by_expiry ON sessions (idle_expires_at);
CREATE INDEX sessions_of_user_by_age ON sessions (user_id, created_at, id, idle_expires_at);

CREATE TABLE throttle (
    key      bytea  PRIMARY KEY CHECK (octet_length(key) = 32),
    tat      bigint NOT NULL,
    failures bigint NOT NULL
);

CREATE INDEX throttle_by_tat ON throttle (tat);

CREATE TABLE recovery_codes (
    user_id    text COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    code_hash  bytea            NOT NULL CHECK (octet_length(code_hash) = 32),
    created_at timestamptz      NOT NULL,
    PRIMARY KEY (user_id, code_hash)
);

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
INSERT INTO users VALUES ('5z26ak5aqqb28qn', 'Alice', to_timestamp(1795784381.345), '{"role":"teacher"}');
INSERT INTO user_keys VALUES ('github:583231', '5z26ak5aqqb28qn', NULL, to_timestamp(1795784381.391));
INSERT INTO user_keys VALUES ('username:alice', '5z26ak5aqqb28qn', '$argon2id$v=19$m=19456,t=2,p=1$Bj+juUYwPYnyoKGOgYwsIQ$XW2l+Ik0BoVr3WuShPp3chCcbfe6gm/MbNAdbOfUT0Q', to_timestamp(1795784381.345));
INSERT INTO sessions VALUES ('\xf2468b819f90beb50ddb908f266e68affea079b7b4e8fa00968966c78ebda31b', 'utiw25ne2pegq50qpmcbhfww', '5z26ak5aqqb28qn', to_timestamp(1795784381.369), to_timestamp(1795870781.369), to_timestamp(1797080381.369), NULL, NULL, '{}');
INSERT INTO sign_in_events VALUES ('5z26ak5aqqb28qn', to_timestamp(1795784381.369), 'utiw25ne2pegq50qpmcbhfww', 'vouched', NULL, NULL);
INSERT INTO recovery_codes VALUES ('5z26ak5aqqb28qn', '\xabababababababababababababababababababababababababababababababab', to_timestamp(1795784381.369));
