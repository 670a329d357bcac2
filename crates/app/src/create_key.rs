//! Creating a key: another way for a user to be known, with a password or without.

use std::sync::Arc;

use doorward_domain::ports::{AddKeyError, Clock, PasswordHasher, UserStore};
use doorward_domain::{InvalidPassword, Key, KeyId, Password, PasswordPolicy, UserId};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::Fault;

/// Gives a user another key.
pub struct CreateKey {
    users: Arc<dyn UserStore>,
    hasher: Arc<dyn PasswordHasher>,
    clock: Arc<dyn Clock>,
    rules: PasswordPolicy,
}

impl CreateKey {
    /// The use case on these ports.
    #[must_use]
    pub fn new(
        users: Arc<dyn UserStore>,
        hasher: Arc<dyn PasswordHasher>,
        clock: Arc<dyn Clock>,
        rules: PasswordPolicy,
    ) -> Self {
        Self { users, hasher, clock, rules }
    }

    /// Creates the key. Of keys of usernames a user can only have that of their own.
    ///
    /// # Errors
    /// [`CreateKeyError`]; nothing is written then.
    pub async fn run(
        &self,
        id: KeyId,
        user: &UserId,
        password: Option<&Zeroizing<String>>,
    ) -> Result<Key, CreateKeyError> {
        let user = self.users.find_user(user).await.map_err(Fault::from)?.ok_or(CreateKeyError::NoSuchUser)?;
        if id.is_of_username() && id != user.username.key_id() {
            return Err(CreateKeyError::NotTheirUsername);
        }
        let password_hash = match password {
            Some(raw) => {
                let password = Password::parse_new(raw, user.username.as_str(), &self.rules)?;
                Some(self.hasher.hash(&password).await.map_err(Fault::from)?)
            }
            None => None,
        };
        let key = Key { id, user_id: user.id, password_hash, created_at: self.clock.now() };
        match self.users.add_key(&key).await {
            Ok(()) => Ok(key),
            Err(AddKeyError::KeyTaken) => Err(CreateKeyError::KeyTaken),
            Err(AddKeyError::NoSuchUser) => Err(CreateKeyError::NoSuchUser),
            Err(AddKeyError::Store(error)) => Err(Fault::from(error).into()),
        }
    }
}

/// Why no key was created.
#[derive(Debug, Error)]
pub enum CreateKeyError {
    /// There is nobody whose key it could be.
    #[error("there is no such user")]
    NoSuchUser,
    /// It is the key of a username that is not this user's: a change of the password, which goes by the username, would
    /// never reach it.
    #[error("the key is that of another username")]
    NotTheirUsername,
    /// The password cannot be chosen.
    #[error(transparent)]
    InvalidPassword(#[from] InvalidPassword),
    /// The key exists already, whosever it is.
    #[error("the key is taken")]
    KeyTaken,
    /// Something behind a port failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

#[cfg(test)]
mod tests {
    use doorward_domain::PasswordHash;
    use doorward_domain::ports::{MockUserStore, StoreError};

    use super::*;
    use crate::test_support::{NOW, cause, clock_at, hashes_to_itself, user};

    fn knows_alice() -> MockUserStore {
        let mut users = MockUserStore::new();
        users.expect_find_user().returning(|id| Ok((*id == user("Alice").id).then(|| user("Alice"))));
        users
    }

    async fn create(users: MockUserStore, key: &str, password: Option<&str>) -> Result<Key, CreateKeyError> {
        let password = password.map(|text| Zeroizing::new(text.to_owned()));
        let (hasher, clock) = (Arc::new(hashes_to_itself()), Arc::new(clock_at(NOW)));
        CreateKey::new(Arc::new(users), hasher, clock, PasswordPolicy::DEFAULT)
            .run(KeyId::parse(key).expect("a key"), &user("Alice").id, password.as_ref())
            .await
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
        let mut nobody = MockUserStore::new();
        nobody.expect_find_user().returning(|_| Ok(None));
        let refused = create(nobody, "github:42", None).await;
        assert!(matches!(refused, Err(CreateKeyError::NoSuchUser)), "{refused:?}");
        let refused = create(knows_alice(), "username:bobby", None).await;
        assert!(matches!(refused, Err(CreateKeyError::NotTheirUsername)), "{refused:?}");
        let refused = create(knows_alice(), "github:42", Some("alice")).await;
        assert!(matches!(refused, Err(CreateKeyError::InvalidPassword(_))), "{refused:?}");
    }

    #[tokio::test]
    async fn what_the_store_refuses_is_told_apart() {
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
}
