//! What a row means in the domain's words. A column that cannot be read is an error here, never a default.

use doorward_domain::{Key, KeyId, PasswordHash, Session, SessionId, Timestamp, TokenHash, User, UserId, Username};
use sqlx::{ColumnIndex, Decode, Row, Type};

use crate::value::Instant;

/// Reads the columns of a row of whichever backend.
pub(crate) trait Columns {
    fn text(&self, column: &'static str) -> sqlx::Result<String>;
    fn token(&self, column: &'static str) -> sqlx::Result<TokenHash>;
    fn instant(&self, column: &'static str) -> sqlx::Result<Timestamp>;
}

impl<R> Columns for R
where
    R: Row,
    &'static str: ColumnIndex<R>,
    for<'r> String: Decode<'r, R::Database> + Type<R::Database>,
    for<'r> Vec<u8>: Decode<'r, R::Database> + Type<R::Database>,
    for<'r> Instant: Decode<'r, R::Database> + Type<R::Database>,
{
    fn text(&self, column: &'static str) -> sqlx::Result<String> {
        self.try_get(column)
    }

    fn token(&self, column: &'static str) -> sqlx::Result<TokenHash> {
        let bytes: Vec<u8> = self.try_get(column)?;
        let digest = bytes.try_into().map_err(|bytes: Vec<u8>| sqlx::Error::ColumnDecode {
            index: column.to_owned(),
            source: format!("a digest of {} bytes", bytes.len()).into(),
        })?;
        Ok(TokenHash::restore(digest))
    }

    fn instant(&self, column: &'static str) -> sqlx::Result<Timestamp> {
        self.try_get(column).map(|Instant(instant)| instant)
    }
}

pub(crate) fn session_and_user(row: &impl Columns) -> sqlx::Result<(Session, User)> {
    let user = user(row)?;
    let session = Session {
        id: SessionId::restore(row.text("id")?),
        token_hash: row.token("token_hash")?,
        user_id: user.id.clone(),
        created_at: row.instant("created_at")?,
        active_expires_at: row.instant("active_expires_at")?,
        idle_expires_at: row.instant("idle_expires_at")?,
    };
    Ok((session, user))
}

pub(crate) fn key_and_user(row: &impl Columns) -> sqlx::Result<(Key, User)> {
    let user = user(row)?;
    let key = Key {
        id: KeyId::restore(row.text("id")?),
        user_id: user.id.clone(),
        password_hash: PasswordHash::restore(row.text("password_hash")?),
        created_at: row.instant("created_at")?,
    };
    Ok((key, user))
}

fn user(row: &impl Columns) -> sqlx::Result<User> {
    Ok(User {
        id: UserId::restore(row.text("user_id")?),
        username: Username::restore(row.text("username")?),
        created_at: row.instant("user_created_at")?,
    })
}
