//! Creating a user for somebody: what signing up does, without a session and without asking whether sign-up is open.

use std::sync::Arc;

use doorward_domain::ports::{AdminCreateUserError, Clock, PasswordHasher, TokenGenerator, UserStore};
use doorward_domain::{
    Attributes, InvalidPassword, InvalidUsername, Key, Password, PasswordPolicy, User, UserId, Username, UsernamePolicy,
};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::Fault;

/// Creates a user, with or without a key.
pub struct CreateUser {
    users: Arc<dyn UserStore>,
    hasher: Arc<dyn PasswordHasher>,
    tokens: Arc<dyn TokenGenerator>,
    clock: Arc<dyn Clock>,
    usernames: UsernamePolicy,
    passwords: PasswordPolicy,
}

/// The key that a user begins with.
pub enum FirstKey {
    /// The username's, with this password.
    WithPassword(Zeroizing<String>),
    /// The username's, which nobody else can then have, and nobody can sign in with.
    WithoutPassword,
    /// None. The username stays free for others until the user is given its key.
    None,
}

impl CreateUser {
    /// The use case on these ports.
    #[must_use]
    pub fn new(
        users: Arc<dyn UserStore>,
        hasher: Arc<dyn PasswordHasher>,
        tokens: Arc<dyn TokenGenerator>,
        clock: Arc<dyn Clock>,
        usernames: UsernamePolicy,
        passwords: PasswordPolicy,
    ) -> Self {
        Self { users, hasher, tokens, clock, usernames, passwords }
    }

    /// Creates the user and the key, or neither. The user keeps an id that they had elsewhere, or gets a new one.
    ///
    /// # Errors
    /// [`CreateUserError`]; nothing is written then.
    pub async fn run(
        &self,
        id: Option<UserId>,
        username: &str,
        first_key: FirstKey,
        attributes: Attributes,
    ) -> Result<User, CreateUserError> {
        let username = Username::parse(username, self.usernames)?;
        let password_hash = match &first_key {
            FirstKey::WithPassword(raw) => {
                let password = Password::parse_new(raw, username.as_str(), &self.passwords)?;
                Some(self.hasher.hash(&password).await.map_err(Fault::from)?)
            }
            FirstKey::WithoutPassword | FirstKey::None => None,
        };
        let now = self.clock.now();
        let id = id.map_or_else(|| self.tokens.user_id(), Ok).map_err(Fault::from)?;
        let user = User { id, username, created_at: now, attributes };
        let key = Key { id: user.username.key_id(), user_id: user.id.clone(), password_hash, created_at: now };
        let key = (!matches!(first_key, FirstKey::None)).then_some(&key);
        match self.users.admin_create_user(&user, key).await {
            Ok(()) => Ok(user),
            Err(AdminCreateUserError::KeyTaken) => Err(CreateUserError::UsernameTaken),
            Err(AdminCreateUserError::IdTaken) => Err(CreateUserError::IdTaken),
            Err(AdminCreateUserError::Store(error)) => Err(Fault::from(error).into()),
        }
    }
}

/// Why no user was created.
#[derive(Debug, Error)]
pub enum CreateUserError {
    /// The username cannot be chosen.
    #[error(transparent)]
    InvalidUsername(#[from] InvalidUsername),
    /// The password cannot be chosen.
    #[error(transparent)]
    InvalidPassword(#[from] InvalidPassword),
    /// Somebody has this username, in this or another spelling.
    #[error("the username is taken")]
    UsernameTaken,
    /// Somebody has this id.
    #[error("the user id is taken")]
    IdTaken,
    /// Something behind a port failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

#[cfg(test)]
mod tests {
    use doorward_domain::ports::{MockPasswordHasher, MockUserStore, StoreError};

    use super::*;
    use crate::test_support::{NOW, attributes, cause, clock_at, hashes_to_itself, tokens};

    async fn create(users: MockUserStore, name: &str, key: FirstKey) -> Result<User, CreateUserError> {
        create_with(None, users, name, key).await
    }

    async fn create_with(
        id: Option<UserId>,
        users: MockUserStore,
        name: &str,
        key: FirstKey,
    ) -> Result<User, CreateUserError> {
        let (hasher, clock): (MockPasswordHasher, _) = (hashes_to_itself(), clock_at(NOW));
        let (usernames, passwords) = (UsernamePolicy::Unicode, PasswordPolicy::DEFAULT);
        CreateUser::new(Arc::new(users), Arc::new(hasher), Arc::new(tokens()), Arc::new(clock), usernames, passwords)
            .run(id, name, key, attributes())
            .await
    }

    fn with(password: &str) -> FirstKey {
        FirstKey::WithPassword(Zeroizing::new(password.to_owned()))
    }

    /// A store that is to be given such a key: its id and the hash's text.
    fn takes(expected: Option<(&'static str, Option<&'static str>)>) -> MockUserStore {
        let mut users = MockUserStore::new();
        users
            .expect_admin_create_user()
            .withf(move |user, key| {
                let key = key.map(|key| {
                    assert_eq!(key.user_id, user.id);
                    (key.id.as_str(), key.password_hash.as_ref().map(doorward_domain::PasswordHash::expose))
                });
                key == expected && user.attributes == attributes() && user.created_at == NOW
            })
            .times(1)
            .returning(|_, _| Ok(()));
        users
    }

    #[tokio::test]
    async fn a_user_begins_with_the_key_that_was_asked_for() {
        let keys = [
            (with("correct horse"), Some(("username:alice", Some("correct horse")))),
            (FirstKey::WithoutPassword, Some(("username:alice", None))),
            (FirstKey::None, None),
        ];
        for (key, expected) in keys {
            let user = create(takes(expected), "Alice", key).await.expect("created");
            assert_eq!((user.id.as_str(), user.username.as_str()), ("user-new", "Alice"));
        }
    }

    #[tokio::test]
    async fn a_user_keeps_an_id_that_they_had_elsewhere() {
        let id = UserId::restore("elsewhere".into());
        let user = create_with(Some(id.clone()), takes(None), "Alice", FirstKey::None).await.expect("created");
        assert_eq!(user.id, id);
    }

    #[tokio::test]
    async fn the_rules_of_signing_up_hold() {
        let refused = create(MockUserStore::new(), "ann", FirstKey::None).await;
        assert!(matches!(refused, Err(CreateUserError::InvalidUsername(InvalidUsername::Length))), "{refused:?}");
        for (password, why) in [("short", InvalidPassword::Length), ("ALICE123", InvalidPassword::Common)] {
            let refused = create(MockUserStore::new(), "alice123", with(password)).await;
            assert!(matches!(&refused, Err(CreateUserError::InvalidPassword(is)) if *is == why), "{refused:?}");
        }
    }

    #[tokio::test]
    async fn a_taken_name_a_taken_id_and_a_store_that_fails_are_told_apart() {
        let refuses = |refusal: fn() -> AdminCreateUserError| {
            let mut users = MockUserStore::new();
            users.expect_admin_create_user().returning(move |_, _| Err(refusal()));
            create(users, "Alice", FirstKey::WithoutPassword)
        };
        let refused = refuses(|| AdminCreateUserError::KeyTaken).await;
        assert!(matches!(refused, Err(CreateUserError::UsernameTaken)), "{refused:?}");
        let refused = refuses(|| AdminCreateUserError::IdTaken).await;
        assert!(matches!(refused, Err(CreateUserError::IdTaken)), "{refused:?}");
        let failed = refuses(|| StoreError::Unavailable(cause()).into()).await;
        assert!(matches!(failed, Err(CreateUserError::Fault(Fault::Unavailable(_)))), "{failed:?}");
    }
}
