-- The buckets that bound guesses, by the generic cell rate algorithm, and the marks of accounts that are known at an
-- address.
--
-- key is the SHA-256 of what is counted by: no name and no address is kept. tat is the theoretical arrival time in
-- milliseconds since 1970-01-01T00:00:00Z: when the bucket is full again, or until when the mark lasts.

CREATE TABLE throttle (
    key      BLOB    NOT NULL PRIMARY KEY CHECK (length(key) = 32),
    tat      INTEGER NOT NULL,
    failures INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX throttle_by_tat ON throttle (tat);
