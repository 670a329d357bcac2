//! Deleting an account: a signed-in user who knows the password removes all that is kept of them.

use std::sync::Arc;

use doorward_domain::ports::{KeyedWriteError, UserStore};
use doorward_domain::{Client, InvalidPassword, Password, User};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::password_check::{PasswordCheck, Write, Writing};
use crate::{Fault, TrustedDevices};

/// Removes a user with all keys and sessions.
pub struct DeleteAccount {
    passwords: Arc<PasswordCheck>,
    users: Arc<dyn UserStore>,
}

impl DeleteAccount {
    /// The use case on these ports.
    #[must_use]
    pub fn new(passwords: Arc<PasswordCheck>, users: Arc<dyn UserStore>) -> Self {
        Self { passwords, users }
    }

    /// Removes the user. The password is as a client sent it; `None` where the field was missing or was not a string.
    ///
    /// # Errors
    /// [`DeleteAccountError`]; nothing was removed then.
    pub async fn run(
        &self,
        user: &User,
        password: Option<&Zeroizing<String>>,
        client: &Client,
        devices: &TrustedDevices,
    ) -> Result<(), DeleteAccountError> {
        let password = Password::parse_login(password.ok_or(InvalidPassword::Missing)?)?;
        let write = |verified| -> Writing<'_, _> {
            Box::pin(async move {
                match self.users.delete(&user.id, &verified).await {
                    Ok(()) => Ok(Write::Done(())),
                    Err(KeyedWriteError::KeyChanged) => Ok(Write::KeyChanged),
                    Err(KeyedWriteError::Store(error)) => Err(Fault::from(error)),
                }
            })
        };
        let written = self.passwords.as_owner(user, &password, client, devices, write).await?;
        written.map(|_| ()).ok_or(DeleteAccountError::Incorrect)
    }
}

/// Why the account is still there.
#[derive(Debug, Error)]
pub enum DeleteAccountError {
    /// No password can be like this.
    #[error(transparent)]
    InvalidPassword(#[from] InvalidPassword),
    /// It is not the password.
    #[error("the password is not right")]
    Incorrect,
    /// Something behind a port failed, or too much was tried.
    #[error(transparent)]
    Fault(#[from] Fault),
}

#[cfg(test)]
mod tests {
    use doorward_domain::ports::{MockPasswordHasher, MockUserStore, StoreError, Verdict};

    use super::*;
    use crate::test_support::{cause, checks, client, knows_alice, passwords, unbounded, user};

    async fn delete(verdict: Verdict, users: MockUserStore, password: Option<&str>) -> Result<(), DeleteAccountError> {
        let hasher = password.map_or_else(MockPasswordHasher::new, |typed| checks(typed, verdict));
        let delete = DeleteAccount::new(passwords(knows_alice(), hasher, unbounded()), Arc::new(users));
        let password = password.map(|text| Zeroizing::new(text.to_owned()));
        delete.run(&user("Alice"), password.as_ref(), &client(), &TrustedDevices::default()).await
    }

    #[tokio::test]
    async fn the_right_password_removes_the_user_by_the_hash_it_was_checked_against() {
        let mut users = MockUserStore::new();
        users
            .expect_delete()
            .withf(|id, verified| *id == user("Alice").id && verified.hash.expose() == "stored hash")
            .times(1)
            .returning(|_, _| Ok(()));
        assert!(delete(Verdict::RightButOutdated, users, Some("correct horse")).await.is_ok());
    }

    #[tokio::test]
    async fn a_wrong_or_missing_password_removes_nothing() {
        let refused = delete(Verdict::Wrong, MockUserStore::new(), Some("wrong horse")).await;
        assert!(matches!(refused, Err(DeleteAccountError::Incorrect)), "{refused:?}");
        let refused = delete(Verdict::Right, MockUserStore::new(), None).await;
        assert!(matches!(refused, Err(DeleteAccountError::InvalidPassword(InvalidPassword::Missing))), "{refused:?}");
    }

    #[tokio::test]
    async fn a_key_that_never_holds_still_and_a_store_that_fails_are_faults() {
        let mut users = MockUserStore::new();
        users.expect_delete().returning(|_, _| Err(KeyedWriteError::KeyChanged));
        let failed = delete(Verdict::Right, users, Some("correct horse")).await;
        assert!(matches!(failed, Err(DeleteAccountError::Fault(Fault::Unavailable(_)))), "{failed:?}");
        let mut users = MockUserStore::new();
        users.expect_delete().returning(|_, _| Err(StoreError::Corrupt(cause()).into()));
        let failed = delete(Verdict::Right, users, Some("correct horse")).await;
        assert!(matches!(failed, Err(DeleteAccountError::Fault(Fault::Unforeseen(_)))), "{failed:?}");
    }
}
