//! Ending sessions from outside: one, or all of a user. Whoever is signed in ends their own
//! ([`RevokeSessions`](crate::RevokeSessions)).

use std::sync::Arc;

use doorward_domain::ports::SessionStore;
use doorward_domain::{SessionId, UserId};

use crate::Fault;

/// Ends sessions of anybody.
pub struct EndSessions {
    sessions: Arc<dyn SessionStore>,
}

impl EndSessions {
    /// The use case on this port.
    #[must_use]
    pub fn new(sessions: Arc<dyn SessionStore>) -> Self {
        Self { sessions }
    }

    /// Ends a session; `false` when there is none with this id.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn one(&self, id: &SessionId) -> Result<bool, Fault> {
        Ok(self.sessions.delete(id).await?)
    }

    /// Ends all sessions of a user, and says how many.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn all(&self, user: &UserId) -> Result<u64, Fault> {
        Ok(self.sessions.delete_sessions_of(user).await?)
    }
}

#[cfg(test)]
mod tests {
    use doorward_domain::ports::{MockSessionStore, StoreError};

    use super::*;
    use crate::test_support::{NOW, cause, session_opened_at, user};

    #[tokio::test]
    async fn one_session_or_all_of_a_user_end() {
        let mut sessions = MockSessionStore::new();
        sessions.expect_delete().withf(|id| *id == session_opened_at(NOW).id).times(1).returning(|_| Ok(true));
        sessions.expect_delete_sessions_of().withf(|id| *id == user("Alice").id).times(1).returning(|_| Ok(3));
        let end = EndSessions::new(Arc::new(sessions));
        assert!(end.one(&session_opened_at(NOW).id).await.expect("no fault"));
        assert_eq!(end.all(&user("Alice").id).await.expect("no fault"), 3);
    }

    #[tokio::test]
    async fn a_store_that_fails_is_a_fault() {
        let mut sessions = MockSessionStore::new();
        sessions.expect_delete().returning(|_| Err(StoreError::Unavailable(cause())));
        sessions.expect_delete_sessions_of().returning(|_| Err(StoreError::Unavailable(cause())));
        let end = EndSessions::new(Arc::new(sessions));
        assert!(matches!(end.one(&session_opened_at(NOW).id).await, Err(Fault::Unavailable(_))));
        assert!(matches!(end.all(&user("Alice").id).await, Err(Fault::Unavailable(_))));
    }
}
