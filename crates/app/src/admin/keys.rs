//! Keys, as operators and programs manage them: the current password is not asked for.

use std::sync::Arc;

use doorward_domain::ports::{AddKeyError, Clock, PasswordHasher, UserStore, Verdict};
use doorward_domain::{
    AddressBlock, InvalidPassword, Key, KeyId, Password, PasswordHash, PasswordPolicy, User, UserId,
};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::fault::Fault;

/// Creates, checks, changes and deletes keys.
pub struct Keys {
    users: Arc<dyn UserStore>,
    hasher: Arc<dyn PasswordHasher>,
    clock: Arc<dyn Clock>,
    passwords: PasswordPolicy,
}

impl Keys {
    /// The service on these ports.
    #[must_use]
    pub fn new(
        users: Arc<dyn UserStore>,
        hasher: Arc<dyn PasswordHasher>,
        clock: Arc<dyn Clock>,
        passwords: PasswordPolicy,
    ) -> Self {
        Self { users, hasher, clock, passwords }
    }

    /// Gives a user another key, with a password or without. Of keys of usernames a user can have only that of their own.
    ///
    /// # Errors
    /// [`CreateKeyError`]; nothing is written then.
    pub async fn create(
        &self,
        id: KeyId,
        user: &UserId,
        password: Option<&Zeroizing<String>>,
    ) -> Result<Key, CreateKeyError> {
        let user = self.users.find_user(user).await.map_err(Fault::from)?.ok_or(CreateKeyError::NoSuchUser)?;
        if id.is_of_username() && id != user.username.key_id() {
            return Err(CreateKeyError::NotTheirUsername);
        }
        let password_hash = self.hash::<CreateKeyError>(&user, password).await?;
        let key = Key { id, user_id: user.id, password_hash, created_at: self.clock.now() };
        match self.users.add_key(&key).await {
            Ok(()) => Ok(key),
            Err(AddKeyError::KeyTaken) => Err(CreateKeyError::KeyTaken),
            Err(AddKeyError::NoSuchUser) => Err(CreateKeyError::NoSuchUser),
            Err(AddKeyError::Store(error)) => Err(Fault::from(error).into()),
        }
    }

    /// The key with this id; `None` when there is none.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn get(&self, id: &KeyId) -> Result<Option<Key>, Fault> {
        Ok(self.users.find_by_key(id).await?.map(|(key, _)| key))
    }

    /// All keys of a user, oldest first.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn list(&self, user: &UserId) -> Result<Vec<Key>, Fault> {
        Ok(self.users.list_keys(user).await?)
    }

    /// The key, if this is its password. A key without a password is verified without one, and no other way. Nothing limits
    /// how often this is tried: over a network, users log in ([`LogIn`](crate::LogIn)) instead.
    ///
    /// # Errors
    /// [`VerifyKeyError`]. An unknown key costs the same hash as a known one.
    pub async fn verify(&self, id: &KeyId, password: Option<&Zeroizing<String>>) -> Result<Key, VerifyKeyError> {
        let key = self.get(id).await?;
        let hash = key.as_ref().and_then(|key| key.password_hash.as_ref());
        let matches = match password {
            None => hash.is_none(),
            Some(raw) => match Password::parse_login(raw) {
                Ok(password) => {
                    self.hasher.verify(&password, hash, AddressBlock::NONE).await.map_err(Fault::from)?
                        != Verdict::Wrong
                }
                Err(_) => false,
            },
        };
        match key {
            None => Err(VerifyKeyError::NoSuchKey),
            Some(_) if !matches => Err(VerifyKeyError::IncorrectPassword),
            Some(key) => Ok(key),
        }
    }

    /// Replaces the password of a key, or removes it, deletes the recovery codes and revokes every session of the key's user: none outlives the
    /// password that it was opened with. A user who changes their own is asked for the current one
    /// ([`ChangePassword`](crate::ChangePassword)).
    ///
    /// # Errors
    /// [`SetPasswordError`]; nothing was changed then.
    pub async fn set_password(&self, id: &KeyId, password: Option<&Zeroizing<String>>) -> Result<(), SetPasswordError> {
        let found = self.users.find_by_key(id).await.map_err(Fault::from)?;
        let (_, user) = found.ok_or(SetPasswordError::NoSuchKey)?;
        let hash = self.hash::<SetPasswordError>(&user, password).await?;
        let updated = self.users.admin_set_password(id, hash.as_ref()).await.map_err(Fault::from)?;
        if updated { Ok(()) } else { Err(SetPasswordError::NoSuchKey) }
    }

    /// Removes a key, deletes the recovery codes and revokes every session of its user; `false` when there is no such key.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn delete(&self, id: &KeyId) -> Result<bool, Fault> {
        Ok(self.users.admin_delete_key(id).await?)
    }

    /// Hashes a new password of a user, where there is one.
    async fn hash<E: From<InvalidPassword> + From<Fault>>(
        &self,
        user: &User,
        password: Option<&Zeroizing<String>>,
    ) -> Result<Option<PasswordHash>, E> {
        let Some(raw) = password else { return Ok(None) };
        let password = Password::parse_new(raw, user.username.as_str(), &self.passwords)?;
        Ok(Some(self.hasher.hash(&password, AddressBlock::NONE).await.map_err(Fault::from)?))
    }
}

/// Why no key was created.
#[derive(Debug, Error)]
pub enum CreateKeyError {
    /// There is no such user.
    #[error("there is no such user")]
    NoSuchUser,
    /// It is the key of a username that is not this user's: a change of the password, which goes by the username, would
    /// never reach it.
    #[error("the key is that of another username")]
    NotTheirUsername,
    /// The password cannot be chosen.
    #[error(transparent)]
    InvalidPassword(#[from] InvalidPassword),
    /// The key exists already.
    #[error("the key is taken")]
    KeyTaken,
    /// Something behind a port failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Why a key was not verified.
#[derive(Debug, Error)]
pub enum VerifyKeyError {
    /// There is no such key.
    #[error("there is no such key")]
    NoSuchKey,
    /// The password is wrong, or missing, or given for a key that has none.
    #[error("it is not the password of the key")]
    IncorrectPassword,
    /// Something behind a port failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Why the password stays as it was.
#[derive(Debug, Error)]
pub enum SetPasswordError {
    /// There is no such key.
    #[error("there is no such key")]
    NoSuchKey,
    /// The password cannot be chosen.
    #[error(transparent)]
    InvalidPassword(#[from] InvalidPassword),
    /// Something behind a port failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

#[cfg(test)]
mod tests {
    use doorward_domain::ports::{HasherError, MockPasswordHasher, MockUserStore, StoreError};

    use super::*;
    use crate::test_support::{NOW, cause, clock_at, hashes_to_itself, key_of, user};

    fn with(users: MockUserStore, hasher: MockPasswordHasher) -> Keys {
        Keys::new(Arc::new(users), Arc::new(hasher), Arc::new(clock_at(NOW)), PasswordPolicy::DEFAULT)
    }

    fn on(users: MockUserStore) -> Keys {
        with(users, hashes_to_itself())
    }

    fn knows_alice() -> MockUserStore {
        let mut users = MockUserStore::new();
        users.expect_find_user().returning(|id| Ok((*id == user("Alice").id).then(|| user("Alice"))));
        users
    }

    async fn create(users: MockUserStore, key: &str, password: Option<&str>) -> Result<Key, CreateKeyError> {
        let password = password.map(|text| Zeroizing::new(text.to_owned()));
        on(users).create(KeyId::parse(key).expect("a key"), &user("Alice").id, password.as_ref()).await
    }

    #[tokio::test]
    async fn a_key_is_written_with_or_without_a_password() {
        for password in [None, Some("correct horse")] {
            for id in ["github:42", "username:ALICE"] {
                let mut users = knows_alice();
                users.expect_add_key().times(1).returning(|_| Ok(()));
                let key = create(users, id, password).await.expect("created");
                assert_eq!(key.password_hash.as_ref().map(PasswordHash::expose), password);
                assert_eq!((key.user_id, key.created_at), (user("Alice").id, NOW));
            }
        }
    }

    #[tokio::test]
    async fn nothing_is_written_for_a_wrong_user_username_or_password() {
        let mut without = MockUserStore::new();
        without.expect_find_user().returning(|_| Ok(None));
        let refused = create(without, "github:42", None).await;
        assert!(matches!(refused, Err(CreateKeyError::NoSuchUser)), "{refused:?}");
        let refused = create(knows_alice(), "username:bobby", None).await;
        assert!(matches!(refused, Err(CreateKeyError::NotTheirUsername)), "{refused:?}");
        let refused = create(knows_alice(), "github:42", Some("alice")).await;
        assert!(matches!(refused, Err(CreateKeyError::InvalidPassword(_))), "{refused:?}");
    }

    #[tokio::test]
    async fn refusals_of_the_store_are_told_apart() {
        let refuses = |refusal: fn() -> AddKeyError| {
            let mut users = knows_alice();
            users.expect_add_key().returning(move |_| Err(refusal()));
            create(users, "github:42", None)
        };
        let refused = refuses(|| AddKeyError::KeyTaken).await;
        assert!(matches!(refused, Err(CreateKeyError::KeyTaken)), "{refused:?}");
        let refused = refuses(|| AddKeyError::NoSuchUser).await;
        assert!(matches!(refused, Err(CreateKeyError::NoSuchUser)), "{refused:?}");
        let failed = refuses(|| StoreError::Unavailable(cause()).into()).await;
        assert!(matches!(failed, Err(CreateKeyError::Fault(Fault::Unavailable(_)))), "{failed:?}");
    }

    #[tokio::test]
    async fn a_key_is_found_or_not_or_the_store_fails() {
        let alice = key_of(&user("Alice"), "hash");
        let mut outcomes =
            [Ok(Some((alice.clone(), user("Alice")))), Ok(None), Err(StoreError::Unavailable(cause()))].into_iter();
        let mut users = MockUserStore::new();
        let id = alice.id.clone();
        users
            .expect_find_by_key()
            .withf(move |asked| *asked == id)
            .returning(move |_| outcomes.next().expect("three calls"));
        let keys = on(users);
        assert_eq!(keys.get(&alice.id).await.expect("no fault"), Some(alice.clone()));
        assert_eq!(keys.get(&alice.id).await.expect("no fault"), None);
        assert!(matches!(keys.get(&alice.id).await, Err(Fault::Unavailable(_))));
    }

    #[tokio::test]
    async fn keys_are_listed_as_the_store_has_them_or_the_store_fails() {
        let mut outcomes =
            [Ok(vec![key_of(&user("Alice"), "hash")]), Err(StoreError::Unavailable(cause()))].into_iter();
        let mut users = MockUserStore::new();
        users
            .expect_list_keys()
            .withf(|id| *id == user("Alice").id)
            .returning(move |_| outcomes.next().expect("two calls"));
        let keys = on(users);
        assert_eq!(keys.list(&user("Alice").id).await.expect("no fault"), [key_of(&user("Alice"), "hash")]);
        assert!(matches!(keys.list(&user("Alice").id).await, Err(Fault::Unavailable(_))));
    }

    /// Alice's key, with this hash or without one.
    fn key(hash: Option<&str>) -> Key {
        let mut key = key_of(&user("Alice"), hash.unwrap_or_default());
        key.password_hash = key.password_hash.filter(|_| hash.is_some());
        key
    }

    async fn verify(stored: Option<Key>, password: Option<&str>) -> Result<Key, VerifyKeyError> {
        let mut users = MockUserStore::new();
        users.expect_find_by_key().return_once(move |_| Ok(stored.map(|key| (key, user("Alice")))));
        let password = password.map(|text| Zeroizing::new(text.to_owned()));
        on(users).verify(&user("Alice").username.key_id(), password.as_ref()).await
    }

    #[tokio::test]
    async fn a_key_is_verified_by_its_password_and_one_without_by_none() {
        for password in [Some("correct horse"), None] {
            let verified = verify(Some(key(password)), password).await.expect("verified");
            assert_eq!(verified, key(password));
        }
    }

    #[tokio::test]
    async fn any_other_password_is_refused() {
        let wrong = [
            (Some("correct horse"), Some("wrong horse")),
            (Some("correct horse"), Some("")),
            (Some("correct horse"), None),
            (None, Some("correct horse")),
        ];
        for (stored, password) in wrong {
            let refused = verify(Some(key(stored)), password).await;
            assert!(matches!(refused, Err(VerifyKeyError::IncorrectPassword)), "{stored:?} {password:?}: {refused:?}");
        }
        for password in [None, Some("correct horse")] {
            let refused = verify(None, password).await;
            assert!(matches!(refused, Err(VerifyKeyError::NoSuchKey)), "{refused:?}");
        }
    }

    #[tokio::test]
    async fn a_port_that_fails_is_a_fault() {
        let password = Zeroizing::new("correct horse".to_owned());
        let id = user("Alice").username.key_id();
        let mut users = MockUserStore::new();
        users.expect_find_by_key().returning(|_| Err(StoreError::Unavailable(cause())));
        let failed = on(users).verify(&id, Some(&password)).await;
        assert!(matches!(failed, Err(VerifyKeyError::Fault(Fault::Unavailable(_)))), "{failed:?}");

        let (mut users, mut hasher) = (MockUserStore::new(), MockPasswordHasher::new());
        users.expect_find_by_key().returning(|_| Ok(None));
        hasher.expect_verify().times(1).returning(|_, _, _| Err(HasherError::Overloaded));
        let failed = with(users, hasher).verify(&id, Some(&password)).await;
        assert!(matches!(failed, Err(VerifyKeyError::Fault(Fault::Overloaded))), "{failed:?}");
    }

    fn has_the_key() -> MockUserStore {
        let mut users = MockUserStore::new();
        users
            .expect_find_by_key()
            .withf(|id| id.as_str() == "username:alice")
            .returning(|_| Ok(Some((key_of(&user("Alice"), "old"), user("Alice")))));
        users
    }

    async fn update(users: MockUserStore, password: Option<&str>) -> Result<(), SetPasswordError> {
        let password = password.map(|text| Zeroizing::new(text.to_owned()));
        on(users).set_password(&user("Alice").username.key_id(), password.as_ref()).await
    }

    #[tokio::test]
    async fn the_hash_is_replaced_or_taken_away() {
        for password in [Some("staple battery"), None] {
            let mut users = has_the_key();
            users
                .expect_admin_set_password()
                .withf(move |id, hash| id.as_str() == "username:alice" && hash.map(PasswordHash::expose) == password)
                .times(1)
                .returning(|_, _| Ok(true));
            update(users, password).await.expect("updated");
        }
    }

    #[tokio::test]
    async fn the_rules_for_new_passwords_hold() {
        for (password, why) in [("short", InvalidPassword::TooShort), ("password1", InvalidPassword::Common)] {
            let refused = update(has_the_key(), Some(password)).await;
            assert!(matches!(&refused, Err(SetPasswordError::InvalidPassword(is)) if *is == why), "{refused:?}");
        }
    }

    #[tokio::test]
    async fn a_key_that_is_not_there_or_goes_meanwhile_is_told_from_a_store_that_fails() {
        let mut users = MockUserStore::new();
        users.expect_find_by_key().returning(|_| Ok(None));
        let refused = update(users, None).await;
        assert!(matches!(refused, Err(SetPasswordError::NoSuchKey)), "{refused:?}");

        let mut users = has_the_key();
        users.expect_admin_set_password().returning(|_, _| Ok(false));
        let refused = update(users, None).await;
        assert!(matches!(refused, Err(SetPasswordError::NoSuchKey)), "{refused:?}");

        let mut users = has_the_key();
        users.expect_admin_set_password().returning(|_, _| Err(StoreError::Unavailable(cause())));
        let failed = update(users, None).await;
        assert!(matches!(failed, Err(SetPasswordError::Fault(Fault::Unavailable(_)))), "{failed:?}");
    }

    #[tokio::test]
    async fn a_key_is_deleted_once() {
        let mut outcomes = [Ok(true), Ok(false), Err(StoreError::Unavailable(cause()))].into_iter();
        let mut users = MockUserStore::new();
        users
            .expect_admin_delete_key()
            .withf(|id| id.as_str() == "username:alice")
            .returning(move |_| outcomes.next().expect("three calls"));
        let keys = on(users);
        let id = user("Alice").username.key_id();
        assert!(keys.delete(&id).await.expect("no fault"));
        assert!(!keys.delete(&id).await.expect("no fault"));
        assert!(matches!(keys.delete(&id).await, Err(Fault::Unavailable(_))));
    }
}
