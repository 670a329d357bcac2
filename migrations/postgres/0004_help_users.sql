ALTER TABLE users ADD COLUMN disabled boolean NOT NULL DEFAULT FALSE;

-- The link by which a user may choose a new password. code_hash is the SHA-256 of its code.
CREATE TABLE password_links (
    user_id    text COLLATE "C" PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    code_hash  bytea            NOT NULL UNIQUE CHECK (octet_length(code_hash) = 32),
    created_at timestamptz      NOT NULL,
    expires_at timestamptz      NOT NULL
);

CREATE INDEX password_links_by_expiry ON password_links (expires_at);

-- Links by which persons without an account may sign up. A row with no use left is deleted.
CREATE TABLE invitations (
    id         text COLLATE "C" PRIMARY KEY,
    code_hash  bytea            NOT NULL UNIQUE CHECK (octet_length(code_hash) = 32),
    -- NULL where the new user chooses a username.
    username   text,
    -- The attributes of the new user.
    attributes text             NOT NULL,
    uses_left  bigint           NOT NULL CHECK (uses_left > 0),
    created_at timestamptz      NOT NULL,
    expires_at timestamptz      NOT NULL
);

CREATE INDEX invitations_by_expiry ON invitations (expires_at);

-- The account whose bucket this is, by the key of the account's own bucket, so that an operator can fill all of an account's
-- buckets. NULL in buckets of addresses, in marks, and in buckets of earlier versions.
ALTER TABLE throttle ADD COLUMN bucket_of bytea CHECK (octet_length(bucket_of) = 32);

CREATE INDEX throttle_buckets_of_account ON throttle (bucket_of) WHERE bucket_of IS NOT NULL;
