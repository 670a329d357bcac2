//! The port `UserStore`.

use async_trait::async_trait;
use doorward_domain::ports::{
    AddKeyError, AdminCreateUsersError, CreateUserError, KeyedWriteError, NewAccount, NewUser, PasswordChange,
    StoreError, Taken, UpdateUserError, UserQuery, UserStore, UserUpdate, VerifiedKey,
};
use doorward_domain::{Key, KeyId, PasswordHash, SignInKind, Timestamp, User, UserId};

use crate::checked_out::{CheckedOut, fault};
use crate::dialect::Dialect;
use crate::links::{take_invitation, write_password_link};
use crate::sessions::{insert_session, is_enabled, revoke_replaced};
use crate::store::SqlStore;
use crate::value::Value::{self, Flag, Instant, Number, OptionalText, Text};
use crate::{row, statements};

/// How many new users have the time of one call, so that a list of them also fits on a database at some distance: three
/// statements each, of up to 16 ms.
const USERS_PER_LIMIT: usize = 100;

#[async_trait]
impl<DB: Dialect> UserStore for SqlStore<DB> {
    async fn create(&self, account: &NewAccount) -> Result<(), CreateUserError> {
        let NewAccount { user, key, session, client, replaces, invitation } = account;
        let mut transaction = self.pools.begin().await?;

        if let Some(code) = invitation
            && !take_invitation(&mut transaction, code, user.created_at).await?
        {
            transaction.roll_back().await;
            return Err(CreateUserError::NoSuchInvitation);
        }
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
        if transaction.execute(statements::REPLACE_HASH, &values).await? == 0
            || !is_enabled(&mut transaction, &session.user_id).await?
        {
            transaction.roll_back().await;
            return Err(KeyedWriteError::KeyChanged);
        }
        let user = [Text(session.user_id.as_str())];
        transaction.execute(statements::DELETE_ALL_CODES, &user).await?;
        transaction.execute(statements::DELETE_PASSWORD_LINK, &user).await?;
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

    async fn admin_create_users(&self, users: &[NewUser]) -> Result<(), AdminCreateUsersError> {
        let mut transaction = self.pools.begin().await?;
        let mut taken = Vec::new();
        transaction.prolong(self.pools.limit * u32::try_from(users.len() / USERS_PER_LIMIT).unwrap_or(u32::MAX));
        // Ids and keys in their own orders, so that no two lists of the same users wait for each other.
        let mut users: Vec<_> = users.iter().enumerate().collect();
        users.sort_by_key(|(_, new)| new.user.id.as_str());
        let mut created = Vec::with_capacity(users.len());
        for (place, new) in users {
            if transaction.execute(statements::INSERT_USER_OF_CHOSEN_ID, &user_columns(&new.user)).await? == 0 {
                taken.push(Taken::Id(place));
            } else {
                created.push((place, new));
            }
        }
        created.sort_by_key(|(place, new)| (new.key.as_ref().map(|key| key.id.as_str()), *place));
        for (place, NewUser { key, password_link, .. }) in created {
            if let Some(key) = key
                && transaction.execute(statements::INSERT_KEY, &key_columns(key)).await? == 0
            {
                taken.push(Taken::Key(place));
            }
            if let Some(link) = password_link {
                write_password_link(&mut transaction, link).await?;
            }
        }
        taken.sort_by_key(|(Taken::Id(place) | Taken::Key(place))| *place);
        if taken.is_empty() {
            return Ok(self.commit(transaction, &[]).await?);
        }
        transaction.roll_back().await;
        Err(AdminCreateUsersError::Taken(taken))
    }

    async fn find_user(&self, id: &UserId) -> Result<Option<User>, StoreError> {
        self.pools.read(statements::FIND_USER, &[Text(id.as_str())], row::user).await
    }

    async fn list(&self, query: &UserQuery, limit: u32) -> Result<Vec<User>, StoreError> {
        let UserQuery { after, disabled, created_since, key_prefix } = query;
        let prefix = key_prefix.as_ref().map_or("", KeyId::as_str);
        // No character comes after the last one, so that what starts with the prefix comes before this.
        let end = format!("{prefix}{}", char::MAX);
        let values = [
            Text(after.as_ref().map_or("", UserId::as_str)),
            Instant(created_since.unwrap_or(Timestamp::MIN)),
            Flag(disabled.unwrap_or(false)),
            Flag(disabled.unwrap_or(true)),
            Text(prefix),
            Text(&end),
            Number(limit.into()),
        ];
        self.pools.read_all(statements::LIST_USERS, &values, row::user).await
    }

    async fn update(&self, update: &UserUpdate) -> Result<User, UpdateUserError> {
        let UserUpdate { user_id, verified, username, attributes, disabled } = update;
        let id = [Text(user_id.as_str())];
        let mut transaction = self.pools.begin().await?;
        // The keys first: a login under way holds one of them, and the session that it opens is to be found below.
        transaction.fetch_all(DB::LOCK_KEYS_OF_USER, &id).await?;
        if let Some(VerifiedKey { id: key, hash, .. }) = verified {
            let values = [Text(key.as_str()), id[0], Text(hash.expose())];
            if transaction.fetch(DB::LOCK_KEY, &values).await?.is_none() {
                transaction.roll_back().await;
                return Err(UpdateUserError::KeyChanged);
            }
        }
        // No session of the user may be opened after those below were found: it would be cached with the old attributes.
        transaction.fetch(DB::LOCK_USER_ALONE, &id).await?;
        let found = transaction.fetch(statements::FIND_USER, &id).await?;
        let Some(mut user) = found.as_ref().map(row::user).transpose().map_err(fault::<DB>)? else {
            transaction.roll_back().await;
            return Err(UpdateUserError::NoSuchUser);
        };
        if let Some(username) = username {
            if !rename_key(&mut transaction, &user, &username.key_id()).await? {
                transaction.roll_back().await;
                return Err(UpdateUserError::KeyTaken);
            }
            user.username = username.clone();
        }
        user.attributes = attributes.clone().unwrap_or(user.attributes);
        user.disabled = disabled.unwrap_or(user.disabled);
        let values = [
            Text(user.username.as_str()),
            Text(user.attributes.as_json()),
            Flag(user.disabled),
            Text(user_id.as_str()),
        ];
        transaction.execute(statements::UPDATE_USER, &values).await?;
        let changed = if user.disabled {
            transaction.execute(statements::DELETE_PASSWORD_LINK, &id).await?;
            transaction.tokens(statements::DELETE_ALL_SESSIONS, &id).await?
        } else {
            transaction.tokens(statements::TOKENS_OF_USER, &id).await?
        };
        self.commit(transaction, &changed).await?;
        Ok(user)
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
        transaction.execute(statements::DELETE_PASSWORD_LINK, &user).await?;
        let revoked = transaction.tokens(statements::DELETE_ALL_SESSIONS, &user).await?;
        self.commit(transaction, &revoked).await?;
        Ok(true)
    }
}

/// Gives the key of a user's username another id; `false` where that is taken. A user without such a key gets none.
async fn rename_key<DB: Dialect>(
    transaction: &mut CheckedOut<DB>,
    user: &User,
    new: &KeyId,
) -> Result<bool, StoreError> {
    let old = user.username.key_id();
    let of_user = [Text(old.as_str()), Text(user.id.as_str())];
    if old == *new || transaction.fetch(statements::FIND_KEY_OF_USER, &of_user).await?.is_none() {
        return Ok(true);
    }
    if transaction.execute(statements::COPY_KEY, &[Text(new.as_str()), of_user[0], of_user[1]]).await? == 0 {
        return Ok(false);
    }
    transaction.execute(statements::DELETE_KEY_OF_USER, &of_user).await?;
    Ok(true)
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
