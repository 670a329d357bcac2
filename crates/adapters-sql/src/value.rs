//! What statements are given: the few kinds of value that the schema has, and how they are bound. How an instant is
//! written each backend says in its own folder.

use doorward_domain::{LinkHash, RecoveryCodeHash, ThrottleKey, Timestamp, TokenHash};
use sqlx::error::BoxDynError;
use sqlx::query::Query;
use sqlx::{Database, Encode, SqlSafeStr, Type};

/// A value for a statement.
#[derive(Clone, Copy)]
pub(crate) enum Value<'a> {
    Text(&'a str),
    OptionalText(Option<&'a str>),
    Token(&'a TokenHash),
    Bucket(&'a ThrottleKey),
    OptionalBucket(Option<&'a ThrottleKey>),
    Code(&'a RecoveryCodeHash),
    Link(&'a LinkHash),
    Flag(bool),
    Instant(Timestamp),
    Number(i64),
}

/// An instant on its way into or out of a database.
pub(crate) struct Instant(pub(crate) Timestamp);

impl Instant {
    /// Takes back an instant that a store holds.
    ///
    /// # Errors
    /// When the domain cannot have it, so that no version of this program wrote it.
    pub(crate) fn restore(unix_millis: i64) -> Result<Self, BoxDynError> {
        let instant = Timestamp::from_unix_millis(unix_millis);
        if instant.as_unix_millis() == unix_millis {
            Ok(Self(instant))
        } else {
            Err(format!("{unix_millis} ms is outside of the years 1970 to 9999").into())
        }
    }
}

/// A statement with its values bound, `$1` the first.
pub(crate) fn bound<'q, DB>(sql: impl SqlSafeStr, values: &[Value<'q>]) -> Query<'q, DB, DB::Arguments>
where
    DB: Database,
    &'q str: Encode<'q, DB> + Type<DB>,
    Option<&'q str>: Encode<'q, DB> + Type<DB>,
    &'q [u8]: Encode<'q, DB> + Type<DB>,
    Option<&'q [u8]>: Encode<'q, DB> + Type<DB>,
    Instant: Encode<'q, DB> + Type<DB>,
    i64: Encode<'q, DB> + Type<DB>,
    bool: Encode<'q, DB> + Type<DB>,
{
    values.iter().fold(sqlx::query(sql), |query, value| match *value {
        Value::Text(text) => query.bind(text),
        Value::OptionalText(text) => query.bind(text),
        Value::Token(token) => query.bind(token.as_bytes().as_slice()),
        Value::Bucket(key) => query.bind(key.as_bytes().as_slice()),
        Value::OptionalBucket(key) => query.bind(key.map(|key| key.as_bytes().as_slice())),
        Value::Code(code) => query.bind(code.as_bytes().as_slice()),
        Value::Link(code) => query.bind(code.as_bytes().as_slice()),
        Value::Flag(flag) => query.bind(flag),
        Value::Instant(instant) => query.bind(Instant(instant)),
        Value::Number(number) => query.bind(number),
    })
}
