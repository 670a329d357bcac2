//! Using a key: whether it and its password belong together. For programs that know whom they ask for; whoever asks over
//! a network logs in ([`LogIn`](crate::LogIn)), where guesses are bounded.

use std::sync::Arc;

use doorward_domain::ports::{PasswordHasher, UserStore, Verdict};
use doorward_domain::{Key, KeyId, Password};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::Fault;

/// Checks keys.
pub struct UseKey {
    users: Arc<dyn UserStore>,
    hasher: Arc<dyn PasswordHasher>,
}

impl UseKey {
    /// The use case on these ports.
    #[must_use]
    pub fn new(users: Arc<dyn UserStore>, hasher: Arc<dyn PasswordHasher>) -> Self {
        Self { users, hasher }
    }

    /// The key, if this is its password. A key without a password is used without one, and no other way.
    ///
    /// # Errors
    /// [`UseKeyError`] says what does not belong together. An unknown key costs the same hash as a known one.
    pub async fn run(&self, id: &KeyId, password: Option<&Zeroizing<String>>) -> Result<Key, UseKeyError> {
        let key = self.users.find_by_key(id).await.map_err(Fault::from)?.map(|(key, _)| key);
        let hash = key.as_ref().and_then(|key| key.password_hash.as_ref());
        let belongs = match password {
            None => hash.is_none(),
            Some(raw) => match Password::parse_login(raw) {
                Ok(password) => self.hasher.verify(&password, hash).await.map_err(Fault::from)? != Verdict::Wrong,
                Err(_) => false,
            },
        };
        match key {
            None => Err(UseKeyError::NoSuchKey),
            Some(_) if !belongs => Err(UseKeyError::IncorrectPassword),
            Some(key) => Ok(key),
        }
    }
}

/// Why a key opens nothing.
#[derive(Debug, Error)]
pub enum UseKeyError {
    /// There is no such key.
    #[error("there is no such key")]
    NoSuchKey,
    /// It is not its password; or it has one and was used without, or the other way about.
    #[error("it is not the password of the key")]
    IncorrectPassword,
    /// Something behind a port failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

#[cfg(test)]
mod tests {
    use doorward_domain::ports::{HasherError, MockPasswordHasher, MockUserStore, StoreError};

    use super::*;
    use crate::test_support::{cause, hashes_to_itself, key_of, user};

    /// Alice's key, with this hash or without one.
    fn key(hash: Option<&str>) -> Key {
        let mut key = key_of(&user("Alice"), hash.unwrap_or_default());
        key.password_hash = key.password_hash.filter(|_| hash.is_some());
        key
    }

    async fn use_key(stored: Option<Key>, password: Option<&str>) -> Result<Key, UseKeyError> {
        let mut users = MockUserStore::new();
        users.expect_find_by_key().return_once(move |_| Ok(stored.map(|key| (key, user("Alice")))));
        let password = password.map(|text| Zeroizing::new(text.to_owned()));
        UseKey::new(Arc::new(users), Arc::new(hashes_to_itself()))
            .run(&user("Alice").username.key_id(), password.as_ref())
            .await
    }

    #[tokio::test]
    async fn a_key_is_used_with_its_password_and_one_without_is_used_without() {
        for password in [Some("correct horse"), None] {
            let used = use_key(Some(key(password)), password).await.expect("used");
            assert_eq!(used, key(password));
        }
    }

    #[tokio::test]
    async fn nothing_else_is() {
        let wrong = [
            (Some("correct horse"), Some("wrong horse")),
            (Some("correct horse"), Some("")),
            (Some("correct horse"), None),
            (None, Some("correct horse")),
        ];
        for (stored, password) in wrong {
            let refused = use_key(Some(key(stored)), password).await;
            assert!(matches!(refused, Err(UseKeyError::IncorrectPassword)), "{stored:?} {password:?}: {refused:?}");
        }
        for password in [None, Some("correct horse")] {
            let refused = use_key(None, password).await;
            assert!(matches!(refused, Err(UseKeyError::NoSuchKey)), "{refused:?}");
        }
    }

    #[tokio::test]
    async fn what_fails_behind_a_port_is_a_fault() {
        let password = Zeroizing::new("correct horse".to_owned());
        let id = user("Alice").username.key_id();
        let mut users = MockUserStore::new();
        users.expect_find_by_key().returning(|_| Err(StoreError::Unavailable(cause())));
        let failed = UseKey::new(Arc::new(users), Arc::new(hashes_to_itself())).run(&id, Some(&password)).await;
        assert!(matches!(failed, Err(UseKeyError::Fault(Fault::Unavailable(_)))), "{failed:?}");

        let (mut users, mut hasher) = (MockUserStore::new(), MockPasswordHasher::new());
        users.expect_find_by_key().returning(|_| Ok(None));
        hasher.expect_verify().times(1).returning(|_, _| Err(HasherError::Overloaded));
        let failed = UseKey::new(Arc::new(users), Arc::new(hasher)).run(&id, Some(&password)).await;
        assert!(matches!(failed, Err(UseKeyError::Fault(Fault::Overloaded))), "{failed:?}");
    }
}
