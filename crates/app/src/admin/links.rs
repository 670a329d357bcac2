//! Password links and invitations, as operators and programs make and revoke them.

use std::sync::Arc;
use std::time::Duration;

use doorward_domain::ports::{Clock, LinkStore, TokenGenerator, UserStore};
use doorward_domain::{
    Attributes, InvalidUsername, Invitation, InvitationId, LinkPolicy, OneTimeCode, PasswordLink, Timestamp, User,
    UserId, Username, UsernameRules,
};
use thiserror::Error;

use crate::fault::Fault;

/// Makes, lists and revokes links.
pub struct Links {
    store: Arc<dyn LinkStore>,
    users: Arc<dyn UserStore>,
    tokens: Arc<dyn TokenGenerator>,
    clock: Arc<dyn Clock>,
    usernames: UsernameRules,
}

/// A link that was just made, and the only copy of its code.
#[derive(Clone, Debug)]
pub struct IssuedLink {
    /// The code to hand over.
    pub code: OneTimeCode,
    /// From this instant on it is refused.
    pub expires_at: Timestamp,
}

/// What an invitation is to be like.
#[derive(Clone, Debug)]
pub struct NewInvitation {
    /// The username of the new user, as it was typed; `None` where they choose one.
    pub username: Option<String>,
    /// The attributes of the new user.
    pub attributes: Attributes,
    /// How many users can sign up with it, 1 to [`LinkPolicy::MOST_USES`], and 1 where it fixes the username.
    pub uses: u32,
    /// How long it is valid, up to [`LinkPolicy::LONGEST`].
    pub valid_for: Duration,
}

impl Links {
    /// The service on these ports.
    #[must_use]
    pub fn new(
        links: Arc<dyn LinkStore>,
        users: Arc<dyn UserStore>,
        tokens: Arc<dyn TokenGenerator>,
        clock: Arc<dyn Clock>,
        usernames: UsernameRules,
    ) -> Self {
        Self { store: links, users, tokens, clock, usernames }
    }

    /// Makes the link by which a user chooses a new password, in place of the one that the user may have. The password that
    /// they have, their sessions and their recovery codes stay until it is used.
    ///
    /// # Errors
    /// [`CreatePasswordLinkError`]; an older link stays then.
    pub async fn create_password_link(
        &self,
        user: &UserId,
        valid_for: Duration,
    ) -> Result<IssuedLink, CreatePasswordLinkError> {
        let now = self.clock.now();
        let expires_at = expiry(now, valid_for)?;
        let user = self.users.find_user(user).await.map_err(Fault::from)?;
        let user = user.ok_or(CreatePasswordLinkError::NoSuchUser)?;
        if user.disabled {
            return Err(CreatePasswordLinkError::AccountDisabled);
        }
        if !self.has_key_of_username(&user).await? {
            return Err(CreatePasswordLinkError::NoKeyOfUsername);
        }
        let code = self.tokens.one_time_code().map_err(Fault::from)?;
        let link = PasswordLink { user_id: user.id, code: self.tokens.link_hash(&code), created_at: now, expires_at };
        if self.store.replace_password_link(&link).await.map_err(Fault::from)? {
            Ok(IssuedLink { code, expires_at })
        } else {
            // Deleted or disabled since it was found.
            let user = self.users.find_user(&link.user_id).await.map_err(Fault::from)?;
            Err(user.map_or(CreatePasswordLinkError::NoSuchUser, |_| CreatePasswordLinkError::AccountDisabled))
        }
    }

    async fn has_key_of_username(&self, user: &User) -> Result<bool, Fault> {
        let found = self.users.find_by_key(&user.username.key_id()).await?;
        Ok(found.is_some_and(|(_, owner)| owner.id == user.id))
    }

    /// Revokes a user's password link; `false` when there is none.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn revoke_password_link(&self, user: &UserId) -> Result<bool, Fault> {
        Ok(self.store.delete_password_link(user).await?)
    }

    /// Makes an invitation. A username that it fixes may be reserved.
    ///
    /// # Errors
    /// [`CreateInvitationError`]; nothing is written then.
    pub async fn create_invitation(
        &self,
        new: NewInvitation,
    ) -> Result<(Invitation, OneTimeCode), CreateInvitationError> {
        let now = self.clock.now();
        let expires_at = expiry(now, new.valid_for)?;
        let most = if new.username.is_some() { 1 } else { LinkPolicy::MOST_USES };
        if !(1..=most).contains(&new.uses) {
            return Err(CreateInvitationError::InvalidUses { most });
        }
        let username = new.username.map(|raw| Username::parse(&raw, self.usernames)).transpose()?;
        if let Some(username) = &username
            && self.users.find_by_key(&username.key_id()).await.map_err(Fault::from)?.is_some()
        {
            return Err(CreateInvitationError::UsernameTaken);
        }
        let code = self.tokens.one_time_code().map_err(Fault::from)?;
        let invitation = Invitation {
            id: self.tokens.invitation_id().map_err(Fault::from)?,
            code: self.tokens.link_hash(&code),
            username,
            attributes: new.attributes,
            uses_left: new.uses,
            created_at: now,
            expires_at,
        };
        self.store.create_invitation(&invitation).await.map_err(Fault::from)?;
        Ok((invitation, code))
    }

    /// At most `limit` invitations that can be used, in the order of their ids, those after `after`.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn list_invitations(&self, after: Option<InvitationId>, limit: u32) -> Result<Vec<Invitation>, Fault> {
        Ok(self.store.list_invitations(self.clock.now(), after, limit).await?)
    }

    /// Revokes an invitation; `false` when there is none with this id.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn revoke_invitation(&self, id: &InvitationId) -> Result<bool, Fault> {
        Ok(self.store.delete_invitation(id).await?)
    }
}

/// When a link expires that is valid for so long from now on.
pub(super) fn expiry(now: Timestamp, valid_for: Duration) -> Result<Timestamp, InvalidLifetime> {
    let is_valid = !valid_for.is_zero() && valid_for <= LinkPolicy::LONGEST;
    if is_valid { Ok(now.plus(valid_for)) } else { Err(InvalidLifetime) }
}

/// A link cannot be valid for so long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a link is valid for more than no time and at most {} days", LinkPolicy::LONGEST.as_secs() / (24 * 60 * 60))]
pub struct InvalidLifetime;

/// Why no password link was made.
#[derive(Debug, Error)]
pub enum CreatePasswordLinkError {
    /// There is no such user.
    #[error("there is no such user")]
    NoSuchUser,
    /// The user is disabled, so that no link could sign them in.
    #[error("the account is disabled")]
    AccountDisabled,
    /// The user does not have the key of their username, which would get the password.
    #[error("the user does not have the key of their username")]
    NoKeyOfUsername,
    /// It cannot be valid for so long.
    #[error(transparent)]
    InvalidLifetime(#[from] InvalidLifetime),
    /// Something behind a port failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Why no invitation was made.
#[derive(Debug, Error)]
pub enum CreateInvitationError {
    /// The username cannot be chosen.
    #[error(transparent)]
    InvalidUsername(#[from] InvalidUsername),
    /// Another user has this username, in this or another spelling.
    #[error("the username is taken")]
    UsernameTaken,
    /// It cannot have so many uses.
    #[error("an invitation has 1 to {most} uses")]
    InvalidUses {
        /// The most uses that it can have; 1 where it fixes the username.
        most: u32,
    },
    /// It cannot be valid for so long.
    #[error(transparent)]
    InvalidLifetime(#[from] InvalidLifetime),
    /// Something behind a port failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}
