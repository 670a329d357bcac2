//! The renewal of a session by its cookie, which sets the cookie again: else a browser would forget it a year after the sign-in,
//! however often the session was renewed.

use std::sync::{Arc, Mutex, PoisonError};

use doorward_domain::{SessionToken, Timestamp};

/// What a request renewed. Clones are the same.
#[derive(Clone, Default)]
pub(crate) struct Renewal(Arc<Mutex<Option<(SessionToken, Timestamp)>>>);

impl Renewal {
    /// Notes that the session of this token was renewed.
    pub(crate) fn note(&self, token: &SessionToken, at: Timestamp) {
        // Nothing panics while it holds the lock.
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((token.clone(), at));
    }

    /// The token of the session that was renewed last, and when.
    pub(crate) fn take(&self) -> Option<(SessionToken, Timestamp)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
