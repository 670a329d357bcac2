//! Validating a session: who is this? Asked on every request of every app behind, so an active session costs one
//! query and no write.

use std::sync::Arc;

use doorward_domain::ports::{Clock, SessionStore, TokenGenerator};
use doorward_domain::{Session, SessionPolicy, SessionState, SessionToken, User};

use crate::Fault;
use crate::session_uses::SessionUses;

/// A live session and its user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidSession {
    /// The session.
    pub session: Session,
    /// Who is signed in.
    pub user: User,
    /// Whether this validation renewed it.
    pub fresh: bool,
}

/// Says whose a token is, and renews an idle session.
pub struct ValidateSession {
    sessions: Arc<dyn SessionStore>,
    tokens: Arc<dyn TokenGenerator>,
    clock: Arc<dyn Clock>,
    policy: SessionPolicy,
    uses: Arc<SessionUses>,
}

impl ValidateSession {
    /// How often the store is asked again because another request renewed or revoked the idle session meanwhile. After one
    /// such change the session is active or gone, unless the active period is shorter than a query.
    const ATTEMPTS: usize = 3;

    /// The use case on these ports.
    #[must_use]
    pub fn new(
        sessions: Arc<dyn SessionStore>,
        tokens: Arc<dyn TokenGenerator>,
        clock: Arc<dyn Clock>,
        policy: SessionPolicy,
        uses: Arc<SessionUses>,
    ) -> Self {
        Self { sessions, tokens, clock, policy, uses }
    }

    /// The session of this token and its user; `None` when there is none or it is dead. A dead one is removed, an idle
    /// one renewed, an active one left as it is.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn run(&self, token: &SessionToken) -> Result<Option<ValidSession>, Fault> {
        let hash = self.tokens.digest(token);
        for _ in 0..Self::ATTEMPTS {
            let Some((session, user)) = self.sessions.find(&hash).await? else { return Ok(None) };
            let now = self.clock.now();
            match session.state(now, &self.policy) {
                SessionState::Active => {
                    self.uses.note(&session, now);
                    return Ok(Some(ValidSession { session, user, fresh: false }));
                }
                SessionState::Idle => {
                    let renewed = session.renewed(now, &self.policy);
                    if self.sessions.renew(&session, &renewed).await? {
                        return Ok(Some(ValidSession { session: renewed, user, fresh: true }));
                    }
                }
                SessionState::Dead => {
                    if self.sessions.delete_if_expired(&session).await? {
                        return Ok(None);
                    }
                }
            }
        }
        Err(Fault::Unavailable("the session keeps changing while it is validated".into()))
    }
}

#[cfg(test)]
mod tests {
    use doorward_domain::Timestamp;
    use doorward_domain::ports::{MockSessionStore, StoreError};

    use super::*;
    use crate::test_support::{NOW, cause, clock_at, session_opened_at, token, token_hash, tokens, user};

    fn validate(sessions: MockSessionStore, now: Timestamp) -> ValidateSession {
        let uses = Arc::new(SessionUses::new(Arc::new(MockSessionStore::new())));
        let (sessions, tokens, clock) = (Arc::new(sessions), Arc::new(tokens()), Arc::new(clock_at(now)));
        ValidateSession::new(sessions, tokens, clock, SessionPolicy::DEFAULT, uses)
    }

    fn holds(session: Session) -> MockSessionStore {
        let mut sessions = MockSessionStore::new();
        sessions
            .expect_find()
            .withf(|hash| *hash == token_hash(&token('t')))
            .returning(move |_| Ok(Some((session.clone(), user("Alice")))));
        sessions
    }

    #[tokio::test]
    async fn an_active_session_is_answered_with_its_user_and_nothing_is_written() {
        let session = session_opened_at(NOW);
        let valid = validate(holds(session.clone()), NOW).run(&token('t')).await.expect("no fault");
        assert_eq!(valid, Some(ValidSession { session, user: user("Alice"), fresh: false }));
    }

    #[tokio::test]
    async fn an_unknown_token_proves_no_session() {
        let mut sessions = MockSessionStore::new();
        sessions.expect_find().returning(|_| Ok(None));
        assert_eq!(validate(sessions, NOW).run(&token('t')).await.expect("no fault"), None);
    }

    #[tokio::test]
    async fn an_idle_session_is_renewed_from_now_on_and_fresh() {
        let session = session_opened_at(NOW);
        let now = session.active_expires_at;
        let renewed = session.renewed(now, &SessionPolicy::DEFAULT);
        let mut sessions = holds(session.clone());
        let expected = renewed.clone();
        sessions
            .expect_renew()
            .withf(move |seen, written| *seen == session && *written == expected)
            .times(1)
            .returning(|_, _| Ok(true));
        let valid = validate(sessions, now).run(&token('t')).await.expect("no fault");
        assert_eq!(valid, Some(ValidSession { session: renewed, user: user("Alice"), fresh: true }));
    }

    #[tokio::test]
    async fn a_renewal_lost_to_another_finds_the_session_active() {
        let stale = session_opened_at(NOW);
        let now = stale.active_expires_at;
        let current = stale.renewed(now, &SessionPolicy::DEFAULT);
        let mut answers = [stale, current.clone()].into_iter();
        let mut sessions = MockSessionStore::new();
        sessions
            .expect_find()
            .times(2)
            .returning(move |_| Ok(Some((answers.next().expect("two look-ups"), user("Alice")))));
        sessions.expect_renew().times(1).returning(|_, _| Ok(false));
        let valid = validate(sessions, now).run(&token('t')).await.expect("no fault");
        assert_eq!(valid, Some(ValidSession { session: current, user: user("Alice"), fresh: false }));
    }

    #[tokio::test]
    async fn a_renewal_lost_to_a_logout_proves_no_session() {
        let idle = session_opened_at(NOW);
        let now = idle.active_expires_at;
        let mut answers = [Some((idle, user("Alice"))), None].into_iter();
        let mut sessions = MockSessionStore::new();
        sessions.expect_find().times(2).returning(move |_| Ok(answers.next().expect("two look-ups")));
        sessions.expect_renew().times(1).returning(|_, _| Ok(false));
        assert_eq!(validate(sessions, now).run(&token('t')).await.expect("no fault"), None);
    }

    #[tokio::test]
    async fn a_session_that_never_holds_still_is_not_tried_for_ever() {
        let session = session_opened_at(NOW);
        let now = session.active_expires_at;
        let mut sessions = holds(session);
        sessions.expect_renew().times(ValidateSession::ATTEMPTS).returning(|_, _| Ok(false));
        let failed = validate(sessions, now).run(&token('t')).await;
        assert!(matches!(failed, Err(Fault::Unavailable(_))), "{failed:?}");
    }

    #[tokio::test]
    async fn a_dead_session_is_refused_by_the_use_case_and_removed() {
        let session = session_opened_at(NOW);
        let now = session.idle_expires_at;
        let mut sessions = holds(session.clone());
        sessions.expect_delete_if_expired().withf(move |seen| *seen == session).times(1).returning(|_| Ok(true));
        assert_eq!(validate(sessions, now).run(&token('t')).await.expect("no fault"), None);
    }

    #[tokio::test]
    async fn a_session_that_was_dead_when_it_was_read_and_is_renewed_by_now_is_alive() {
        let seen = session_opened_at(NOW);
        let now = seen.idle_expires_at;
        let renewed = seen.renewed(now.minus(std::time::Duration::from_millis(1)), &SessionPolicy::DEFAULT);
        let mut sessions = MockSessionStore::new();
        let found = renewed.clone();
        sessions.expect_find().times(1).returning(move |_| Ok(Some((seen.clone(), user("Alice")))));
        sessions.expect_find().times(1).returning(move |_| Ok(Some((found.clone(), user("Alice")))));
        sessions.expect_delete_if_expired().times(1).returning(|_| Ok(false));
        let valid = validate(sessions, now).run(&token('t')).await.expect("no fault").expect("a live session");
        assert_eq!((valid.session, valid.fresh), (renewed, false));
    }

    #[tokio::test]
    async fn a_store_that_fails_at_any_call_is_a_fault() {
        let mut sessions = MockSessionStore::new();
        sessions.expect_find().returning(|_| Err(StoreError::Unavailable(cause())));
        let failed = validate(sessions, NOW).run(&token('t')).await;
        assert!(matches!(failed, Err(Fault::Unavailable(_))), "{failed:?}");

        let session = session_opened_at(NOW);
        let mut sessions = holds(session.clone());
        sessions.expect_renew().returning(|_, _| Err(StoreError::Unavailable(cause())));
        let failed = validate(sessions, session.active_expires_at).run(&token('t')).await;
        assert!(matches!(failed, Err(Fault::Unavailable(_))), "{failed:?}");

        let mut sessions = holds(session.clone());
        sessions.expect_delete_if_expired().returning(|_| Err(StoreError::Corrupt(cause())));
        let failed = validate(sessions, session.idle_expires_at).run(&token('t')).await;
        assert!(matches!(failed, Err(Fault::Unforeseen(_))), "{failed:?}");
    }
}
