//! All that a store keeps of one user.

use super::recovery_store::UnusedCode;
use super::session_store::LiveSession;
use crate::{Key, PasswordLink, SignInEvent, User};

/// All that a store keeps of one user, apart from the limits of attempts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The user.
    pub user: User,
    /// The keys, by their ids.
    pub keys: Vec<Key>,
    /// The sessions, oldest first; ties by id.
    pub sessions: Vec<LiveSession>,
    /// The unused recovery codes, by their hashes.
    pub recovery_codes: Vec<UnusedCode>,
    /// The password link, if any.
    pub password_link: Option<PasswordLink>,
    /// The sign-in events, oldest first; ties by session.
    pub sign_ins: Vec<SignInEvent>,
}
