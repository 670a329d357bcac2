//! The port `AccountRecords`, and how sign-in events get into the store.

use async_trait::async_trait;
use doorward_domain::ports::{AccountRecords, KeyRecord, LiveSession, StoreError};
use doorward_domain::{Session, SignInEvent, SignInKind, Timestamp, UserId};

use crate::checked_out::CheckedOut;
use crate::dialect::Dialect;
use crate::store::SqlStore;
use crate::value::Value::{Instant, Number, Text, Token};
use crate::{row, statements};

#[async_trait]
impl<DB: Dialect> AccountRecords for SqlStore<DB> {
    async fn keys(&self, user: &UserId, after: Option<KeyRecord>, limit: u32) -> Result<Vec<KeyRecord>, StoreError> {
        let after = after.as_ref().map_or(BEFORE_EVERY_ID, |key| key.id.as_str());
        let values = [Text(user.as_str()), Text(after), Number(limit.into())];
        self.pools.read_all(statements::PAGE_OF_KEYS, &values, row::key_record).await
    }

    async fn sessions(
        &self,
        user: &UserId,
        now: Timestamp,
        after: Option<LiveSession>,
        limit: u32,
    ) -> Result<Vec<LiveSession>, StoreError> {
        let (at, id) = after
            .as_ref()
            .map_or((Timestamp::MIN, BEFORE_EVERY_ID), |live| (live.session.created_at, live.session.id.as_str()));
        let values = [Text(user.as_str()), Instant(now), Instant(at), Text(id), Number(limit.into())];
        self.pools.read_all(statements::PAGE_OF_SESSIONS, &values, row::live_session).await
    }

    async fn sign_ins(
        &self,
        user: &UserId,
        after: Option<SignInEvent>,
        limit: u32,
    ) -> Result<Vec<SignInEvent>, StoreError> {
        let (at, id) =
            after.as_ref().map_or((Timestamp::MIN, BEFORE_EVERY_ID), |event| (event.at, event.session_id.as_str()));
        let values = [Text(user.as_str()), Instant(at), Text(id), Number(limit.into())];
        self.pools.read_all(statements::PAGE_OF_SIGN_INS, &values, row::sign_in).await
    }

    async fn delete_sign_ins(&self, until: Timestamp, limit: u32) -> Result<u64, StoreError> {
        self.pools.write(DB::DELETE_OLD_SIGN_INS, &[Instant(until), Number(limit.into())]).await
    }
}

/// No id is empty.
const BEFORE_EVERY_ID: &str = "";

/// Writes the sign-in event of a session in the transaction that opens it, and deletes the user's oldest ones beyond
/// [`SignInEvent::MOST_KEPT`].
pub(crate) async fn note_sign_in<DB: Dialect>(
    transaction: &mut CheckedOut<DB>,
    session: &Session,
    kind: SignInKind,
) -> Result<(), StoreError> {
    transaction.execute(statements::INSERT_SIGN_IN, &[Text(kind.name()), Token(&session.token_hash)]).await?;
    let most = Number(SignInEvent::MOST_KEPT.into());
    transaction.execute(statements::DELETE_SURPLUS_SIGN_INS, &[Text(session.user_id.as_str()), most]).await?;
    Ok(())
}
