//! Logging out: revokes the sessions that a client presents.

use std::sync::Arc;

use doorward_domain::SessionToken;
use doorward_domain::ports::{SessionStore, TokenGenerator};

use crate::Fault;

/// Ends sessions by their tokens.
pub struct LogOut {
    sessions: Arc<dyn SessionStore>,
    tokens: Arc<dyn TokenGenerator>,
}

impl LogOut {
    /// The use case on these ports.
    #[must_use]
    pub fn new(sessions: Arc<dyn SessionStore>, tokens: Arc<dyn TokenGenerator>) -> Self {
        Self { sessions, tokens }
    }

    /// Ends the sessions of these tokens in the store, so that they prove nothing from now on. `false` when there was none
    /// any more.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn run(&self, presented: &[SessionToken]) -> Result<bool, Fault> {
        let tokens: Vec<_> = presented.iter().map(|token| self.tokens.digest(token)).collect();
        Ok(self.sessions.delete_by_tokens(&tokens).await? > 0)
    }
}

#[cfg(test)]
mod tests {
    use doorward_domain::ports::{MockSessionStore, StoreError};

    use super::*;
    use crate::test_support::{cause, token, token_hash, tokens};

    fn log_out(sessions: MockSessionStore) -> LogOut {
        LogOut::new(Arc::new(sessions), Arc::new(tokens()))
    }

    #[tokio::test]
    async fn every_session_that_was_presented_is_deleted_from_the_store() {
        let mut sessions = MockSessionStore::new();
        sessions
            .expect_delete_by_tokens()
            .withf(|ended| ended == [token_hash(&token('a')), token_hash(&token('b'))])
            .times(1)
            .returning(|_| Ok(1));
        assert!(log_out(sessions).run(&[token('a'), token('b')]).await.expect("no fault"));
    }

    #[tokio::test]
    async fn of_two_racing_log_outs_one_ends_the_session() {
        let mut sessions = MockSessionStore::new();
        sessions.expect_delete_by_tokens().returning(|_| Ok(0));
        assert!(!log_out(sessions).run(&[token('a')]).await.expect("no fault"));
    }

    #[tokio::test]
    async fn a_store_that_fails_is_a_fault() {
        let mut sessions = MockSessionStore::new();
        sessions.expect_delete_by_tokens().returning(|_| Err(StoreError::Unavailable(cause())));
        let failed = log_out(sessions).run(&[token('a')]).await;
        assert!(matches!(failed, Err(Fault::Unavailable(_))), "{failed:?}");
    }
}
