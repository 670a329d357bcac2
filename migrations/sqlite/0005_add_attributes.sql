-- What an operator keeps of a user or a session beyond what sign-in needs: one JSON object, as its compact text. Nothing
-- here looks into it.

ALTER TABLE users ADD COLUMN attributes TEXT NOT NULL DEFAULT '{}';
ALTER TABLE sessions ADD COLUMN attributes TEXT NOT NULL DEFAULT '{}';
