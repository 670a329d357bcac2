//! Checking a password: the step that logging in, changing the password, making recovery codes and deleting the account
//! share, so that there is one way to guess at it, with one bound.

use std::mem;
use std::sync::Arc;

use doorward_domain::ports::{PasswordHasher, UserStore, Verdict, VerifiedKey};
use doorward_domain::{Client, Key, KeyId, Password, PasswordHash, TrustedDeviceToken, User, UserId};

use crate::throttle::{Admitted, Target, Throttle};
use crate::{Fault, TrustedDevices};

/// Checks passwords against keys.
pub struct PasswordCheck {
    users: Arc<dyn UserStore>,
    hasher: Arc<dyn PasswordHasher>,
    throttle: Arc<Throttle>,
}

impl PasswordCheck {
    /// The step on these ports.
    #[must_use]
    pub fn new(users: Arc<dyn UserStore>, hasher: Arc<dyn PasswordHasher>, throttle: Arc<Throttle>) -> Self {
        Self { users, hasher, throttle }
    }

    /// Admits an attempt at the password of a key, whether or not there is such a key.
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
        let (admitted, known) = match self.throttle.admit_known_device(target, client, devices).await? {
            Some((admitted, place)) => (Some(admitted), password.cloned().map(|password| (place, password))),
            None => (self.throttle.admit_guess(user, &key, client).await?, None),
        };
        Ok(Guess { check: self, key, found: Found::Now(found), admitted, known, checks: 0 })
    }

    /// Hashes a password that was just found right, or that is to take its place.
    pub(crate) async fn hash(&self, password: &Password) -> Result<PasswordHash, Fault> {
        Ok(self.hasher.hash(password).await?)
    }
}

/// An attempt that was admitted.
pub(crate) struct Guess<'a> {
    check: &'a PasswordCheck,
    key: KeyId,
    found: Found,
    admitted: Option<Admitted>,
    /// Which of its tokens the browser is known by, and for which password.
    known: Option<(usize, PasswordHash)>,
    checks: usize,
}

/// What was found by the key.
enum Found {
    /// This, and it was not checked yet.
    Now(Option<(Key, User)>),
    /// Something that may have changed since.
    Before,
}

/// What came of an attempt.
pub(crate) enum Checked {
    /// It was the password of this user.
    Right {
        /// The key, to write something on the strength of.
        verified: VerifiedKey,
        /// Whose key it is.
        user: User,
        /// Whether the hash is of another scheme or cost than the one in force.
        outdated: bool,
    },
    /// There is no such key, or it was not its password.
    Wrong {
        /// Whose key it is, if anybody's. For the audit log and nobody else.
        account: Option<UserId>,
    },
}

impl Guess<'_> {
    /// How often a password is checked because the key changed before something was written: by a change of the
    /// password, or by a login that made the hash anew. More than one such change in a row is an attack or a fault.
    pub(crate) const CHECKS: usize = 3;

    /// Checks the password against the key as it is now. To be called again where the key changed since.
    ///
    /// # Errors
    /// [`Fault`], also where the key never holds still.
    pub(crate) async fn check(&mut self, password: &Password) -> Result<Checked, Fault> {
        if self.checks == Self::CHECKS {
            return Err(Fault::Unavailable("the key keeps changing while its password is checked".into()));
        }
        self.checks += 1;
        let found = match mem::replace(&mut self.found, Found::Before) {
            Found::Now(found) => found,
            Found::Before => self.check.users.find_by_key(&self.key).await?,
        };
        let stored = found.as_ref().and_then(|(key, _)| key.password_hash.as_ref());
        // An unknown user, or one whose key has no password, costs the same hash as any other; only then do they part.
        let verdict = match self.check.hasher.verify(password, stored).await {
            Ok(verdict) => verdict,
            Err(error) => {
                if let Some(admitted) = self.admitted.take() {
                    // Nobody learnt anything by it. Where this fails as well, the token comes back with time.
                    let _ = self.check.throttle.release(&admitted).await;
                }
                return Err(error.into());
            }
        };
        let Some((key, user)) = found else { return Ok(Checked::Wrong { account: None }) };
        let Some(hash) = key.password_hash.filter(|_| verdict != Verdict::Wrong) else {
            return Ok(Checked::Wrong { account: Some(user.id) });
        };
        if let Some(admitted) = self.admitted.take() {
            self.check.throttle.succeed(admitted).await?;
        }
        let verified = VerifiedKey { id: key.id, hash, rehashed: None };
        Ok(Checked::Right { verified, user, outdated: verdict == Verdict::RightButOutdated })
    }
    /// The tokens that the browser is to keep from now on, where it keeps any: known for the password that has this hash.
    /// The session is open whether or not this succeeds; `None` where it does not, and the browser keeps what it has.
    pub(crate) async fn known_devices(
        &self,
        user: &UserId,
        hash: &PasswordHash,
        devices: &TrustedDevices,
    ) -> Option<Vec<TrustedDeviceToken>> {
        if !devices.are_kept {
            return None;
        }
        if self.known.as_ref().is_some_and(|(_, known)| known == hash) {
            return Some(devices.candidates().map(|(_, token)| token.clone()).collect());
        }
        let device = self.check.throttle.new_device().ok()??;
        let target = Target { user: Some(user), key: &self.key, password: Some(hash) };
        self.check.throttle.introduce(target, &device).await.ok()?;
        Some(devices.with(device, self.known.as_ref().map(|(place, _)| *place)))
    }
}
