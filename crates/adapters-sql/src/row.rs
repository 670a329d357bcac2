//! What a row means in the domain's words. A column that cannot be read is an error here, never a default.

use std::net::IpAddr;

use doorward_domain::ports::{KeyRecord, LiveSession, UnusedCode};
use doorward_domain::{
    Attributes, Client, Invitation, InvitationId, Key, KeyId, LinkHash, PasswordHash, PasswordLink, RecoveryCodeHash,
    Session, SessionId, SignInEvent, SignInKind, Timestamp, TokenHash, User, UserAgent, UserId, Username,
};
use sqlx::{ColumnIndex, Decode, Row, Type};

use crate::value::Instant;

/// Reads the columns of a row of either database.
pub(crate) trait Columns {
    fn text(&self, column: &'static str) -> sqlx::Result<String>;
    fn optional_text(&self, column: &'static str) -> sqlx::Result<Option<String>>;
    fn number(&self, column: &'static str) -> sqlx::Result<i64>;
    fn token(&self, column: &'static str) -> sqlx::Result<TokenHash>;
    fn code(&self, column: &'static str) -> sqlx::Result<RecoveryCodeHash>;
    fn link(&self, column: &'static str) -> sqlx::Result<LinkHash>;
    fn flag(&self, column: &'static str) -> sqlx::Result<bool>;
    fn instant(&self, column: &'static str) -> sqlx::Result<Timestamp>;
}

impl<R> Columns for R
where
    R: Row,
    &'static str: ColumnIndex<R>,
    for<'r> String: Decode<'r, R::Database> + Type<R::Database>,
    for<'r> i64: Decode<'r, R::Database> + Type<R::Database>,
    for<'r> bool: Decode<'r, R::Database> + Type<R::Database>,
    for<'r> Vec<u8>: Decode<'r, R::Database> + Type<R::Database>,
    for<'r> Instant: Decode<'r, R::Database> + Type<R::Database>,
{
    fn text(&self, column: &'static str) -> sqlx::Result<String> {
        self.try_get(column)
    }

    fn optional_text(&self, column: &'static str) -> sqlx::Result<Option<String>> {
        self.try_get(column)
    }

    fn number(&self, column: &'static str) -> sqlx::Result<i64> {
        self.try_get(column)
    }

    fn token(&self, column: &'static str) -> sqlx::Result<TokenHash> {
        digest(column, self.try_get(column)?).map(TokenHash::restore)
    }

    fn code(&self, column: &'static str) -> sqlx::Result<RecoveryCodeHash> {
        digest(column, self.try_get(column)?).map(RecoveryCodeHash::restore)
    }

    fn link(&self, column: &'static str) -> sqlx::Result<LinkHash> {
        digest(column, self.try_get(column)?).map(LinkHash::restore)
    }

    fn flag(&self, column: &'static str) -> sqlx::Result<bool> {
        self.try_get(column)
    }

    fn instant(&self, column: &'static str) -> sqlx::Result<Timestamp> {
        self.try_get(column).map(|Instant(instant)| instant)
    }
}

fn digest(column: &'static str, bytes: Vec<u8>) -> sqlx::Result<[u8; 32]> {
    bytes.try_into().map_err(|bytes: Vec<u8>| sqlx::Error::ColumnDecode {
        index: column.to_owned(),
        source: format!("a digest of {} bytes", bytes.len()).into(),
    })
}

pub(crate) fn session_and_user(row: &impl Columns) -> sqlx::Result<(Session, User)> {
    Ok((session(row)?, user(row)?))
}

pub(crate) fn live_session(row: &impl Columns) -> sqlx::Result<LiveSession> {
    Ok(LiveSession { session: session(row)?, client: client(row)? })
}

pub(crate) fn key_record(row: &impl Columns) -> sqlx::Result<KeyRecord> {
    Ok(KeyRecord {
        id: KeyId::restore(row.text("id")?),
        has_password: row.number("has_password")? != 0,
        created_at: row.instant("created_at")?,
    })
}

pub(crate) fn sign_in(row: &impl Columns) -> sqlx::Result<SignInEvent> {
    const KIND: &str = "kind";
    let word = row.text(KIND)?;
    let unknown = || sqlx::Error::ColumnDecode { index: KIND.to_owned(), source: "no kind of sign-in".into() };
    Ok(SignInEvent {
        session_id: SessionId::restore(row.text("session_id")?),
        kind: SignInKind::restore(&word).ok_or_else(unknown)?,
        at: row.instant("happened_at")?,
        client: client(row)?,
    })
}

fn session(row: &impl Columns) -> sqlx::Result<Session> {
    Ok(Session {
        id: SessionId::restore(row.text("id")?),
        token_hash: row.token("token_hash")?,
        user_id: user_id(row)?,
        created_at: row.instant("created_at")?,
        active_expires_at: row.instant("active_expires_at")?,
        idle_expires_at: row.instant("idle_expires_at")?,
        last_used_at: row.instant("last_used_at")?,
        attributes: attributes(row, "attributes")?,
    })
}

fn client(row: &impl Columns) -> sqlx::Result<Client> {
    const ADDRESS: &str = "address";
    let address = row.optional_text(ADDRESS)?.map(|text| {
        text.parse::<IpAddr>()
            .map_err(|error| sqlx::Error::ColumnDecode { index: ADDRESS.to_owned(), source: error.into() })
    });
    Ok(Client { address: address.transpose()?, user_agent: row.optional_text("user_agent")?.map(UserAgent::restore) })
}

pub(crate) fn live_session_and_user(row: &impl Columns) -> sqlx::Result<(LiveSession, User)> {
    Ok((live_session(row)?, user(row)?))
}

pub(crate) fn key_and_user(row: &impl Columns) -> sqlx::Result<(Key, User)> {
    Ok((key(row)?, user(row)?))
}

pub(crate) fn key(row: &impl Columns) -> sqlx::Result<Key> {
    Ok(Key {
        id: KeyId::restore(row.text("id")?),
        user_id: user_id(row)?,
        password_hash: row.optional_text("password_hash")?.map(PasswordHash::restore),
        created_at: row.instant("created_at")?,
    })
}

pub(crate) fn user_id(row: &impl Columns) -> sqlx::Result<UserId> {
    Ok(UserId::restore(row.text("user_id")?))
}

pub(crate) fn user(row: &impl Columns) -> sqlx::Result<User> {
    Ok(User {
        id: user_id(row)?,
        username: Username::restore(row.text("username")?),
        created_at: row.instant("user_created_at")?,
        disabled: row.flag("user_disabled")?,
        attributes: attributes(row, "user_attributes")?,
    })
}

fn attributes(row: &impl Columns, column: &'static str) -> sqlx::Result<Attributes> {
    Attributes::parse(&row.text(column)?)
        .map_err(|error| sqlx::Error::ColumnDecode { index: column.to_owned(), source: error.into() })
}

pub(crate) fn unused_code(row: &impl Columns) -> sqlx::Result<UnusedCode> {
    Ok(UnusedCode { hash: row.code("code_hash")?, created_at: row.instant("created_at")? })
}

pub(crate) fn password_link_and_user(row: &impl Columns) -> sqlx::Result<(PasswordLink, User)> {
    Ok((password_link(row)?, user(row)?))
}

pub(crate) fn password_link(row: &impl Columns) -> sqlx::Result<PasswordLink> {
    Ok(PasswordLink {
        user_id: user_id(row)?,
        code: row.link("code_hash")?,
        created_at: row.instant("created_at")?,
        expires_at: row.instant("expires_at")?,
    })
}

pub(crate) fn invitation(row: &impl Columns) -> sqlx::Result<Invitation> {
    const USES_LEFT: &str = "uses_left";
    let uses_left = u32::try_from(row.number(USES_LEFT)?)
        .map_err(|error| sqlx::Error::ColumnDecode { index: USES_LEFT.to_owned(), source: error.into() })?;
    Ok(Invitation {
        id: InvitationId::restore(row.text("id")?),
        code: row.link("code_hash")?,
        username: row.optional_text("username")?.map(Username::restore),
        attributes: attributes(row, "attributes")?,
        uses_left,
        created_at: row.instant("created_at")?,
        expires_at: row.instant("expires_at")?,
    })
}
