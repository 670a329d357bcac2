//! Changing the password: a signed-in user who knows the current one gets a new one, and every session but a new one
//! ends.

use std::sync::Arc;

use doorward_domain::ports::{KeyedWriteError, PasswordChange, UserStore};
use doorward_domain::{Client, InvalidPassword, Password, PasswordPolicy, User};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::password_check::{PasswordCheck, Write, Writing};
use crate::{Fault, OpenedSession, SessionMint, TrustedDevices, ValidSession};

/// Gives a user another password.
pub struct ChangePassword {
    passwords: Arc<PasswordCheck>,
    users: Arc<dyn UserStore>,
    mint: Arc<SessionMint>,
    rules: PasswordPolicy,
}

/// Both passwords as a client sent them; `None` where a field was missing or was not a string.
#[derive(Clone, Default)]
pub struct PasswordPair {
    /// The password that the user has.
    pub current: Option<Zeroizing<String>>,
    /// The one that they want to have.
    pub new: Option<Zeroizing<String>>,
}

impl ChangePassword {
    /// The use case on these ports.
    #[must_use]
    pub fn new(
        passwords: Arc<PasswordCheck>,
        users: Arc<dyn UserStore>,
        mint: Arc<SessionMint>,
        rules: PasswordPolicy,
    ) -> Self {
        Self { passwords, users, mint, rules }
    }

    /// What a new password must be like.
    #[must_use]
    pub fn rules(&self) -> &PasswordPolicy {
        &self.rules
    }

    /// Replaces the password, ends every session of the user and opens one anew.
    ///
    /// # Errors
    /// [`ChangePasswordError`]; nothing was changed then.
    pub async fn run(
        &self,
        user: &User,
        pair: &PasswordPair,
        client: &Client,
        devices: &TrustedDevices,
    ) -> Result<OpenedSession, ChangePasswordError> {
        let text = |field: &Option<Zeroizing<String>>| field.clone().ok_or(InvalidPassword::Missing);
        let current = text(&pair.current).and_then(|raw| Password::parse_login(&raw));
        let new = text(&pair.new).and_then(|raw| Password::parse_new(&raw, user.username.as_str(), &self.rules));
        let (current, new) = match (current, new) {
            (Ok(current), Ok(new)) => (current, new),
            (current, new) => return Err(ChangePasswordError::Invalid { current: current.err(), new: new.err() }),
        };

        let new = &new;
        let write = |verified| -> Writing<'_, _> {
            Box::pin(async move {
                let new_hash = self.passwords.hash(new, client).await?;
                let (token, session) = self.mint.mint(user.id.clone(), self.mint.now())?;
                let change = PasswordChange { verified, new_hash, session, client: client.clone() };
                match self.users.replace_password_and_revoke_sessions(&change).await {
                    Ok(()) => Ok(Write::Done((token, change))),
                    Err(KeyedWriteError::KeyChanged) => Ok(Write::KeyChanged),
                    Err(KeyedWriteError::Store(error)) => Err(Fault::from(error)),
                }
            })
        };
        let written = self.passwords.as_owner(user, &current, client, devices, write).await?;
        let ((token, change), guess) = written.ok_or(ChangePasswordError::Incorrect)?;
        let devices = guess.trusted_devices(&user.id, &change.new_hash, devices).await;
        let valid = ValidSession { session: change.session, user: user.clone(), fresh: false };
        Ok(OpenedSession { token, valid, rehashed: false, devices })
    }
}

/// Why the password stays as it was.
#[derive(Debug, Error)]
pub enum ChangePasswordError {
    /// No current password can be like this, the new one cannot be chosen, or both.
    #[error("the current or the new password cannot be like this")]
    Invalid {
        /// The rule that the current password breaks.
        current: Option<InvalidPassword>,
        /// The rule that the new password breaks.
        new: Option<InvalidPassword>,
    },
    /// It is not the current password.
    #[error("the current password is not right")]
    Incorrect,
    /// Something behind a port failed, or too much was tried.
    #[error(transparent)]
    Fault(#[from] Fault),
}

#[cfg(test)]
mod tests {
    use doorward_domain::ports::{MockUserStore, StoreError};

    use super::*;
    use crate::test_support::{cause, client, hashes_to_itself, key_of, mint, passwords, token_hash, unbounded, user};

    fn pair(current: &str, new: &str) -> PasswordPair {
        let typed = |text: &str| Some(Zeroizing::new(text.to_owned()));
        PasswordPair { current: typed(current), new: typed(new) }
    }

    fn knows_alice_by(hash: &'static str) -> MockUserStore {
        let mut users = MockUserStore::new();
        users.expect_find_by_key().returning(move |id| {
            assert_eq!(id.as_str(), "username:alice");
            Ok(Some((key_of(&user("Alice"), hash), user("Alice"))))
        });
        users
    }

    async fn change(
        users: MockUserStore,
        changes: MockUserStore,
        pair: PasswordPair,
    ) -> Result<OpenedSession, ChangePasswordError> {
        let passwords = passwords(users, hashes_to_itself(), unbounded());
        let change = ChangePassword::new(passwords, Arc::new(changes), mint(), PasswordPolicy::DEFAULT);
        change.run(&user("Alice"), &pair, &client(), &TrustedDevices::default()).await
    }

    #[tokio::test]
    async fn the_right_password_gives_way_to_the_new_one_with_one_session() {
        let mut changes = MockUserStore::new();
        changes
            .expect_replace_password_and_revoke_sessions()
            .withf(|change| {
                change.verified.id.as_str() == "username:alice"
                    && change.verified.hash.expose() == "old horse"
                    && change.new_hash.expose() == "new horse"
                    && change.session.user_id == user("Alice").id
                    && change.client == client()
            })
            .times(1)
            .returning(|_| Ok(()));
        let opened =
            change(knows_alice_by("old horse"), changes, pair("old horse", "new horse")).await.expect("changed");
        assert_eq!(opened.valid.session.token_hash, token_hash(&opened.token));
        assert_eq!(opened.valid.user, user("Alice"));
    }

    #[tokio::test]
    async fn both_fields_are_judged_before_the_store_is_asked() {
        let missing = Some(InvalidPassword::Missing);
        for (given, expected) in [
            (PasswordPair::default(), (missing, missing)),
            (pair("", "short"), (missing, Some(InvalidPassword::TooShort))),
            (pair("old horse", "password1"), (None, Some(InvalidPassword::Common))),
        ] {
            let refused = change(MockUserStore::new(), MockUserStore::new(), given).await;
            let Err(ChangePasswordError::Invalid { current, new }) = refused else { panic!("{refused:?}") };
            assert_eq!((current, new), expected);
        }
    }

    #[tokio::test]
    async fn a_wrong_password_changes_nothing() {
        let refused = change(knows_alice_by("old horse"), MockUserStore::new(), pair("wrong horse", "new horse")).await;
        assert!(matches!(refused, Err(ChangePasswordError::Incorrect)), "{refused:?}");
    }

    #[tokio::test]
    async fn a_key_of_another_user_proves_nothing() {
        let mut users = MockUserStore::new();
        users.expect_find_by_key().returning(|_| {
            let mut other = user("Alice");
            other.id = doorward_domain::UserId::restore("user-2".into());
            Ok(Some((key_of(&other, "old horse"), other)))
        });
        let refused = change(users, MockUserStore::new(), pair("old horse", "new horse")).await;
        assert!(matches!(refused, Err(ChangePasswordError::Incorrect)), "{refused:?}");
    }

    #[tokio::test]
    async fn a_change_that_loses_to_a_hash_made_anew_is_tried_again() {
        let mut outcomes = [Err(KeyedWriteError::KeyChanged), Ok(())].into_iter();
        let mut changes = MockUserStore::new();
        changes
            .expect_replace_password_and_revoke_sessions()
            .times(2)
            .returning(move |_| outcomes.next().expect("two changes"));
        let changed = change(knows_alice_by("old horse"), changes, pair("old horse", "new horse")).await;
        assert!(changed.is_ok(), "{changed:?}");
    }

    #[tokio::test]
    async fn a_store_that_fails_is_a_fault() {
        let mut changes = MockUserStore::new();
        changes
            .expect_replace_password_and_revoke_sessions()
            .returning(|_| Err(StoreError::Unavailable(cause()).into()));
        let refused = change(knows_alice_by("old horse"), changes, pair("old horse", "new horse")).await;
        assert!(matches!(refused, Err(ChangePasswordError::Fault(Fault::Unavailable(_)))), "{refused:?}");
    }
}
