-- A key without a password: somebody else, such as an identity provider, vouches for its user.

ALTER TABLE user_keys ALTER COLUMN password_hash DROP NOT NULL;
