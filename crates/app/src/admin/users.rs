//! Users, as operators and programs manage them: no password is asked for.

use std::sync::Arc;

use doorward_domain::ports::{AdminCreateUserError, Clock, PasswordHasher, TokenGenerator, UserStore};
use doorward_domain::{
    AddressBlock, Attributes, InvalidPassword, InvalidUsername, Key, KeyId, Password, User, UserId, Username,
};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::fault::Fault;
use crate::sign_up::SignUpPolicy;

/// Creates, finds, changes and deletes users.
pub struct Users {
    store: Arc<dyn UserStore>,
    hasher: Arc<dyn PasswordHasher>,
    tokens: Arc<dyn TokenGenerator>,
    clock: Arc<dyn Clock>,
    policy: SignUpPolicy,
}

/// The key that a new user has.
pub enum FirstKey {
    /// The username's, with this password.
    WithPassword(Zeroizing<String>),
    /// The username's, without a password. It takes the username, and nothing signs in with it.
    WithoutPassword,
    /// None. The username stays free until the user is given its key.
    None,
}

impl Users {
    /// The service on these ports.
    #[must_use]
    pub fn new(
        users: Arc<dyn UserStore>,
        hasher: Arc<dyn PasswordHasher>,
        tokens: Arc<dyn TokenGenerator>,
        clock: Arc<dyn Clock>,
        policy: SignUpPolicy,
    ) -> Self {
        Self { store: users, hasher, tokens, clock, policy }
    }

    /// Creates the user and the key, or neither, whether or not sign-up is open and the username is reserved. The user
    /// keeps an id from elsewhere, or gets a new one.
    ///
    /// # Errors
    /// [`CreateUserError`]; nothing is written then.
    pub async fn create(
        &self,
        id: Option<UserId>,
        username: &str,
        first_key: FirstKey,
        attributes: Attributes,
    ) -> Result<User, CreateUserError> {
        let username = Username::parse(username, self.policy.usernames)?;
        let password_hash = match &first_key {
            FirstKey::WithPassword(raw) => {
                let password = Password::parse_new(raw, username.as_str(), &self.policy.passwords)?;
                Some(self.hasher.hash(&password, AddressBlock::NONE).await.map_err(Fault::from)?)
            }
            FirstKey::WithoutPassword | FirstKey::None => None,
        };
        let now = self.clock.now();
        let id = id.map_or_else(|| self.tokens.user_id(), Ok).map_err(Fault::from)?;
        let user = User { id, username, created_at: now, attributes };
        let key = Key { id: user.username.key_id(), user_id: user.id.clone(), password_hash, created_at: now };
        let key = (!matches!(first_key, FirstKey::None)).then_some(&key);
        match self.store.admin_create_user(&user, key).await {
            Ok(()) => Ok(user),
            Err(AdminCreateUserError::KeyTaken) => Err(CreateUserError::UsernameTaken),
            Err(AdminCreateUserError::IdTaken) => Err(CreateUserError::IdTaken),
            Err(AdminCreateUserError::Store(error)) => Err(Fault::from(error).into()),
        }
    }

    /// The user with this id; `None` when there is none.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn by_id(&self, id: &UserId) -> Result<Option<User>, Fault> {
        Ok(self.store.find_user(id).await?)
    }

    /// The user who has this key, such as that of a username; `None` when there is none.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn by_key(&self, key: &KeyId) -> Result<Option<User>, Fault> {
        Ok(self.store.find_by_key(key).await?.map(|(_, user)| user))
    }

    /// Replaces a user's attributes; `false` when there is no such user.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn set_attributes(&self, id: &UserId, attributes: &Attributes) -> Result<bool, Fault> {
        Ok(self.store.set_attributes(id, attributes).await?)
    }

    /// Removes a user with all keys and sessions; `false` when there is no such user.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn delete(&self, id: &UserId) -> Result<bool, Fault> {
        Ok(self.store.admin_delete_user(id).await?)
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
    /// Another user has this username, in this or another spelling.
    #[error("the username is taken")]
    UsernameTaken,
    /// Another user has this id.
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
    use crate::test_support::{NOW, attributes, cause, clock_at, hashes_to_itself, key_of, tokens, user};

    /// The service on a store alone.
    fn on(users: MockUserStore) -> Users {
        let (hasher, clock): (MockPasswordHasher, _) = (hashes_to_itself(), clock_at(NOW));
        Users::new(Arc::new(users), Arc::new(hasher), Arc::new(tokens()), Arc::new(clock), SignUpPolicy::default())
    }

    async fn create(users: MockUserStore, name: &str, key: FirstKey) -> Result<User, CreateUserError> {
        create_with(None, users, name, key).await
    }

    async fn create_with(
        id: Option<UserId>,
        users: MockUserStore,
        name: &str,
        key: FirstKey,
    ) -> Result<User, CreateUserError> {
        on(users).create(id, name, key, attributes()).await
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
    async fn an_operator_may_create_a_user_with_a_reserved_name() {
        let user = create(takes(None), "Admin", FirstKey::None).await.expect("created");
        assert_eq!(user.username.as_str(), "Admin");
    }

    #[tokio::test]
    async fn the_rules_of_signing_up_hold() {
        let refused = create(MockUserStore::new(), "ann", FirstKey::None).await;
        assert!(matches!(refused, Err(CreateUserError::InvalidUsername(InvalidUsername::TooShort))), "{refused:?}");
        for (password, why) in [("short", InvalidPassword::TooShort), ("ALICE123", InvalidPassword::IsUsername)] {
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

    #[tokio::test]
    async fn a_user_is_found_by_id_and_by_key() {
        let mut users = MockUserStore::new();
        users.expect_find_user().withf(|id| *id == user("Alice").id).returning(|_| Ok(Some(user("Alice"))));
        users
            .expect_find_by_key()
            .withf(|key| key.as_str() == "username:alice")
            .returning(|_| Ok(Some((key_of(&user("Alice"), "hash"), user("Alice")))));
        let get = on(users);
        assert_eq!(get.by_id(&user("Alice").id).await.expect("no fault"), Some(user("Alice")));
        assert_eq!(get.by_key(&user("ALICE").username.key_id()).await.expect("no fault"), Some(user("Alice")));
    }

    #[tokio::test]
    async fn a_store_that_fails_is_a_fault_and_not_a_missing_user() {
        let mut users = MockUserStore::new();
        users.expect_find_user().returning(|_| Err(StoreError::Unavailable(cause())));
        users.expect_find_by_key().returning(|_| Err(StoreError::Unavailable(cause())));
        let get = on(users);
        assert!(matches!(get.by_id(&user("Alice").id).await, Err(Fault::Unavailable(_))));
        assert!(matches!(get.by_key(&user("Alice").username.key_id()).await, Err(Fault::Unavailable(_))));
    }

    #[tokio::test]
    async fn a_user_is_deleted_once() {
        let mut outcomes = [Ok(true), Ok(false), Err(StoreError::Unavailable(cause()))].into_iter();
        let mut users = MockUserStore::new();
        users
            .expect_admin_delete_user()
            .withf(|id| *id == user("Alice").id)
            .returning(move |_| outcomes.next().expect("three calls"));
        let users = on(users);
        assert!(users.delete(&user("Alice").id).await.expect("no fault"));
        assert!(!users.delete(&user("Alice").id).await.expect("no fault"));
        assert!(matches!(users.delete(&user("Alice").id).await, Err(Fault::Unavailable(_))));
    }

    #[tokio::test]
    async fn the_attributes_are_written_for_that_user() {
        let mut users = MockUserStore::new();
        users
            .expect_set_attributes()
            .withf(|id, written| *id == user("Alice").id && *written == attributes())
            .times(1)
            .returning(|_, _| Ok(true));
        let update = on(users);
        assert!(update.set_attributes(&user("Alice").id, &attributes()).await.expect("no fault"));
    }

    #[tokio::test]
    async fn a_missing_user_is_told_from_a_store_that_fails() {
        let mut outcomes = [Ok(false), Err(StoreError::Unavailable(cause()))].into_iter();
        let mut users = MockUserStore::new();
        users.expect_set_attributes().returning(move |_, _| outcomes.next().expect("two calls"));
        let update = on(users);
        assert!(!update.set_attributes(&user("Alice").id, &attributes()).await.expect("no fault"));
        assert!(matches!(update.set_attributes(&user("Alice").id, &attributes()).await, Err(Fault::Unavailable(_))));
    }
}
