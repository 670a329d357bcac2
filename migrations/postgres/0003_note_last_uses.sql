-- When the session was last presented, to within an hour. NULL in sessions of version 0.1.0, for when they were
-- opened.
ALTER TABLE sessions ADD COLUMN last_used_at timestamptz;
