//! Updating the password of a key without knowing the present one: for an operator whom somebody has told that they
//! forgot it. Whoever changes their own is asked for it ([`ChangePassword`](crate::ChangePassword)).

use std::sync::Arc;

use doorward_domain::ports::{PasswordHasher, UserStore};
use doorward_domain::{InvalidPassword, KeyId, Password, PasswordPolicy};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::Fault;

/// Gives a key another password, or none.
pub struct UpdateKeyPassword {
    users: Arc<dyn UserStore>,
    hasher: Arc<dyn PasswordHasher>,
    rules: PasswordPolicy,
}

impl UpdateKeyPassword {
    /// The use case on these ports.
    #[must_use]
    pub fn new(users: Arc<dyn UserStore>, hasher: Arc<dyn PasswordHasher>, rules: PasswordPolicy) -> Self {
        Self { users, hasher, rules }
    }

    /// Replaces the password and ends every session of the key's user: none outlives the password that it was opened with.
    ///
    /// # Errors
    /// [`UpdateKeyPasswordError`]; nothing was changed then.
    pub async fn run(&self, id: &KeyId, password: Option<&Zeroizing<String>>) -> Result<(), UpdateKeyPasswordError> {
        let found = self.users.find_by_key(id).await.map_err(Fault::from)?;
        let (_, user) = found.ok_or(UpdateKeyPasswordError::NoSuchKey)?;
        let hash = match password {
            Some(raw) => {
                let password = Password::parse_new(raw, user.username.as_str(), &self.rules)?;
                Some(self.hasher.hash(&password).await.map_err(Fault::from)?)
            }
            None => None,
        };
        let updated = self.users.admin_set_password(id, hash.as_ref()).await.map_err(Fault::from)?;
        if updated { Ok(()) } else { Err(UpdateKeyPasswordError::NoSuchKey) }
    }
}

/// Why the password stays as it was.
#[derive(Debug, Error)]
pub enum UpdateKeyPasswordError {
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
    use doorward_domain::PasswordHash;
    use doorward_domain::ports::{MockUserStore, StoreError};

    use super::*;
    use crate::test_support::{cause, hashes_to_itself, key_of, user};

    fn knows_alice() -> MockUserStore {
        let mut users = MockUserStore::new();
        users.expect_find_by_key().returning(|_| Ok(Some((key_of(&user("Alice"), "old"), user("Alice")))));
        users
    }

    async fn update(users: MockUserStore, password: Option<&str>) -> Result<(), UpdateKeyPasswordError> {
        let password = password.map(|text| Zeroizing::new(text.to_owned()));
        UpdateKeyPassword::new(Arc::new(users), Arc::new(hashes_to_itself()), PasswordPolicy::DEFAULT)
            .run(&user("Alice").username.key_id(), password.as_ref())
            .await
    }

    #[tokio::test]
    async fn the_hash_is_replaced_or_taken_away() {
        for password in [Some("staple battery"), None] {
            let mut users = knows_alice();
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
        for (password, why) in [("short", InvalidPassword::Length), ("password1", InvalidPassword::Common)] {
            let refused = update(knows_alice(), Some(password)).await;
            assert!(matches!(&refused, Err(UpdateKeyPasswordError::InvalidPassword(is)) if *is == why), "{refused:?}");
        }
    }

    #[tokio::test]
    async fn a_key_that_is_not_there_or_goes_meanwhile_is_told_from_a_store_that_fails() {
        let mut users = MockUserStore::new();
        users.expect_find_by_key().returning(|_| Ok(None));
        let refused = update(users, None).await;
        assert!(matches!(refused, Err(UpdateKeyPasswordError::NoSuchKey)), "{refused:?}");

        let mut users = knows_alice();
        users.expect_admin_set_password().returning(|_, _| Ok(false));
        let refused = update(users, None).await;
        assert!(matches!(refused, Err(UpdateKeyPasswordError::NoSuchKey)), "{refused:?}");

        let mut users = knows_alice();
        users.expect_admin_set_password().returning(|_, _| Err(StoreError::Unavailable(cause())));
        let failed = update(users, None).await;
        assert!(matches!(failed, Err(UpdateKeyPasswordError::Fault(Fault::Unavailable(_)))), "{failed:?}");
    }
}
