-- Who opened each session, for the list in which people recognise their devices. NULL where it is not known. The address
-- is a text since nothing is ever compared with it.

ALTER TABLE sessions ADD COLUMN user_agent text;
ALTER TABLE sessions ADD COLUMN address text;
