//! The statements that every backend understands as they are. Those that differ are named in [`crate::dialect`].

/// `$1` id, `$2` username, `$3` created.
pub(crate) const INSERT_USER: &str = "INSERT INTO users (id, username, created_at) VALUES ($1, $2, $3)";

/// Inserts no row where the key exists: that is how a taken key is told from every other conflict.
/// `$1` id, `$2` user, `$3` hash, `$4` created.
pub(crate) const INSERT_KEY: &str = "INSERT INTO user_keys (id, user_id, password_hash, created_at) \
     VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING";

/// `$1` token, `$2` id, `$3` user, `$4` created, `$5` active until, `$6` idle until.
pub(crate) const INSERT_SESSION: &str = "INSERT INTO sessions \
     (token_hash, id, user_id, created_at, active_expires_at, idle_expires_at) VALUES ($1, $2, $3, $4, $5, $6)";

/// Inserts no row where the key no longer has this hash; else the key keeps it until the transaction has ended.
/// The first six as in [`INSERT_SESSION`], `$7` key, `$8` hash.
macro_rules! insert_session_of_key {
    ($lock:literal) => {
        concat!(
            "INSERT INTO sessions (token_hash, id, user_id, created_at, active_expires_at, idle_expires_at) \
             SELECT $1, $2, user_id, $4, $5, $6 FROM user_keys WHERE id = $7 AND user_id = $3 AND password_hash = $8",
            $lock
        )
    };
}
pub(crate) use insert_session_of_key;

/// `$1` the new hash, `$2` key, `$3` the hash it must still have.
pub(crate) const REPLACE_HASH: &str = "UPDATE user_keys SET password_hash = $1 WHERE id = $2 AND password_hash = $3";

/// `$1` key.
pub(crate) const FIND_KEY: &str = "SELECT k.id, k.user_id, k.password_hash, k.created_at, \
     u.username, u.created_at AS user_created_at FROM user_keys k JOIN users u ON u.id = k.user_id WHERE k.id = $1";

/// `$1` token.
pub(crate) const FIND_SESSION: &str = "SELECT s.token_hash, s.id, s.user_id, s.created_at, s.active_expires_at, \
     s.idle_expires_at, u.username, u.created_at AS user_created_at \
     FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.token_hash = $1";

/// `$1` active until, `$2` idle until, `$3` session, `$4` and `$5` the two instants it must still have.
pub(crate) const RENEW_SESSION: &str = "UPDATE sessions SET active_expires_at = $1, idle_expires_at = $2 \
     WHERE id = $3 AND active_expires_at = $4 AND idle_expires_at = $5";

/// `$1` session.
pub(crate) const DELETE_SESSION: &str = "DELETE FROM sessions WHERE id = $1";

/// `$1` token.
pub(crate) const DELETE_SESSION_OF_TOKEN: &str = "DELETE FROM sessions WHERE token_hash = $1";

/// Reads a table, so that a store that has lost its file or its schema does not pass for alive.
pub(crate) const PING: &str = "SELECT id FROM users LIMIT 1";
