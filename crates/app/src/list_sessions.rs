//! Lists a user's sessions.

use std::sync::Arc;

use doorward_domain::ports::{Clock, SessionList, SessionStore};
use doorward_domain::{SessionPolicy, SessionState, UserId};

use crate::Fault;

/// Lists the sessions of a user.
pub struct ListSessions {
    sessions: Arc<dyn SessionStore>,
    clock: Arc<dyn Clock>,
    policy: SessionPolicy,
}

impl ListSessions {
    /// The use case on these ports.
    #[must_use]
    pub fn new(sessions: Arc<dyn SessionStore>, clock: Arc<dyn Clock>, policy: SessionPolicy) -> Self {
        Self { sessions, clock, policy }
    }

    /// The newest live sessions of the user, and whether there are more.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn run(&self, user: &UserId) -> Result<SessionList, Fault> {
        let now = self.clock.now();
        let mut list = self.sessions.list(user, now).await?;
        let stored = list.sessions.len();
        // The longest life is a setting, and may have become shorter since a session was written.
        list.sessions.retain(|live| live.session.state(now, &self.policy) != SessionState::Dead);
        // Where one has outlived it, so have all that are older.
        list.more &= list.sessions.len() == stored;
        Ok(list)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use doorward_domain::ports::{LiveSession, MockSessionStore, StoreError};

    use super::*;
    use crate::test_support::{NOW, cause, client, clock_at, session_opened_at, user};

    #[tokio::test]
    async fn what_outlived_the_longest_life_is_not_listed() {
        let mut sessions = MockSessionStore::new();
        sessions.expect_list().withf(|id, _| *id == user("Alice").id).returning(|_, now| {
            assert_eq!(now, NOW.plus(Duration::from_hours(1)));
            let sessions = vec![LiveSession { session: session_opened_at(NOW), client: client() }];
            Ok(SessionList { sessions, more: true })
        });
        let sessions: Arc<dyn SessionStore> = Arc::new(sessions);
        let hour = Duration::from_hours(1);
        let listed = async |longest| {
            let policy = SessionPolicy { longest, ..SessionPolicy::DEFAULT };
            let list = ListSessions::new(Arc::clone(&sessions), Arc::new(clock_at(NOW.plus(hour))), policy);
            let list = list.run(&user("Alice").id).await.expect("no fault");
            (list.sessions.len(), list.more)
        };
        assert_eq!((listed(None).await, listed(Some(hour)).await), ((1, true), (0, false)));
    }

    #[tokio::test]
    async fn a_store_that_fails_is_a_fault() {
        let mut sessions = MockSessionStore::new();
        sessions.expect_list().returning(|_, _| Err(StoreError::Unavailable(cause())));
        let list = ListSessions::new(Arc::new(sessions), Arc::new(clock_at(NOW)), SessionPolicy::DEFAULT);
        let failed = list.run(&user("Alice").id).await;
        assert!(matches!(failed, Err(Fault::Unavailable(_))), "{failed:?}");
    }
}
