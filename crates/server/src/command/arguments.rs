//! Arguments that several commands have.

use std::time::{Duration, SystemTime};

use doorward_domain::{LinkPolicy, Timestamp, UserId};

use super::failure::{Failure, Kind};

/// How many records a list has unless `--limit` says otherwise.
const DEFAULT_LIMIT: u32 = 1_000;
/// The most records of one list: a query for them stays within the time that a store has.
const MAX_LIMIT: u32 = 100_000;

/// How long a link is valid: what `--expires` says, or the default.
pub(super) fn expires(text: Option<&str>, default: Duration) -> Result<Duration, Failure> {
    let Some(text) = text else { return Ok(default) };
    let is_allowed = |duration: &Duration| duration.as_millis() > 0 && *duration <= LinkPolicy::LONGEST;
    humantime::parse_duration(text).ok().filter(is_allowed).ok_or_else(|| {
        let days = LinkPolicy::LONGEST.as_secs() / (24 * 60 * 60);
        wrong("--expires", text, &format!("a duration of more than zero and at most {days} days, such as 12h or 14d"))
    })
}

/// How many records a list has: what `--limit` says, or the default.
pub(super) fn limit(text: Option<&str>) -> Result<u32, Failure> {
    number("--limit", text, DEFAULT_LIMIT, MAX_LIMIT)
}

/// A number from 1 to the most.
pub(super) fn number(flag: &str, text: Option<&str>, default: u32, most: u32) -> Result<u32, Failure> {
    let Some(text) = text else { return Ok(default) };
    let number = text.parse().ok().filter(|number| (1..=most).contains(number));
    number.ok_or_else(|| wrong(flag, text, &format!("a number from 1 to {most}")))
}

/// An instant, or a date, which starts at midnight. Both are in UTC.
pub(super) fn instant(flag: &str, text: &str) -> Result<Timestamp, Failure> {
    let instant = humantime::parse_rfc3339(text).or_else(|_| humantime::parse_rfc3339(&format!("{text}T00:00:00Z")));
    let instant = instant.map_err(|_| {
        wrong(flag, text, "a date such as 2026-11-30 or an instant such as 2026-11-30T08:00:00Z, both in UTC")
    })?;
    Ok(Timestamp::MIN.plus(instant.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()))
}

/// Reads the id of a user that a flag gives.
pub(super) fn user_id(flag: &str, text: &str) -> Result<UserId, Failure> {
    UserId::parse(text).ok_or_else(|| wrong(flag, text, &format!("a user id: {}", user_id_form())))
}

/// What a user id is like, as [`UserId::parse`] takes it.
pub(super) fn user_id_form() -> String {
    let chars = UserId::MAX_CHARS;
    format!("1 to {chars} printable ASCII characters without space, double quote, backslash and comma")
}

/// The failure for an argument, in the words of a wrong setting.
pub(super) fn wrong(flag: &str, text: &str, allowed: &str) -> Failure {
    Failure::new(Kind::Data, format!("{flag} is {text:?}, but must be {allowed}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_valid_for_more_than_zero_and_at_most_90_days() {
        let day = Duration::from_hours(24);
        assert_eq!(expires(None, day).ok(), Some(day));
        assert_eq!(expires(Some("1d 12h"), day).ok(), Some(Duration::from_hours(36)));
        assert_eq!(expires(Some("90d"), day).ok(), Some(90 * day));
        for text in ["0s", "1ns", "91d", "90d 1ms", "14", "soon", ""] {
            let failure = expires(Some(text), day).expect_err("not allowed");
            assert!(failure.line().contains("at most 90 days"), "{}", failure.line());
        }
    }

    #[test]
    fn a_date_is_its_midnight_in_utc() {
        for (text, millis) in [
            ("1970-01-02", 86_400_000),
            ("1970-01-02T00:00:01Z", 86_401_000),
            ("1970-01-01T00:00:00.250Z", 250),
            ("2026-11-30", 1_795_996_800_000),
        ] {
            assert_eq!(instant("--created-after", text).map(Timestamp::as_unix_millis).ok(), Some(millis), "{text}");
        }
        for text in ["yesterday", "30.11.2026", "2026-13-01", "2026-11-30 08:00", ""] {
            let failure = instant("--created-after", text).expect_err("no instant");
            assert!(failure.line().contains("such as 2026-11-30"), "{}", failure.line());
        }
    }

    #[test]
    fn a_user_id_is_one_printable_word() {
        assert_eq!(user_id("--after", "auth0|5f7c").ok(), UserId::parse("auth0|5f7c"));
        for text in ["", "a b", "a,b", "é"] {
            let failure = user_id("--after", text).expect_err("no id");
            assert!(failure.line().contains("a user id: 1 to 128 printable ASCII characters"), "{}", failure.line());
        }
    }

    #[test]
    fn a_limit_is_a_number_within_its_bounds() {
        assert_eq!(limit(None).ok(), Some(1_000));
        assert_eq!(limit(Some("100000")).ok(), Some(100_000));
        for text in ["0", "-1", "100001", "many"] {
            let failure = limit(Some(text)).expect_err("no limit");
            assert!(failure.line().ends_with("must be a number from 1 to 100000"), "{}", failure.line());
        }
    }
}
