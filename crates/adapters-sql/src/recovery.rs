//! The port `RecoveryStore`. Every transaction touches the key first and the codes after it, as the deletion of an account
//! does, so that no two deadlock.

use std::collections::BTreeSet;

use async_trait::async_trait;
use doorward_domain::ports::{
    CodeReplacement, RecoverError, Recovery, RecoveryStore, ReplaceCodesError, StoreError, UnusedCode,
};
use doorward_domain::{RecoveryCodeHash, SignInKind, UserId};

use crate::checked_out::{CheckedOut, fault};
use crate::dialect::Dialect;
use crate::row::Columns;
use crate::sessions::{insert_session, is_enabled, revoke_replaced};
use crate::store::SqlStore;
use crate::value::Value::{Code, Instant, Text};
use crate::{row, statements};

#[async_trait]
impl<DB: Dialect> RecoveryStore for SqlStore<DB> {
    async fn unused_codes(&self, user: &UserId) -> Result<Vec<UnusedCode>, StoreError> {
        self.pools.read_all(statements::LIST_CODES, &[Text(user.as_str())], row::unused_code).await
    }

    async fn replace_codes(&self, replacement: &CodeReplacement) -> Result<(), ReplaceCodesError> {
        let CodeReplacement { user_id, key, seen, codes, created_at } = replacement;
        let user = Text(user_id.as_str());
        let mut transaction = self.pools.begin().await?;
        let key = [Text(key.id.as_str()), user, Text(key.hash.expose())];
        if transaction.fetch(DB::LOCK_KEY, &key).await?.is_none() {
            transaction.roll_back().await;
            return Err(ReplaceCodesError::KeyChanged);
        }
        let replaced: BTreeSet<_> = codes_deleted(&mut transaction, user_id).await?.into_iter().collect();
        if replaced != seen.iter().copied().collect() {
            transaction.roll_back().await;
            return Err(ReplaceCodesError::CodesChanged);
        }
        for code in codes {
            transaction.execute(statements::INSERT_CODE, &[user, Code(code), Instant(*created_at)]).await?;
        }
        Ok(transaction.commit().await?)
    }

    async fn recover_and_revoke_sessions(&self, recovery: &Recovery) -> Result<u32, RecoverError> {
        let Recovery { key_id, code, new_hash, session, client, replaces } = recovery;
        let user = Text(session.user_id.as_str());
        let mut transaction = self.pools.begin().await?;

        // A call that waited for another one with the same code finds the key, but no longer the code.
        let values = [Text(new_hash.expose()), Text(key_id.as_str()), user, Code(code)];
        if transaction.execute(statements::REPLACE_HASH_BY_CODE, &values).await? == 0
            || transaction.execute(statements::DELETE_CODE, &[user, Code(code)]).await? == 0
        {
            transaction.roll_back().await;
            return Err(RecoverError::NoSuchCode);
        }
        if !is_enabled(&mut transaction, &session.user_id).await? {
            transaction.roll_back().await;
            return Err(RecoverError::AccountDisabled);
        }

        transaction.execute(statements::DELETE_PASSWORD_LINK, &[user]).await?;
        let left = transaction.fetch_all(statements::LIST_CODES, &[user]).await?.len();

        let mut revoked = transaction.tokens(statements::DELETE_ALL_SESSIONS, &[user]).await?;
        revoked.extend(revoke_replaced(&mut transaction, replaces).await?);
        insert_session(&mut transaction, session, client, SignInKind::Recovered).await?;
        self.commit(transaction, &revoked).await?;
        Ok(u32::try_from(left).unwrap_or(u32::MAX))
    }
}

/// Deletes all codes of a user and returns them.
async fn codes_deleted<DB: Dialect>(
    transaction: &mut CheckedOut<DB>,
    user: &UserId,
) -> Result<Vec<RecoveryCodeHash>, StoreError> {
    let rows = transaction.fetch_all(statements::DELETE_ALL_CODES, &[Text(user.as_str())]).await?;
    rows.iter().map(|row| row.code("code_hash")).collect::<sqlx::Result<_>>().map_err(fault::<DB>)
}
