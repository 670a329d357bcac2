//! The records of one user, read a page at a time.

use async_trait::async_trait;

use super::errors::StoreError;
use super::session_store::LiveSession;
use crate::{KeyId, SignInEvent, Timestamp, UserId};

/// Reads what is kept of a user, each kind in an order of its own and a page at a time, so that memory never holds all of
/// it. A page begins after the last that was seen (`after`), or at the start. What is written meanwhile is in a later page
/// where it belongs there; nothing is left out or shown twice that was there all the time.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait AccountRecords: Send + Sync {
    /// At most `limit` keys of the user, by their ids. No hash is read.
    async fn keys(&self, user: &UserId, after: Option<KeyRecord>, limit: u32) -> Result<Vec<KeyRecord>, StoreError>;

    /// At most `limit` sessions of the user that are not dead at `now`, those opened first first, and of those opened at
    /// once by their ids.
    async fn sessions(
        &self,
        user: &UserId,
        now: Timestamp,
        after: Option<LiveSession>,
        limit: u32,
    ) -> Result<Vec<LiveSession>, StoreError>;

    /// At most `limit` sign-ins of the user, the first first, and of those at one instant by the ids of their sessions. The
    /// store notes them where it opens sessions, and keeps the last [`SignInEvent::MOST_KEPT`] of a user.
    async fn sign_ins(
        &self,
        user: &UserId,
        after: Option<SignInEvent>,
        limit: u32,
    ) -> Result<Vec<SignInEvent>, StoreError>;

    /// Removes at most `limit` sign-in events at `until` or before, of all users, and returns their number.
    async fn delete_sign_ins(&self, until: Timestamp, limit: u32) -> Result<u64, StoreError>;
}

/// A key without what it is checked against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRecord {
    /// What names it.
    pub id: KeyId,
    /// Whether it is checked against anything: who has a key without a password proves elsewhere who they are.
    pub has_password: bool,
    /// When it was made.
    pub created_at: Timestamp,
}
