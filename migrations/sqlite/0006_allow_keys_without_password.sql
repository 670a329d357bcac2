-- A key without a password: somebody else, such as an identity provider, vouches for its user. SQLite cannot drop a NOT
-- NULL, so the table is made anew; no other table refers to it.

CREATE TABLE user_keys_anew (
    id            TEXT    NOT NULL PRIMARY KEY,
    user_id       TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    password_hash TEXT,
    created_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO user_keys_anew (id, user_id, password_hash, created_at)
    SELECT id, user_id, password_hash, created_at FROM user_keys;

DROP TABLE user_keys;
ALTER TABLE user_keys_anew RENAME TO user_keys;
CREATE INDEX user_keys_of_user ON user_keys (user_id);
