//! The port `RecoveryStore`. Every transaction touches the key first and the codes after it, as the deletion of an account
//! does, so that none waits for another that waits for it.

use std::collections::BTreeSet;

use async_trait::async_trait;
use doorward_domain::ports::{
    CodeReplacement, RecoverError, Recovery, RecoveryStore, ReplaceCodesError, StoreError, UnusedCode,
};
use doorward_domain::{RecoveryCodeHash, SignInKind, UserId};

use crate::dialect::Dialect;
use crate::lease::{Lease, fault};
use crate::records::note_sign_in;
use crate::row::Columns;
use crate::script::Script;
use crate::store::SqlStore;
use crate::value::Value::{Code, Instant, Text, Token};
use crate::{row, sessions, statements};

#[async_trait]
impl<DB: Dialect> RecoveryStore for SqlStore<DB> {
    async fn unused_codes(&self, user: &UserId) -> Result<Vec<UnusedCode>, StoreError> {
        self.read_all(statements::LIST_CODES, &[Text(user.as_str())], row::unused_code).await
    }

    async fn replace_codes(&self, replacement: &CodeReplacement) -> Result<(), ReplaceCodesError> {
        let CodeReplacement { user_id, key, seen, codes, created_at } = replacement;
        let user = Text(user_id.as_str());
        let mut lease = self.begin().await?;
        if lease.execute(statements::HOLD_KEY, &[Text(key.id.as_str()), user, Text(key.hash.expose())]).await? == 0 {
            lease.roll_back().await;
            return Err(ReplaceCodesError::KeyChanged);
        }
        let replaced: BTreeSet<_> = codes_deleted(&mut lease, user_id).await?.into_iter().collect();
        if replaced != seen.iter().copied().collect() {
            lease.roll_back().await;
            return Err(ReplaceCodesError::CodesChanged);
        }
        for code in codes {
            lease.execute(statements::INSERT_CODE, &[user, Code(code), Instant(*created_at)]).await?;
        }
        Ok(lease.commit().await?)
    }

    async fn recover_and_revoke_sessions(&self, recovery: &Recovery) -> Result<u32, RecoverError> {
        let Recovery { key_id, code, new_hash, session, client, replaces } = recovery;
        let user = Text(session.user_id.as_str());
        let mut lease = self.begin().await?;

        // Who was kept waiting by somebody with the same code finds the key, but no longer the code.
        let values = [Text(new_hash.expose()), Text(key_id.as_str()), user, Code(code)];
        if lease.execute(statements::REPLACE_HASH_BY_CODE, &values).await? == 0
            || lease.execute(statements::DELETE_CODE, &[user, Code(code)]).await? == 0
        {
            lease.roll_back().await;
            return Err(RecoverError::NoSuchCode);
        }

        let left = lease.fetch_all(statements::LIST_CODES, &[user]).await?.len();

        let ended = lease.tokens(statements::DELETE_ALL_SESSIONS, &[user]).await?;
        let mut rest = Script::default();
        for replaced in replaces {
            rest.push(statements::DELETE_SESSION_OF_TOKEN, [Token(replaced)]);
        }
        let address = sessions::address_text(client);
        rest.push(statements::INSERT_SESSION, sessions::columns(session, client, address.as_deref()));
        note_sign_in(&mut rest, session, SignInKind::Recovered);
        self.commit_opening(lease, rest, session, &ended).await?;
        Ok(u32::try_from(left).unwrap_or(u32::MAX))
    }
}

/// Deletes all codes of a user, and says which they were.
async fn codes_deleted<DB: Dialect>(
    lease: &mut Lease<'_, DB>,
    user: &UserId,
) -> Result<Vec<RecoveryCodeHash>, StoreError> {
    let rows = lease.fetch_all(statements::DELETE_ALL_CODES, &[Text(user.as_str())]).await?;
    rows.iter().map(|row| row.code("code_hash")).collect::<sqlx::Result<_>>().map_err(fault::<DB>)
}
