//! Logging in: a name and a password that belong together open a session.

use std::sync::Arc;

use doorward_domain::ports::{
    HasherError, OpenSessionError, PasswordHasher, RandomnessError, SessionStore, StoreError, UserStore, Verdict,
    VerifiedKey,
};
use doorward_domain::{InvalidPassword, InvalidUsername, LoginName, Password, SessionToken, TokenHash};
use thiserror::Error;

use crate::{Credentials, Fault, OpenedSession, SessionMint, ValidSession};

/// Opens a session for whoever knows a user's password.
pub struct LogIn {
    users: Arc<dyn UserStore>,
    sessions: Arc<dyn SessionStore>,
    hasher: Arc<dyn PasswordHasher>,
    mint: Arc<SessionMint>,
}

impl LogIn {
    /// How often a login is started over because the key changed while the password was being checked: by a change of
    /// the password, or by another login that made the hash anew. More than one such change in a row is an attack or a
    /// fault.
    const ATTEMPTS: usize = 3;

    /// The use case on these ports.
    #[must_use]
    pub fn new(
        users: Arc<dyn UserStore>,
        sessions: Arc<dyn SessionStore>,
        hasher: Arc<dyn PasswordHasher>,
        mint: Arc<SessionMint>,
    ) -> Self {
        Self { users, sessions, hasher, mint }
    }

    /// Opens a session. The session that the person came with, if any, ends. A hash that is outdated is made anew.
    ///
    /// # Errors
    /// [`LogInError`]; nothing is written then.
    pub async fn run(
        &self,
        credentials: &Credentials,
        presented: Option<&SessionToken>,
    ) -> Result<OpenedSession, LogInError> {
        let name = LoginName::parse(credentials.username()?)?;
        let password = Password::parse_login(credentials.password()?)?;
        let replaces = presented.map(|token| self.mint.digest(token));
        for _ in 0..Self::ATTEMPTS {
            if let Some(opened) = self.attempt(&name, &password, replaces.as_ref()).await? {
                return Ok(opened);
            }
        }
        Err(Fault::Unavailable("the key keeps changing while its password is checked".into()).into())
    }

    /// One attempt; `None` when the key changed in the middle of it.
    async fn attempt(
        &self,
        name: &LoginName,
        password: &Password,
        replaces: Option<&TokenHash>,
    ) -> Result<Option<OpenedSession>, LogInError> {
        let found = self.users.find_by_key(&name.key_id()).await?;
        let stored = found.as_ref().map(|(key, _)| &key.password_hash);
        // An unknown user costs the same hash as a known one; only then do the two part.
        let verdict = self.hasher.verify(password, stored).await?;
        let Some((key, user)) = found else { return Err(LogInError::IncorrectCredentials) };
        let rehashed = match verdict {
            Verdict::Wrong => return Err(LogInError::IncorrectCredentials),
            Verdict::Right => None,
            Verdict::RightButOutdated => Some(self.hasher.hash(password).await?),
        };

        let (token, session) = self.mint.mint(user.id.clone(), self.mint.now())?;
        let verified = VerifiedKey { id: key.id, hash: key.password_hash, rehashed };
        match self.sessions.open(&session, &verified, replaces).await {
            Ok(()) => Ok(Some(OpenedSession { token, valid: ValidSession { session, user, fresh: false } })),
            Err(OpenSessionError::KeyChanged) => Ok(None),
            Err(OpenSessionError::Store(error)) => Err(error.into()),
        }
    }
}

/// Why nobody was logged in.
#[derive(Debug, Error)]
pub enum LogInError {
    /// No username can be like this.
    #[error(transparent)]
    InvalidUsername(#[from] InvalidUsername),
    /// No password can be like this.
    #[error(transparent)]
    InvalidPassword(#[from] InvalidPassword),
    /// No such user, or not their password: deliberately one and the same.
    #[error("the username or the password is not right")]
    IncorrectCredentials,
    /// Something behind a port failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<StoreError> for LogInError {
    fn from(error: StoreError) -> Self {
        Self::Fault(error.into())
    }
}

impl From<HasherError> for LogInError {
    fn from(error: HasherError) -> Self {
        Self::Fault(error.into())
    }
}

impl From<RandomnessError> for LogInError {
    fn from(error: RandomnessError) -> Self {
        Self::Fault(error.into())
    }
}

#[cfg(test)]
mod tests {
    use doorward_domain::PasswordHash;
    use doorward_domain::ports::{MockPasswordHasher, MockSessionStore, MockTokenGenerator, MockUserStore};

    use super::*;
    use crate::test_support::{NOW, cause, credentials, key_of, mint, mint_from, token, token_hash, user};

    fn knows_alice() -> MockUserStore {
        let mut users = MockUserStore::new();
        users.expect_find_by_key().returning(|id| {
            assert_eq!(id.as_str(), "username:alice");
            Ok(Some((key_of(&user("Alice"), "stored hash"), user("Alice"))))
        });
        users
    }

    fn knows_nobody() -> MockUserStore {
        let mut users = MockUserStore::new();
        users.expect_find_by_key().returning(|_| Ok(None));
        users
    }

    fn says(verdict: Verdict) -> MockPasswordHasher {
        let mut hasher = MockPasswordHasher::new();
        hasher.expect_verify().returning(move |_, _| Ok(verdict));
        hasher
    }

    fn log_in(users: MockUserStore, sessions: MockSessionStore, hasher: MockPasswordHasher) -> LogIn {
        LogIn::new(Arc::new(users), Arc::new(sessions), Arc::new(hasher), mint())
    }

    #[tokio::test]
    async fn the_right_password_opens_a_session_bound_to_the_hash_it_was_checked_against() {
        let came_with = token('p');
        let ended = token_hash(&came_with);
        let mut sessions = MockSessionStore::new();
        sessions
            .expect_open()
            .withf(move |session, verified, replaces| {
                session.user_id == user("Alice").id
                    && session.created_at == NOW
                    && verified.id.as_str() == "username:alice"
                    && verified.hash.expose() == "stored hash"
                    && verified.rehashed.is_none()
                    && *replaces == Some(&ended)
            })
            .times(1)
            .returning(|_, _, _| Ok(()));

        let opened = log_in(knows_alice(), sessions, says(Verdict::Right))
            .run(&credentials("ALICE", "correct horse"), Some(&came_with))
            .await
            .expect("logged in");
        assert_eq!(opened.valid.user, user("Alice"));
        assert_eq!(opened.valid.session.token_hash, token_hash(&opened.token));
        assert!(!opened.valid.fresh);
        assert_ne!(opened.token.expose(), came_with.expose(), "a presented token is never adopted");
    }

    #[tokio::test]
    async fn an_unknown_user_still_costs_a_hash_and_is_told_the_same_as_a_wrong_password() {
        let mut hasher = MockPasswordHasher::new();
        hasher.expect_verify().withf(|_, hash| hash.is_none()).times(1).returning(|_, _| Ok(Verdict::Wrong));
        let unknown = log_in(knows_nobody(), MockSessionStore::new(), hasher)
            .run(&credentials("nobody", "correct horse"), None)
            .await
            .expect_err("refused");
        let wrong = log_in(knows_alice(), MockSessionStore::new(), says(Verdict::Wrong))
            .run(&credentials("alice", "wrong horse"), None)
            .await
            .expect_err("refused");
        assert!(matches!(unknown, LogInError::IncorrectCredentials), "{unknown:?}");
        assert!(matches!(wrong, LogInError::IncorrectCredentials), "{wrong:?}");
    }

    #[tokio::test]
    async fn an_unknown_user_is_refused_whatever_the_hasher_says() {
        let refused = log_in(knows_nobody(), MockSessionStore::new(), says(Verdict::Right))
            .run(&credentials("nobody", "correct horse"), None)
            .await;
        assert!(matches!(refused, Err(LogInError::IncorrectCredentials)), "{refused:?}");
    }

    #[tokio::test]
    async fn an_outdated_hash_is_made_anew_in_the_same_write() {
        let mut hasher = says(Verdict::RightButOutdated);
        hasher.expect_hash().times(1).returning(|_| Ok(PasswordHash::restore("new hash".into())));
        let mut sessions = MockSessionStore::new();
        sessions
            .expect_open()
            .withf(|_, verified, _| {
                verified.hash.expose() == "stored hash"
                    && verified.rehashed.as_ref().is_some_and(|hash| hash.expose() == "new hash")
            })
            .times(1)
            .returning(|_, _, _| Ok(()));
        let opened = log_in(knows_alice(), sessions, hasher).run(&credentials("alice", "correct horse"), None).await;
        assert!(opened.is_ok(), "{opened:?}");
    }

    #[tokio::test]
    async fn a_key_that_changed_meanwhile_is_checked_again() {
        let mut users = MockUserStore::new();
        let mut hashes = ["old hash", "new hash"].into_iter();
        users.expect_find_by_key().times(2).returning(move |_| {
            Ok(Some((key_of(&user("Alice"), hashes.next().expect("two look-ups")), user("Alice"))))
        });
        let mut hasher = MockPasswordHasher::new();
        hasher.expect_verify().returning(|_, hash| {
            let still_right = hash.is_some_and(|hash| hash.expose() == "old hash");
            Ok(if still_right { Verdict::Right } else { Verdict::Wrong })
        });
        let mut sessions = MockSessionStore::new();
        sessions.expect_open().times(1).returning(|_, _, _| Err(OpenSessionError::KeyChanged));
        let refused = log_in(users, sessions, hasher).run(&credentials("alice", "old password"), None).await;
        assert!(matches!(refused, Err(LogInError::IncorrectCredentials)), "{refused:?}");
    }

    #[tokio::test]
    async fn a_key_that_never_holds_still_is_not_tried_for_ever() {
        let mut sessions = MockSessionStore::new();
        sessions.expect_open().times(LogIn::ATTEMPTS).returning(|_, _, _| Err(OpenSessionError::KeyChanged));
        let refused = log_in(knows_alice(), sessions, says(Verdict::Right))
            .run(&credentials("alice", "correct horse"), None)
            .await;
        assert!(matches!(refused, Err(LogInError::Fault(Fault::Unavailable(_)))), "{refused:?}");
    }

    #[tokio::test]
    async fn what_nobody_can_be_called_costs_no_hash_and_no_query() {
        let refused = log_in(MockUserStore::new(), MockSessionStore::new(), MockPasswordHasher::new())
            .run(&credentials("", ""), None)
            .await;
        assert!(matches!(refused, Err(LogInError::InvalidUsername(InvalidUsername::Length))), "{refused:?}");
        let refused = log_in(MockUserStore::new(), MockSessionStore::new(), MockPasswordHasher::new())
            .run(&credentials("a", ""), None)
            .await;
        assert!(matches!(refused, Err(LogInError::InvalidPassword(InvalidPassword::Length))), "{refused:?}");
    }

    #[tokio::test]
    async fn a_store_that_fails_at_either_call_is_a_fault() {
        let mut users = MockUserStore::new();
        users.expect_find_by_key().returning(|_| Err(StoreError::Unavailable(cause())));
        let refused = log_in(users, MockSessionStore::new(), MockPasswordHasher::new())
            .run(&credentials("alice", "correct horse"), None)
            .await;
        assert!(matches!(refused, Err(LogInError::Fault(Fault::Unavailable(_)))), "{refused:?}");

        let mut sessions = MockSessionStore::new();
        sessions.expect_open().returning(|_, _, _| Err(StoreError::Corrupt(cause()).into()));
        let refused = log_in(knows_alice(), sessions, says(Verdict::Right))
            .run(&credentials("alice", "correct horse"), None)
            .await;
        assert!(matches!(refused, Err(LogInError::Fault(Fault::Unforeseen(_)))), "{refused:?}");
    }

    #[tokio::test]
    async fn an_overloaded_hasher_opens_nothing() {
        let mut hasher = MockPasswordHasher::new();
        hasher.expect_verify().returning(|_, _| Err(HasherError::Overloaded));
        let refused = log_in(knows_alice(), MockSessionStore::new(), hasher)
            .run(&credentials("alice", "correct horse"), None)
            .await;
        assert!(matches!(refused, Err(LogInError::Fault(Fault::Overloaded))), "{refused:?}");

        let mut hasher = says(Verdict::RightButOutdated);
        hasher.expect_hash().returning(|_| Err(HasherError::Overloaded));
        let refused = log_in(knows_alice(), MockSessionStore::new(), hasher)
            .run(&credentials("alice", "correct horse"), None)
            .await;
        assert!(matches!(refused, Err(LogInError::Fault(Fault::Overloaded))), "{refused:?}");
    }

    #[tokio::test]
    async fn without_randomness_nobody_is_logged_in() {
        let mut tokens = MockTokenGenerator::new();
        tokens.expect_session_token().returning(|| Err(RandomnessError(cause())));
        let log_in = LogIn::new(
            Arc::new(knows_alice()),
            Arc::new(MockSessionStore::new()),
            Arc::new(says(Verdict::Right)),
            mint_from(tokens),
        );
        let refused = log_in.run(&credentials("alice", "correct horse"), None).await;
        assert!(matches!(refused, Err(LogInError::Fault(Fault::Unforeseen(_)))), "{refused:?}");
    }
}
