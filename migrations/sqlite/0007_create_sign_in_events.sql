-- How sessions came to be, for their user to read long after they are over. No failed attempt is noted.
--
-- session_id names a session that may be gone; kind is what its user did to get it. The last hundred of a user are kept, and
-- none for longer than 90 days.

CREATE TABLE sign_in_events (
    user_id     TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    happened_at INTEGER NOT NULL,
    session_id  TEXT    NOT NULL,
    kind        TEXT    NOT NULL,
    user_agent  TEXT,
    address     TEXT,
    PRIMARY KEY (user_id, happened_at, session_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX sign_in_events_by_age ON sign_in_events (happened_at);
