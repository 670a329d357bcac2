//! Creating a session for somebody who proved elsewhere who they are; no key is asked for.

use std::sync::Arc;

use doorward_domain::ports::{SessionStore, UserStore};
use doorward_domain::{Attributes, Client, Session, UserId};
use thiserror::Error;

use crate::{Fault, OpenedSession, SessionMint, ValidSession};

/// Opens sessions on the word of whoever calls.
pub struct CreateSession {
    users: Arc<dyn UserStore>,
    sessions: Arc<dyn SessionStore>,
    mint: Arc<SessionMint>,
}

impl CreateSession {
    /// The use case on these ports.
    #[must_use]
    pub fn new(users: Arc<dyn UserStore>, sessions: Arc<dyn SessionStore>, mint: Arc<SessionMint>) -> Self {
        Self { users, sessions, mint }
    }

    /// Opens a session of the user, beside all others but those that are too many then.
    ///
    /// # Errors
    /// [`CreateSessionError`]; no session was opened then.
    pub async fn run(&self, user: &UserId, attributes: Attributes) -> Result<OpenedSession, CreateSessionError> {
        let user = self.users.find_user(user).await.map_err(Fault::from)?.ok_or(CreateSessionError::NoSuchUser)?;
        let (token, session) = self.mint.mint(user.id.clone(), self.mint.now()).map_err(Fault::from)?;
        let session = Session { attributes, ..session };
        let most = self.mint.most_per_user();
        if !self.sessions.admin_open_session(&session, &Client::default(), most).await.map_err(Fault::from)? {
            return Err(CreateSessionError::NoSuchUser);
        }
        Ok(OpenedSession { token, valid: ValidSession { session, user, fresh: false }, rehashed: false, devices: None })
    }
}

/// Why no session was opened.
#[derive(Debug, Error)]
pub enum CreateSessionError {
    /// There is nobody whose session it could be.
    #[error("there is no such user")]
    NoSuchUser,
    /// Something behind a port failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

#[cfg(test)]
mod tests {
    use doorward_domain::SessionPolicy;
    use doorward_domain::ports::{MockSessionStore, MockUserStore, StoreError};

    use super::*;
    use crate::test_support::{NOW, attributes, cause, mint, token_hash, user};

    async fn create(users: MockUserStore, sessions: MockSessionStore) -> Result<OpenedSession, CreateSessionError> {
        CreateSession::new(Arc::new(users), Arc::new(sessions), mint()).run(&user("Alice").id, attributes()).await
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
    async fn nobody_has_no_session_nor_has_who_goes_meanwhile() {
        let mut users = MockUserStore::new();
        users.expect_find_user().returning(|_| Ok(None));
        let refused = create(users, MockSessionStore::new()).await;
        assert!(matches!(refused, Err(CreateSessionError::NoSuchUser)), "{refused:?}");
        let mut sessions = MockSessionStore::new();
        sessions.expect_admin_open_session().returning(|_, _, _| Ok(false));
        let refused = create(knows_alice(), sessions).await;
        assert!(matches!(refused, Err(CreateSessionError::NoSuchUser)), "{refused:?}");
    }

    #[tokio::test]
    async fn a_store_that_fails_is_a_fault() {
        let mut sessions = MockSessionStore::new();
        sessions.expect_admin_open_session().returning(|_, _, _| Err(StoreError::Unavailable(cause())));
        let failed = create(knows_alice(), sessions).await;
        assert!(matches!(failed, Err(CreateSessionError::Fault(Fault::Unavailable(_)))), "{failed:?}");
    }
}
