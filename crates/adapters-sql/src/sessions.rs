//! The port `SessionStore`.

use std::num::NonZeroU32;

use async_trait::async_trait;
use doorward_domain::ports::{KeyedWriteError, LiveSession, SessionList, SessionStore, StoreError, VerifiedKey};
use doorward_domain::{
    Attributes, Client, Session, SessionId, SignInKind, Timestamp, TokenHash, User, UserAgent, UserId,
};

use crate::checked_out::CheckedOut;
use crate::dialect::Dialect;
use crate::lookups::Lookups;
use crate::records::note_sign_in;
use crate::store::SqlStore;
use crate::value::Value::{self, Instant, Number, OptionalText, Text, Token};
use crate::{row, statements};

#[async_trait]
impl<DB: Dialect> SessionStore for SqlStore<DB> {
    async fn find(&self, token: &TokenHash) -> Result<Option<(Session, User)>, StoreError> {
        self.lookups.find(token).await
    }

    async fn open<'a>(
        &self,
        session: &Session,
        client: &Client,
        verified: &VerifiedKey,
        replaces: &'a [TokenHash],
        most: Option<NonZeroU32>,
    ) -> Result<(), KeyedWriteError> {
        let VerifiedKey { id, hash, rehashed } = verified;
        let (key, hash) = (Text(id.as_str()), Text(hash.expose()));
        let address = address_text(client);
        let mut transaction = self.pools.begin().await?;
        let values = [&columns(session, client, address.as_deref())[..], &[key, hash]].concat();
        if transaction.tokens(DB::INSERT_SESSION_OF_KEY, &values).await?.is_empty()
            || !is_enabled(&mut transaction, &session.user_id).await?
        {
            transaction.roll_back().await;
            return Err(KeyedWriteError::KeyChanged);
        }
        if let Some(new) = rehashed {
            transaction.execute(statements::REPLACE_HASH, &[Text(new.expose()), key, hash]).await?;
        }
        let mut revoked = revoke_replaced(&mut transaction, replaces).await?;
        note_sign_in(&mut transaction, session, SignInKind::LogIn).await?;
        revoked.extend(revoke_surplus(&mut transaction, session, most).await?);
        Ok(self.commit(transaction, &revoked).await?)
    }

    async fn renew(&self, seen: &Session, renewed: &Session) -> Result<bool, StoreError> {
        let Session { active_expires_at, idle_expires_at, created_at, last_used_at, .. } = *renewed;
        let instants = [active_expires_at, idle_expires_at, created_at, last_used_at].map(Instant);
        let values = instants.into_iter().chain(as_seen(seen)).collect::<Vec<_>>();
        self.write_over(seen, statements::RENEW_SESSION, &values).await
    }

    async fn delete_if_expired(&self, seen: &Session) -> Result<bool, StoreError> {
        self.write_over(seen, statements::DELETE_SEEN_SESSION, &as_seen(seen)).await
    }

    async fn note_uses(&self, uses: &[(TokenHash, Timestamp)]) -> Result<(), StoreError> {
        let mut transaction = self.pools.begin().await?;
        for (token, at) in uses {
            transaction.execute(statements::NOTE_USE, &[Instant(*at), Token(token)]).await?;
        }
        self.commit(transaction, &[]).await?;
        // A cache of another process notes the use once more.
        for (token, _) in uses {
            self.lookups.invalidate_here(token);
        }
        Ok(())
    }

    async fn delete(&self, id: &SessionId) -> Result<bool, StoreError> {
        Ok(self.change_sessions(statements::DELETE_SESSION, &[Text(id.as_str())]).await? == 1)
    }

    async fn delete_by_tokens(&self, tokens: &[TokenHash]) -> Result<u64, StoreError> {
        let mut revoked = 0;
        for token in tokens {
            revoked += self.change_sessions(statements::DELETE_SESSION_OF_TOKEN, &[Token(token)]).await?;
        }
        Ok(revoked)
    }

    async fn list(&self, user: &UserId, now: Timestamp) -> Result<SessionList, StoreError> {
        // One beyond the bound tells whether there are more.
        let limit = i64::try_from(MOST_LISTED + 1).expect("the bound below is small");
        let values = [Text(user.as_str()), Instant(now), Number(limit)];
        let mut sessions = self.pools.read_all(statements::LIST_SESSIONS, &values, row::live_session).await?;
        let more = sessions.len() > MOST_LISTED;
        sessions.truncate(MOST_LISTED);
        Ok(SessionList { sessions, more })
    }

    async fn delete_session_of(&self, user: &UserId, id: &SessionId) -> Result<bool, StoreError> {
        let values = [Text(id.as_str()), Text(user.as_str())];
        Ok(self.change_sessions(statements::DELETE_SESSION_OF_USER, &values).await? == 1)
    }

    async fn delete_other_sessions(&self, user: &UserId, kept: &SessionId) -> Result<u64, StoreError> {
        let values = [Text(user.as_str()), Text(kept.as_str())];
        self.change_sessions(statements::DELETE_OTHER_SESSIONS, &values).await
    }

    async fn delete_expired(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
        self.pools.write(DB::DELETE_EXPIRED_SESSIONS, &[Instant(now), Number(limit.into())]).await
    }

    async fn admin_open_session(
        &self,
        session: &Session,
        client: &Client,
        most: Option<NonZeroU32>,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.pools.begin().await?;
        if transaction.fetch(DB::LOCK_ENABLED_USER, &[Text(session.user_id.as_str())]).await?.is_none() {
            transaction.roll_back().await;
            return Ok(false);
        }
        insert_session(&mut transaction, session, client, SignInKind::Vouched).await?;
        let revoked = revoke_surplus(&mut transaction, session, most).await?;
        self.commit(transaction, &revoked).await?;
        Ok(true)
    }

    async fn find_by_id(&self, id: &SessionId) -> Result<Option<(LiveSession, User)>, StoreError> {
        self.pools.read(statements::FIND_SESSION_BY_ID, &[Text(id.as_str())], row::live_session_and_user).await
    }

    async fn set_attributes(&self, id: &SessionId, attributes: &Attributes) -> Result<bool, StoreError> {
        let values = [Text(attributes.as_json()), Text(id.as_str())];
        Ok(self.change_sessions(statements::SET_SESSION_ATTRIBUTES, &values).await? == 1)
    }

    async fn delete_sessions_of(&self, user: &UserId) -> Result<u64, StoreError> {
        self.change_sessions(statements::DELETE_ALL_SESSIONS, &[Text(user.as_str())]).await
    }
}

impl<DB: Dialect> SqlStore<DB> {
    /// Runs a statement that changes a session only as it was seen; `false` where it was not as seen.
    async fn write_over(&self, seen: &Session, sql: &'static str, values: &[Value<'_>]) -> Result<bool, StoreError> {
        let written = self.pools.write(sql, values).await? == 1;
        // Written or not, the session is no longer as it was seen. Another process finds that out as this one did.
        self.lookups.invalidate_here(&seen.token_hash);
        Ok(written)
    }
}

/// Whether a user is not disabled, in a transaction that holds a key of the user: who disables the user takes the keys first,
/// so that the answer holds until the transaction has ended.
pub(crate) async fn is_enabled<DB: Dialect>(
    transaction: &mut CheckedOut<DB>,
    user: &UserId,
) -> Result<bool, StoreError> {
    Ok(transaction.fetch(statements::FIND_ENABLED_USER, &[Text(user.as_str())]).await?.is_some())
}

/// Writes a session and its sign-in event.
pub(crate) async fn insert_session<DB: Dialect>(
    transaction: &mut CheckedOut<DB>,
    session: &Session,
    client: &Client,
    kind: SignInKind,
) -> Result<(), StoreError> {
    let address = address_text(client);
    transaction.execute(statements::INSERT_SESSION, &columns(session, client, address.as_deref())).await?;
    note_sign_in(transaction, session, kind).await
}

/// Deletes the sessions that a client came with, and returns the tokens of those that existed.
pub(crate) async fn revoke_replaced<DB: Dialect>(
    transaction: &mut CheckedOut<DB>,
    replaced: &[TokenHash],
) -> Result<Vec<TokenHash>, StoreError> {
    let mut revoked = Vec::new();
    for token in replaced {
        revoked.extend(transaction.tokens(statements::DELETE_SESSION_OF_TOKEN, &[Token(token)]).await?);
    }
    Ok(revoked)
}

/// Deletes the user's oldest sessions where there are too many now, and returns their tokens.
async fn revoke_surplus<DB: Dialect>(
    transaction: &mut CheckedOut<DB>,
    opened: &Session,
    most: Option<NonZeroU32>,
) -> Result<Vec<TokenHash>, StoreError> {
    let Some(most) = most else { return Ok(Vec::new()) };
    let beside = Number(i64::from(most.get()) - 1);
    let values = [Text(opened.user_id.as_str()), Text(opened.id.as_str()), Instant(opened.created_at), beside];
    transaction.tokens(statements::DELETE_SURPLUS_SESSIONS, &values).await
}

/// The values by which a statement finds a session only as it was seen.
fn as_seen(seen: &Session) -> [Value<'_>; 3] {
    [Text(seen.id.as_str()), Instant(seen.active_expires_at), Instant(seen.idle_expires_at)]
}

/// The most sessions in a list: more than a user has devices, and few enough for one answer.
const MOST_LISTED: usize = 1_000;

/// An address as the store holds it.
fn address_text(client: &Client) -> Option<String> {
    client.address.map(|address| address.to_string())
}

/// A session's values in the order of [`statements::INSERT_SESSION`].
fn columns<'a>(session: &'a Session, client: &'a Client, address: Option<&'a str>) -> [Value<'a>; 10] {
    [
        Token(&session.token_hash),
        Text(session.id.as_str()),
        Text(session.user_id.as_str()),
        Instant(session.created_at),
        Instant(session.active_expires_at),
        Instant(session.idle_expires_at),
        OptionalText(client.user_agent.as_ref().map(UserAgent::as_str)),
        OptionalText(address),
        Text(session.attributes.as_json()),
        Instant(session.last_used_at),
    ]
}
