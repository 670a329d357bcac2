//! The port `UserStore`.

use async_trait::async_trait;
use doorward_domain::ports::{
    AddKeyError, AdminCreateUserError, CreateUserError, KeyedWriteError, NewAccount, PasswordChange, StoreError,
    UserStore, VerifiedKey,
};
use doorward_domain::{Attributes, Key, KeyId, PasswordHash, SignInKind, User, UserId};

use crate::dialect::Dialect;
use crate::lease::fault;
use crate::records::note_sign_in;
use crate::script::Script;
use crate::store::SqlStore;
use crate::value::Value::{self, Instant, OptionalText, Text, Token};
use crate::{row, sessions, statements};

#[async_trait]
impl<DB: Dialect> UserStore for SqlStore<DB> {
    async fn create(&self, account: &NewAccount) -> Result<(), CreateUserError> {
        let NewAccount { user, key, session, client, replaces } = account;
        let mut lease = self.begin().await?;

        lease.execute(statements::INSERT_USER, &user_columns(user)).await?;
        if lease.execute(statements::INSERT_KEY, &key_columns(key)).await? == 0 {
            lease.roll_back().await;
            return Err(CreateUserError::KeyTaken);
        }

        let address = sessions::address_text(client);
        let mut rest = Script::default();
        rest.push(statements::INSERT_SESSION, sessions::columns(session, client, address.as_deref()));
        note_sign_in(&mut rest, session, SignInKind::SignUp);
        for replaced in replaces {
            rest.push(statements::DELETE_SESSION_OF_TOKEN, [Token(replaced)]);
        }
        self.commit_opening(lease, rest, session, &[]).await?;
        Ok(())
    }

    async fn find_by_key(&self, id: &KeyId) -> Result<Option<(Key, User)>, StoreError> {
        self.read(statements::FIND_KEY, &[Text(id.as_str())], row::key_and_user).await
    }

    async fn replace_password_and_revoke_sessions(&self, change: &PasswordChange) -> Result<(), KeyedWriteError> {
        let PasswordChange { verified, new_hash, session, client } = change;
        let mut lease = self.begin().await?;

        let values = [Text(new_hash.expose()), Text(verified.id.as_str()), Text(verified.hash.expose())];
        if lease.execute(statements::REPLACE_HASH, &values).await? == 0 {
            lease.roll_back().await;
            return Err(KeyedWriteError::KeyChanged);
        }
        let ended = lease.tokens(statements::DELETE_ALL_SESSIONS, &[Text(session.user_id.as_str())]).await?;
        let address = sessions::address_text(client);
        let mut rest = Script::default();
        rest.push(statements::INSERT_SESSION, sessions::columns(session, client, address.as_deref()));
        note_sign_in(&mut rest, session, SignInKind::PasswordChanged);
        self.commit_opening(lease, rest, session, &ended).await?;
        Ok(())
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

    async fn admin_create_user<'a>(&self, user: &User, key: Option<&'a Key>) -> Result<(), AdminCreateUserError> {
        let mut lease = self.begin().await?;
        let refusal = if lease.execute(statements::INSERT_USER_OF_CHOSEN_ID, &user_columns(user)).await? == 0 {
            AdminCreateUserError::IdTaken
        } else if let Some(key) = key
            && lease.execute(statements::INSERT_KEY, &key_columns(key)).await? == 0
        {
            AdminCreateUserError::KeyTaken
        } else {
            return Ok(lease.commit().await?);
        };
        lease.roll_back().await;
        Err(refusal)
    }

    async fn find_user(&self, id: &UserId) -> Result<Option<User>, StoreError> {
        self.read(statements::FIND_USER, &[Text(id.as_str())], row::user).await
    }

    async fn set_attributes(&self, user: &UserId, attributes: &Attributes) -> Result<bool, StoreError> {
        let mut lease = self.begin().await?;
        // Nobody is to keep a session with the old attributes that is not among those found below.
        if lease.fetch(DB::LOCK_USER_ALONE, &[Text(user.as_str())]).await?.is_none() {
            lease.roll_back().await;
            return Ok(false);
        }
        let values = [Text(attributes.as_json()), Text(user.as_str())];
        lease.execute(statements::SET_USER_ATTRIBUTES, &values).await?;
        let changed = lease.tokens(statements::TOKENS_OF_USER, &[Text(user.as_str())]).await?;
        self.commit(lease, &changed).await?;
        Ok(true)
    }

    async fn admin_delete_user(&self, user: &UserId) -> Result<bool, StoreError> {
        let mut lease = self.begin().await?;
        // The keys first: a login that is under way holds on to one, and what it opens is to end here.
        lease.execute(statements::DELETE_ALL_KEYS, &[Text(user.as_str())]).await?;
        lease.fetch(DB::LOCK_USER_ALONE, &[Text(user.as_str())]).await?;
        let ended = lease.tokens(statements::DELETE_ALL_SESSIONS, &[Text(user.as_str())]).await?;
        let deleted = lease.execute(statements::DELETE_USER, &[Text(user.as_str())]).await? == 1;
        self.commit(lease, &ended).await?;
        Ok(deleted)
    }

    async fn add_key(&self, key: &Key) -> Result<(), AddKeyError> {
        let mut lease = self.begin().await?;
        let refusal = if lease.fetch(DB::LOCK_USER, &[Text(key.user_id.as_str())]).await?.is_none() {
            AddKeyError::NoSuchUser
        } else if lease.execute(statements::INSERT_KEY, &key_columns(key)).await? == 0 {
            AddKeyError::KeyTaken
        } else {
            return Ok(lease.commit().await?);
        };
        lease.roll_back().await;
        Err(refusal)
    }

    async fn list_keys(&self, user: &UserId) -> Result<Vec<Key>, StoreError> {
        self.read_all(statements::LIST_KEYS, &[Text(user.as_str())], row::key).await
    }

    async fn admin_set_password<'a>(&self, key: &KeyId, new: Option<&'a PasswordHash>) -> Result<bool, StoreError> {
        let values = [OptionalText(new.map(PasswordHash::expose)), Text(key.as_str())];
        self.change_key(statements::SET_HASH, &values).await
    }

    async fn admin_delete_key(&self, key: &KeyId) -> Result<bool, StoreError> {
        self.change_key(statements::DELETE_KEY_UNASKED, &[Text(key.as_str())]).await
    }
}

impl<DB: Dialect> SqlStore<DB> {
    /// Runs a statement that changes a key and returns whose it is, and ends that user's sessions; `false` where it
    /// changed none.
    async fn change_key(&self, sql: &'static str, values: &[Value<'_>]) -> Result<bool, StoreError> {
        let mut lease = self.begin().await?;
        let changed = lease.fetch_all(sql, values).await?;
        let Some(changed) = changed.first() else {
            lease.roll_back().await;
            return Ok(false);
        };
        let user = row::user_id(changed).map_err(fault::<DB>)?;
        let ended = lease.tokens(statements::DELETE_ALL_SESSIONS, &[Text(user.as_str())]).await?;
        self.commit(lease, &ended).await?;
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
