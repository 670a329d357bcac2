-- A user's sessions in the order in which they were opened: to list them, to find the oldest, and to read them page by page.

CREATE INDEX sessions_of_user_by_age ON sessions (user_id, created_at, id);
DROP INDEX sessions_of_user;
