//! Signing up: a name and a password become a user with a key and a first session.

use std::sync::Arc;

use doorward_domain::ports::{CreateUserError, HasherError, NewAccount, PasswordHasher, RandomnessError, UserStore};
use doorward_domain::{
    AddressBlock, Attributes, Client, Key, Password, PasswordPolicy, ReservedUsernames, SessionToken, User, Username,
    UsernamePolicy,
};
use thiserror::Error;

use crate::throttle::Target;
use crate::{
    Credentials, Fault, InvalidCredentials, OpenedSession, SessionMint, Throttle, TrustedDevices, ValidSession,
};

/// Who may sign up, and with what.
#[derive(Clone, Debug)]
pub struct SignUpPolicy {
    /// Whether people may sign up.
    pub open: bool,
    /// What a new username must be like.
    pub usernames: UsernamePolicy,
    /// Usernames that only an operator can give.
    pub reserved: ReservedUsernames,
    /// What a new password must be like.
    pub passwords: PasswordPolicy,
}

impl Default for SignUpPolicy {
    /// The policy unless the operator sets another: open to all, with the default rules.
    fn default() -> Self {
        Self {
            open: true,
            usernames: UsernamePolicy::Unicode,
            reserved: ReservedUsernames::default(),
            passwords: PasswordPolicy::DEFAULT,
        }
    }
}

/// Creates a user, a key and a session.
pub struct SignUp {
    users: Arc<dyn UserStore>,
    hasher: Arc<dyn PasswordHasher>,
    throttle: Arc<Throttle>,
    mint: Arc<SessionMint>,
    policy: SignUpPolicy,
}

impl SignUp {
    /// The use case on these ports.
    #[must_use]
    pub fn new(
        users: Arc<dyn UserStore>,
        hasher: Arc<dyn PasswordHasher>,
        throttle: Arc<Throttle>,
        mint: Arc<SessionMint>,
        policy: SignUpPolicy,
    ) -> Self {
        Self { users, hasher, throttle, mint, policy }
    }

    /// Who may sign up, and with what.
    #[must_use]
    pub fn policy(&self) -> &SignUpPolicy {
        &self.policy
    }

    /// Creates the user and opens their first session. The sessions that the person came with end.
    ///
    /// # Errors
    /// [`SignUpError`]; nothing is written then.
    pub async fn run(
        &self,
        credentials: &Credentials,
        presented: &[SessionToken],
        client: &Client,
        devices: &TrustedDevices,
    ) -> Result<OpenedSession, SignUpError> {
        if !self.policy.open {
            return Err(SignUpError::Closed);
        }
        let typed_name = credentials.username.as_ref().map_or("", |text| text.as_str());
        let (username, password) = credentials.parse(
            |name| self.policy.reserved.check(Username::parse(name, self.policy.usernames)?),
            |password| Password::parse_new(password, typed_name, &self.policy.passwords),
        )?;
        self.throttle.take_sign_up(client).await?;
        let password_hash = self.hasher.hash(&password, AddressBlock::of(client.address)).await?;

        let now = self.mint.now();
        let user = User { id: self.mint.new_user_id()?, username, created_at: now, attributes: Attributes::default() };
        let password_hash = Some(password_hash);
        let key = Key { id: user.username.key_id(), user_id: user.id.clone(), password_hash, created_at: now };
        let (token, session) = self.mint.mint(user.id.clone(), now)?;
        let replaces = presented.iter().map(|token| self.mint.digest(token)).collect();
        let account = NewAccount { user, key, session, client: client.clone(), replaces };
        self.users.create(&account).await?;

        let NewAccount { user, key, session, .. } = account;
        // The account is there whether or not this is: it only keeps strangers' guesses from slowing its owner.
        let device = if devices.keeps_cookies { self.throttle.new_device_token().unwrap_or(None) } else { None };
        let target = Target { user: Some(&user.id), key: &key.id, password: key.password_hash.as_ref() };
        let acquainted = self.throttle.trust_client(target, client, device.as_ref()).await;
        let devices = device.filter(|_| acquainted.is_ok()).map(|device| devices.with(device, None));
        Ok(OpenedSession { token, valid: ValidSession { session, user, fresh: false }, rehashed: false, devices })
    }
}

/// Why no user was created.
#[derive(Debug, Error)]
pub enum SignUpError {
    /// Sign-up is closed.
    #[error("sign-up is closed")]
    Closed,
    /// The username, the password or both cannot be chosen.
    #[error(transparent)]
    Invalid(#[from] InvalidCredentials),
    /// Another user has this username, in this or another spelling.
    #[error("the username is taken")]
    UsernameTaken,
    /// Something behind a port failed, or too much was tried.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<CreateUserError> for SignUpError {
    fn from(error: CreateUserError) -> Self {
        match error {
            CreateUserError::KeyTaken => Self::UsernameTaken,
            CreateUserError::Store(error) => Self::Fault(error.into()),
        }
    }
}

impl From<HasherError> for SignUpError {
    fn from(error: HasherError) -> Self {
        Self::Fault(error.into())
    }
}

impl From<RandomnessError> for SignUpError {
    fn from(error: RandomnessError) -> Self {
        Self::Fault(error.into())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::time::Duration;

    use doorward_domain::ports::{
        MockLoginThrottle, MockPasswordHasher, MockTokenGenerator, MockUserStore, StoreError,
    };
    use doorward_domain::{PasswordHash, SessionPolicy};

    use super::*;
    use crate::test_support::{
        NOW, bounded, cause, client, credentials, mint, mint_from, scope_of, token, token_hash, unbounded,
    };

    fn hashes() -> MockPasswordHasher {
        let mut hasher = MockPasswordHasher::new();
        hasher
            .expect_hash()
            .returning(|password, _| Ok(PasswordHash::restore(format!("hash of {}", password.expose()))));
        hasher
    }

    fn sign_up(users: MockUserStore, hasher: MockPasswordHasher, policy: SignUpPolicy) -> SignUp {
        SignUp::new(Arc::new(users), Arc::new(hasher), unbounded(), mint(), policy)
    }

    #[tokio::test]
    async fn a_sign_up_writes_user_key_and_session_that_belong_together() {
        let written = Arc::new(Mutex::new(None));
        let mut users = MockUserStore::new();
        let slot = Arc::clone(&written);
        users.expect_create().times(1).returning(move |account| {
            *slot.lock().expect("not poisoned") = Some(account.clone());
            Ok(())
        });

        let came_with = token('p');
        let opened = sign_up(users, hashes(), SignUpPolicy::default())
            .run(
                &credentials("Alice", "correct horse"),
                std::slice::from_ref(&came_with),
                &client(),
                &TrustedDevices::default(),
            )
            .await
            .expect("signed up");

        let account = written.lock().expect("not poisoned").take().expect("an account was written");
        assert_eq!(account.user.username.as_str(), "Alice");
        assert_eq!(account.key.id.as_str(), "username:alice");
        assert_eq!(account.key.user_id, account.user.id);
        assert_eq!(account.key.password_hash.as_ref().expect("a password").expose(), "hash of correct horse");
        assert_eq!(account.session.user_id, account.user.id);
        assert_eq!(account.session.token_hash, token_hash(&opened.token));
        assert_eq!(account.session.active_expires_at, NOW.plus(SessionPolicy::DEFAULT.active));
        assert_eq!(account.replaces, [token_hash(&came_with)]);
        assert_eq!(opened.valid.user, account.user);
        assert_eq!(opened.valid.session, account.session);
        assert!(!opened.valid.fresh);
        assert_ne!(opened.token.expose(), came_with.expose(), "a presented token is never adopted");
    }

    #[tokio::test]
    async fn both_fields_are_judged_before_a_hash_or_a_query() {
        use doorward_domain::{InvalidPassword as P, InvalidUsername as U};
        let without_password = Credentials { password: None, ..credentials("alice", "") };
        for (given, username, password) in [
            (Credentials::default(), Some(U::Missing), Some(P::Missing)),
            (credentials("abc", "short"), Some(U::TooShort), Some(P::TooShort)),
            (credentials("abc", "correct horse"), Some(U::TooShort), None),
            (credentials(" alice-k", " alice-k"), Some(U::SurroundingSpace), Some(P::IsUsername)),
            (credentials("alice", "password1"), None, Some(P::Common)),
            (credentials("Admin", "correct horse"), Some(U::Reserved), None),
            (without_password, None, Some(P::Missing)),
        ] {
            let refused = sign_up(MockUserStore::new(), MockPasswordHasher::new(), SignUpPolicy::default())
                .run(&given, &[], &client(), &TrustedDevices::default())
                .await
                .expect_err("refused");
            let SignUpError::Invalid(invalid) = refused else { panic!("{refused:?}") };
            assert_eq!(invalid, InvalidCredentials { username, password });
        }
    }

    #[tokio::test]
    async fn closed_means_that_nothing_is_looked_at() {
        let refused = sign_up(
            MockUserStore::new(),
            MockPasswordHasher::new(),
            SignUpPolicy { open: false, ..SignUpPolicy::default() },
        )
        .run(&Credentials::default(), &[], &client(), &TrustedDevices::default())
        .await
        .expect_err("refused");
        assert!(matches!(refused, SignUpError::Closed), "{refused:?}");
    }

    #[tokio::test]
    async fn a_taken_key_is_a_taken_username() {
        let mut users = MockUserStore::new();
        users.expect_create().returning(|_| Err(CreateUserError::KeyTaken));
        let refused = sign_up(users, hashes(), SignUpPolicy::default())
            .run(&credentials("alice", "correct horse"), &[], &client(), &TrustedDevices::default())
            .await
            .expect_err("refused");
        assert!(matches!(refused, SignUpError::UsernameTaken), "{refused:?}");
    }

    #[tokio::test]
    async fn a_store_that_fails_is_a_fault_of_its_kind() {
        let mut users = MockUserStore::new();
        users.expect_create().returning(|_| Err(StoreError::Unavailable(cause()).into()));
        let refused = sign_up(users, hashes(), SignUpPolicy::default())
            .run(&credentials("alice", "correct horse"), &[], &client(), &TrustedDevices::default())
            .await;
        assert!(matches!(refused, Err(SignUpError::Fault(Fault::Unavailable(_)))), "{refused:?}");

        let mut users = MockUserStore::new();
        users.expect_create().returning(|_| Err(StoreError::Corrupt(cause()).into()));
        let refused = sign_up(users, hashes(), SignUpPolicy::default())
            .run(&credentials("alice", "correct horse"), &[], &client(), &TrustedDevices::default())
            .await;
        assert!(matches!(refused, Err(SignUpError::Fault(Fault::Unforeseen(_)))), "{refused:?}");
    }

    #[tokio::test]
    async fn a_hasher_that_is_overloaded_or_fails_leaves_the_store_alone() {
        let mut hasher = MockPasswordHasher::new();
        hasher.expect_hash().returning(|_, _| Err(HasherError::Overloaded));
        let refused = sign_up(MockUserStore::new(), hasher, SignUpPolicy::default())
            .run(&credentials("alice", "correct horse"), &[], &client(), &TrustedDevices::default())
            .await;
        assert!(matches!(refused, Err(SignUpError::Fault(Fault::Overloaded))), "{refused:?}");

        let mut hasher = MockPasswordHasher::new();
        hasher.expect_hash().returning(|_, _| Err(HasherError::Failed(cause())));
        let refused = sign_up(MockUserStore::new(), hasher, SignUpPolicy::default())
            .run(&credentials("alice", "correct horse"), &[], &client(), &TrustedDevices::default())
            .await;
        assert!(matches!(refused, Err(SignUpError::Fault(Fault::Unforeseen(_)))), "{refused:?}");
    }

    #[tokio::test]
    async fn a_sign_up_that_is_not_admitted_costs_no_hash() {
        let mut store = MockLoginThrottle::new();
        store
            .expect_take()
            .withf(|buckets, _| buckets.len() == 1 && scope_of(&buckets[0].key) == "sign-up")
            .times(1)
            .returning(|_, _| Ok(Duration::from_secs(6)));
        let (users, hasher) = (Arc::new(MockUserStore::new()), Arc::new(MockPasswordHasher::new()));
        let refused = SignUp::new(users, hasher, bounded(store), mint(), SignUpPolicy::default())
            .run(&credentials("alice", "correct horse"), &[], &client(), &TrustedDevices::default())
            .await;
        assert!(matches!(refused, Err(SignUpError::Fault(Fault::TooManyAttempts { .. }))), "{refused:?}");
    }

    #[tokio::test]
    async fn a_new_account_is_known_where_it_was_made_and_the_sign_up_still_counts() {
        let mut store = MockLoginThrottle::new();
        store.expect_take().returning(|_, _| Ok(Duration::ZERO));
        store
            .expect_succeed()
            .withf(|success| success.taken.is_empty() && success.marks.iter().map(scope_of).eq(["known-at"]))
            .times(1)
            .returning(|_| Err(StoreError::Unavailable(cause())));
        let mut users = MockUserStore::new();
        users.expect_create().returning(|_| Ok(()));
        let opened = SignUp::new(Arc::new(users), Arc::new(hashes()), bounded(store), mint(), SignUpPolicy::default())
            .run(&credentials("alice", "correct horse"), &[], &client(), &TrustedDevices::default())
            .await;
        assert!(opened.is_ok(), "the account is there: {opened:?}");
    }

    #[tokio::test]
    async fn without_randomness_no_user_is_signed_up() {
        let mut tokens = MockTokenGenerator::new();
        tokens.expect_user_id().returning(|| Err(RandomnessError(cause())));
        let sign_up = SignUp::new(
            Arc::new(MockUserStore::new()),
            Arc::new(hashes()),
            unbounded(),
            mint_from(tokens),
            SignUpPolicy::default(),
        );
        let refused =
            sign_up.run(&credentials("alice", "correct horse"), &[], &client(), &TrustedDevices::default()).await;
        assert!(matches!(refused, Err(SignUpError::Fault(Fault::Unforeseen(_)))), "{refused:?}");
    }
}
