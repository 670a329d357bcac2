//! Password links and invitations.

use async_trait::async_trait;
use thiserror::Error;

use super::errors::StoreError;
use crate::{
    Client, Invitation, InvitationId, KeyId, LinkHash, PasswordHash, PasswordLink, Session, Timestamp, TokenHash, User,
    UserId,
};

/// Holds password links and invitations by the hashes of their codes. A use of an invitation is taken where the user is
/// written ([`UserStore::create`](super::UserStore::create)).
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait LinkStore: Send + Sync {
    /// Writes a user's password link in place of the one that there may be; `false` when there is no such user, or the user
    /// is disabled.
    async fn replace_password_link(&self, link: &PasswordLink) -> Result<bool, StoreError>;

    /// The password link with this code and its user; `None` when there is none. The store does not judge whether it has
    /// expired.
    async fn find_password_link(&self, code: &LinkHash) -> Result<Option<(PasswordLink, User)>, StoreError>;

    /// Removes a user's password link; `false` when there is none.
    async fn delete_password_link(&self, user: &UserId) -> Result<bool, StoreError>;

    /// Uses up the link, replaces the key's hash, revokes every session of the user and those that the client came with, and
    /// writes a new one with the sign-in event [`SignInKind::PasswordReset`](crate::SignInKind), or does none of it. The
    /// recovery codes stay.
    ///
    /// # Errors
    /// [`UseLinkError::NoSuchLink`] when the user has no such link, or it has expired when the session is created;
    /// [`UseLinkError::KeyChanged`] when the user has no such key, or is disabled. Of any number of racing calls with one
    /// link exactly one succeeds.
    async fn reset_password_and_revoke_sessions(&self, reset: &PasswordReset) -> Result<(), UseLinkError>;

    /// Writes an invitation.
    async fn create_invitation(&self, invitation: &Invitation) -> Result<(), StoreError>;

    /// The invitation with this code; `None` when there is none. The store does not judge whether it has expired.
    async fn find_invitation(&self, code: &LinkHash) -> Result<Option<Invitation>, StoreError>;

    /// At most `limit` invitations that have not expired at `now`, in the order of their ids, those after `after`.
    async fn list_invitations(
        &self,
        now: Timestamp,
        after: Option<InvitationId>,
        limit: u32,
    ) -> Result<Vec<Invitation>, StoreError>;

    /// Removes an invitation; `false` when there is none.
    async fn delete_invitation(&self, id: &InvitationId) -> Result<bool, StoreError>;

    /// Removes the links and invitations that expired at `now` or before, and returns their number.
    async fn delete_expired_links(&self, now: Timestamp) -> Result<u64, StoreError>;
}

/// What the use of a password link writes.
#[derive(Clone, Debug)]
pub struct PasswordReset {
    /// The link that is used up.
    pub code: LinkHash,
    /// The key that gets the new hash.
    pub key_id: KeyId,
    /// The hash of the new password.
    pub new_hash: PasswordHash,
    /// The only session of its user afterwards. Its user id selects the link and the key.
    pub session: Session,
    /// The client that opens it.
    pub client: Client,
    /// The sessions that the client presented; they are revoked. One that does not exist is no error.
    pub replaces: Vec<TokenHash>,
}

/// A link was not used.
#[derive(Debug, Error)]
pub enum UseLinkError {
    /// There is no such link, or no longer.
    #[error("there is no such link")]
    NoSuchLink,
    /// The key is gone, such as that of an earlier username, or the user is disabled.
    #[error("the key changed since the link was looked at")]
    KeyChanged,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
