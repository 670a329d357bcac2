//! The statements that both databases understand. Those that differ are in [`crate::dialect`]. A statement that revokes
//! sessions returns their tokens, for the caches.

/// `$1` id, `$2` username, `$3` created, `$4` attributes.
pub(crate) const INSERT_USER: &str = "INSERT INTO users (id, username, created_at, attributes) VALUES ($1, $2, $3, $4)";

/// The columns of a user `u` beside its id.
macro_rules! user_columns {
    () => {
        "u.username, u.created_at AS user_created_at, u.attributes AS user_attributes, u.disabled AS user_disabled"
    };
}

/// Inserts no row where the id exists. Values as in [`INSERT_USER`].
pub(crate) const INSERT_USER_OF_CHOSEN_ID: &str = "INSERT INTO users (id, username, created_at, attributes) \
     VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING";

/// `$1` user.
pub(crate) const FIND_USER: &str =
    concat!("SELECT u.id AS user_id, ", user_columns!(), " FROM users u WHERE u.id = $1");

/// `$1` the id that the page comes after, `$2` created at or after, `$3` and `$4` the values that `disabled` may have, `$5`
/// the start of the key, or an empty text, `$6` the end of the range of keys, `$7` how many at most.
pub(crate) const LIST_USERS: &str = concat!(
    "SELECT u.id AS user_id, ",
    user_columns!(),
    " FROM users u WHERE u.id > $1 AND u.created_at >= $2 AND (u.disabled = $3 OR u.disabled = $4) \
     AND ($5 = '' OR EXISTS (SELECT 1 FROM user_keys k WHERE k.user_id = u.id AND k.id >= $5 AND k.id < $6)) \
     ORDER BY u.id LIMIT $7"
);

/// `$1` the id that the page comes after, `$2` how many at most.
pub(crate) const ARCHIVED_USERS: &str =
    concat!("SELECT u.id AS user_id, ", user_columns!(), " FROM users u WHERE u.id > $1 ORDER BY u.id LIMIT $2");

pub(crate) const COUNT_USERS: &str = "SELECT COUNT(*) AS users FROM users";

/// `$1` the user that the page comes after, `$2` its last user; so in the next four, where `$3` is now.
pub(crate) const ARCHIVED_KEYS: &str = "SELECT id, user_id, password_hash, created_at FROM user_keys \
     WHERE user_id > $1 AND user_id <= $2 ORDER BY user_id, id";
pub(crate) const ARCHIVED_SESSIONS: &str = "SELECT token_hash, id, user_id, created_at, active_expires_at, \
     idle_expires_at, COALESCE(last_used_at, created_at) AS last_used_at, attributes, user_agent, address \
     FROM sessions WHERE user_id > $1 AND user_id <= $2 AND idle_expires_at > $3 ORDER BY user_id, created_at, id";
pub(crate) const ARCHIVED_CODES: &str = "SELECT user_id, code_hash, created_at FROM recovery_codes \
     WHERE user_id > $1 AND user_id <= $2 ORDER BY user_id, code_hash";
pub(crate) const ARCHIVED_LINKS: &str = "SELECT user_id, code_hash, created_at, expires_at FROM password_links \
     WHERE user_id > $1 AND user_id <= $2 AND expires_at > $3";
pub(crate) const ARCHIVED_SIGN_INS: &str = "SELECT user_id, session_id, happened_at, kind, user_agent, address \
     FROM sign_in_events WHERE user_id > $1 AND user_id <= $2 ORDER BY user_id, happened_at, session_id";

/// Ends in `IN`: which of these ids users have.
pub(crate) const USERS_IN: &str = "SELECT id AS user_id, username FROM users WHERE id IN";

/// Ends in `IN`: which of these keys exist.
pub(crate) const KEYS_IN: &str = "SELECT id, user_id FROM user_keys WHERE id IN";

/// `$1` parameters.
pub(crate) const NOTE_PARAMETERS: &str =
    "INSERT INTO hash_parameters (parameters) VALUES ($1) ON CONFLICT (parameters) DO NOTHING";

pub(crate) const LIST_PARAMETERS: &str = "SELECT parameters FROM hash_parameters ORDER BY parameters";

/// `$1` parameters.
pub(crate) const FIND_KEY_OF_PARAMETERS: &str =
    "SELECT id FROM user_keys WHERE substr(password_hash, 1, length($1)) = $1 LIMIT 1";

/// `$1` parameters.
pub(crate) const FORGET_PARAMETERS: &str = "DELETE FROM hash_parameters WHERE parameters = $1 \
     AND NOT EXISTS (SELECT 1 FROM user_keys WHERE substr(password_hash, 1, length($1)) = $1)";

/// `$1` username, `$2` attributes, `$3` disabled, `$4` user.
pub(crate) const UPDATE_USER: &str = "UPDATE users SET username = $1, attributes = $2, disabled = $3 WHERE id = $4";

/// Finds the user `$1`, unless the user is disabled.
pub(crate) const FIND_ENABLED_USER: &str = "SELECT id FROM users WHERE id = $1 AND NOT disabled";

/// Inserts no row where the key exists: that is how a taken key is told from every other conflict.
/// `$1` id, `$2` user, `$3` hash, `$4` created.
pub(crate) const INSERT_KEY: &str = "INSERT INTO user_keys (id, user_id, password_hash, created_at) \
     VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING";

/// `$1` token, `$2` id, `$3` user, `$4` created, `$5` active until, `$6` idle until, `$7` user agent, `$8` address,
/// `$9` attributes, `$10` used.
pub(crate) const INSERT_SESSION: &str = "INSERT INTO sessions \
     (token_hash, id, user_id, created_at, active_expires_at, idle_expires_at, user_agent, address, attributes, \
     last_used_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

/// Inserts no row, and so returns no token, where the key no longer has this hash. Else the key keeps it until the
/// transaction ends.
/// The first ten as in [`INSERT_SESSION`], `$11` key, `$12` hash.
macro_rules! insert_session_of_key {
    ($lock:literal) => {
        concat!(
            "INSERT INTO sessions \
             (token_hash, id, user_id, created_at, active_expires_at, idle_expires_at, user_agent, address, attributes, \
             last_used_at) SELECT $1, $2, user_id, $4, $5, $6, $7, $8, $9, $10 FROM user_keys \
             WHERE id = $11 AND user_id = $3 AND password_hash = $12",
            $lock,
            " RETURNING token_hash"
        )
    };
}
pub(crate) use insert_session_of_key;

/// `$1` the new hash, `$2` key, `$3` the hash it must still have.
pub(crate) const REPLACE_HASH: &str = "UPDATE user_keys SET password_hash = $1 WHERE id = $2 AND password_hash = $3";

/// `$1` the new hash, `$2` key. Returns the key's user.
pub(crate) const SET_HASH: &str = "UPDATE user_keys SET password_hash = $1 WHERE id = $2 RETURNING user_id";

/// `$1` key.
pub(crate) const FIND_KEY: &str = concat!(
    "SELECT k.id, k.user_id, k.password_hash, k.created_at, ",
    user_columns!(),
    " FROM user_keys k JOIN users u ON u.id = k.user_id WHERE k.id = $1"
);

/// `$1` user.
pub(crate) const LIST_KEYS: &str = "SELECT id, user_id, password_hash, created_at FROM user_keys \
     WHERE user_id = $1 ORDER BY created_at, id";

/// `$1` token.
pub(crate) const FIND_SESSION: &str = concat!(
    "SELECT s.token_hash, s.id, s.user_id, s.created_at, s.active_expires_at, \
     s.idle_expires_at, COALESCE(s.last_used_at, s.created_at) AS last_used_at, s.attributes, ",
    user_columns!(),
    " FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.token_hash = $1"
);

/// `$1` tokens. For PostgreSQL.
pub(crate) const FIND_SESSIONS: &str = concat!(
    "SELECT s.token_hash, s.id, s.user_id, s.created_at, s.active_expires_at, \
     s.idle_expires_at, COALESCE(s.last_used_at, s.created_at) AS last_used_at, s.attributes, ",
    user_columns!(),
    " FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.token_hash = ANY($1)"
);

/// `$1` session.
pub(crate) const FIND_SESSION_BY_ID: &str = concat!(
    "SELECT s.token_hash, s.id, s.user_id, s.created_at, s.active_expires_at, \
     s.idle_expires_at, COALESCE(s.last_used_at, s.created_at) AS last_used_at, s.attributes, s.user_agent, s.address, ",
    user_columns!(),
    " FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id = $1"
);

/// `$1` user.
pub(crate) const TOKENS_OF_USER: &str = "SELECT token_hash FROM sessions WHERE user_id = $1";

/// `$1` attributes, `$2` session.
pub(crate) const SET_SESSION_ATTRIBUTES: &str =
    "UPDATE sessions SET attributes = $1 WHERE id = $2 RETURNING token_hash";

/// `$1` active until, `$2` idle until, `$3` created, `$4` used, `$5` session, `$6` and `$7` the two instants it must still
/// have.
pub(crate) const RENEW_SESSION: &str = "UPDATE sessions SET active_expires_at = $1, idle_expires_at = $2, \
     created_at = $3, last_used_at = $4 WHERE id = $5 AND active_expires_at = $6 AND idle_expires_at = $7";

/// `$1` used, `$2` token.
pub(crate) const NOTE_USE: &str = "UPDATE sessions SET last_used_at = $1 WHERE token_hash = $2";

/// `$1` session, `$2` and `$3` the two instants it must still have.
pub(crate) const DELETE_SEEN_SESSION: &str =
    "DELETE FROM sessions WHERE id = $1 AND active_expires_at = $2 AND idle_expires_at = $3";

/// `$1` session.
pub(crate) const DELETE_SESSION: &str = "DELETE FROM sessions WHERE id = $1 RETURNING token_hash";

/// `$1` token.
pub(crate) const DELETE_SESSION_OF_TOKEN: &str = "DELETE FROM sessions WHERE token_hash = $1 RETURNING token_hash";

/// `$1` user, `$2` now, `$3` how many at most.
pub(crate) const LIST_SESSIONS: &str = "SELECT token_hash, id, user_id, created_at, active_expires_at, idle_expires_at, \
     COALESCE(last_used_at, created_at) AS last_used_at, attributes, user_agent, address FROM sessions \
     WHERE user_id = $1 AND idle_expires_at > $2 \
     ORDER BY created_at DESC, id DESC LIMIT $3";

/// Deletes the user's oldest live sessions beyond a number, but not the one just opened.
/// `$1` user, `$2` the session just opened, `$3` now, `$4` how many may stay beside it.
pub(crate) const DELETE_SURPLUS_SESSIONS: &str = "DELETE FROM sessions WHERE token_hash IN \
     (SELECT token_hash FROM sessions WHERE user_id = $1 AND id <> $2 AND idle_expires_at > $3 \
     ORDER BY created_at DESC, id DESC LIMIT 2147483647 OFFSET $4) RETURNING token_hash";

/// `$1` user, `$2` now, `$3` and `$4` instant and session that the page comes after, `$5` how many at most.
pub(crate) const PAGE_OF_SESSIONS: &str = "SELECT token_hash, id, user_id, created_at, active_expires_at, \
     idle_expires_at, COALESCE(last_used_at, created_at) AS last_used_at, attributes, user_agent, address \
     FROM sessions \
     WHERE user_id = $1 AND idle_expires_at > $2 AND (created_at, id) > ($3, $4) ORDER BY created_at, id LIMIT $5";

/// `$1` user, `$2` the key that the page comes after, `$3` how many at most.
pub(crate) const PAGE_OF_KEYS: &str = "SELECT id, created_at, \
     CASE WHEN password_hash IS NULL THEN CAST(0 AS bigint) ELSE CAST(1 AS bigint) END AS has_password \
     FROM user_keys WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3";

/// `$1` user, `$2` and `$3` instant and session that the page comes after, `$4` how many at most.
pub(crate) const PAGE_OF_SIGN_INS: &str = "SELECT session_id, happened_at, kind, user_agent, address \
     FROM sign_in_events WHERE user_id = $1 AND (happened_at, session_id) > ($2, $3) \
     ORDER BY happened_at, session_id LIMIT $4";

/// Inserts no row where there is no such session. `$1` kind, `$2` the session that came of it.
pub(crate) const INSERT_SIGN_IN: &str = "INSERT INTO sign_in_events \
     (user_id, happened_at, session_id, kind, user_agent, address) \
     SELECT user_id, created_at, id, $1, user_agent, address FROM sessions WHERE token_hash = $2";

/// `$1` user, `$2` how many of the last stay.
pub(crate) const DELETE_SURPLUS_SIGN_INS: &str = "DELETE FROM sign_in_events \
     WHERE user_id = $1 AND (happened_at, session_id) <= \
     (SELECT happened_at, session_id FROM sign_in_events WHERE user_id = $1 \
     ORDER BY happened_at DESC, session_id DESC LIMIT 1 OFFSET $2)";

/// `$1` session, `$2` its user.
pub(crate) const DELETE_SESSION_OF_USER: &str =
    "DELETE FROM sessions WHERE id = $1 AND user_id = $2 RETURNING token_hash";

/// `$1` user, `$2` the session to keep.
pub(crate) const DELETE_OTHER_SESSIONS: &str =
    "DELETE FROM sessions WHERE user_id = $1 AND id <> $2 RETURNING token_hash";

/// `$1` user.
pub(crate) const DELETE_ALL_SESSIONS: &str = "DELETE FROM sessions WHERE user_id = $1 RETURNING token_hash";

/// `$1` key, `$2` its user, `$3` the hash it must still have.
pub(crate) const DELETE_KEY: &str = "DELETE FROM user_keys WHERE id = $1 AND user_id = $2 AND password_hash = $3";

/// Inserts no row where the new key exists. `$1` the new key, `$2` the old key, `$3` its user.
pub(crate) const COPY_KEY: &str = "INSERT INTO user_keys (id, user_id, password_hash, created_at) \
     SELECT $1, user_id, password_hash, created_at FROM user_keys WHERE id = $2 AND user_id = $3 \
     ON CONFLICT (id) DO NOTHING";

/// `$1` key, `$2` its user.
pub(crate) const FIND_KEY_OF_USER: &str = "SELECT id FROM user_keys WHERE id = $1 AND user_id = $2";

/// `$1` key, `$2` its user.
pub(crate) const DELETE_KEY_OF_USER: &str = "DELETE FROM user_keys WHERE id = $1 AND user_id = $2";

/// `$1` user.
pub(crate) const DELETE_ALL_KEYS: &str = "DELETE FROM user_keys WHERE user_id = $1";

/// `$1` key. Returns the key's user.
pub(crate) const ADMIN_DELETE_KEY: &str = "DELETE FROM user_keys WHERE id = $1 RETURNING user_id";

/// `$1` user. Keys, sessions and recovery codes go with it.
pub(crate) const DELETE_USER: &str = "DELETE FROM users WHERE id = $1";

/// Takes a token of a bucket, and changes no row where it admits nothing. Instants and intervals are milliseconds, since
/// SQLite and PostgreSQL have no arithmetic of instants in common.
/// `$1` bucket, `$2` now, `$3` interval, `$4` window, `$5` interval when slowed, `$6` the failures that slow, `$7` what one
/// attempt adds to the failures, `$8` the account.
pub(crate) const TAKE_FROM_BUCKET: &str = "INSERT INTO throttle (key, tat, failures, bucket_of) \
     VALUES ($1, $2 + $3, $7, $8) ON CONFLICT (key) DO UPDATE SET \
     tat = (CASE WHEN throttle.tat > $2 THEN throttle.tat ELSE $2 END) \
         + (CASE WHEN throttle.failures < $6 THEN $3 ELSE $5 END), \
     failures = throttle.failures + $7 \
     WHERE (CASE WHEN throttle.tat > $2 THEN throttle.tat ELSE $2 END) \
         + (CASE WHEN throttle.failures < $6 THEN $3 ELSE $5 END) <= $2 + $4";

/// Gives a token back, and takes off the failures what they are fewer by, at most all.
/// `$1` bucket, `$2` interval, `$3` interval when slowed, `$4` the failures that slow, `$5` how many fewer.
pub(crate) const GIVE_BACK_TO_BUCKET: &str = "UPDATE throttle \
     SET tat = tat - (CASE WHEN failures > $4 THEN $3 ELSE $2 END), \
     failures = (CASE WHEN failures > $5 THEN failures - $5 ELSE 0 END) WHERE key = $1";

/// A bucket without a row is full. `$1` the bucket, or the account of buckets.
pub(crate) const DELETE_BUCKETS: &str =
    "DELETE FROM throttle WHERE (key = $1 OR bucket_of = $1) AND (tat > $2 OR failures > 0)";

/// `$1` bucket.
pub(crate) const END_FAILURES: &str = "UPDATE throttle SET failures = 0 WHERE key = $1 AND failures > 0";

/// `$1` mark, `$2` until when, `$3` account.
pub(crate) const SET_MARK: &str = "INSERT INTO throttle (key, tat, failures, account) VALUES ($1, $2, 0, $3) \
     ON CONFLICT (key) DO UPDATE SET tat = $2, account = $3";

/// Deletes the marks of an account that end first. `$1` account, `$2` how many stay.
pub(crate) const DELETE_SURPLUS_MARKS: &str = "DELETE FROM throttle \
     WHERE account = $1 AND (tat, key) <= \
     (SELECT tat, key FROM throttle WHERE account = $1 ORDER BY tat DESC, key DESC LIMIT 1 OFFSET $2)";

/// `$1` bucket, `$2` the latest instant that a right clock can have written.
pub(crate) const CORRECT_BUCKET: &str = "UPDATE throttle SET tat = $2 WHERE key = $1 AND tat > $2";

/// `$1` bucket or mark.
pub(crate) const FIND_BUCKET: &str = "SELECT tat, failures FROM throttle WHERE key = $1";

/// `$1` user.
pub(crate) const LIST_CODES: &str = "SELECT code_hash, created_at FROM recovery_codes WHERE user_id = $1";

/// `$1` user.
pub(crate) const DELETE_ALL_CODES: &str = "DELETE FROM recovery_codes WHERE user_id = $1 RETURNING code_hash";

/// `$1` user, `$2` code, `$3` created.
pub(crate) const INSERT_CODE: &str = "INSERT INTO recovery_codes (user_id, code_hash, created_at) VALUES ($1, $2, $3)";

/// Changes no row where the user has no such code, so that a wrong code writes nothing, nor where the key has no password.
/// `$1` the new hash, `$2` key, `$3` its user, `$4` code.
pub(crate) const REPLACE_HASH_BY_CODE: &str = "UPDATE user_keys SET password_hash = $1 \
     WHERE id = $2 AND user_id = $3 AND password_hash IS NOT NULL \
     AND EXISTS (SELECT 1 FROM recovery_codes WHERE user_id = $3 AND code_hash = $4)";

/// `$1` user, `$2` code.
pub(crate) const DELETE_CODE: &str = "DELETE FROM recovery_codes WHERE user_id = $1 AND code_hash = $2";

/// `$1` user, `$2` code, `$3` created, `$4` expires.
pub(crate) const REPLACE_PASSWORD_LINK: &str = "INSERT INTO password_links (user_id, code_hash, created_at, expires_at) \
     VALUES ($1, $2, $3, $4) ON CONFLICT (user_id) DO UPDATE SET code_hash = $2, created_at = $3, expires_at = $4";

/// `$1` code.
pub(crate) const FIND_PASSWORD_LINK: &str = concat!(
    "SELECT l.user_id, l.code_hash, l.created_at, l.expires_at, ",
    user_columns!(),
    " FROM password_links l JOIN users u ON u.id = l.user_id WHERE l.code_hash = $1"
);

/// `$1` user.
pub(crate) const DELETE_PASSWORD_LINK: &str = "DELETE FROM password_links WHERE user_id = $1";

/// `$1` code, `$2` its user, `$3` now.
pub(crate) const USE_PASSWORD_LINK: &str =
    "DELETE FROM password_links WHERE code_hash = $1 AND user_id = $2 AND expires_at > $3";

/// `$1` the new hash, `$2` key, `$3` its user.
pub(crate) const RESET_HASH: &str = "UPDATE user_keys SET password_hash = $1 WHERE id = $2 AND user_id = $3";

/// `$1` id, `$2` code, `$3` username, `$4` attributes, `$5` uses, `$6` created, `$7` expires.
pub(crate) const INSERT_INVITATION: &str = "INSERT INTO invitations \
     (id, code_hash, username, attributes, uses_left, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";

/// `$1` code.
pub(crate) const FIND_INVITATION: &str = "SELECT id, code_hash, username, attributes, uses_left, created_at, expires_at \
     FROM invitations WHERE code_hash = $1";

/// `$1` the id that the page comes after, `$2` now, `$3` how many at most.
pub(crate) const LIST_INVITATIONS: &str = "SELECT id, code_hash, username, attributes, uses_left, created_at, expires_at \
     FROM invitations WHERE id > $1 AND expires_at > $2 ORDER BY id LIMIT $3";

/// Takes a use of those that are left beside the last. `$1` code, `$2` now.
pub(crate) const USE_INVITATION: &str = "UPDATE invitations SET uses_left = uses_left - 1 \
     WHERE code_hash = $1 AND expires_at > $2 AND uses_left > 1";

/// Deletes the invitation's row with its last use. `$1` code, `$2` now.
pub(crate) const USE_INVITATION_UP: &str =
    "DELETE FROM invitations WHERE code_hash = $1 AND expires_at > $2 AND uses_left = 1";

/// `$1` id.
pub(crate) const DELETE_INVITATION: &str = "DELETE FROM invitations WHERE id = $1";

/// `$1` now.
pub(crate) const DELETE_EXPIRED_PASSWORD_LINKS: &str = "DELETE FROM password_links WHERE expires_at <= $1";

/// `$1` now.
pub(crate) const DELETE_EXPIRED_INVITATIONS: &str = "DELETE FROM invitations WHERE expires_at <= $1";

/// Counts users and live sessions, the latter in the index of their ends alone. `$1` now.
pub(crate) const COUNT: &str = "SELECT (SELECT count(*) FROM users) AS users, \
     (SELECT count(*) FROM sessions WHERE idle_expires_at > $1) AS live_sessions";

/// Reads a table, so that a store that has lost its file or its schema does not pass for alive.
pub(crate) const PING: &str = "SELECT id FROM users LIMIT 1";
