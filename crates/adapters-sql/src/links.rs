//! The port `LinkStore`. A transaction that uses a link touches the key first, as every other one that opens a session does,
//! so that no two deadlock.

use async_trait::async_trait;
use doorward_domain::ports::{LinkStore, PasswordReset, StoreError, UseLinkError};
use doorward_domain::{
    Invitation, InvitationId, LinkHash, PasswordLink, SignInKind, Timestamp, User, UserId, Username,
};

use crate::checked_out::CheckedOut;
use crate::dialect::Dialect;
use crate::sessions::{insert_session, is_enabled, revoke_replaced};
use crate::store::SqlStore;
use crate::value::Value::{Instant, Link, Number, OptionalText, Text};
use crate::{row, statements};

#[async_trait]
impl<DB: Dialect> LinkStore for SqlStore<DB> {
    async fn replace_password_link(&self, link: &PasswordLink) -> Result<bool, StoreError> {
        let mut transaction = self.pools.begin().await?;
        if transaction.fetch(DB::LOCK_ENABLED_USER, &[Text(link.user_id.as_str())]).await?.is_none() {
            transaction.roll_back().await;
            return Ok(false);
        }
        write_password_link(&mut transaction, link).await?;
        self.commit(transaction, &[]).await?;
        Ok(true)
    }

    async fn find_password_link(&self, code: &LinkHash) -> Result<Option<(PasswordLink, User)>, StoreError> {
        self.pools.read(statements::FIND_PASSWORD_LINK, &[Link(code)], row::password_link_and_user).await
    }

    async fn delete_password_link(&self, user: &UserId) -> Result<bool, StoreError> {
        Ok(self.pools.write(statements::DELETE_PASSWORD_LINK, &[Text(user.as_str())]).await? == 1)
    }

    async fn reset_password_and_revoke_sessions(&self, reset: &PasswordReset) -> Result<(), UseLinkError> {
        let PasswordReset { code, key_id, new_hash, session, client, replaces } = reset;
        let user = Text(session.user_id.as_str());
        let mut transaction = self.pools.begin().await?;

        let values = [Text(new_hash.expose()), Text(key_id.as_str()), user];
        if transaction.execute(statements::RESET_HASH, &values).await? == 0
            || !is_enabled(&mut transaction, &session.user_id).await?
        {
            transaction.roll_back().await;
            return Err(UseLinkError::KeyChanged);
        }
        // A call that waited for another one with the same link finds the key, but no longer the link.
        let values = [Link(code), user, Instant(session.created_at)];
        if transaction.execute(statements::USE_PASSWORD_LINK, &values).await? == 0 {
            transaction.roll_back().await;
            return Err(UseLinkError::NoSuchLink);
        }

        let mut revoked = transaction.tokens(statements::DELETE_ALL_SESSIONS, &[user]).await?;
        revoked.extend(revoke_replaced(&mut transaction, replaces).await?);
        insert_session(&mut transaction, session, client, SignInKind::PasswordReset).await?;
        Ok(self.commit(transaction, &revoked).await?)
    }

    async fn create_invitation(&self, invitation: &Invitation) -> Result<(), StoreError> {
        let Invitation { id, code, username, attributes, uses_left, created_at, expires_at } = invitation;
        let values = [
            Text(id.as_str()),
            Link(code),
            OptionalText(username.as_ref().map(Username::as_str)),
            Text(attributes.as_json()),
            Number((*uses_left).into()),
            Instant(*created_at),
            Instant(*expires_at),
        ];
        self.pools.write(statements::INSERT_INVITATION, &values).await.map(drop)
    }

    async fn find_invitation(&self, code: &LinkHash) -> Result<Option<Invitation>, StoreError> {
        self.pools.read(statements::FIND_INVITATION, &[Link(code)], row::invitation).await
    }

    async fn list_invitations(
        &self,
        now: Timestamp,
        after: Option<InvitationId>,
        limit: u32,
    ) -> Result<Vec<Invitation>, StoreError> {
        let after = after.as_ref().map_or("", InvitationId::as_str);
        let values = [Text(after), Instant(now), Number(limit.into())];
        self.pools.read_all(statements::LIST_INVITATIONS, &values, row::invitation).await
    }

    async fn delete_invitation(&self, id: &InvitationId) -> Result<bool, StoreError> {
        Ok(self.pools.write(statements::DELETE_INVITATION, &[Text(id.as_str())]).await? == 1)
    }

    async fn delete_expired_links(&self, now: Timestamp) -> Result<u64, StoreError> {
        let links = self.pools.write(statements::DELETE_EXPIRED_PASSWORD_LINKS, &[Instant(now)]).await?;
        Ok(links + self.pools.write(statements::DELETE_EXPIRED_INVITATIONS, &[Instant(now)]).await?)
    }
}

/// Writes a password link in place of the one that its user may have.
pub(crate) async fn write_password_link<DB: Dialect>(
    transaction: &mut CheckedOut<DB>,
    link: &PasswordLink,
) -> Result<(), StoreError> {
    let values = [Text(link.user_id.as_str()), Link(&link.code), Instant(link.created_at), Instant(link.expires_at)];
    transaction.execute(statements::REPLACE_PASSWORD_LINK, &values).await.map(drop)
}

/// Takes a use of an invitation; `false` where it has none left, has expired or does not exist. A call that waited for
/// another one that took the last use but one takes the last.
pub(crate) async fn take_invitation<DB: Dialect>(
    transaction: &mut CheckedOut<DB>,
    code: &LinkHash,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let values = [Link(code), Instant(now)];
    Ok(transaction.execute(statements::USE_INVITATION, &values).await? == 1
        || transaction.execute(statements::USE_INVITATION_UP, &values).await? == 1)
}
