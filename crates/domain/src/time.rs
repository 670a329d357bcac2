//! Instants as the domain counts them. Reading a clock is a port; writing an instant down is an adapter's work.

use std::time::Duration;

/// An instant in UTC, in whole milliseconds since 1970-01-01T00:00:00Z.
///
/// Milliseconds because that is what a session shows to clients and what every store keeps exactly. All arithmetic
/// saturates: no clock step and no setting can make it panic or wrap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// 9999-12-31T23:59:59.999Z, the last instant that RFC 3339 can write.
    pub const MAX: Self = Self(253_402_300_799_999);
    /// 1970-01-01T00:00:00Z.
    pub const MIN: Self = Self(0);

    /// The instant so many milliseconds after 1970-01-01T00:00:00Z, kept between [`Self::MIN`] and [`Self::MAX`].
    #[must_use]
    pub const fn from_unix_millis(millis: i64) -> Self {
        if millis < Self::MIN.0 {
            Self::MIN
        } else if millis > Self::MAX.0 {
            Self::MAX
        } else {
            Self(millis)
        }
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn as_unix_millis(self) -> i64 {
        self.0
    }

    /// This instant and so much later, at most [`Self::MAX`].
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self::from_unix_millis(self.0.saturating_add(millis))
    }

    /// This instant and so much earlier, at least [`Self::MIN`].
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self::from_unix_millis(self.0.saturating_sub(millis))
    }

    /// How much later this instant is than the other; zero where it is not.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_saturates_instead_of_wrapping() {
        assert_eq!(Timestamp::MAX.plus(Duration::MAX), Timestamp::MAX);
        assert_eq!(Timestamp::MIN.minus(Duration::MAX), Timestamp::MIN);
        assert_eq!(Timestamp::from_unix_millis(i64::MIN), Timestamp::MIN);
        assert_eq!(Timestamp::from_unix_millis(i64::MAX), Timestamp::MAX);
    }

    #[test]
    fn a_second_is_a_thousand_milliseconds() {
        let start = Timestamp::from_unix_millis(5);
        assert_eq!(start.plus(Duration::from_secs(1)).as_unix_millis(), 1_005);
    }

    #[test]
    fn what_lies_ahead_is_not_past() {
        let (start, end) = (Timestamp::from_unix_millis(5), Timestamp::from_unix_millis(1_005));
        assert_eq!(end.since(start), Duration::from_secs(1));
        assert_eq!(start.since(end), Duration::ZERO);
    }
}
