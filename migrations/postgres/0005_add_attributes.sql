-- What an operator keeps of a user or a session beyond what sign-in needs: one JSON object, as its compact text. Not jsonb:
-- nothing here looks into it, it is to come back byte for byte, and jsonb refuses the JSON text "\u0000". Whoever wants to
-- look into it writes attributes::jsonb.

ALTER TABLE users ADD COLUMN attributes text NOT NULL DEFAULT '{}';
ALTER TABLE sessions ADD COLUMN attributes text NOT NULL DEFAULT '{}';
