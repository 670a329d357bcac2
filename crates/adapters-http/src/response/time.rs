//! Instants as answers show them.

use std::time::UNIX_EPOCH;

use doorward_domain::Timestamp;

/// An instant with milliseconds, as JavaScript writes it.
pub(crate) fn rfc3339(instant: Timestamp) -> String {
    let since_epoch = instant.since(Timestamp::MIN);
    humantime::format_rfc3339_millis(UNIX_EPOCH + since_epoch).to_string()
}

/// An instant to the minute, as people read it.
pub(crate) fn minute(instant: Timestamp) -> String {
    let text = rfc3339(instant);
    format!("{} {} UTC", &text[..10], &text[11..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_written_as_javascript_writes_them() {
        assert_eq!(rfc3339(Timestamp::from_unix_millis(1_795_504_860_000)), "2026-11-24T07:21:00.000Z");
        assert_eq!(minute(Timestamp::from_unix_millis(1_795_504_860_000)), "2026-11-24 07:21 UTC");
        assert_eq!(rfc3339(Timestamp::MIN), "1970-01-01T00:00:00.000Z");
        assert_eq!(rfc3339(Timestamp::MAX), "9999-12-31T23:59:59.999Z");
    }
}
