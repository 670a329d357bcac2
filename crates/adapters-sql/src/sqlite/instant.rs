//! How SQLite holds an instant: as an integer, in milliseconds since 1970-01-01T00:00:00Z.

use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::sqlite::{SqliteArgumentsBuffer, SqliteTypeInfo, SqliteValueRef};
use sqlx::{Decode, Encode, Sqlite, Type};

use crate::value::Instant;

impl Type<Sqlite> for Instant {
    fn type_info() -> SqliteTypeInfo {
        <i64 as Type<Sqlite>>::type_info()
    }

    fn compatible(column: &SqliteTypeInfo) -> bool {
        <i64 as Type<Sqlite>>::compatible(column)
    }
}

impl Encode<'_, Sqlite> for Instant {
    fn encode_by_ref(&self, buffer: &mut SqliteArgumentsBuffer) -> Result<IsNull, BoxDynError> {
        <i64 as Encode<Sqlite>>::encode(self.0.as_unix_millis(), buffer)
    }
}

impl Decode<'_, Sqlite> for Instant {
    fn decode(value: SqliteValueRef<'_>) -> Result<Self, BoxDynError> {
        Self::restore(<i64 as Decode<Sqlite>>::decode(value)?)
    }
}
