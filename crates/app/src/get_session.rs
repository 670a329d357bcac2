//! Getting a session by what names it, which is no credential. Whoever has the credential validates it
//! ([`ValidateSession`](crate::ValidateSession)).

use std::sync::Arc;

use doorward_domain::ports::{Clock, LiveSession, SessionStore};
use doorward_domain::{SessionId, SessionPolicy, SessionState, User};

use crate::Fault;

/// Says what a session is, and leaves it as it is.
pub struct GetSession {
    sessions: Arc<dyn SessionStore>,
    clock: Arc<dyn Clock>,
    policy: SessionPolicy,
}

impl GetSession {
    /// The use case on these ports.
    #[must_use]
    pub fn new(sessions: Arc<dyn SessionStore>, clock: Arc<dyn Clock>, policy: SessionPolicy) -> Self {
        Self { sessions, clock, policy }
    }

    /// The session with this id, where it stands in its life, and its user; `None` when there is none or it is dead. An
    /// idle one is not renewed.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn run(&self, id: &SessionId) -> Result<Option<(LiveSession, SessionState, User)>, Fault> {
        let Some((live, user)) = self.sessions.find_by_id(id).await? else { return Ok(None) };
        let state = live.session.state(self.clock.now(), &self.policy);
        Ok((state != SessionState::Dead).then_some((live, state, user)))
    }
}

#[cfg(test)]
mod tests {
    use doorward_domain::Timestamp;
    use doorward_domain::ports::{MockSessionStore, StoreError};

    use super::*;
    use crate::test_support::{NOW, cause, client, clock_at, session_opened_at, user};

    async fn state_at(now: Timestamp) -> Option<SessionState> {
        let mut sessions = MockSessionStore::new();
        sessions.expect_find_by_id().withf(|id| *id == session_opened_at(NOW).id).returning(|_| {
            Ok(Some((LiveSession { session: session_opened_at(NOW), client: client() }, user("Alice"))))
        });
        let get = GetSession::new(Arc::new(sessions), Arc::new(clock_at(now)), SessionPolicy::DEFAULT);
        let found = get.run(&session_opened_at(NOW).id).await.expect("no fault");
        found.map(|(live, state, found)| {
            assert_eq!((live.session, found), (session_opened_at(NOW), user("Alice")), "as it is in the store");
            state
        })
    }

    #[tokio::test]
    async fn a_session_is_shown_as_it_is_until_it_is_dead() {
        let session = session_opened_at(NOW);
        assert_eq!(state_at(NOW).await, Some(SessionState::Active));
        assert_eq!(state_at(session.active_expires_at).await, Some(SessionState::Idle));
        assert_eq!(state_at(session.idle_expires_at).await, None);
    }

    #[tokio::test]
    async fn an_unknown_session_is_told_from_a_store_that_fails() {
        let mut outcomes = [Ok(None), Err(StoreError::Unavailable(cause()))].into_iter();
        let mut sessions = MockSessionStore::new();
        sessions.expect_find_by_id().returning(move |_| outcomes.next().expect("two calls"));
        let get = GetSession::new(Arc::new(sessions), Arc::new(clock_at(NOW)), SessionPolicy::DEFAULT);
        assert_eq!(get.run(&session_opened_at(NOW).id).await.expect("no fault"), None);
        assert!(matches!(get.run(&session_opened_at(NOW).id).await, Err(Fault::Unavailable(_))));
    }
}
