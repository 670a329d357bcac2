-- The end of a session in the index of a user's sessions, so that the live ones are told from the dead in the index.
--
-- Sessions are read while the new index is built; to drop the old one keeps everybody out until the transaction has ended.

CREATE INDEX sessions_of_user_by_age_anew ON sessions (user_id, created_at, id, idle_expires_at);
DROP INDEX sessions_of_user_by_age;
ALTER INDEX sessions_of_user_by_age_anew RENAME TO sessions_of_user_by_age;
