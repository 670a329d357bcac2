//! How sessions are looked up by their tokens, the call that apps send all day.

use doorward_domain::ports::StoreError;
use doorward_domain::{Session, TokenHash, User};

/// Looks sessions up, and is told before a change of one is reported.
pub(crate) trait Lookups: Send + Sync + 'static {
    /// The session with this token and its user.
    fn find(&self, token: &TokenHash) -> impl Future<Output = Result<Option<(Session, User)>, StoreError>> + Send;

    /// Whether no other process waits for the writes of this one.
    fn is_alone(&self) -> bool;

    /// Returns once no process can serve these sessions from its cache, after a change of them was committed.
    fn invalidate(&self, changed: &[TokenHash]) -> impl Future<Output = ()> + Send;

    /// Drops a session from the cache of this process, after it was found to be other than it was seen.
    fn invalidate_here(&self, token: &TokenHash);
}
