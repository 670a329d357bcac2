//! The port `UserStore`.

use async_trait::async_trait;
use doorward_domain::ports::{
    AddKeyError, AdminCreateUserError, CreateUserError, KeyedWriteError, NewAccount, PasswordChange, StoreError,
    UserStore, VerifiedKey,
};
use doorward_domain::{Attributes, Key, KeyId, PasswordHash, SignInKind, User, UserId};

use crate::checked_out::fault;
use crate::dialect::Dialect;
use crate::sessions::{insert_session, revoke_replaced};
use crate::store::SqlStore;
use crate::value::Value::{self, Instant, OptionalText, Text};
use crate::{row, statements};

#[async_trait]
impl<DB: Dialect> UserStore for SqlStore<DB> {
    async fn create(&self, account: &NewAccount) -> Result<(), CreateUserError> {
        let NewAccount { user, key, session, client, replaces } = account;
        let mut transaction = self.pools.begin().await?;

        transaction.execute(statements::INSERT_USER, &user_columns(user)).await?;
        if transaction.execute(statements::INSERT_KEY, &key_columns(key)).await? == 0 {
            transaction.roll_back().await;
            return Err(CreateUserError::KeyTaken);
        }

        insert_session(&mut transaction, session, client, SignInKind::SignUp).await?;
        let revoked = revoke_replaced(&mut transaction, replaces).await?;
        Ok(self.commit(transaction, &revoked).await?)
    }

    async fn find_by_key(&self, id: &KeyId) -> Result<Option<(Key, User)>, StoreError> {
        self.pools.read(statements::FIND_KEY, &[Text(id.as_str())], row::key_and_user).await
    }

    async fn replace_password_and_revoke_sessions(&self, change: &PasswordChange) -> Result<(), KeyedWriteError> {
        let PasswordChange { verified, new_hash, session, client } = change;
        let mut transaction = self.pools.begin().await?;

        let values = [Text(new_hash.expose()), Text(verified.id.as_str()), Text(verified.hash.expose())];
        if transaction.execute(statements::REPLACE_HASH, &values).await? == 0 {
            transaction.roll_back().await;
            return Err(KeyedWriteError::KeyChanged);
        }
        let user = [Text(session.user_id.as_str())];
        transaction.execute(statements::DELETE_ALL_CODES, &user).await?;
        let revoked = transaction.tokens(statements::DELETE_ALL_SESSIONS, &user).await?;
        insert_session(&mut transaction, session, client, SignInKind::PasswordChanged).await?;
        Ok(self.commit(transaction, &revoked).await?)
    }

    async fn delete(&self, user: &UserId, verified: &VerifiedKey) -> Result<(), KeyedWriteError> {
        let mut transaction = self.pools.begin().await?;
        let values = [Text(verified.id.as_str()), Text(user.as_str()), Text(verified.hash.expose())];
        if transaction.execute(statements::DELETE_KEY, &values).await? == 0 {
            transaction.roll_back().await;
            return Err(KeyedWriteError::KeyChanged);
        }
        let revoked = transaction.tokens(statements::DELETE_ALL_SESSIONS, &[Text(user.as_str())]).await?;
        transaction.execute(statements::DELETE_USER, &[Text(user.as_str())]).await?;
        Ok(self.commit(transaction, &revoked).await?)
    }

    async fn admin_create_user<'a>(&self, user: &User, key: Option<&'a Key>) -> Result<(), AdminCreateUserError> {
        let mut transaction = self.pools.begin().await?;
        let refusal = if transaction.execute(statements::INSERT_USER_OF_CHOSEN_ID, &user_columns(user)).await? == 0 {
            AdminCreateUserError::IdTaken
        } else if let Some(key) = key
            && transaction.execute(statements::INSERT_KEY, &key_columns(key)).await? == 0
        {
            AdminCreateUserError::KeyTaken
        } else {
            return Ok(transaction.commit().await?);
        };
        transaction.roll_back().await;
        Err(refusal)
    }

    async fn find_user(&self, id: &UserId) -> Result<Option<User>, StoreError> {
        self.pools.read(statements::FIND_USER, &[Text(id.as_str())], row::user).await
    }

    async fn set_attributes(&self, user: &UserId, attributes: &Attributes) -> Result<bool, StoreError> {
        let mut transaction = self.pools.begin().await?;
        // No session of the user may be opened after those below were found: it would be cached with the old attributes.
        if transaction.fetch(DB::LOCK_USER_ALONE, &[Text(user.as_str())]).await?.is_none() {
            transaction.roll_back().await;
            return Ok(false);
        }
        let values = [Text(attributes.as_json()), Text(user.as_str())];
        transaction.execute(statements::SET_USER_ATTRIBUTES, &values).await?;
        let changed = transaction.tokens(statements::TOKENS_OF_USER, &[Text(user.as_str())]).await?;
        self.commit(transaction, &changed).await?;
        Ok(true)
    }

    async fn admin_delete_user(&self, user: &UserId) -> Result<bool, StoreError> {
        let mut transaction = self.pools.begin().await?;
        // The keys first: a login under way holds one of them, and its session is to be deleted here.
        transaction.execute(statements::DELETE_ALL_KEYS, &[Text(user.as_str())]).await?;
        transaction.fetch(DB::LOCK_USER_ALONE, &[Text(user.as_str())]).await?;
        let revoked = transaction.tokens(statements::DELETE_ALL_SESSIONS, &[Text(user.as_str())]).await?;
        let deleted = transaction.execute(statements::DELETE_USER, &[Text(user.as_str())]).await? == 1;
        self.commit(transaction, &revoked).await?;
        Ok(deleted)
    }

    async fn add_key(&self, key: &Key) -> Result<(), AddKeyError> {
        let mut transaction = self.pools.begin().await?;
        let refusal = if transaction.fetch(DB::LOCK_USER, &[Text(key.user_id.as_str())]).await?.is_none() {
            AddKeyError::NoSuchUser
        } else if transaction.execute(statements::INSERT_KEY, &key_columns(key)).await? == 0 {
            AddKeyError::KeyTaken
        } else {
            return Ok(transaction.commit().await?);
        };
        transaction.roll_back().await;
        Err(refusal)
    }

    async fn list_keys(&self, user: &UserId) -> Result<Vec<Key>, StoreError> {
        self.pools.read_all(statements::LIST_KEYS, &[Text(user.as_str())], row::key).await
    }

    async fn admin_set_password<'a>(&self, key: &KeyId, new: Option<&'a PasswordHash>) -> Result<bool, StoreError> {
        let values = [OptionalText(new.map(PasswordHash::expose)), Text(key.as_str())];
        self.change_key(statements::SET_HASH, &values).await
    }

    async fn admin_delete_key(&self, key: &KeyId) -> Result<bool, StoreError> {
        self.change_key(statements::ADMIN_DELETE_KEY, &[Text(key.as_str())]).await
    }
}

impl<DB: Dialect> SqlStore<DB> {
    /// Runs a statement that changes a key and returns its user, deletes the user's recovery codes and revokes the sessions;
    /// `false` where it changed none.
    async fn change_key(&self, sql: &'static str, values: &[Value<'_>]) -> Result<bool, StoreError> {
        let mut transaction = self.pools.begin().await?;
        let changed = transaction.fetch_all(sql, values).await?;
        let Some(changed) = changed.first() else {
            transaction.roll_back().await;
            return Ok(false);
        };
        let user = row::user_id(changed).map_err(fault::<DB>)?;
        let user = [Text(user.as_str())];
        transaction.execute(statements::DELETE_ALL_CODES, &user).await?;
        let revoked = transaction.tokens(statements::DELETE_ALL_SESSIONS, &user).await?;
        self.commit(transaction, &revoked).await?;
        Ok(true)
    }
}

/// A user's values in the order of [`statements::INSERT_USER`].
fn user_columns(user: &User) -> [Value<'_>; 4] {
    [Text(user.id.as_str()), Text(user.username.as_str()), Instant(user.created_at), Text(user.attributes.as_json())]
}

/// A key's values in the order of [`statements::INSERT_KEY`].
fn key_columns(key: &Key) -> [Value<'_>; 4] {
    [
        Text(key.id.as_str()),
        Text(key.user_id.as_str()),
        OptionalText(key.password_hash.as_ref().map(PasswordHash::expose)),
        Instant(key.created_at),
    ]
}
