-- For how long nodes believe what they read of sessions, and until when each of them may. Whoever ends a session waits the
-- longest of these out. A node that is gone without a word is forgotten when its entry ends.
CREATE TABLE session_leases (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    millis  bigint NOT NULL CHECK (millis > 0),
    ends_at timestamptz NOT NULL
);
