//! The port `UserStore`.

use async_trait::async_trait;
use doorward_domain::ports::{
    CreateUserError, KeyedWriteError, NewAccount, PasswordChange, StoreError, UserStore, VerifiedKey,
};
use doorward_domain::{Key, KeyId, User, UserId};

use crate::dialect::Dialect;
use crate::store::SqlStore;
use crate::value::Value::{Instant, Text, Token};
use crate::{row, sessions, statements};

#[async_trait]
impl<DB: Dialect> UserStore for SqlStore<DB> {
    async fn create(&self, account: &NewAccount) -> Result<(), CreateUserError> {
        let NewAccount { user, key, session, client, replaces } = account;
        let mut lease = self.begin().await?;

        let values = [Text(user.id.as_str()), Text(user.username.as_str()), Instant(user.created_at)];
        lease.execute(statements::INSERT_USER, &values).await?;

        let values = [
            Text(key.id.as_str()),
            Text(key.user_id.as_str()),
            Text(key.password_hash.expose()),
            Instant(key.created_at),
        ];
        if lease.execute(statements::INSERT_KEY, &values).await? == 0 {
            lease.roll_back().await;
            return Err(CreateUserError::KeyTaken);
        }

        let address = sessions::address_text(client);
        let values = sessions::columns(session, client, address.as_deref());
        lease.execute(statements::INSERT_SESSION, &values).await?;
        for replaced in replaces {
            lease.execute(statements::DELETE_SESSION_OF_TOKEN, &[Token(replaced)]).await?;
        }
        Ok(self.commit(lease, replaces).await?)
    }

    async fn find_by_key(&self, id: &KeyId) -> Result<Option<(Key, User)>, StoreError> {
        self.read(statements::FIND_KEY, &[Text(id.as_str())], row::key_and_user).await
    }

    async fn replace_password_and_end_sessions(&self, change: &PasswordChange) -> Result<(), KeyedWriteError> {
        let PasswordChange { verified, new_hash, session, client } = change;
        let mut lease = self.begin().await?;

        let values = [Text(new_hash.expose()), Text(verified.id.as_str()), Text(verified.hash.expose())];
        if lease.execute(statements::REPLACE_HASH, &values).await? == 0 {
            lease.roll_back().await;
            return Err(KeyedWriteError::KeyChanged);
        }
        let ended = lease.tokens(statements::DELETE_ALL_SESSIONS, &[Text(session.user_id.as_str())]).await?;
        let address = sessions::address_text(client);
        let values = sessions::columns(session, client, address.as_deref());
        lease.execute(statements::INSERT_SESSION, &values).await?;
        Ok(self.commit(lease, &ended).await?)
    }

    async fn delete(&self, user: &UserId, verified: &VerifiedKey) -> Result<(), KeyedWriteError> {
        let mut lease = self.begin().await?;
        let values = [Text(verified.id.as_str()), Text(user.as_str()), Text(verified.hash.expose())];
        if lease.execute(statements::DELETE_KEY, &values).await? == 0 {
            lease.roll_back().await;
            return Err(KeyedWriteError::KeyChanged);
        }
        let ended = lease.tokens(statements::DELETE_ALL_SESSIONS, &[Text(user.as_str())]).await?;
        lease.execute(statements::DELETE_USER, &[Text(user.as_str())]).await?;
        Ok(self.commit(lease, &ended).await?)
    }
}
