//! One attempt at an account, at its password or at a recovery code: what it takes from the throttle, and what becomes of that.

use doorward_domain::{Client, PasswordHash, TrustedDeviceToken};

use crate::devices::TrustedDevices;
use crate::fault::Fault;
use crate::throttle::{Secret, TakenBuckets, Target, Throttle};

/// An attempt that the throttle let through.
pub(crate) struct Attempt<'a> {
    throttle: &'a Throttle,
    /// What was taken; `None` once it was settled, and where nothing is limited.
    taken: Option<TakenBuckets>,
    /// The place of the browser's trusted device token for this account, and the hash that it is trusted for.
    device: Option<(usize, PasswordHash)>,
}

impl<'a> Attempt<'a> {
    /// Takes what the attempt at this secret costs, whether or not the account exists. A browser that presents a trusted
    /// device of the account has a bucket of its own.
    ///
    /// # Errors
    /// [`Fault::TooManyAttempts`], or another [`Fault`] when the store fails.
    pub(crate) async fn take(
        throttle: &'a Throttle,
        target: Target<'_>,
        secret: Secret,
        client: &Client,
        devices: &TrustedDevices,
    ) -> Result<Self, Fault> {
        if let Some((taken, place)) = throttle.take_as_trusted_device(target, client, devices).await? {
            let device = target.password.map(|hash| (place, hash.clone()));
            return Ok(Self { throttle, taken: Some(taken), device });
        }
        let taken = throttle.take_guess(target.user, target.key, secret, client).await?;
        Ok(Self { throttle, taken, device: None })
    }

    /// Gives back what the attempt took, since it was right. From now on the account trusts the client's address.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub(crate) async fn succeed(&mut self) -> Result<(), Fault> {
        if let Some(taken) = self.taken.take() {
            self.throttle.succeed(taken).await?;
        }
        Ok(())
    }

    /// Gives back what the attempt took, since it told the client nothing. Where this fails, it comes back with time.
    pub(crate) async fn release(&mut self) {
        if let Some(taken) = self.taken.take() {
            let _ = self.throttle.release(&taken).await;
        }
    }

    /// The tokens that the browser keeps from now on, trusted for the target's password; `None` where it keeps what it has,
    /// because it keeps none, the throttle is off, or the store fails. The session is open all the same.
    pub(crate) async fn trusted_devices(
        &self,
        target: Target<'_>,
        devices: &TrustedDevices,
    ) -> Option<Vec<TrustedDeviceToken>> {
        if !devices.keeps_cookies {
            return None;
        }
        if self.device.as_ref().is_some_and(|(_, hash)| Some(hash) == target.password) {
            return Some(devices.candidates().map(|(_, token)| token.clone()).collect());
        }
        let device = self.throttle.new_device_token().ok()??;
        self.throttle.trust_device(target, &device).await.ok()?;
        Some(devices.with(device, self.device.as_ref().map(|(place, _)| *place)))
    }
}
