//! Logging out: the session of whoever is signed in ends.

use std::sync::Arc;

use doorward_domain::ports::SessionStore;

use crate::{Fault, ValidSession};

/// Ends a session.
pub struct LogOut {
    sessions: Arc<dyn SessionStore>,
}

impl LogOut {
    /// The use case on this port.
    #[must_use]
    pub fn new(sessions: Arc<dyn SessionStore>) -> Self {
        Self { sessions }
    }

    /// Ends the session in the store, so that its token proves nothing from now on. `false` when somebody else ended it
    /// since it was validated.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn run(&self, signed_in: &ValidSession) -> Result<bool, Fault> {
        Ok(self.sessions.delete(&signed_in.session.id).await?)
    }
}

#[cfg(test)]
mod tests {
    use doorward_domain::ports::{MockSessionStore, StoreError};

    use super::*;
    use crate::test_support::{NOW, cause, session_opened_at, user};

    fn signed_in() -> ValidSession {
        ValidSession { session: session_opened_at(NOW), user: user("Alice"), fresh: false }
    }

    #[tokio::test]
    async fn the_session_is_deleted_from_the_store() {
        let mut sessions = MockSessionStore::new();
        sessions.expect_delete().withf(|id| *id == signed_in().session.id).times(1).returning(|_| Ok(true));
        assert!(LogOut::new(Arc::new(sessions)).run(&signed_in()).await.expect("no fault"));
    }

    #[tokio::test]
    async fn of_two_racing_log_outs_one_ends_the_session() {
        let mut sessions = MockSessionStore::new();
        sessions.expect_delete().returning(|_| Ok(false));
        assert!(!LogOut::new(Arc::new(sessions)).run(&signed_in()).await.expect("no fault"));
    }

    #[tokio::test]
    async fn a_store_that_fails_is_a_fault() {
        let mut sessions = MockSessionStore::new();
        sessions.expect_delete().returning(|_| Err(StoreError::Unavailable(cause())));
        let failed = LogOut::new(Arc::new(sessions)).run(&signed_in()).await;
        assert!(matches!(failed, Err(Fault::Unavailable(_))), "{failed:?}");
    }
}
