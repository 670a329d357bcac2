//! Revoking a user's own sessions: one, or all but the current one.

use std::sync::Arc;

use doorward_domain::ports::SessionStore;
use doorward_domain::{SessionId, UserId};

use crate::{Fault, ValidSession};

/// Revokes sessions of the signed-in user.
pub struct RevokeSessions {
    sessions: Arc<dyn SessionStore>,
}

impl RevokeSessions {
    /// The use case on this port.
    #[must_use]
    pub fn new(sessions: Arc<dyn SessionStore>) -> Self {
        Self { sessions }
    }

    /// Ends one session of the user, which may be the present one. `false` when the user has none with this id, whether or
    /// not another user has.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn one(&self, user: &UserId, id: &SessionId) -> Result<bool, Fault> {
        Ok(self.sessions.delete_session_of(user, id).await?)
    }

    /// Ends all sessions of the user but this one, and says how many.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn others(&self, signed_in: &ValidSession) -> Result<u64, Fault> {
        Ok(self.sessions.delete_other_sessions(&signed_in.user.id, &signed_in.session.id).await?)
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
    async fn a_session_ends_only_as_one_of_its_user_s() {
        let mut sessions = MockSessionStore::new();
        sessions
            .expect_delete_session_of()
            .withf(|user, id| *user == signed_in().user.id && id.as_str() == "some-session")
            .times(1)
            .returning(|_, _| Ok(false));
        let id = SessionId::restore("some-session".into());
        assert!(!RevokeSessions::new(Arc::new(sessions)).one(&signed_in().user.id, &id).await.expect("no fault"));
    }

    #[tokio::test]
    async fn all_but_the_present_session_end() {
        let mut sessions = MockSessionStore::new();
        sessions
            .expect_delete_other_sessions()
            .withf(|user, kept| *user == signed_in().user.id && *kept == signed_in().session.id)
            .times(1)
            .returning(|_, _| Ok(3));
        assert_eq!(RevokeSessions::new(Arc::new(sessions)).others(&signed_in()).await.expect("no fault"), 3);
    }

    #[tokio::test]
    async fn a_store_that_fails_is_a_fault() {
        let mut sessions = MockSessionStore::new();
        sessions.expect_delete_session_of().returning(|_, _| Err(StoreError::Unavailable(cause())));
        sessions.expect_delete_other_sessions().returning(|_, _| Err(StoreError::Unavailable(cause())));
        let revoke = RevokeSessions::new(Arc::new(sessions));
        let failed = revoke.one(&signed_in().user.id, &signed_in().session.id).await;
        assert!(matches!(failed, Err(Fault::Unavailable(_))), "{failed:?}");
        assert!(matches!(revoke.others(&signed_in()).await, Err(Fault::Unavailable(_))));
    }
}
