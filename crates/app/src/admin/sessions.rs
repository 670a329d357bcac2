//! Sessions, as operators and programs manage them.

use std::sync::Arc;

use doorward_domain::ports::{Clock, LiveSession, SessionStore, UserStore};
use doorward_domain::{Attributes, Client, Session, SessionId, SessionPolicy, SessionState, User, UserId};
use thiserror::Error;

use crate::fault::Fault;
use crate::session_mint::{OpenedSession, SessionMint};
use crate::validate_session::ValidSession;

/// Opens, finds, changes and revokes sessions of any user.
pub struct Sessions {
    users: Arc<dyn UserStore>,
    store: Arc<dyn SessionStore>,
    mint: Arc<SessionMint>,
    clock: Arc<dyn Clock>,
    policy: SessionPolicy,
}

impl Sessions {
    /// The service on these ports.
    #[must_use]
    pub fn new(
        users: Arc<dyn UserStore>,
        sessions: Arc<dyn SessionStore>,
        mint: Arc<SessionMint>,
        clock: Arc<dyn Clock>,
        policy: SessionPolicy,
    ) -> Self {
        Self { users, store: sessions, mint, clock, policy }
    }

    /// Opens a session of a user whom the caller signed in elsewhere; no key is asked for. The user's oldest sessions are
    /// revoked where they are too many then.
    ///
    /// # Errors
    /// [`CreateSessionError`]; no session was opened then.
    pub async fn create(&self, user: &UserId, attributes: Attributes) -> Result<OpenedSession, CreateSessionError> {
        let user = self.users.find_user(user).await.map_err(Fault::from)?.ok_or(CreateSessionError::NoSuchUser)?;
        if user.disabled {
            return Err(CreateSessionError::AccountDisabled);
        }
        let (token, session) = self.mint.mint(user.id.clone(), self.mint.now()).map_err(Fault::from)?;
        let session = Session { attributes, ..session };
        let most = self.mint.most_per_user();
        if !self.store.admin_open_session(&session, &Client::default(), most).await.map_err(Fault::from)? {
            // Deleted or disabled since it was found.
            let user = self.users.find_user(&user.id).await.map_err(Fault::from)?;
            return Err(user.map_or(CreateSessionError::NoSuchUser, |_| CreateSessionError::AccountDisabled));
        }
        Ok(OpenedSession { token, valid: ValidSession { session, user, fresh: false }, rehashed: false, devices: None })
    }

    /// A live session, its state and its user; `None` when there is none. It is not renewed.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn get(&self, id: &SessionId) -> Result<Option<(LiveSession, SessionState, User)>, Fault> {
        let Some((live, user)) = self.store.find_by_id(id).await? else { return Ok(None) };
        let state = live.session.state(self.clock.now(), &self.policy);
        Ok((state != SessionState::Dead).then_some((live, state, user)))
    }

    /// Replaces a session's attributes; `false` when there is no such session.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn set_attributes(&self, id: &SessionId, attributes: &Attributes) -> Result<bool, Fault> {
        Ok(self.store.set_attributes(id, attributes).await?)
    }

    /// Revokes a session; `false` when there is none with this id.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn revoke(&self, id: &SessionId) -> Result<bool, Fault> {
        Ok(self.store.delete(id).await?)
    }

    /// Revokes all sessions of a user, and returns how many there were.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn revoke_all(&self, user: &UserId) -> Result<u64, Fault> {
        Ok(self.store.delete_sessions_of(user).await?)
    }
}

/// Why no session was opened.
#[derive(Debug, Error)]
pub enum CreateSessionError {
    /// There is no such user.
    #[error("there is no such user")]
    NoSuchUser,
    /// The user is disabled, so that nothing signs them in.
    #[error("the account is disabled")]
    AccountDisabled,
    /// Something behind a port failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

#[cfg(test)]
mod tests {
    use doorward_domain::Timestamp;
    use doorward_domain::ports::{MockSessionStore, MockUserStore, StoreError};

    use super::*;
    use crate::test_support::{NOW, attributes, cause, client, clock_at, mint, session_opened_at, token_hash, user};

    fn at(now: Timestamp, users: MockUserStore, sessions: MockSessionStore) -> Sessions {
        let clock = Arc::new(clock_at(now));
        Sessions::new(Arc::new(users), Arc::new(sessions), mint(), clock, SessionPolicy::DEFAULT)
    }

    fn on(sessions: MockSessionStore) -> Sessions {
        at(NOW, MockUserStore::new(), sessions)
    }

    async fn create(users: MockUserStore, sessions: MockSessionStore) -> Result<OpenedSession, CreateSessionError> {
        at(NOW, users, sessions).create(&user("Alice").id, attributes()).await
    }

    fn knows_alice() -> MockUserStore {
        let mut users = MockUserStore::new();
        users.expect_find_user().withf(|id| *id == user("Alice").id).returning(|_| Ok(Some(user("Alice"))));
        users
    }

    #[tokio::test]
    async fn a_session_is_opened_with_its_attributes_and_a_token_of_its_own() {
        let mut sessions = MockSessionStore::new();
        sessions
            .expect_admin_open_session()
            .withf(|session, client, most| {
                session.user_id == user("Alice").id
                    && session.attributes == attributes()
                    && session.created_at == NOW
                    && *client == Client::default()
                    && *most == SessionPolicy::DEFAULT.per_user
            })
            .times(1)
            .returning(|_, _, _| Ok(true));
        let opened = create(knows_alice(), sessions).await.expect("opened");
        assert_eq!(opened.valid.session.token_hash, token_hash(&opened.token));
        assert_eq!(opened.valid.user, user("Alice"));
    }

    #[tokio::test]
    async fn a_missing_user_gets_no_session() {
        let mut users = MockUserStore::new();
        users.expect_find_user().returning(|_| Ok(None));
        let refused = create(users, MockSessionStore::new()).await;
        assert!(matches!(refused, Err(CreateSessionError::NoSuchUser)), "{refused:?}");
        let never_opened = || {
            let mut sessions = MockSessionStore::new();
            sessions.expect_admin_open_session().returning(|_, _, _| Ok(false));
            sessions
        };
        let refused = create(knows_alice(), never_opened()).await;
        assert!(matches!(refused, Err(CreateSessionError::AccountDisabled)), "disabled meanwhile: {refused:?}");
        let mut seen = [Some(user("Alice")), None].into_iter();
        let mut users = MockUserStore::new();
        users.expect_find_user().returning(move |_| Ok(seen.next().expect("two looks")));
        let refused = create(users, never_opened()).await;
        assert!(matches!(refused, Err(CreateSessionError::NoSuchUser)), "deleted meanwhile: {refused:?}");
    }

    #[tokio::test]
    async fn a_store_that_fails_opens_no_session() {
        let mut sessions = MockSessionStore::new();
        sessions.expect_admin_open_session().returning(|_, _, _| Err(StoreError::Unavailable(cause())));
        let failed = create(knows_alice(), sessions).await;
        assert!(matches!(failed, Err(CreateSessionError::Fault(Fault::Unavailable(_)))), "{failed:?}");
    }

    async fn state_at(now: Timestamp) -> Option<SessionState> {
        let mut sessions = MockSessionStore::new();
        sessions.expect_find_by_id().withf(|id| *id == session_opened_at(NOW).id).returning(|_| {
            Ok(Some((LiveSession { session: session_opened_at(NOW), client: client() }, user("Alice"))))
        });
        let sessions = at(now, MockUserStore::new(), sessions);
        let found = sessions.get(&session_opened_at(NOW).id).await.expect("no fault");
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
        let sessions = on(sessions);
        assert_eq!(sessions.get(&session_opened_at(NOW).id).await.expect("no fault"), None);
        assert!(matches!(sessions.get(&session_opened_at(NOW).id).await, Err(Fault::Unavailable(_))));
    }

    #[tokio::test]
    async fn attributes_are_written_to_a_session_that_exists() {
        let mut outcomes = [Ok(true), Ok(false), Err(StoreError::Unavailable(cause()))].into_iter();
        let mut sessions = MockSessionStore::new();
        sessions
            .expect_set_attributes()
            .withf(|id, written| *id == session_opened_at(NOW).id && *written == attributes())
            .returning(move |_, _| outcomes.next().expect("three calls"));
        let update = on(sessions);
        let id = session_opened_at(NOW).id;
        assert!(update.set_attributes(&id, &attributes()).await.expect("no fault"));
        assert!(!update.set_attributes(&id, &attributes()).await.expect("no fault"));
        assert!(matches!(update.set_attributes(&id, &attributes()).await, Err(Fault::Unavailable(_))));
    }

    #[tokio::test]
    async fn one_session_or_all_of_a_user_are_revoked() {
        let mut sessions = MockSessionStore::new();
        sessions.expect_delete().withf(|id| *id == session_opened_at(NOW).id).times(1).returning(|_| Ok(true));
        sessions.expect_delete_sessions_of().withf(|id| *id == user("Alice").id).times(1).returning(|_| Ok(3));
        let revoke = on(sessions);
        assert!(revoke.revoke(&session_opened_at(NOW).id).await.expect("no fault"));
        assert_eq!(revoke.revoke_all(&user("Alice").id).await.expect("no fault"), 3);
    }

    #[tokio::test]
    async fn a_store_that_fails_is_a_fault_and_not_a_missing_session() {
        let mut sessions = MockSessionStore::new();
        sessions.expect_delete().returning(|_| Err(StoreError::Unavailable(cause())));
        sessions.expect_delete_sessions_of().returning(|_| Err(StoreError::Unavailable(cause())));
        let revoke = on(sessions);
        assert!(matches!(revoke.revoke(&session_opened_at(NOW).id).await, Err(Fault::Unavailable(_))));
        assert!(matches!(revoke.revoke_all(&user("Alice").id).await, Err(Fault::Unavailable(_))));
    }
}
