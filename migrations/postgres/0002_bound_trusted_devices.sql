-- The account that a mark of a trusted address or device is of, by the key of its bucket, so that an account has a bounded
-- number of them. NULL in buckets, and in marks of version 0.1.0.
ALTER TABLE throttle ADD COLUMN account bytea CHECK (octet_length(account) = 32);

CREATE INDEX throttle_marks_of_account ON throttle (account, tat, key) WHERE account IS NOT NULL;
