//! Instants as other systems write them.

use doorward_domain::Timestamp;
use doorward_domain::ports::SourceInstant;
use time::format_description::well_known::Iso8601;
use time::{Date, OffsetDateTime, PrimitiveDateTime};

/// A smaller number counts seconds, any other milliseconds: in milliseconds it would be a day before 1973-03-04, in seconds
/// the others would be days after the year 5138.
const FIRST_MILLISECONDS: i64 = 100_000_000_000;

/// Reads a number of seconds or milliseconds since 1970-01-01T00:00:00Z, or ISO 8601, in UTC where it names no zone. `None`
/// where there is none.
///
/// # Errors
/// The text is neither, or outside the years 1970 to 9999.
pub(super) fn read(instant: &SourceInstant) -> Result<Option<Timestamp>, NoInstant> {
    let SourceInstant::Text(text) = instant else { return Ok(None) };
    let text = text.trim();
    let millis = number(text).or_else(|| iso_8601(text)).ok_or(NoInstant)?;
    let instant = Timestamp::from_unix_millis(millis);
    if instant.as_unix_millis() == millis { Ok(Some(instant)) } else { Err(NoInstant) }
}

/// A text that is no instant.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NoInstant;

/// SQLite writes a whole number in a column of text or floating-point numbers with `.0`.
fn number(text: &str) -> Option<i64> {
    let digits = text.split_once('.').map_or(text, |(whole, fraction)| {
        if fraction.bytes().all(|byte| byte.is_ascii_digit()) { whole } else { text }
    });
    let number: i64 = digits.parse().ok()?;
    Some(if number < FIRST_MILLISECONDS { number.saturating_mul(1_000) } else { number })
}

fn iso_8601(text: &str) -> Option<i64> {
    // Databases put a space before the time.
    let text = text.replacen(' ', "T", 1).replace(' ', "");
    let instant = OffsetDateTime::parse(&text, &Iso8601::PARSING)
        .or_else(|_| PrimitiveDateTime::parse(&text, &Iso8601::PARSING).map(PrimitiveDateTime::assume_utc))
        .or_else(|_| Date::parse(&text, &Iso8601::PARSING).map(|date| date.midnight().assume_utc()));
    let nanos = instant.ok()?.unix_timestamp_nanos();
    i64::try_from(nanos.div_euclid(1_000_000)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn millis(text: &str) -> Result<i64, NoInstant> {
        let read = read(&SourceInstant::Text(text.to_owned()))?;
        Ok(read.expect("a text is never absent").as_unix_millis())
    }

    #[test]
    fn numbers_below_ten_to_the_eleventh_are_seconds() {
        for (text, expected) in [
            ("0", 0),
            ("1795737600", 1_795_737_600_000),
            ("99999999999", 99_999_999_999_000),
            ("100000000000", 100_000_000_000),
            ("2111356800000", 2_111_356_800_000),
            ("2111356800000.0", 2_111_356_800_000),
            (" 1795737600 ", 1_795_737_600_000),
        ] {
            assert_eq!(millis(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn every_common_form_of_iso_8601_is_read() {
        let noon = 1_795_780_800_000;
        for text in [
            "2026-11-27T12:00:00.000Z",
            "2026-11-27T12:00:00Z",
            "2026-11-27T13:00:00+01:00",
            "2026-11-27T13:00:00+0100",
            "2026-11-27 12:00:00",
            "2026-11-27 12:00:00+00",
            "2026-11-27 13:30:00.000000+01:30",
            "2026-11-27 12:00:00 +00:00",
            "2026-11-27T12:00:00",
            "2026-11-27T12:00",
        ] {
            assert_eq!(millis(text), Ok(noon), "{text}");
        }
        assert_eq!(millis("2026-11-27 12:00:00.123456+00"), Ok(noon + 123));
        assert_eq!(millis("2026-11-27"), Ok(noon - 12 * 60 * 60 * 1_000));
    }

    #[test]
    fn nothing_else_is_an_instant() {
        for text in
            ["", "yesterday", "27.11.2026", "-1", "1969-12-31T23:59:59Z", "10000-01-01T00:00:00Z", "1e12", "NaN"]
        {
            assert_eq!(millis(text), Err(NoInstant), "{text}");
        }
        assert_eq!(read(&SourceInstant::Absent), Ok(None));
    }
}
