-- The buckets that bound guesses, by the generic cell rate algorithm, and the marks of accounts that are known at an
-- address.
--
-- key is the SHA-256 of what is counted by: no name and no address is kept. tat is the theoretical arrival time in
-- milliseconds since 1970-01-01T00:00:00Z: when the bucket is full again, or until when the mark lasts. A number, since
-- it is reckoned with in the statement that takes a token, which is the same for every kind of store.

CREATE TABLE throttle (
    key      bytea  PRIMARY KEY CHECK (octet_length(key) = 32),
    tat      bigint NOT NULL,
    failures bigint NOT NULL
);

CREATE INDEX throttle_by_tat ON throttle (tat);
