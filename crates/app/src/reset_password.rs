//! Choosing a new password by a link that an operator made: the link is used up, every session of the user is revoked, and
//! one is opened.

use std::sync::Arc;

use doorward_domain::ports::{LinkStore, PasswordHasher, PasswordReset, UseLinkError};
use doorward_domain::{AddressBlock, Client, InvalidPassword, Password, PasswordPolicy, SessionToken, User};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::links::{InvalidLink, LinkError, Links};
use crate::throttle::{Target, Throttle};
use crate::{Fault, OpenedSession, SessionMint, TrustedDevices, ValidSession};

/// Gives the user of a password link a new password.
pub struct ResetPassword {
    links: Arc<Links>,
    store: Arc<dyn LinkStore>,
    hasher: Arc<dyn PasswordHasher>,
    throttle: Arc<Throttle>,
    mint: Arc<SessionMint>,
    rules: PasswordPolicy,
}

impl ResetPassword {
    /// How often the link is looked at because its user changed before the write, such as by a new username. More than one
    /// such change in a row is a fault.
    const ATTEMPTS: usize = 3;

    /// The use case on these ports.
    #[must_use]
    pub fn new(
        links: Arc<Links>,
        store: Arc<dyn LinkStore>,
        hasher: Arc<dyn PasswordHasher>,
        throttle: Arc<Throttle>,
        mint: Arc<SessionMint>,
        rules: PasswordPolicy,
    ) -> Self {
        Self { links, store, hasher, throttle, mint, rules }
    }

    /// What a new password must be like.
    #[must_use]
    pub fn rules(&self) -> &PasswordPolicy {
        &self.rules
    }

    /// The user of a link, which is not used up.
    ///
    /// # Errors
    /// [`LinkError`].
    pub async fn user_of(&self, code: &str, client: &Client) -> Result<User, LinkError> {
        Ok(self.links.password_link(code, client).await?.1)
    }

    /// Uses up the link, replaces the password, revokes every session of the user and those that the client presented, and
    /// opens one. Recovery codes stay.
    ///
    /// # Errors
    /// [`ResetPasswordError`]; nothing was changed then.
    pub async fn run(
        &self,
        code: &str,
        new_password: Option<&Zeroizing<String>>,
        presented: &[SessionToken],
        client: &Client,
        devices: &TrustedDevices,
    ) -> Result<OpenedSession, ResetPasswordError> {
        let raw = new_password.ok_or(InvalidPassword::Missing)?;
        // What is wrong with it for every user needs no look at the link.
        Password::parse_new(raw, "", &self.rules)?;
        for _ in 0..Self::ATTEMPTS {
            let (link, user) = self.links.password_link(code, client).await?;
            let password = Password::parse_new(raw, user.username.as_str(), &self.rules)?;
            let hashed = self.hasher.hash(&password, AddressBlock::of(client.address)).await;
            let (token, session) = self.mint.mint(user.id.clone(), self.mint.now()).map_err(Fault::from)?;
            let reset = PasswordReset {
                code: link.code,
                key_id: user.username.key_id(),
                new_hash: hashed.map_err(Fault::from)?,
                session,
                client: client.clone(),
                replaces: presented.iter().map(|token| self.mint.digest(token)).collect(),
            };
            match self.store.reset_password_and_revoke_sessions(&reset).await {
                Ok(()) => {}
                Err(UseLinkError::NoSuchLink) => return Err(InvalidLink.into()),
                Err(UseLinkError::KeyChanged) => continue,
                Err(UseLinkError::Store(error)) => return Err(Fault::from(error).into()),
            }
            let target = Target { user: Some(&user.id), key: &reset.key_id, password: Some(&reset.new_hash) };
            let devices = self.throttle.trust_client(target, client, devices).await;
            let valid = ValidSession { session: reset.session, user, fresh: false };
            return Ok(OpenedSession { token, valid, rehashed: false, devices });
        }
        Err(InvalidLink.into())
    }
}

/// Why the password stays as it was.
#[derive(Debug, Error)]
pub enum ResetPasswordError {
    /// The link is not valid.
    #[error(transparent)]
    InvalidLink(#[from] InvalidLink),
    /// The new password cannot be chosen. The link is as good as before.
    #[error(transparent)]
    InvalidPassword(#[from] InvalidPassword),
    /// Something behind a port failed, or too much was tried.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<LinkError> for ResetPasswordError {
    fn from(error: LinkError) -> Self {
        match error {
            LinkError::Invalid(error) => error.into(),
            LinkError::Fault(fault) => fault.into(),
        }
    }
}
