//! How PostgreSQL holds an instant: as `timestamptz`, on the wire in microseconds since 2000-01-01T00:00:00Z.

use doorward_domain::Timestamp;
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgTypeInfo, PgValueFormat, PgValueRef};
use sqlx::{Decode, Encode, Postgres, Type};

use crate::value::Instant;

/// 2000-01-01T00:00:00Z in milliseconds since 1970.
const EPOCH_UNIX_MILLIS: i64 = 946_684_800_000;

const MICROS_PER_MILLI: i64 = 1_000;

impl Type<Postgres> for Instant {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_name("timestamptz")
    }
}

impl Encode<'_, Postgres> for Instant {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        let micros = (self.0.as_unix_millis() - EPOCH_UNIX_MILLIS) * MICROS_PER_MILLI;
        <i64 as Encode<Postgres>>::encode(micros, buffer)
    }
}

impl Decode<'_, Postgres> for Instant {
    fn decode(value: PgValueRef<'_>) -> Result<Self, BoxDynError> {
        if value.format() == PgValueFormat::Text {
            return Err("an instant came as text".into());
        }
        let micros = <i64 as Decode<Postgres>>::decode(value)?;
        // `infinity` and `-infinity` are the ends of the range of i64.
        Self::restore((micros.div_euclid(MICROS_PER_MILLI)).saturating_add(EPOCH_UNIX_MILLIS))
    }
}

const _: () = assert!(Timestamp::MAX.as_unix_millis() < i64::MAX / MICROS_PER_MILLI, "every instant can be written");
