//! Logging in: a name and a password that belong together open a session.

use std::sync::Arc;

use doorward_domain::ports::{KeyedWriteError, RandomnessError, SessionStore};
use doorward_domain::{Client, LoginName, Password, SessionToken, UserId, UsernameRules};
use thiserror::Error;

use crate::password_check::{Checked, PasswordCheck};
use crate::{Credentials, Fault, InvalidCredentials, OpenedSession, SessionMint, TrustedDevices, ValidSession};

/// Opens a session for a user who knows the password.
pub struct LogIn {
    passwords: Arc<PasswordCheck>,
    sessions: Arc<dyn SessionStore>,
    mint: Arc<SessionMint>,
    usernames: UsernameRules,
}

impl LogIn {
    /// The use case on these ports.
    #[must_use]
    pub fn new(
        passwords: Arc<PasswordCheck>,
        sessions: Arc<dyn SessionStore>,
        mint: Arc<SessionMint>,
        usernames: UsernameRules,
    ) -> Self {
        Self { passwords, sessions, mint, usernames }
    }

    /// How long a username may be.
    #[must_use]
    pub fn usernames(&self) -> UsernameRules {
        self.usernames
    }

    /// Opens a session. The sessions that the person came with end. A hash that is outdated is made anew.
    ///
    /// # Errors
    /// [`LogInError`]; no session was opened then.
    pub async fn run(
        &self,
        credentials: &Credentials,
        presented: &[SessionToken],
        client: &Client,
        devices: &TrustedDevices,
    ) -> Result<OpenedSession, LogInError> {
        let (name, password) =
            credentials.parse(|raw| LoginName::parse(raw, self.usernames.max_chars), Password::parse_login)?;
        let replaces: Vec<_> = presented.iter().map(|token| self.mint.digest(token)).collect();
        let mut guess = self.passwords.begin(name.key_id(), client, devices).await?;
        loop {
            let (mut verified, user, outdated) = match guess.check(&password).await? {
                Checked::Right { verified, user, outdated } => (verified, user, outdated),
                Checked::Disabled(account) => return Err(LogInError::AccountDisabled { account }),
                Checked::Wrong { account } => return Err(LogInError::IncorrectCredentials { account }),
            };
            if outdated {
                verified.rehashed = Some(self.passwords.hash(&password, client).await?);
            }
            let (token, session) = self.mint.mint(user.id.clone(), self.mint.now())?;
            match self.sessions.open(&session, client, &verified, &replaces, self.mint.most_per_user()).await {
                Ok(()) => {
                    let valid = ValidSession { session, user, fresh: false };
                    let hash = verified.rehashed.as_ref().unwrap_or(&verified.hash);
                    let devices = guess.trusted_devices(&valid.user.id, hash, devices).await;
                    return Ok(OpenedSession { token, valid, rehashed: outdated, devices });
                }
                Err(KeyedWriteError::KeyChanged) => {}
                Err(KeyedWriteError::Store(error)) => return Err(Fault::from(error).into()),
            }
        }
    }
}

/// Why no session was opened.
#[derive(Debug, Error)]
pub enum LogInError {
    /// No username or no password can be like this.
    #[error(transparent)]
    Invalid(#[from] InvalidCredentials),
    /// No such user, or not their password: deliberately one and the same.
    #[error("the username or the password is not right")]
    IncorrectCredentials {
        /// The user whose password was guessed at, if there is one: for the audit log, never for an answer.
        account: Option<UserId>,
    },
    /// The password is right, and the operator disabled the user.
    #[error("the account is disabled")]
    AccountDisabled {
        /// The user: for the audit log.
        account: UserId,
    },
    /// Something behind a port failed, or too much was tried.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<RandomnessError> for LogInError {
    fn from(error: RandomnessError) -> Self {
        Self::Fault(error.into())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use doorward_domain::ports::{
        HasherError, MockLoginThrottle, MockPasswordHasher, MockSessionStore, MockTokenGenerator, MockUserStore,
        StoreError, Verdict,
    };

    use doorward_domain::{PasswordHash, SessionPolicy};

    use super::*;
    use crate::password_check::Guess;
    use crate::test_support::{
        NOW, bounded, cause, client, credentials, key_of, knows_alice, mint, mint_from, passwords, token, token_hash,
        unbounded, user,
    };

    fn knows_no_user() -> MockUserStore {
        let mut users = MockUserStore::new();
        users.expect_find_by_key().returning(|_| Ok(None));
        users
    }

    /// A hasher that is asked about a typed password and Alice's hash, or none.
    fn says(verdict: Verdict) -> MockPasswordHasher {
        let mut hasher = MockPasswordHasher::new();
        hasher.expect_verify().returning(move |typed, hash, _| {
            assert!(["correct horse", "wrong horse"].contains(&typed.expose()));
            assert!(hash.is_none_or(|hash| hash.expose() == "stored hash"));
            Ok(verdict)
        });
        hasher
    }

    fn log_in(users: MockUserStore, sessions: MockSessionStore, hasher: MockPasswordHasher) -> LogIn {
        LogIn::new(passwords(users, hasher, unbounded()), Arc::new(sessions), mint(), UsernameRules::DEFAULT)
    }

    #[tokio::test]
    async fn the_right_password_opens_a_session_bound_to_the_hash_it_was_checked_against() {
        let came_with = token('p');
        let ended = token_hash(&came_with);
        let mut sessions = MockSessionStore::new();
        sessions
            .expect_open()
            .withf(move |session, from, verified, replaces, most| {
                *from == client()
                    && *most == SessionPolicy::DEFAULT.per_user
                    && session.user_id == user("Alice").id
                    && session.created_at == NOW
                    && verified.id.as_str() == "username:alice"
                    && verified.hash.expose() == "stored hash"
                    && verified.rehashed.is_none()
                    && *replaces == [ended]
            })
            .times(1)
            .returning(|_, _, _, _, _| Ok(()));

        let opened = log_in(knows_alice(), sessions, says(Verdict::Right))
            .run(
                &credentials("ALICE", "correct horse"),
                std::slice::from_ref(&came_with),
                &client(),
                &TrustedDevices::default(),
            )
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
        hasher
            .expect_verify()
            .withf(|typed, hash, _| typed.expose() == "correct horse" && hash.is_none())
            .times(1)
            .returning(|_, _, _| Ok(Verdict::Wrong));
        let unknown = log_in(knows_no_user(), MockSessionStore::new(), hasher)
            .run(&credentials("stranger", "correct horse"), &[], &client(), &TrustedDevices::default())
            .await
            .expect_err("refused");
        let wrong = log_in(knows_alice(), MockSessionStore::new(), says(Verdict::Wrong))
            .run(&credentials("alice", "wrong horse"), &[], &client(), &TrustedDevices::default())
            .await
            .expect_err("refused");
        assert!(matches!(unknown, LogInError::IncorrectCredentials { .. }), "{unknown:?}");
        assert!(matches!(wrong, LogInError::IncorrectCredentials { .. }), "{wrong:?}");
    }

    #[tokio::test]
    async fn an_unknown_user_is_refused_even_where_the_hasher_says_right() {
        let refused = log_in(knows_no_user(), MockSessionStore::new(), says(Verdict::Right))
            .run(&credentials("stranger", "correct horse"), &[], &client(), &TrustedDevices::default())
            .await;
        assert!(matches!(refused, Err(LogInError::IncorrectCredentials { .. })), "{refused:?}");
    }

    #[tokio::test]
    async fn a_key_without_a_password_costs_a_hash_and_opens_nothing() {
        for verdict in [Verdict::Wrong, Verdict::Right] {
            let mut users = MockUserStore::new();
            users.expect_find_by_key().returning(|_| {
                let mut key = key_of(&user("Alice"), "none");
                key.password_hash = None;
                Ok(Some((key, user("Alice"))))
            });
            let mut hasher = MockPasswordHasher::new();
            hasher.expect_verify().withf(|_, hash, _| hash.is_none()).times(1).returning(move |_, _, _| Ok(verdict));
            let refused = log_in(users, MockSessionStore::new(), hasher)
                .run(&credentials("alice", "correct horse"), &[], &client(), &TrustedDevices::default())
                .await;
            assert!(matches!(refused, Err(LogInError::IncorrectCredentials { .. })), "{refused:?}");
        }
    }

    #[tokio::test]
    async fn an_outdated_hash_is_made_anew_in_the_same_write() {
        let mut hasher = says(Verdict::RightButOutdated);
        hasher
            .expect_hash()
            .withf(|typed, _| typed.expose() == "correct horse")
            .times(1)
            .returning(|_, _| Ok(PasswordHash::restore("new hash".into())));
        let mut sessions = MockSessionStore::new();
        sessions
            .expect_open()
            .withf(|_, _, verified, _, _| {
                verified.hash.expose() == "stored hash"
                    && verified.rehashed.as_ref().is_some_and(|hash| hash.expose() == "new hash")
            })
            .times(1)
            .returning(|_, _, _, _, _| Ok(()));
        let opened = log_in(knows_alice(), sessions, hasher)
            .run(&credentials("alice", "correct horse"), &[], &client(), &TrustedDevices::default())
            .await;
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
        hasher.expect_verify().returning(|_, hash, _| {
            let still_right = hash.is_some_and(|hash| hash.expose() == "old hash");
            Ok(if still_right { Verdict::Right } else { Verdict::Wrong })
        });
        let mut sessions = MockSessionStore::new();
        sessions.expect_open().times(1).returning(|_, _, _, _, _| Err(KeyedWriteError::KeyChanged));
        let refused = log_in(users, sessions, hasher)
            .run(&credentials("alice", "old password"), &[], &client(), &TrustedDevices::default())
            .await;
        assert!(matches!(refused, Err(LogInError::IncorrectCredentials { .. })), "{refused:?}");
    }

    #[tokio::test]
    async fn a_key_that_never_holds_still_is_not_tried_for_ever() {
        let mut sessions = MockSessionStore::new();
        sessions.expect_open().times(Guess::CHECKS).returning(|_, _, _, _, _| Err(KeyedWriteError::KeyChanged));
        let refused = log_in(knows_alice(), sessions, says(Verdict::Right))
            .run(&credentials("alice", "correct horse"), &[], &client(), &TrustedDevices::default())
            .await;
        assert!(matches!(refused, Err(LogInError::Fault(Fault::Unavailable(_)))), "{refused:?}");
    }

    #[tokio::test]
    async fn both_fields_are_judged_before_a_hash_or_a_query() {
        use doorward_domain::{InvalidPassword as P, InvalidUsername as U};
        let long = "a".repeat(256);
        for (name, secret, username, password) in [
            ("", "", Some(U::Missing), Some(P::Missing)),
            (&*long, &*long, Some(U::TooLong), Some(P::TooLong)),
            ("a", "", None, Some(P::Missing)),
        ] {
            let refused = log_in(MockUserStore::new(), MockSessionStore::new(), MockPasswordHasher::new())
                .run(&credentials(name, secret), &[], &client(), &TrustedDevices::default())
                .await;
            let Err(LogInError::Invalid(invalid)) = refused else { panic!("{refused:?}") };
            assert_eq!(invalid, InvalidCredentials { username, password });
        }
    }

    #[tokio::test]
    async fn a_store_that_fails_at_either_call_is_a_fault() {
        let mut users = MockUserStore::new();
        users.expect_find_by_key().returning(|_| Err(StoreError::Unavailable(cause())));
        let refused = log_in(users, MockSessionStore::new(), MockPasswordHasher::new())
            .run(&credentials("alice", "correct horse"), &[], &client(), &TrustedDevices::default())
            .await;
        assert!(matches!(refused, Err(LogInError::Fault(Fault::Unavailable(_)))), "{refused:?}");

        let mut sessions = MockSessionStore::new();
        sessions.expect_open().returning(|_, _, _, _, _| Err(StoreError::Corrupt(cause()).into()));
        let refused = log_in(knows_alice(), sessions, says(Verdict::Right))
            .run(&credentials("alice", "correct horse"), &[], &client(), &TrustedDevices::default())
            .await;
        assert!(matches!(refused, Err(LogInError::Fault(Fault::Unforeseen(_)))), "{refused:?}");
    }

    #[tokio::test]
    async fn a_login_that_is_not_admitted_costs_no_hash() {
        let mut store = MockLoginThrottle::new();
        store.expect_is_marked().returning(|_, _, _| Ok(false));
        store.expect_take().times(2).returning(|_, _| Ok(Duration::from_mins(1)));
        let passwords = passwords(knows_alice(), MockPasswordHasher::new(), bounded(store));
        let refused = LogIn::new(passwords, Arc::new(MockSessionStore::new()), mint(), UsernameRules::DEFAULT)
            .run(&credentials("alice", "correct horse"), &[], &client(), &TrustedDevices::default())
            .await;
        assert!(matches!(refused, Err(LogInError::Fault(Fault::TooManyAttempts { .. }))), "{refused:?}");
    }

    #[tokio::test]
    async fn an_attempt_whose_password_was_never_looked_at_is_given_back() {
        let mut store = MockLoginThrottle::new();
        store.expect_is_marked().returning(|_, _, _| Ok(false));
        store.expect_take().returning(|_, _| Ok(Duration::ZERO));
        store.expect_release().withf(|taken| taken.len() == 3).times(1).returning(|_| Ok(()));
        let mut hasher = MockPasswordHasher::new();
        hasher.expect_verify().returning(|_, _, _| Err(HasherError::Overloaded));
        let refused = LogIn::new(
            passwords(knows_no_user(), hasher, bounded(store)),
            Arc::new(MockSessionStore::new()),
            mint(),
            UsernameRules::DEFAULT,
        )
        .run(&credentials("stranger", "correct horse"), &[], &client(), &TrustedDevices::default())
        .await;
        assert!(matches!(refused, Err(LogInError::Fault(Fault::Overloaded))), "{refused:?}");
    }

    #[tokio::test]
    async fn only_a_right_password_is_taken_back_and_once_however_often_the_key_changes() {
        for (verdict, times) in [(Verdict::Wrong, 0), (Verdict::Right, 1)] {
            let mut store = MockLoginThrottle::new();
            store.expect_is_marked().returning(|_, _, _| Ok(false));
            store.expect_take().times(1).returning(|_, _| Ok(Duration::ZERO));
            store.expect_succeed().times(times).returning(|_| Ok(()));
            let mut outcomes = [Err(KeyedWriteError::KeyChanged), Ok(())].into_iter();
            let mut sessions = MockSessionStore::new();
            sessions.expect_open().returning(move |_, _, _, _, _| outcomes.next().expect("two attempts"));
            let passwords = passwords(knows_alice(), says(verdict), bounded(store));
            let outcome = LogIn::new(passwords, Arc::new(sessions), mint(), UsernameRules::DEFAULT)
                .run(&credentials("alice", "correct horse"), &[], &client(), &TrustedDevices::default())
                .await;
            assert_eq!(outcome.is_ok(), verdict == Verdict::Right, "{outcome:?}");
        }
    }

    #[tokio::test]
    async fn a_browser_that_cannot_be_made_known_is_signed_in_all_the_same() {
        let mut store = MockLoginThrottle::new();
        store.expect_is_marked().returning(|_, _, _| Ok(false));
        store.expect_take().returning(|_, _| Ok(Duration::ZERO));
        let mut outcomes = [Ok(()), Err(StoreError::Unavailable(cause()))].into_iter();
        store.expect_succeed().times(2).returning(move |_| outcomes.next().expect("two writes"));
        let mut sessions = MockSessionStore::new();
        sessions.expect_open().times(1).returning(|_, _, _, _, _| Ok(()));
        let passwords = passwords(knows_alice(), says(Verdict::Right), bounded(store));
        let devices = TrustedDevices { presented: vec![], keeps_cookies: true };
        let opened = LogIn::new(passwords, Arc::new(sessions), mint(), UsernameRules::DEFAULT)
            .run(&credentials("alice", "correct horse"), &[], &client(), &devices)
            .await
            .expect("logged in");
        assert!(opened.devices.is_none(), "it keeps what it has");
    }

    #[tokio::test]
    async fn an_overloaded_hasher_opens_nothing() {
        let mut hasher = MockPasswordHasher::new();
        hasher.expect_verify().returning(|_, _, _| Err(HasherError::Overloaded));
        let refused = log_in(knows_alice(), MockSessionStore::new(), hasher)
            .run(&credentials("alice", "correct horse"), &[], &client(), &TrustedDevices::default())
            .await;
        assert!(matches!(refused, Err(LogInError::Fault(Fault::Overloaded))), "{refused:?}");

        let mut hasher = says(Verdict::RightButOutdated);
        hasher.expect_hash().returning(|_, _| Err(HasherError::Overloaded));
        let refused = log_in(knows_alice(), MockSessionStore::new(), hasher)
            .run(&credentials("alice", "correct horse"), &[], &client(), &TrustedDevices::default())
            .await;
        assert!(matches!(refused, Err(LogInError::Fault(Fault::Overloaded))), "{refused:?}");
    }

    #[tokio::test]
    async fn without_randomness_no_user_is_logged_in() {
        let mut tokens = MockTokenGenerator::new();
        tokens.expect_session_token().returning(|| Err(RandomnessError(cause())));
        let log_in = LogIn::new(
            passwords(knows_alice(), says(Verdict::Right), unbounded()),
            Arc::new(MockSessionStore::new()),
            mint_from(tokens),
            UsernameRules::DEFAULT,
        );
        let refused =
            log_in.run(&credentials("alice", "correct horse"), &[], &client(), &TrustedDevices::default()).await;
        assert!(matches!(refused, Err(LogInError::Fault(Fault::Unforeseen(_)))), "{refused:?}");
    }
}
