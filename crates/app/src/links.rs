//! Reading links: the code of a password link or an invitation that a person presents. Every wrong code, used, expired,
//! revoked or never made, has the same answer and counts for the limit of the client's address.

use std::sync::Arc;

use doorward_domain::ports::{Clock, LinkStore, TokenGenerator};
use doorward_domain::{Client, Invitation, OneTimeCode, PasswordLink, User};
use thiserror::Error;

use crate::fault::Fault;
use crate::throttle::Throttle;

/// Finds links by the codes that people present, and uses nothing up.
pub struct Links {
    store: Arc<dyn LinkStore>,
    tokens: Arc<dyn TokenGenerator>,
    throttle: Arc<Throttle>,
    clock: Arc<dyn Clock>,
}

impl Links {
    /// The step on these ports.
    #[must_use]
    pub fn new(
        store: Arc<dyn LinkStore>,
        tokens: Arc<dyn TokenGenerator>,
        throttle: Arc<Throttle>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { store, tokens, throttle, clock }
    }

    /// The invitation with this code.
    ///
    /// # Errors
    /// [`LinkError`].
    pub async fn invitation(&self, code: &str, client: &Client) -> Result<Invitation, LinkError> {
        let taken = self.throttle.take_link(client).await?;
        let found = match OneTimeCode::parse(code) {
            Some(code) => self.store.find_invitation(&self.tokens.link_hash(&code)).await.map_err(Fault::from)?,
            None => None,
        };
        let invitation = found.filter(|invitation| invitation.expires_at > self.clock.now()).ok_or(InvalidLink)?;
        self.throttle.give_back(&taken).await;
        Ok(invitation)
    }

    /// The password link with this code, and its user.
    ///
    /// # Errors
    /// [`LinkError`].
    pub async fn password_link(&self, code: &str, client: &Client) -> Result<(PasswordLink, User), LinkError> {
        let taken = self.throttle.take_link(client).await?;
        let found = match OneTimeCode::parse(code) {
            Some(code) => self.store.find_password_link(&self.tokens.link_hash(&code)).await.map_err(Fault::from)?,
            None => None,
        };
        let is_valid = |(link, user): &(PasswordLink, User)| link.expires_at > self.clock.now() && !user.disabled;
        let found = found.filter(is_valid).ok_or(InvalidLink)?;
        self.throttle.give_back(&taken).await;
        Ok(found)
    }
}

/// The link does not exist, was used, has expired or was revoked: deliberately one and the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the link is not valid")]
pub struct InvalidLink;

/// A link was not found.
#[derive(Debug, Error)]
pub enum LinkError {
    /// The link is not valid.
    #[error(transparent)]
    Invalid(#[from] InvalidLink),
    /// Something behind a port failed, or too much was tried.
    #[error(transparent)]
    Fault(#[from] Fault),
}
