//! Signing up: a name and a password become a user with a key and a first session.

use std::sync::Arc;

use doorward_domain::ports::{CreateUserError, HasherError, NewAccount, PasswordHasher, RandomnessError, UserStore};
use doorward_domain::{
    AddressBlock, Client, InvalidUsername, Invitation, Key, LoginName, Password, PasswordPolicy, ReservedUsernames,
    SessionToken, User, Username, UsernameRules,
};
use thiserror::Error;

use crate::links::{InvalidLink, LinkError, Links};
use crate::throttle::Target;
use crate::{
    Credentials, Fault, InvalidCredentials, OpenedSession, SessionMint, Throttle, TrustedDevices, ValidSession,
};

/// Who may sign up, and with what.
#[derive(Clone, Debug)]
pub struct SignUpPolicy {
    /// Who may sign up.
    pub mode: SignUpMode,
    /// What a new username must be like, and how long a username may be.
    pub usernames: UsernameRules,
    /// Usernames that only an operator can give.
    pub reserved: ReservedUsernames,
    /// What a new password must be like.
    pub passwords: PasswordPolicy,
}

impl Default for SignUpPolicy {
    /// The policy unless the operator sets another: open to all, with the default rules.
    fn default() -> Self {
        Self {
            mode: SignUpMode::Open,
            usernames: UsernameRules::DEFAULT,
            reserved: ReservedUsernames::default(),
            passwords: PasswordPolicy::DEFAULT,
        }
    }
}

/// Who may sign up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignUpMode {
    /// Anyone.
    Open,
    /// Persons with an invitation.
    Invite,
    /// No one; invitations do not count either.
    Closed,
}

/// Creates a user, a key and a session.
pub struct SignUp {
    users: Arc<dyn UserStore>,
    links: Arc<Links>,
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
        links: Arc<Links>,
        hasher: Arc<dyn PasswordHasher>,
        throttle: Arc<Throttle>,
        mint: Arc<SessionMint>,
        policy: SignUpPolicy,
    ) -> Self {
        Self { users, links, hasher, throttle, mint, policy }
    }

    /// Who may sign up, and with what.
    #[must_use]
    pub fn policy(&self) -> &SignUpPolicy {
        &self.policy
    }

    /// Creates the user and opens their first session. The sessions that the person came with end.
    ///
    /// An invitation is looked at before all else, and may fix the username; then none needs to be typed. It does not count
    /// for the limit of sign-ups, so that a class can sign up behind one address.
    ///
    /// # Errors
    /// [`SignUpError`]; nothing is written then.
    pub async fn run(
        &self,
        credentials: &Credentials,
        invitation: Option<&str>,
        presented: &[SessionToken],
        client: &Client,
        devices: &TrustedDevices,
    ) -> Result<OpenedSession, SignUpError> {
        let invitation = match (self.policy.mode, invitation) {
            (SignUpMode::Closed, _) => return Err(SignUpError::Closed),
            (SignUpMode::Invite, None) => return Err(SignUpError::InvitationRequired),
            (SignUpMode::Open | SignUpMode::Invite, Some(code)) => Some(self.links.invitation(code, client).await?),
            (SignUpMode::Open, None) => None,
        };
        let (username, password) = self.parse(credentials, invitation.as_ref())?;

        let taken = self.throttle.take_sign_up(client).await?;
        let password_hash = self.hasher.hash(&password, AddressBlock::of(client.address)).await?;
        let now = self.mint.now();
        let attributes = invitation.as_ref().map(|invitation| invitation.attributes.clone()).unwrap_or_default();
        let user = User { id: self.mint.new_user_id()?, username, created_at: now, disabled: false, attributes };
        let password_hash = Some(password_hash);
        let key = Key { id: user.username.key_id(), user_id: user.id.clone(), password_hash, created_at: now };
        let (token, session) = self.mint.mint(user.id.clone(), now)?;
        let replaces = presented.iter().map(|token| self.mint.digest(token)).collect();
        let invitation = invitation.map(|invitation| invitation.code);
        let account = NewAccount { user, key, session, client: client.clone(), replaces, invitation };
        self.users.create(&account).await?;

        let NewAccount { user, key, session, .. } = account;
        if invitation.is_some() {
            self.throttle.give_back(&taken).await;
        }
        let target = Target { user: Some(&user.id), key: &key.id, password: key.password_hash.as_ref() };
        let devices = self.throttle.trust_client(target, client, devices).await;
        Ok(OpenedSession { token, valid: ValidSession { session, user, fresh: false }, rehashed: false, devices })
    }

    /// Reads username and password. Where an invitation fixes the username, that one counts, and it may be reserved.
    fn parse(
        &self,
        credentials: &Credentials,
        invitation: Option<&Invitation>,
    ) -> Result<(Username, Password), InvalidCredentials> {
        let fixed = invitation.and_then(|invitation| invitation.username.as_ref());
        let typed = credentials.username.as_ref().map_or("", |text| text.as_str());
        let name = fixed.map_or(typed, Username::as_str);
        let read_password = |password: &str| Password::parse_new(password, name, &self.policy.passwords);
        let Some(fixed) = fixed else {
            let read_name = |name: &str| self.policy.reserved.check(Username::parse(name, self.policy.usernames)?);
            return credentials.parse(read_name, read_password);
        };
        let typed_key = LoginName::parse(typed, Username::MOST_CHARS).map(|name| name.key_id());
        let is_other = !typed.is_empty() && typed_key != Ok(fixed.key_id());
        let username = Some(fixed.as_str().to_owned().into());
        let with_fixed = Credentials { username, password: credentials.password.clone() };
        let read_name = |_: &str| if is_other { Err(InvalidUsername::NotInvited) } else { Ok(fixed.clone()) };
        with_fixed.parse(read_name, read_password)
    }
}

/// Why no user was created.
#[derive(Debug, Error)]
pub enum SignUpError {
    /// Sign-up is closed.
    #[error("sign-up is closed")]
    Closed,
    /// Sign-up is by invitation, and none was presented.
    #[error("sign-up is by invitation")]
    InvitationRequired,
    /// The invitation does not exist, was used up, has expired or was revoked: deliberately one and the same.
    #[error(transparent)]
    InvalidLink(#[from] InvalidLink),
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
            CreateUserError::NoSuchInvitation => Self::InvalidLink(InvalidLink),
            CreateUserError::Store(error) => Self::Fault(error.into()),
        }
    }
}

impl From<LinkError> for SignUpError {
    fn from(error: LinkError) -> Self {
        match error {
            LinkError::Invalid(error) => error.into(),
            LinkError::Fault(fault) => fault.into(),
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
        MockLinkStore, MockLoginThrottle, MockPasswordHasher, MockTokenGenerator, MockUserStore, StoreError,
    };
    use doorward_domain::{InvitationId, OneTimeCode, PasswordHash, SessionPolicy};

    use super::*;
    use crate::test_support::{
        NOW, attributes, bounded, cause, client, credentials, link_hash, links, mint, mint_from, no_links,
        numbered_code, scope_of, token, token_hash, unbounded,
    };

    fn hashes() -> MockPasswordHasher {
        let mut hasher = MockPasswordHasher::new();
        hasher
            .expect_hash()
            .returning(|password, _| Ok(PasswordHash::restore(format!("hash of {}", password.expose()))));
        hasher
    }

    fn sign_up(users: MockUserStore, hasher: MockPasswordHasher, policy: SignUpPolicy) -> SignUp {
        SignUp::new(Arc::new(users), no_links(), Arc::new(hasher), unbounded(), mint(), policy)
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
                None,
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
                .run(&given, None, &[], &client(), &TrustedDevices::default())
                .await
                .expect_err("refused");
            let SignUpError::Invalid(invalid) = refused else { panic!("{refused:?}") };
            assert_eq!(invalid, InvalidCredentials { username, password });
        }
    }

    /// A sign-up in a mode, with the code of an invitation that there is.
    fn by_invitation(mode: SignUpMode, users: MockUserStore, invitation: Invitation) -> SignUp {
        let mut store = MockLinkStore::new();
        store.expect_find_invitation().returning(move |code| {
            let is_right = *code == link_hash(&code_of_link());
            Ok(is_right.then(|| invitation.clone()))
        });
        let policy = SignUpPolicy { mode, ..SignUpPolicy::default() };
        SignUp::new(Arc::new(users), links(store), Arc::new(hashes()), unbounded(), mint(), policy)
    }

    fn code_of_link() -> OneTimeCode {
        numbered_code(9)
    }

    fn invitation() -> Invitation {
        Invitation {
            id: InvitationId::restore("invitation-1".into()),
            code: link_hash(&code_of_link()),
            username: None,
            attributes: attributes(),
            uses_left: 1,
            created_at: NOW,
            expires_at: NOW.plus(Duration::from_millis(1)),
        }
    }

    async fn invited(sign_up: SignUp, given: &Credentials, code: Option<&str>) -> Result<OpenedSession, SignUpError> {
        sign_up.run(given, code, &[], &client(), &TrustedDevices::default()).await
    }

    #[tokio::test]
    async fn an_invitation_gives_the_user_its_attributes_and_is_used_with_the_account() {
        for mode in [SignUpMode::Invite, SignUpMode::Open] {
            let mut users = MockUserStore::new();
            users
                .expect_create()
                .withf(|account| {
                    account.user.attributes == attributes() && account.invitation == Some(link_hash(&code_of_link()))
                })
                .times(1)
                .returning(|_| Ok(()));
            let typed = code_of_link().expose().to_lowercase().replace('-', " ");
            let sign_up = by_invitation(mode, users, invitation());
            let opened = invited(sign_up, &credentials("Alice", "correct horse"), Some(&typed)).await;
            assert_eq!(opened.expect("signed up").valid.user.username.as_str(), "Alice");
        }
    }

    #[tokio::test]
    async fn an_invitation_may_fix_the_username_even_a_reserved_one() {
        let fixed = Invitation { username: Some(Username::restore("Admin".into())), ..invitation() };
        let typed = |name: Option<&str>| Credentials {
            username: name.map(|name| name.to_owned().into()),
            ..credentials("", "correct horse")
        };
        for name in [None, Some(""), Some(" admin "), Some("ADMIN")] {
            let mut users = MockUserStore::new();
            users.expect_create().returning(|_| Ok(()));
            let sign_up = by_invitation(SignUpMode::Invite, users, fixed.clone());
            let opened = invited(sign_up, &typed(name), Some(code_of_link().expose())).await.expect("signed up");
            assert_eq!(opened.valid.user.username.as_str(), "Admin");
        }
        let sign_up = by_invitation(SignUpMode::Invite, MockUserStore::new(), fixed);
        let refused =
            invited(sign_up, &typed(Some("Alice")), Some(code_of_link().expose())).await.expect_err("refused");
        let SignUpError::Invalid(invalid) = refused else { panic!("{refused:?}") };
        assert_eq!(invalid.username, Some(InvalidUsername::NotInvited));
    }

    #[tokio::test]
    async fn without_a_valid_invitation_no_field_is_judged() {
        let (right, wrong) = (code_of_link(), numbered_code(1));
        let expired = Invitation { expires_at: NOW, ..invitation() };
        for (invitation, code) in [(invitation(), wrong.expose()), (invitation(), "no code"), (expired, right.expose())]
        {
            let sign_up = by_invitation(SignUpMode::Open, MockUserStore::new(), invitation);
            let refused = invited(sign_up, &Credentials::default(), Some(code)).await;
            assert!(matches!(refused, Err(SignUpError::InvalidLink(InvalidLink))), "{refused:?}");
        }
        let sign_up = by_invitation(SignUpMode::Invite, MockUserStore::new(), invitation());
        let refused = invited(sign_up, &Credentials::default(), None).await;
        assert!(matches!(refused, Err(SignUpError::InvitationRequired)), "{refused:?}");
        let sign_up = by_invitation(SignUpMode::Closed, MockUserStore::new(), invitation());
        let refused = invited(sign_up, &Credentials::default(), Some(right.expose())).await;
        assert!(matches!(refused, Err(SignUpError::Closed)), "{refused:?}");
    }

    #[tokio::test]
    async fn an_invitation_whose_last_use_another_call_took_is_invalid() {
        let mut users = MockUserStore::new();
        users.expect_create().returning(|_| Err(CreateUserError::NoSuchInvitation));
        let sign_up = by_invitation(SignUpMode::Invite, users, invitation());
        let refused = invited(sign_up, &credentials("Alice", "correct horse"), Some(code_of_link().expose())).await;
        assert!(matches!(refused, Err(SignUpError::InvalidLink(InvalidLink))), "{refused:?}");
    }

    #[tokio::test]
    async fn closed_means_that_nothing_is_looked_at() {
        let refused = sign_up(
            MockUserStore::new(),
            MockPasswordHasher::new(),
            SignUpPolicy { mode: SignUpMode::Closed, ..SignUpPolicy::default() },
        )
        .run(&Credentials::default(), None, &[], &client(), &TrustedDevices::default())
        .await
        .expect_err("refused");
        assert!(matches!(refused, SignUpError::Closed), "{refused:?}");
    }

    #[tokio::test]
    async fn a_taken_key_is_a_taken_username() {
        let mut users = MockUserStore::new();
        users.expect_create().returning(|_| Err(CreateUserError::KeyTaken));
        let refused = sign_up(users, hashes(), SignUpPolicy::default())
            .run(&credentials("alice", "correct horse"), None, &[], &client(), &TrustedDevices::default())
            .await
            .expect_err("refused");
        assert!(matches!(refused, SignUpError::UsernameTaken), "{refused:?}");
    }

    #[tokio::test]
    async fn a_store_that_fails_is_a_fault_of_its_kind() {
        let mut users = MockUserStore::new();
        users.expect_create().returning(|_| Err(StoreError::Unavailable(cause()).into()));
        let refused = sign_up(users, hashes(), SignUpPolicy::default())
            .run(&credentials("alice", "correct horse"), None, &[], &client(), &TrustedDevices::default())
            .await;
        assert!(matches!(refused, Err(SignUpError::Fault(Fault::Unavailable(_)))), "{refused:?}");

        let mut users = MockUserStore::new();
        users.expect_create().returning(|_| Err(StoreError::Corrupt(cause()).into()));
        let refused = sign_up(users, hashes(), SignUpPolicy::default())
            .run(&credentials("alice", "correct horse"), None, &[], &client(), &TrustedDevices::default())
            .await;
        assert!(matches!(refused, Err(SignUpError::Fault(Fault::Unforeseen(_)))), "{refused:?}");
    }

    #[tokio::test]
    async fn a_hasher_that_is_overloaded_or_fails_leaves_the_store_alone() {
        let mut hasher = MockPasswordHasher::new();
        hasher.expect_hash().returning(|_, _| Err(HasherError::Overloaded));
        let refused = sign_up(MockUserStore::new(), hasher, SignUpPolicy::default())
            .run(&credentials("alice", "correct horse"), None, &[], &client(), &TrustedDevices::default())
            .await;
        assert!(matches!(refused, Err(SignUpError::Fault(Fault::Overloaded))), "{refused:?}");

        let mut hasher = MockPasswordHasher::new();
        hasher.expect_hash().returning(|_, _| Err(HasherError::Failed(cause())));
        let refused = sign_up(MockUserStore::new(), hasher, SignUpPolicy::default())
            .run(&credentials("alice", "correct horse"), None, &[], &client(), &TrustedDevices::default())
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
        let refused = SignUp::new(users, no_links(), hasher, bounded(store), mint(), SignUpPolicy::default())
            .run(&credentials("alice", "correct horse"), None, &[], &client(), &TrustedDevices::default())
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
        let opened = SignUp::new(
            Arc::new(users),
            no_links(),
            Arc::new(hashes()),
            bounded(store),
            mint(),
            SignUpPolicy::default(),
        )
        .run(&credentials("alice", "correct horse"), None, &[], &client(), &TrustedDevices::default())
        .await;
        assert!(opened.is_ok(), "the account is there: {opened:?}");
    }

    #[tokio::test]
    async fn without_randomness_no_user_is_signed_up() {
        let mut tokens = MockTokenGenerator::new();
        tokens.expect_user_id().returning(|| Err(RandomnessError(cause())));
        let sign_up = SignUp::new(
            Arc::new(MockUserStore::new()),
            no_links(),
            Arc::new(hashes()),
            unbounded(),
            mint_from(tokens),
            SignUpPolicy::default(),
        );
        let refused =
            sign_up.run(&credentials("alice", "correct horse"), None, &[], &client(), &TrustedDevices::default()).await;
        assert!(matches!(refused, Err(SignUpError::Fault(Fault::Unforeseen(_)))), "{refused:?}");
    }
}
