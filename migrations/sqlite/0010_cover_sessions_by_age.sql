-- The end of a session in the index of a user's sessions, so that the live ones are told from the dead without a look at
-- each, wherever in the file it lies.

DROP INDEX sessions_of_user_by_age;
CREATE INDEX sessions_of_user_by_age ON sessions (user_id, created_at, id, idle_expires_at);
