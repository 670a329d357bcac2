//! Checking a password: the step that logging in, changing the password, creating recovery codes and deleting the account
//! share, so that there is one way to guess at a password, with one limit.

use std::mem;
use std::pin::Pin;
use std::sync::Arc;

use doorward_domain::ports::{PasswordHasher, UserStore, Verdict, VerifiedKey};
use doorward_domain::{AddressBlock, Client, Key, KeyId, Password, PasswordHash, TrustedDeviceToken, User, UserId};

use crate::attempt::Attempt;
use crate::devices::TrustedDevices;
use crate::fault::Fault;
use crate::throttle::{Secret, Target, Throttle};

/// Checks passwords against keys.
pub struct PasswordCheck {
    users: Arc<dyn UserStore>,
    hasher: Arc<dyn PasswordHasher>,
    throttle: Arc<Throttle>,
}

/// The end of a write that needs a verified key.
pub(crate) enum Write<T> {
    /// It was done.
    Done(T),
    /// The key changed since it was verified: verify it again.
    KeyChanged,
}

/// A write under way. Boxed, since no bound can say that the future of an `AsyncFnMut` is `Send`.
pub(crate) type Writing<'w, T> = Pin<Box<dyn Future<Output = Result<Write<T>, Fault>> + Send + 'w>>;

impl PasswordCheck {
    /// The step on these ports.
    #[must_use]
    pub fn new(users: Arc<dyn UserStore>, hasher: Arc<dyn PasswordHasher>, throttle: Arc<Throttle>) -> Self {
        Self { users, hasher, throttle }
    }

    /// Takes an attempt at the password of a key, whether or not the key exists.
    pub(crate) async fn begin(
        &self,
        key: KeyId,
        client: &Client,
        devices: &TrustedDevices,
    ) -> Result<Guess<'_>, Fault> {
        let found = self.users.find_by_key(&key).await?;
        let user = found.as_ref().map(|(_, user)| &user.id);
        let password = found.as_ref().and_then(|(key, _)| key.password_hash.as_ref());
        let target = Target { user, key: &key, password };
        let attempt = Attempt::take(&self.throttle, target, Secret::Password, client, devices).await?;
        let source = AddressBlock::of(client.address);
        Ok(Guess { check: self, key, source, found: Found::Unchecked(found), attempt, checks: 0 })
    }

    /// Verifies a user's own current password and writes on the strength of it, starting over where the key changed
    /// meanwhile. `None` where the password is wrong.
    ///
    /// # Errors
    /// [`Fault`], also of the write.
    pub(crate) async fn as_owner<'w, T>(
        &self,
        user: &User,
        password: &Password,
        client: &Client,
        devices: &TrustedDevices,
        mut write: impl FnMut(VerifiedKey) -> Writing<'w, T>,
    ) -> Result<Option<(T, Guess<'_>)>, Fault> {
        let mut guess = self.begin(user.username.key_id(), client, devices).await?;
        loop {
            let verified = match guess.check(password).await? {
                Checked::Right { verified, user: owner, .. } if owner.id == user.id => verified,
                Checked::Right { .. } | Checked::Disabled(_) | Checked::Wrong { .. } => return Ok(None),
            };
            if let Write::Done(written) = write(verified).await? {
                return Ok(Some((written, guess)));
            }
        }
    }

    /// Hashes a password that was just found right, or that replaces it.
    pub(crate) async fn hash(&self, password: &Password, client: &Client) -> Result<PasswordHash, Fault> {
        Ok(self.hasher.hash(password, AddressBlock::of(client.address)).await?)
    }
}

/// An attempt at the password of a key.
pub(crate) struct Guess<'a> {
    check: &'a PasswordCheck,
    key: KeyId,
    source: AddressBlock,
    found: Found,
    attempt: Attempt<'a>,
    checks: usize,
}

/// The key as it was found.
enum Found {
    /// Just now, and not checked yet.
    Unchecked(Option<(Key, User)>),
    /// Before a check: it may have changed since.
    Checked,
}

/// The result of a check.
pub(crate) enum Checked {
    /// It is the password of this user.
    Right {
        /// The verified key, for a write that needs it.
        verified: VerifiedKey,
        /// The key's user.
        user: User,
        /// Whether the hash is of another scheme or cost than the current one.
        outdated: bool,
    },
    /// It is the password of this user, whom the operator disabled.
    Disabled(UserId),
    /// There is no such key, or it is not its password.
    Wrong {
        /// The key's user, if the key exists: for the audit log alone.
        account: Option<UserId>,
    },
}

impl Guess<'_> {
    /// How often a password is checked because the key changed before the write: by a change of the password, or by a login
    /// that replaced the hash. More than one such change in a row is an attack or a fault.
    pub(crate) const CHECKS: usize = 3;

    /// Checks the password against the key as it is now. Call it again where the key changed since.
    ///
    /// # Errors
    /// [`Fault`], also where the key changes each time.
    pub(crate) async fn check(&mut self, password: &Password) -> Result<Checked, Fault> {
        if self.checks == Self::CHECKS {
            return Err(Fault::Unavailable("the key keeps changing while its password is checked".into()));
        }
        self.checks += 1;
        let found = match mem::replace(&mut self.found, Found::Checked) {
            Found::Unchecked(found) => found,
            Found::Checked => self.check.users.find_by_key(&self.key).await?,
        };
        let stored = found.as_ref().and_then(|(key, _)| key.password_hash.as_ref());
        // An unknown user, or a key without a password, costs the same hash as any other before the paths part.
        let verdict = match self.check.hasher.verify(password, stored, self.source).await {
            Ok(verdict) => verdict,
            Err(error) => {
                self.attempt.release().await;
                return Err(error.into());
            }
        };
        let Some((key, user)) = found else { return Ok(Checked::Wrong { account: None }) };
        let Some(hash) = key.password_hash.filter(|_| verdict != Verdict::Wrong) else {
            return Ok(Checked::Wrong { account: Some(user.id) });
        };
        self.attempt.succeed().await?;
        if user.disabled {
            return Ok(Checked::Disabled(user.id));
        }
        let verified = VerifiedKey { id: key.id, hash, rehashed: None };
        Ok(Checked::Right { verified, user, outdated: verdict == Verdict::RightButOutdated })
    }

    /// The tokens that the browser keeps from now on, trusted for the password with this hash, as
    /// [`Attempt::trusted_devices`].
    pub(crate) async fn trusted_devices(
        &self,
        user: &UserId,
        hash: &PasswordHash,
        devices: &TrustedDevices,
    ) -> Option<Vec<TrustedDeviceToken>> {
        let target = Target { user: Some(user), key: &self.key, password: Some(hash) };
        self.attempt.trusted_devices(target, devices).await
    }
}
