//! The port `SessionStore`.

use std::num::NonZeroU32;

use async_trait::async_trait;
use doorward_domain::ports::{KeyedWriteError, LiveSession, SessionStore, StoreError, VerifiedKey};
use doorward_domain::{
    Attributes, Client, Session, SessionId, SignInKind, Timestamp, TokenHash, User, UserAgent, UserId,
};

use crate::dialect::Dialect;
use crate::records::note_sign_in;
use crate::script::Script;
use crate::store::SqlStore;
use crate::value::Value::{self, Instant, Number, OptionalText, Text, Token};
use crate::{row, statements};

#[async_trait]
impl<DB: Dialect> SessionStore for SqlStore<DB> {
    async fn find(&self, token: &TokenHash) -> Result<Option<(Session, User)>, StoreError> {
        if let Some(found) = self.readership.cache().and_then(|cache| cache.find(token)) {
            return Ok(Some(found));
        }
        // In a box of its own: whoever is answered from the cache does not carry the room that a query needs.
        Box::pin(self.ask(token)).await
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
        let (key, hash, token) = (Text(id.as_str()), Text(hash.expose()), Token(&session.token_hash));
        let address = address_text(client);
        // All of it hangs on the first: where no session is opened, the rest finds none, and forgets at most what was too
        // much of the user's sign-ins before.
        let mut script = Script::default();
        script.push(
            DB::INSERT_SESSION_OF_KEY,
            [&columns(session, client, address.as_deref())[..], &[key, hash]].concat(),
        );
        if let Some(new) = rehashed {
            script.push(statements::REPLACE_HASH_OF_OPENED, [Text(new.expose()), key, hash, token]);
        }
        for replaced in replaces {
            script.push(statements::DELETE_REPLACED_SESSION, [Token(replaced), token]);
        }
        note_sign_in(&mut script, session, SignInKind::LogIn);
        end_surplus(&mut script, session, most);
        let lease = self.lease(&self.writers).await?;
        let tokens = self.commit_opening(lease, script.after(DB::BEGIN), session, &[]).await?;
        if tokens.contains(&session.token_hash) { Ok(()) } else { Err(KeyedWriteError::KeyChanged) }
    }

    async fn renew(&self, seen: &Session, renewed: &Session) -> Result<bool, StoreError> {
        let [active, idle] = [Instant(renewed.active_expires_at), Instant(renewed.idle_expires_at)];
        let [id, seen_active, seen_idle] = as_seen(seen);
        self.write_over(seen, statements::RENEW_SESSION, &[active, idle, id, seen_active, seen_idle]).await
    }

    async fn delete_if_expired(&self, seen: &Session) -> Result<bool, StoreError> {
        self.write_over(seen, statements::DELETE_SEEN_SESSION, &as_seen(seen)).await
    }

    async fn delete(&self, id: &SessionId) -> Result<bool, StoreError> {
        Ok(self.end_sessions(statements::DELETE_SESSION, &[Text(id.as_str())]).await? == 1)
    }

    async fn delete_by_tokens(&self, tokens: &[TokenHash]) -> Result<u64, StoreError> {
        let mut ended = 0;
        for token in tokens {
            ended += self.end_sessions(statements::DELETE_SESSION_OF_TOKEN, &[Token(token)]).await?;
        }
        Ok(ended)
    }

    async fn list(&self, user: &UserId, now: Timestamp) -> Result<Vec<LiveSession>, StoreError> {
        let values = [Text(user.as_str()), Instant(now), Number(MOST_LISTED)];
        self.read_all(statements::LIST_SESSIONS, &values, row::live_session).await
    }

    async fn delete_session_of(&self, user: &UserId, id: &SessionId) -> Result<bool, StoreError> {
        let values = [Text(id.as_str()), Text(user.as_str())];
        Ok(self.end_sessions(statements::DELETE_SESSION_OF_USER, &values).await? == 1)
    }

    async fn delete_other_sessions(&self, user: &UserId, kept: &SessionId) -> Result<u64, StoreError> {
        let values = [Text(user.as_str()), Text(kept.as_str())];
        self.end_sessions(statements::DELETE_OTHER_SESSIONS, &values).await
    }

    async fn delete_expired(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
        self.write(DB::DELETE_DEAD_SESSIONS, &[Instant(now), Number(limit.into())]).await
    }

    async fn admin_open_session(
        &self,
        session: &Session,
        client: &Client,
        most: Option<NonZeroU32>,
    ) -> Result<bool, StoreError> {
        let mut lease = self.begin().await?;
        if lease.fetch(DB::LOCK_USER, &[Text(session.user_id.as_str())]).await?.is_none() {
            lease.roll_back().await;
            return Ok(false);
        }
        let address = address_text(client);
        let mut rest = Script::default();
        rest.push(statements::INSERT_SESSION, columns(session, client, address.as_deref()));
        note_sign_in(&mut rest, session, SignInKind::Vouched);
        end_surplus(&mut rest, session, most);
        self.commit_opening(lease, rest, session, &[]).await?;
        Ok(true)
    }

    async fn find_by_id(&self, id: &SessionId) -> Result<Option<(LiveSession, User)>, StoreError> {
        self.read(statements::FIND_SESSION_BY_ID, &[Text(id.as_str())], row::live_session_and_user).await
    }

    async fn set_attributes(&self, id: &SessionId, attributes: &Attributes) -> Result<bool, StoreError> {
        let values = [Text(attributes.as_json()), Text(id.as_str())];
        Ok(self.end_sessions(statements::SET_SESSION_ATTRIBUTES, &values).await? == 1)
    }

    async fn delete_sessions_of(&self, user: &UserId) -> Result<u64, StoreError> {
        self.end_sessions(statements::DELETE_ALL_SESSIONS, &[Text(user.as_str())]).await
    }
}

impl<DB: Dialect> SqlStore<DB> {
    /// Runs a statement that changes a session as it was seen, and says whether it did.
    async fn write_over(&self, seen: &Session, sql: &'static str, values: &[Value<'_>]) -> Result<bool, StoreError> {
        let written = self.write(sql, values).await? == 1;
        if let Some(cache) = self.readership.cache() {
            // Written or not, what was seen is not what is there. Whoever else keeps it will find that out as we did.
            cache.forget(&[seen.token_hash]);
        }
        Ok(written)
    }

    /// Reads a session and its user from the database, and keeps what it read where that is allowed.
    async fn ask(&self, token: &TokenHash) -> Result<Option<(Session, User)>, StoreError> {
        let cache = self.readership.keeping().await;
        let found = self.read(statements::FIND_SESSION, &[Token(token)], row::session_and_user).await?;
        if let (Some((cache, before)), Some((session, user))) = (cache, &found) {
            cache.keep(before, session, user);
        }
        Ok(found)
    }
}

/// What a statement asks for that changes a session only if it is still as it was seen.
fn as_seen(seen: &Session) -> [Value<'_>; 3] {
    [Text(seen.id.as_str()), Instant(seen.active_expires_at), Instant(seen.idle_expires_at)]
}

/// The most sessions in a list: more than anybody has devices, and few enough for one answer.
const MOST_LISTED: i64 = 1_000;

/// Ends the sessions that are too many now that this one is open, and returns their tokens.
fn end_surplus<'a>(script: &mut Script<'a>, opened: &'a Session, most: Option<NonZeroU32>) {
    let Some(most) = most else { return };
    let beside = Number(i64::from(most.get()) - 1);
    let (user, id) = (Text(opened.user_id.as_str()), Text(opened.id.as_str()));
    let values = [user, id, Instant(opened.created_at), beside, Token(&opened.token_hash)];
    script.push(statements::DELETE_SURPLUS_SESSIONS, values);
}

/// How an address is kept.
pub(crate) fn address_text(client: &Client) -> Option<String> {
    client.address.map(|address| address.to_string())
}

/// A session's values in the order of [`statements::INSERT_SESSION`].
pub(crate) fn columns<'a>(session: &'a Session, client: &'a Client, address: Option<&'a str>) -> [Value<'a>; 9] {
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
    ]
}
