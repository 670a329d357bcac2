-- Who opened each session, for the list in which people recognise their devices. NULL where it is not known.

ALTER TABLE sessions ADD COLUMN user_agent TEXT;
ALTER TABLE sessions ADD COLUMN address TEXT;
