//! Recovering an account: a user with a recovery code signs in without the password and chooses a new one.

use std::sync::Arc;

use doorward_domain::ports::{
    PasswordHasher, RandomnessError, RecoverError, Recovery, RecoveryStore, TokenGenerator, UserStore,
};
use doorward_domain::{
    AddressBlock, Client, InvalidPassword, InvalidUsername, LoginName, OneTimeCode, Password, SessionToken, UserId,
};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::attempt::Attempt;
use crate::sign_up::SignUpPolicy;
use crate::throttle::{Secret, Target};
use crate::{Fault, OpenedSession, SessionMint, Throttle, TrustedDevices, ValidSession};

/// Lets a user back in by a recovery code.
pub struct RecoverAccount {
    users: Arc<dyn UserStore>,
    recovery: Arc<dyn RecoveryStore>,
    hasher: Arc<dyn PasswordHasher>,
    throttle: Arc<Throttle>,
    tokens: Arc<dyn TokenGenerator>,
    mint: Arc<SessionMint>,
    policy: SignUpPolicy,
}

/// What a person types who wants back in, as a client sent it; `None` where a field was missing or was not a string.
#[derive(Clone, Default)]
pub struct RecoveryClaim {
    /// The field `username`.
    pub username: Option<Zeroizing<String>>,
    /// The field `code`.
    pub code: Option<Zeroizing<String>>,
    /// The field `newPassword`.
    pub new_password: Option<Zeroizing<String>>,
}

impl RecoveryClaim {
    /// Reads all fields.
    ///
    /// # Errors
    /// All that is wrong with them.
    fn parse(&self, policy: &SignUpPolicy) -> Result<(LoginName, OneTimeCode, Password), InvalidClaim> {
        let typed_name = self.username.as_ref().map_or("", |text| text.as_str());
        let name = LoginName::parse(typed_name, policy.usernames.max_chars);
        let code = self.code.as_ref().and_then(|text| OneTimeCode::parse(text));
        let password = self.new_password.as_ref().ok_or(InvalidPassword::Missing);
        match (name, code, password.and_then(|text| Password::parse_new(text, typed_name, &policy.passwords))) {
            (Ok(name), Some(code), Ok(password)) => Ok((name, code, password)),
            (name, code, password) => {
                Err(InvalidClaim { username: name.err(), lacks_code: code.is_none(), new_password: password.err() })
            }
        }
    }
}

/// What is wrong with the fields of a recovery; at least one of them is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the username, the recovery code or the new password cannot be like this")]
pub struct InvalidClaim {
    /// The rule that the username breaks.
    pub username: Option<InvalidUsername>,
    /// Whether the code is missing, or no code can be like it.
    pub lacks_code: bool,
    /// The rule that the new password breaks.
    pub new_password: Option<InvalidPassword>,
}

/// A user who is back in.
#[derive(Debug)]
pub struct Recovered {
    /// Their only session.
    pub opened: OpenedSession,
    /// How many recovery codes they have left.
    pub codes_left: u32,
}

impl RecoverAccount {
    /// The use case on these ports.
    #[must_use]
    pub fn new(
        users: Arc<dyn UserStore>,
        recovery: Arc<dyn RecoveryStore>,
        hasher: Arc<dyn PasswordHasher>,
        throttle: Arc<Throttle>,
        tokens: Arc<dyn TokenGenerator>,
        mint: Arc<SessionMint>,
        policy: SignUpPolicy,
    ) -> Self {
        Self { users, recovery, hasher, throttle, tokens, mint, policy }
    }

    /// How long a username may be, and what a new password must be like.
    #[must_use]
    pub fn policy(&self) -> &SignUpPolicy {
        &self.policy
    }

    /// Uses up the code, replaces the password, ends every session of the user, and those that the person came with, and
    /// opens one.
    ///
    /// # Errors
    /// [`RecoverAccountError`]; nothing was changed then.
    pub async fn run(
        &self,
        claim: &RecoveryClaim,
        presented: &[SessionToken],
        client: &Client,
        devices: &TrustedDevices,
    ) -> Result<Recovered, RecoverAccountError> {
        let (name, code, password) = claim.parse(&self.policy)?;
        let key_id = name.key_id();
        let found = self.users.find_by_key(&key_id).await?;
        let account = found.as_ref().map(|(_, user)| &user.id);
        let present = found.as_ref().and_then(|(key, _)| key.password_hash.as_ref());
        let target = Target { user: account, key: &key_id, password: present };
        let mut attempt = Attempt::take(&self.throttle, target, Secret::RecoveryCode, client, devices).await?;
        let recovered = async {
            // Costs as much as the check of a password at a login, for every name and code.
            let new_hash = self.hasher.hash(&password, AddressBlock::of(client.address)).await?;
            // An unknown user is looked up in the store like any other, by an id that no user has.
            let no_user = self.mint.new_user_id()?;
            let user_id = account.unwrap_or(&no_user);
            let (token, session) = self.mint.mint(user_id.clone(), self.mint.now())?;
            let recovery = Recovery {
                key_id: key_id.clone(),
                code: self.tokens.recovery_code_hash(user_id, &code),
                new_hash,
                session,
                client: client.clone(),
                replaces: presented.iter().map(|token| self.mint.digest(token)).collect(),
            };
            match self.recovery.recover_and_revoke_sessions(&recovery).await {
                Ok(codes_left) => Ok(Ok((token, recovery, codes_left))),
                Err(refused @ (RecoverError::NoSuchCode | RecoverError::AccountDisabled)) => Ok(Err(refused)),
                Err(RecoverError::Store(error)) => Err(Fault::from(error)),
            }
        };
        let recovered = match recovered.await {
            Ok(recovered) => recovered,
            Err(fault) => {
                attempt.release().await;
                return Err(fault.into());
            }
        };
        let (token, recovery, codes_left, user) = match (recovered, &found) {
            (Ok((token, recovery, codes_left)), Some((_, user))) => (token, recovery, codes_left, user),
            (Err(RecoverError::AccountDisabled), Some((_, user))) => {
                let _ = attempt.succeed().await;
                return Err(RecoverAccountError::AccountDisabled { account: user.id.clone() });
            }
            _ => return Err(RecoverAccountError::Incorrect { account: account.cloned() }),
        };
        // The code is used up and the user is signed in, whether or not the throttle learns of it.
        let _ = attempt.succeed().await;
        let target = Target { user: Some(&user.id), key: &key_id, password: Some(&recovery.new_hash) };
        let devices = attempt.trusted_devices(target, devices).await;
        let valid = ValidSession { session: recovery.session, user: user.clone(), fresh: false };
        Ok(Recovered { opened: OpenedSession { token, valid, rehashed: false, devices }, codes_left })
    }
}

/// Why no account was recovered.
#[derive(Debug, Error)]
pub enum RecoverAccountError {
    /// A field cannot be like this.
    #[error(transparent)]
    Invalid(#[from] InvalidClaim),
    /// No such user, or not a code of theirs, or one that was used: deliberately one and the same.
    #[error("the username or the recovery code is not right")]
    Incorrect {
        /// The user whose code was guessed at, if there is one: for the audit log, never for an answer.
        account: Option<UserId>,
    },
    /// The code is right, and the operator disabled the user.
    #[error("the account is disabled")]
    AccountDisabled {
        /// The user: for the audit log.
        account: UserId,
    },
    /// Something behind a port failed, or too much was tried.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<doorward_domain::ports::StoreError> for RecoverAccountError {
    fn from(error: doorward_domain::ports::StoreError) -> Self {
        Self::Fault(error.into())
    }
}

impl From<RandomnessError> for RecoverAccountError {
    fn from(error: RandomnessError) -> Self {
        Self::Fault(error.into())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use doorward_domain::ports::{
        HasherError, MockLoginThrottle, MockPasswordHasher, MockRecoveryStore, MockTokenGenerator, MockUserStore,
        StoreError,
    };
    use doorward_domain::{PasswordHash, SessionPolicy};

    use super::*;
    use crate::test_support::{
        NOW, bounded, cause, client, code, code_hash, key_of, mint, mint_from, scope_of, token, token_hash, tokens,
        unbounded, user,
    };

    fn claim(username: &str, code: &str, new_password: &str) -> RecoveryClaim {
        let typed = |text: &str| Some(Zeroizing::new(text.to_owned()));
        RecoveryClaim { username: typed(username), code: typed(code), new_password: typed(new_password) }
    }

    fn good_claim() -> RecoveryClaim {
        claim("ALICE", code().expose(), "staple battery")
    }

    fn knows_alice() -> MockUserStore {
        let mut users = MockUserStore::new();
        users
            .expect_find_by_key()
            .withf(|id| id.as_str() == "username:alice")
            .times(1)
            .returning(|_| Ok(Some((key_of(&user("Alice"), "stored hash"), user("Alice")))));
        users
    }

    fn knows_no_user() -> MockUserStore {
        let mut users = MockUserStore::new();
        users.expect_find_by_key().times(1).returning(|_| Ok(None));
        users
    }

    /// Every attempt costs one hash.
    fn hashes_once() -> MockPasswordHasher {
        let mut hasher = MockPasswordHasher::new();
        hasher.expect_hash().times(1).returning(|password, _| Ok(PasswordHash::restore(password.expose().to_owned())));
        hasher
    }

    fn says(outcome: impl Fn() -> Result<u32, RecoverError> + Send + 'static) -> MockRecoveryStore {
        let mut recovery = MockRecoveryStore::new();
        recovery.expect_recover_and_revoke_sessions().times(1).returning(move |_| outcome());
        recovery
    }

    fn recover(
        users: MockUserStore,
        recovery: MockRecoveryStore,
        hasher: MockPasswordHasher,
        throttle: Arc<Throttle>,
    ) -> RecoverAccount {
        RecoverAccount::new(
            Arc::new(users),
            Arc::new(recovery),
            Arc::new(hasher),
            throttle,
            Arc::new(tokens()),
            mint(),
            SignUpPolicy::default(),
        )
    }

    #[tokio::test]
    async fn a_code_gives_way_to_a_new_password_and_one_session() {
        let came_with = token('p');
        let ended = token_hash(&came_with);
        let mut recovery = MockRecoveryStore::new();
        recovery
            .expect_recover_and_revoke_sessions()
            .withf(move |recovery| {
                recovery.key_id.as_str() == "username:alice"
                    && recovery.code == code_hash(&user("Alice").id, &code())
                    && recovery.new_hash.expose() == "staple battery"
                    && recovery.session.user_id == user("Alice").id
                    && recovery.session.active_expires_at == NOW.plus(SessionPolicy::DEFAULT.active)
                    && recovery.client == client()
                    && recovery.replaces == [ended]
            })
            .times(1)
            .returning(|_| Ok(7));
        let recovered = recover(knows_alice(), recovery, hashes_once(), unbounded())
            .run(&good_claim(), std::slice::from_ref(&came_with), &client(), &TrustedDevices::default())
            .await
            .expect("let in");
        assert_eq!(recovered.codes_left, 7);
        assert_eq!(recovered.opened.valid.user, user("Alice"));
        assert_eq!(recovered.opened.valid.session.token_hash, token_hash(&recovered.opened.token));
        assert_ne!(recovered.opened.token.expose(), came_with.expose(), "a presented token is never adopted");
    }

    #[tokio::test]
    async fn an_unknown_user_costs_the_same_calls_and_is_told_the_same_as_a_wrong_code() {
        for (users, account) in [(knows_no_user(), None), (knows_alice(), Some(user("Alice").id))] {
            let mut store = MockLoginThrottle::new();
            store.expect_take().times(1).withf(|taken, _| taken.len() == 1).returning(|_, _| Ok(Duration::ZERO));
            let recovery = says(|| Err(RecoverError::NoSuchCode));
            let refused = recover(users, recovery, hashes_once(), bounded(store))
                .run(&good_claim(), &[], &client(), &TrustedDevices::default())
                .await
                .expect_err("refused");
            assert!(
                matches!(&refused, RecoverAccountError::Incorrect { account: told } if *told == account),
                "{refused:?}"
            );
        }
    }

    #[tokio::test]
    async fn an_unknown_user_is_refused_even_where_the_store_says_recovered() {
        let refused = recover(knows_no_user(), says(|| Ok(9)), hashes_once(), unbounded())
            .run(&good_claim(), &[], &client(), &TrustedDevices::default())
            .await;
        assert!(matches!(refused, Err(RecoverAccountError::Incorrect { account: None })), "{refused:?}");
    }

    #[tokio::test]
    async fn all_fields_are_judged_before_a_hash_or_a_query() {
        let too_short = Some(InvalidPassword::TooShort);
        let all = InvalidClaim {
            username: Some(InvalidUsername::Missing),
            lacks_code: true,
            new_password: Some(InvalidPassword::Missing),
        };
        let good_code = code().expose().to_owned();
        let is_username = Some(InvalidPassword::IsUsername);
        for (given, expected) in [
            (RecoveryClaim::default(), all),
            (RecoveryClaim { code: None, ..good_claim() }, InvalidClaim { username: None, new_password: None, ..all }),
            (claim("alice", "", "short"), InvalidClaim { username: None, lacks_code: true, new_password: too_short }),
            (claim("", "7Q3M-0VXK-9RBA", "short"), InvalidClaim { new_password: too_short, ..all }),
            (claim("", &good_code, "short"), InvalidClaim { lacks_code: false, new_password: too_short, ..all }),
            (
                claim("Alice-k", &good_code, "aLiCe-K"),
                InvalidClaim { username: None, lacks_code: false, new_password: is_username },
            ),
        ] {
            let refused =
                recover(MockUserStore::new(), MockRecoveryStore::new(), MockPasswordHasher::new(), unbounded())
                    .run(&given, &[], &client(), &TrustedDevices::default())
                    .await;
            let Err(RecoverAccountError::Invalid(invalid)) = refused else { panic!("{refused:?}") };
            assert_eq!(invalid, expected);
        }
    }

    #[tokio::test]
    async fn a_recovery_that_is_not_admitted_costs_no_hash() {
        let mut store = MockLoginThrottle::new();
        store.expect_take().times(1).returning(|_, _| Ok(Duration::from_mins(1)));
        let refused = recover(knows_alice(), MockRecoveryStore::new(), MockPasswordHasher::new(), bounded(store))
            .run(&good_claim(), &[], &client(), &TrustedDevices::default())
            .await;
        assert!(matches!(refused, Err(RecoverAccountError::Fault(Fault::TooManyAttempts { .. }))), "{refused:?}");
    }

    #[tokio::test]
    async fn a_recovery_makes_the_account_known_where_it_was_and_gives_back_what_it_took() {
        let mut store = MockLoginThrottle::new();
        store.expect_take().returning(|_, _| Ok(Duration::ZERO));
        store
            .expect_succeed()
            .withf(|success| success.taken.len() == 1 && success.marks.iter().map(scope_of).eq(["known-at"]))
            .times(1)
            .returning(|_| Err(StoreError::Unavailable(cause())));
        let recovered = recover(knows_alice(), says(|| Ok(0)), hashes_once(), bounded(store))
            .run(&good_claim(), &[], &client(), &TrustedDevices::default())
            .await;
        assert!(recovered.is_ok(), "the code is used up: {recovered:?}");
    }

    #[tokio::test]
    async fn what_came_to_nothing_is_given_back() {
        let released = || {
            let mut store = MockLoginThrottle::new();
            store.expect_take().returning(|_, _| Ok(Duration::ZERO));
            store.expect_release().withf(|taken| taken.len() == 1).times(1).returning(|_| Ok(()));
            bounded(store)
        };
        let mut hasher = MockPasswordHasher::new();
        hasher.expect_hash().returning(|_, _| Err(HasherError::Overloaded));
        let refused = recover(knows_no_user(), MockRecoveryStore::new(), hasher, released())
            .run(&good_claim(), &[], &client(), &TrustedDevices::default())
            .await;
        assert!(matches!(refused, Err(RecoverAccountError::Fault(Fault::Overloaded))), "{refused:?}");

        let fails = says(|| Err(StoreError::Unavailable(cause()).into()));
        let refused = recover(knows_alice(), fails, hashes_once(), released())
            .run(&good_claim(), &[], &client(), &TrustedDevices::default())
            .await;
        assert!(matches!(refused, Err(RecoverAccountError::Fault(Fault::Unavailable(_)))), "{refused:?}");
    }

    #[tokio::test]
    async fn without_randomness_no_account_is_recovered() {
        let mut without = MockTokenGenerator::new();
        without.expect_user_id().returning(|| Err(RandomnessError(cause())));
        let recover = RecoverAccount {
            mint: mint_from(without),
            ..recover(knows_alice(), MockRecoveryStore::new(), hashes_once(), unbounded())
        };
        let refused = recover.run(&good_claim(), &[], &client(), &TrustedDevices::default()).await;
        assert!(matches!(refused, Err(RecoverAccountError::Fault(Fault::Unforeseen(_)))), "{refused:?}");
    }
}
